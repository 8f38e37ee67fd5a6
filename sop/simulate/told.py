"""What a walk shows: the way gone, open tasks, clocks, alerts and calls, as plain values for a page or a program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sop.facts import Fact, FactType
from sop.simulate.opensteps import OpenStep
from sop.simulate.walk import Walk
from sop.values import CLOSING, OPENING, Value

_REFERENCE = re.compile(f"{OPENING}([^{CLOSING}]*){CLOSING}")


@dataclass(frozen=True, slots=True)
class ClockTold:
    """A clock of a run: ``light`` is green, yellow or red; ``phase`` running, paused, met or missed."""

    run: str
    name: str
    target: str
    due_at: str | None
    phase: str = "running"
    light: str = "green"


def clocks_of(facts: Iterable[Fact]) -> list[ClockTold]:
    """The clocks that have started, by run and name."""
    clocks: dict[tuple[str, str], ClockTold] = {}
    for fact in facts:
        name = fact.data.get("clock")
        if not isinstance(name, str):
            continue
        key = (fact.run or "", name)
        clocks.pop((str(fact.data.get("continues")), name), None)
        known = clocks.get(key, ClockTold(*key, target="", due_at=None))
        clocks[key] = _followed(known, fact)
    return list(clocks.values())


def _followed(clock: ClockTold, fact: Fact) -> ClockTold:
    due = fact.data.get("due_at")
    clock = replace(clock, due_at=due if isinstance(due, str) else clock.due_at)
    match fact.type:
        case FactType.CLOCK_STARTED:
            light = "red" if fact.data.get("breached") else "green"
            return replace(clock, target=str(fact.data["target"]), phase="running", light=light)
        case FactType.CLOCK_CHANGED:
            light = "red" if fact.data.get("breached") else clock.light
            return replace(clock, target=str(fact.data["target"]), light=light)
        case FactType.CLOCK_PAUSED:
            return replace(clock, phase="paused")
        case FactType.CLOCK_RESUMED:
            return replace(clock, phase="running")
        case FactType.CLOCK_WARNED:
            return replace(clock, light="yellow")
        case FactType.CLOCK_BREACHED:
            return replace(clock, light="red")
        case FactType.CLOCK_STOPPED:
            return replace(clock, phase="met" if fact.data["met"] else "missed")
        case _:
            return clock


def alerts_of(facts: Iterable[Fact]) -> list[dict[str, object]]:
    """Who was told of what, when."""
    told = (fact for fact in facts if fact.type is FactType.ALERT)
    names = ("kind", "about", "to", "text")
    return [{"at": f.at, "run": f.run, **{n: f.data[n] for n in names if n in f.data}} for f in told]


def calls_of(facts: Iterable[Fact]) -> list[dict[str, object]]:
    """What systems were asked to do, and what came of it."""
    calls: dict[Value, dict[str, object]] = {}
    for fact in facts:
        call = fact.data.get("call")
        if fact.type is FactType.ACTION_CALLED:
            said = {name: fact.data[name] for name in ("action", "arguments", "key", "undo")}
            calls[call] = {"at": fact.at, "run": fact.run, "step": fact.step, **said, "state": "asked"}
        elif call in calls and fact.type is FactType.ACTION_DONE:
            calls[call] |= {"state": "done", "outputs": fact.data["outputs"]}
        elif call in calls and fact.type is FactType.ACTION_FAILED:
            calls[call] |= {"state": "failed", "kind": fact.data["kind"], "message": fact.data["message"]}
    return list(calls.values())


def step_told(step: OpenStep) -> dict[str, object]:
    """An open step for a page: its address, kind and title, what may be done with it, and until when."""
    names = ("title", "assign", "rule", "script", "due_at", "timeout_at", "until")
    return {
        "step": step.address,
        "type": step.type,
        "visit": step.visit,
        **{name: step.opened.get(name) for name in names},
        "person": step.person,
        "pool": step.pool,
        "form": list(step.form),
        "outcomes": list(step.outcomes),
        "waits_for": step.waits_for,
        "incident": step.incident,
    }


def fact_told(fact: Fact) -> dict[str, object]:
    """One row of the trail."""
    by = fact.by.id if fact.by else None
    return {
        "seq": fact.seq,
        "at": fact.at,
        "type": fact.type.value,
        "run": fact.run,
        "step": fact.step,
        "visit": fact.visit,
        "by": by,
        "data": fact.data,
    }


def way_of(facts: Iterable[Fact], run: str) -> dict[str, str]:
    """The way a run has taken: each step it came by, and how that stands (``done``, ``skipped``, ``open`` …)."""
    way: dict[str, str] = {}
    for fact in facts:
        if fact.run != run or fact.step is None:
            continue
        step = fact.step.partition("#")[0]
        if fact.type is FactType.STEP_OPENED:
            way[step] = "open"
        elif fact.type is FactType.STEP_SKIPPED:
            way[step] = "skipped"
        elif fact.type is FactType.STEP_CLOSED:
            way[step] = str(fact.data["status"])
        elif fact.type is FactType.INCIDENT_OPENED:
            way[step] = "incident"
    return way


def told(walk: Walk, customer: Mapping[str, object]) -> dict[str, object]:
    """Everything a page needs after some moves. Personal fields of this made-up ``customer`` are written out."""
    facts = walk.facts
    result = [fact.data for fact in facts if fact.type is FactType.TICKET_STATUS]
    main = main_run(facts)
    whole: dict[str, object] = {
        "now": walk.now,
        "next_timer": walk.next_timer,
        "ended": walk.ended,
        "status": result[-1]["status"] if result else "new",
        "result": result[-1].get("result") if result else None,
        "open": [step_told(step) for step in walk.steps()],
        "clocks": [_plain(clock) for clock in clocks_of(facts)],
        "alerts": alerts_of(facts),
        "calls": calls_of(facts),
        "way": way_of(facts, main),
        "trail": [fact_told(fact) for fact in facts],
    }
    return {name: _written_out(value, customer) for name, value in whole.items()}


def main_run(facts: Sequence[Fact]) -> str:
    """The run a walk is about: the first that started."""
    return next((fact.run or "" for fact in facts if fact.type is FactType.RUN_STARTED), "")


def _plain(clock: ClockTold) -> dict[str, object]:
    names = ("run", "name", "target", "due_at", "phase", "light")
    return {name: getattr(clock, name) for name in names}


def _written_out(value: object, customer: Mapping[str, object]) -> object:
    """The value with references to personal fields replaced: nobody real stands behind a simulation."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _of_customer(found[1], customer), value) if OPENING in value else value
    if isinstance(value, Mapping):
        return {str(key): _written_out(item, customer) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written_out(item, customer) for item in value]
    return value


def _of_customer(name: str, customer: Mapping[str, object]) -> str:
    known = customer.get(name.removeprefix("customer."))
    return f"‹{name}›" if known is None else str(known)
