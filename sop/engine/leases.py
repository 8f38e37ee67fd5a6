"""A claim is a lease: it holds as long as whoever claimed gives a sign of life, and goes back when it ends.

It stands still while the ticket is paused, or waits for its customer or for something outside alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sop.calendars import Calendar, fingerprint
from sop.desk import Desk
from sop.durations import parse
from sop.engine.turn import Turn
from sop.events import Actor, Event
from sop.state import Alarm, AlarmKind, Lease, Run, State, Status, Thread

_ALWAYS: Mapping[str, object] = {
    "version": "always",
    "tz": "UTC",
    "week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}
_CALENDARS: dict[str, Calendar] = {}


def claimed(turn: Turn, person: str, run: Run | None = None, thread: Thread | None = None) -> str | None:
    """Somebody claims the ticket, or the step a thread stands on; until when that holds, as text (none: for good)."""
    until = _deadline(turn)
    if until is None:
        return None
    visit = thread.open.visit if thread and thread.open else 0
    lease = Lease(person, until, run.id if run else "", thread.id if thread else 0, visit)
    turn.state.leases = [one for one in turn.state.leases if not _same_place(one, lease)]
    turn.state.leases.append(lease)
    return until.isoformat()


def renew(turn: Turn, event: Event) -> None:
    """Whatever somebody does on a ticket renews what they have claimed of it."""
    if not turn.state.leases:
        return
    by = getattr(event, "by", None)
    if not isinstance(by, Actor):
        return
    for lease in turn.state.leases:
        if lease.person in (by.id, by.acting_for):
            lease.until, lease.left = _deadline(turn), 0.0


def settle(turn: Turn) -> None:
    """After everything else of an activation: leases of what is no longer theirs are gone; the others run where the
    ticket waits for us, and stand still where it does not."""
    state = turn.state
    if not state.leases:
        return  # nor does an alarm of theirs ring: it goes with the lease
    state.leases = [lease for lease in state.leases if _holds(state, lease)]
    state.alarms = [alarm for alarm in state.alarms if alarm.kind is not AlarmKind.LEASE]
    for lease in state.leases:
        _run_or_stand(turn, lease)
        if lease.until is not None:
            state.alarms.append(Alarm(lease.until, AlarmKind.LEASE, lease.run, lease.thread))


def ended(turn: Turn, alarm: Alarm) -> Lease | None:
    """The lease that has ended, taken away; none where it was renewed, or its claim is no longer theirs."""
    for lease in turn.state.leases:
        if (lease.run, lease.thread) == (alarm.run, alarm.thread) and lease.until is not None:
            if lease.until > turn.now or not _holds(turn.state, lease):
                return None
            turn.state.leases.remove(lease)
            return lease
    return None


def _run_or_stand(turn: Turn, lease: Lease) -> None:
    desk = turn.state.desk
    if desk is None:
        return
    calendar = _calendar_of(desk)
    if turn.state.status is not Status.OPEN:
        if lease.until is not None:
            lease.left, lease.until = calendar.between(turn.now, lease.until).total_seconds(), None
    elif lease.until is None:
        lease.until, lease.left = calendar.advance(turn.now, timedelta(seconds=lease.left)), 0.0


def _holds(state: State, lease: Lease) -> bool:
    """Whether what was claimed is still in the same hands."""
    if not lease.run:
        return state.owner_person == lease.person
    run = state.runs.get(lease.run)
    thread = run.threads.get(lease.thread) if run else None
    opened = thread.open if thread and not thread.cancelled else None
    return opened is not None and (opened.visit, opened.person, opened.incident) == (lease.visit, lease.person, None)


def _same_place(one: Lease, other: Lease) -> bool:
    return (one.run, one.thread) == (other.run, other.thread)


def _deadline(turn: Turn) -> datetime | None:
    desk = turn.state.desk
    if desk is None or not desk.lease:
        return None
    return _calendar_of(desk).add(turn.now, parse(desk.lease))


def _calendar_of(desk: Desk) -> Calendar:
    """The calendar a lease counts on, built once a process; round the clock for clock time."""
    plain = desk.calendar or _ALWAYS
    version = str(plain.get("version") or fingerprint(plain))
    known = _CALENDARS.get(version)
    if known is None:
        known = _CALENDARS[version] = Calendar.from_plain(plain)
    return known
