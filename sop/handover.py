"""The hand-over bundle: what the next owner of a ticket must know, read from its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sop.facts import Fact, FactType
from sop.values import Value

HANDED = frozenset({"transfer", "release", "lease", "escalation", "away"})
"""Why a ticket or a step goes to other hands; a claim takes it, which is no hand-off."""
PEOPLES = frozenset({"task", "approval", "action", "wait"})
TOLD = frozenset(
    {
        *(FactType.STEP_OPENED, FactType.STEP_ASSIGNED, FactType.STEP_MOVED, FactType.STEP_SKIPPED),
        *(FactType.STEP_CLOSED, FactType.INCIDENT_OPENED, FactType.INCIDENT_CLOSED, FactType.TICKET_OWNER),
        *(FactType.CLOCK_STARTED, FactType.CLOCK_PAUSED, FactType.CLOCK_RESUMED, FactType.CLOCK_CHANGED),
        *(FactType.CLOCK_BREACHED, FactType.CLOCK_STOPPED),
    }
)
"""The facts it is read from."""
_CLOCKS = {
    FactType.CLOCK_STARTED: "running",
    FactType.CLOCK_PAUSED: "paused",
    FactType.CLOCK_RESUMED: "running",
    FactType.CLOCK_STOPPED: "stopped",
}
Part: TypeAlias = dict[str, Value]


def handover(facts: Iterable[Fact]) -> Part:
    """{done, open, handoffs, clocks}, each a list in the order of the facts.

    ``done``: {run, step, title, status, outcome, by, at}; ``open``: {run, step, title, type, person, pool, due_at,
    since, incident}; ``handoffs``: {at, reason, step, run, from, to, by, note}, one each however many steps it moved;
    ``clocks``: {run, clock, state, due_at, breached, met}. Titles may hold references to personal fields."""
    story = _story_of(facts)
    return {
        "done": list(story.done),
        "open": list(story.open.values()),
        "handoffs": list(story.handoffs),
        "clocks": list(story.clocks.values()),
    }


def handoffs(facts: Iterable[Fact]) -> list[Part]:
    """The hand-offs of the bundle alone."""
    return _story_of(facts).handoffs


def _story_of(facts: Iterable[Fact]) -> _Story:
    story = _Story()
    for fact in facts:
        if fact.type in TOLD:
            story.hear(fact)
    return story


@dataclass(slots=True)
class _Story:
    done: list[Part] = field(default_factory=list)
    open: dict[tuple[str | None, str | None, int | None], Part] = field(default_factory=dict)
    handoffs: list[Part] = field(default_factory=list)
    clocks: dict[tuple[str | None, str], Part] = field(default_factory=dict)
    owner: Value = None
    along: Fact | None = None

    def hear(self, fact: Fact) -> None:
        match fact.type:
            case FactType.TICKET_OWNER:
                self._owned(fact)
            case FactType.STEP_ASSIGNED:
                self._assigned(fact)
            case FactType.STEP_CLOSED | FactType.STEP_SKIPPED:
                self._closed(fact)
            case FactType.STEP_OPENED | FactType.STEP_MOVED | FactType.INCIDENT_OPENED | FactType.INCIDENT_CLOSED:
                self._stands(fact)
            case _:
                self._clock(fact)

    def _stands(self, fact: Fact) -> None:
        step = self.open.get(_place(fact))
        if fact.type is FactType.INCIDENT_CLOSED:
            if step is not None:
                step["incident"] = None
            return
        if step is None and fact.type is not FactType.STEP_MOVED and fact.data.get("type") in PEOPLES:
            opened: Part = {"run": fact.run, "step": fact.step, **_of(fact.data, "title", "type")}
            since: Part = {"person": None, "pool": None, "since": fact.at.isoformat(), "incident": None}
            step = self.open[_place(fact)] = {**opened, "due_at": None, **since}
        if step is not None and fact.type is FactType.INCIDENT_OPENED:
            step["incident"] = fact.data.get("message")
        elif step is not None:
            step["due_at"] = fact.data.get("due_at")

    def _closed(self, fact: Fact) -> None:
        step = self.open.pop(_place(fact), None)
        if step is None or fact.type is FactType.STEP_SKIPPED:
            return
        did: Part = {"by": fact.by.id if fact.by else None, "at": fact.at.isoformat()}
        self.done.append({**_of(step, "run", "step", "title"), **_of(fact.data, "status", "outcome"), **did})

    def _assigned(self, fact: Fact) -> None:
        step = self.open.get(_place(fact))
        before = _holder(step) if step else None
        if step is not None:
            step["person"], step["pool"] = fact.data.get("person"), _pool(fact.data)
        self._handed(fact, before)

    def _owned(self, fact: Fact) -> None:
        before, self.owner = self.owner, fact.data.get("person") or fact.data.get("wanted")
        self._handed(fact, before)

    def _handed(self, fact: Fact, before: Value) -> None:
        reason = fact.data.get("reason")
        if reason not in HANDED:
            return
        if self._goes_along(fact):
            self.along = fact
            return
        self.along = fact
        to = fact.data.get("person") or _pool(fact.data) or fact.data.get("wanted")
        what: Part = {"at": fact.at.isoformat(), "reason": reason, "run": fact.run, "step": fact.step}
        who: Part = {"from": before, "to": to, "by": fact.by.id if fact.by else None}
        self.handoffs.append({**what, **who, "note": fact.data.get("note") or ""})

    def _goes_along(self, fact: Fact) -> bool:
        """Whether the step goes with the ticket, or with another step: told in one breath, for one reason."""
        last = self.along
        if last is None or fact.step is None or _place(fact) == _place(last):
            return False
        same = (last.at, last.data.get("reason"), last.by, last.seq + 1)
        return same == (fact.at, fact.data.get("reason"), fact.by, fact.seq)

    def _clock(self, fact: Fact) -> None:
        name = str(fact.data.get("clock"))
        fresh: Part = {"run": fact.run, "clock": name, "state": "running", "due_at": None, "breached": False}
        clock = self.clocks.setdefault((fact.run, name), {**fresh, "met": None})
        clock["state"] = _CLOCKS.get(fact.type, clock["state"])
        clock["due_at"] = fact.data.get("due_at", clock["due_at"])
        if fact.type is FactType.CLOCK_STARTED:
            clock["breached"] = fact.data.get("breached") is True
            if (before := fact.data.get("continues")) not in (None, fact.run):
                self.clocks.pop((str(before), name), None)
        elif fact.type is FactType.CLOCK_BREACHED:
            clock["breached"] = True
        elif fact.type is FactType.CLOCK_STOPPED:
            clock["met"] = fact.data.get("met")


def _place(fact: Fact) -> tuple[str | None, str | None, int | None]:
    return fact.run, fact.step, fact.visit


def _holder(step: Mapping[str, Value]) -> Value:
    return step.get("person") or step.get("pool")


def _pool(data: Mapping[str, Value]) -> Value:
    """The pool of a task; those whom an approval asks."""
    asked = data.get("approvers") or data.get("wanted") if data.get("approvals") else None
    return ", ".join(map(str, asked)) if isinstance(asked, (list, tuple)) else data.get("pool")


def _of(data: Mapping[str, Value], *names: str) -> Part:
    return {name: data.get(name) for name in names}
