"""Which calendar counts: by name, the team's, or the customer's; always one that the run is pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sop.calendars import Calendar
from sop.clocks.counting import Calendars
from sop.clocks.ledger import CalendarUse
from sop.clocks.words import DEFAULT, OF_CUSTOMER, OF_TEAM
from sop.state import Run, State

_BY_NAME: dict[tuple[str, str], Calendar] = {}
_BY_VERSION: dict[str, Calendar] = {}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ROUND_THE_CLOCK: Mapping[str, object] = {"tz": "UTC", "week": {day: ["00:00-24:00"] for day in _DAYS}}


def calendar_of(run: Run, name: str) -> Calendar:
    """A calendar of the run by its name, built once a process; round the clock where the run knows none."""
    known = _BY_NAME.get((run.rules, name))
    if known is None:
        known = Calendar.from_plain(run.calendars.get(name) or _ROUND_THE_CLOCK)
        _BY_NAME[run.rules, name] = _BY_VERSION[known.version] = known
    return known


def name_of(state: State, run: Run, wanted: str | None) -> str:
    """The calendar meant: by its name, ``team`` or ``customer``; nothing written is the file's own."""
    wanted = wanted or run.model.document.calendar
    if wanted == OF_TEAM:
        return run.calendars_of("teams").get(state.owner_team or "", DEFAULT)
    if wanted == OF_CUSTOMER:
        own = state.customer.get("calendar")
        if isinstance(own, str) and own in run.calendars:
            return own
        return run.calendars_of("segments").get(str(state.customer.get("tier")), DEFAULT)
    return wanted


def own_calendar(state: State, run: Run) -> Calendar:
    """The calendar of the run's own steps."""
    wanted = run.model.document.calendar
    return calendar_of(run, wanted if wanted == DEFAULT else name_of(state, run, None))


def use_of(state: State, run: Run, wanted: str | None, since: datetime) -> CalendarUse:
    """The use of that calendar, as it is now, from a moment on."""
    name = name_of(state, run, wanted)
    return CalendarUse(since, name, calendar_of(run, name).version)


def finder(run: Run) -> Calendars:
    """Finds the calendars that clocks of this run have counted on, whatever the run counts on now."""

    def find(use: CalendarUse) -> Calendar:
        known = _BY_VERSION.get(use.version)
        if known is not None:
            return known
        kept = run.kept_calendars.get(use.version)
        if kept is None:
            return calendar_of(run, use.name)
        known = _BY_VERSION[use.version] = Calendar.from_plain(kept)
        return known

    return find


def complete(state: State) -> None:
    """Give clocks of an older state the calendar they have counted on: it was not written down then."""
    for run in state.runs.values():
        for clock in run.clocks.values():
            if clock.started_at is not None and not clock.calendars:
                clock.calendars.append(use_of(state, run, run.policies[clock.name].calendar, clock.started_at))
