"""What a hand-written ticket workflow stands on: facts written down once an activation, tasks with their reminders and
deadlines, calls, the resolution clock. Plain Temporal; nothing of the SOP engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.messages import WRITE, Writing, Written
    from sop.calendars import Calendar
    from sop.durations import parse
    from sop.events import Actor
    from sop.facts import Fact, FactType
    from sop.plain import plain_fact
    from sop.values import Value, decode
    from workflows import attributes, messages
    from workflows.messages import Answer, Ballot, TicketStart

RUN = "return"
ENDED = ("resolved", "cancelled", "closed")
LOCAL = timedelta(seconds=10)
PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=20))
CALLS = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(seconds=120), maximum_attempts=5)
Reply: TypeAlias = Answer | Ballot


@dataclass(frozen=True, slots=True)
class Asking:
    """A step that waits for somebody: who may answer, when they are late, whom that is told, how long we wait."""

    step: str
    seat: str
    due: str
    late_to: str
    timeout: timedelta | None = None
    shown: Mapping[str, Value] | None = None


@lru_cache(maxsize=1)
def office() -> Calendar:
    """The company's working hours."""
    day = ["09:00-12:00", "13:30-18:00"]
    return Calendar({"tz": "Asia/Shanghai", "week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), day)})


def refused(code: str, en: str, zh: str, status: int = 409) -> ApplicationError:
    """A refusal, with its words in both languages."""
    words = {"en": en, "zh": zh, "status": status, "fields": {}}
    return ApplicationError(en, words, type=code, non_retryable=True)


def holds(by: Actor, seat: str) -> bool:
    """Whether somebody may answer for a seat."""
    kind, _, name = seat.partition(":")
    return seat == "customer" or by.id == name or name in {"role": by.roles, "team": by.teams}.get(kind, ())


class HandWork:
    """The mechanics of one ticket."""

    def __init__(self, start: TicketStart) -> None:
        self._start = start
        self._ticket = {name: decode(value) for name, value in start.ticket.items()}
        self._seq = self._written = start.seq
        self._status = ""
        self._unwritten: list[Fact] = []
        self._writing = asyncio.Lock()
        self._open: Asking | None = None
        self._reply: Reply | None = None
        self._visits: dict[str, int] = {}
        self._given: str | None = None  # whom dispatch gave the open step to
        self._team = ""
        self._sop = workflow.info().typed_search_attributes.get(attributes.SOP) or ""
        self._here = ""
        self._clock: asyncio.Task[None] | None = None
        self._clock_due: datetime | None = None
        self._clock_broken = False

    # Facts

    def note(
        self, kind: FactType, step: str | None, data: dict[str, Value], by: Actor | None = None, run: str | None = RUN
    ) -> int:
        """A fact to be written down; its number."""
        self._seq += 1
        visit = self._visits.get(step) if step else None
        self._unwritten.append(Fact(self._seq, kind, workflow.now(), run, step, visit, by, data))
        return self._seq

    def status(self, status: str, result: str | None = None) -> None:
        """The ticket's status, told when it changes."""
        if status != self._status:
            self._status = status
            self.note(FactType.TICKET_STATUS, None, {"status": status, "result": result}, run=None)

    async def write(self) -> None:
        """Write down what has been noted, in one local activity, and show where the ticket stands."""
        async with self._writing:
            while self._unwritten:
                facts, self._unwritten = self._unwritten, []
                written: Written = await workflow.execute_local_activity(
                    WRITE,
                    Writing(self._start.ticket_id, [plain_fact(fact) for fact in facts]),
                    result_type=Written,
                    start_to_close_timeout=LOCAL,
                    retry_policy=PATIENT,
                )
                if written.found:
                    self._given = written.found[-1].person or written.found[-1].pool
                self._written = facts[-1].seq
                self._show()

    def _show(self) -> None:
        status = self._status if self._status in ENDED else "open"
        shown = attributes.Shown(str(self._ticket["no"]), self._sop, status, self._team)
        if changed := attributes.updates(shown, workflow.info().typed_search_attributes):
            workflow.upsert_search_attributes(changed)
        workflow.set_current_details(f"**{self._status}** {self._here}")

    # Steps

    def enter(self, step: str, kind: str, **data: Value) -> None:
        """A step opens."""
        self._visits[step] = self._visits.get(step, 0) + 1
        self._here = step
        self.note(FactType.STEP_OPENED, step, {"type": kind, "title": step, **data})

    def leave(self, step: str, outputs: Mapping[str, Value], *, outcome: str | None = None, status: str = "done",
              by: Actor | None = None) -> int:  # fmt: skip
        """A step closes."""
        return self.note(
            FactType.STEP_CLOSED, step, {"status": status, "outcome": outcome, "outputs": dict(outputs)}, by
        )

    async def ask(self, asking: Asking, kind: str = "task") -> Reply | None:
        """Open a task or an approval and wait for its answer; none when nobody answered in time."""
        now = workflow.now()
        due, remind = _deadlines(now, asking.due)
        until = now + asking.timeout if asking.timeout else None
        self.enter(asking.step, kind, **(asking.shown or {}), due_at=due.isoformat(), timeout_at=_iso(until))
        wanted: dict[str, Value] = {"wanted": asking.seat, "person": None, "pool": None, "skills": [], "note": ""}
        if kind == "approval":
            wanted = {"wanted": [asking.seat], "approvals": True, "approvers": [], "expand": False}
        elif asking.seat == "customer":
            wanted["pool"] = asking.seat
        self.note(FactType.STEP_ASSIGNED, asking.step, {**wanted, "reason": "opened"})
        self.status("waiting_customer" if asking.seat == "customer" else "open")
        self._open, self._reply = asking, None
        watch = asyncio.create_task(self._watch(asking, remind, due))
        await self.write()
        try:
            await workflow.wait_condition(lambda: self._reply is not None, timeout=asking.timeout)
        except TimeoutError:
            self._open = None
            self.leave(asking.step, {}, status="timeout")
        finally:
            watch.cancel()
        return self._reply

    async def _watch(self, asking: Asking, remind: datetime, due: datetime) -> None:
        """Remind at four fifths of the time, and say so when it is over."""
        for at, kind, to in ((remind, "remind", asking.seat), (due, "overdue", asking.late_to)):
            await _until(at)
            self.note(FactType.ALERT, asking.step, alert(kind, asking.step, to, due, at))
            await self.write()

    async def call(self, step: str, action: str, arguments: dict[str, Value], gives: Iterable[str]) -> dict[str, Value]:
        """Have a system do something, as a step of its own."""
        self.enter(step, "action")
        outputs = await self.act(step, action, arguments, gives)
        self.leave(step, outputs)
        return outputs

    async def act(
        self, step: str, action: str, arguments: dict[str, Value], gives: Iterable[str], *, undo: bool = False
    ) -> dict[str, Value]:
        """Have a system do something, or undo it; the facts are written while it does."""
        call, key = (
            f"{step}{'-undo' if undo else ''}",
            f"{self._ticket['no']}/{step}/{self._visits.get(step, 1)}/{undo}",
        )
        told: dict[str, Value] = {"call": call, "action": action, "undo": undo}
        self.note(FactType.ACTION_CALLED, step, {**told, "arguments": arguments, "key": key})
        self.status("open")
        asked = {"ticket_id": self._start.ticket_id, "call": call, "action": action, "arguments": arguments}
        under_way = workflow.start_activity(
            action,
            messages.encoded({**asked, "key": key, "gives": list(gives)}),
            result_type=dict,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=CALLS,
            summary=f"{RUN}.{step}",
        )
        await self.write()
        answer = await under_way
        outputs = {name: decode(answer["outputs"].get(name)) for name in gives}
        self.note(FactType.ACTION_DONE, step, {**told, "outputs": outputs})
        return outputs

    # The clock

    def start_clock(self, opened: datetime, target: str) -> None:
        """The promise to resolve the ticket in time."""
        due = office().add(opened, parse(target))
        warn = office().advance(opened, office().between(opened, due) * 0.8)
        self._clock_due = due
        told: dict[str, Value] = {"clock": "resolution", "target": target, "calendar": "default"}
        self.note(FactType.CLOCK_STARTED, None, {**told, "due_at": due.isoformat(), "warn_at": warn.isoformat()})
        self._clock = asyncio.create_task(self._run_clock(warn, due))

    async def _run_clock(self, warn: datetime, due: datetime) -> None:
        """Warn at four fifths of the time, then say that it is broken and tell the lead."""
        await _until(warn)
        self.note(FactType.CLOCK_WARNED, None, _rung(due))
        await self.write()
        await _until(due)
        self._clock_broken = True
        self.note(FactType.CLOCK_BREACHED, None, _rung(due))
        self.note(FactType.ALERT, None, alert("overdue", "resolution", "role:after_sales_lead", due, due))
        await self.write()

    def stop_clock(self) -> None:
        """The promise is kept, or was broken."""
        if self._clock is None or self._clock_due is None:
            return
        self._clock.cancel()
        self._here = ""
        told: dict[str, Value] = {"clock": "resolution", "due_at": self._clock_due.isoformat()}
        self.note(FactType.CLOCK_STOPPED, None, {**told, "met": not self._clock_broken})
        self._clock_due = None


async def _until(at: datetime) -> None:
    await workflow.sleep(max(at - workflow.now(), timedelta()))


def _rung(due: datetime) -> dict[str, Value]:
    return {"clock": "resolution", "due_at": due.isoformat(), "fired_at": workflow.now().isoformat()}


def alert(kind: str, about: str, to: str, due: datetime, at: datetime) -> dict[str, Value]:
    """The data of an alert."""
    moments = {"due_at": due.isoformat(), "set_for": at.isoformat(), "fired_at": workflow.now().isoformat()}
    return {"kind": kind, "about": about, "to": to, **moments, "reassign": False}


def _deadlines(now: datetime, due: str) -> tuple[datetime, datetime]:
    """When something is due, and when to remind."""
    duration = parse(due)
    at = office().add(now, duration)
    if not duration.working:
        return at, now + (at - now) * 0.8
    return at, office().advance(now, office().between(now, at) * 0.8)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
