"""What a scenario does to clocks, as events; and when it expects them to be due."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sop.definition import Adopted
from sop.durations import parse
from sop.engine import Engine
from sop.events import Actor, ClockCorrected, CustomerChanged, Event, PoliciesAdopted
from sop.facts import Fact, FactType
from sop.scenario.script import Act, Expected
from sop.state import RunPhase
from sop.values import decode

MINUTE = timedelta(minutes=1)


def clock_event(act: Act, by: Actor, engine: Engine, now: datetime) -> Event | None:
    """The event of an act on clocks; none if it is no such act."""
    if act.correct is not None:
        since, until = (now - parse(str(act.values[name])).clock_time() for name in ("since", "until"))
        counts = act.values.get("count") == "running"
        return ClockCorrected(act.correct, by, since, until, counts, act.comment or "scenario")
    if act.change is not None:
        return CustomerChanged({name: decode(value) for name, value in act.change.items()})
    if act.adopt is not None:
        return _adoption(act.adopt, by, engine)
    return None


def _adoption(sla: Mapping[str, object], by: Actor, engine: Engine) -> PoliciesAdopted:
    """The first run under way goes by another ``sla``; the company's clocks and the calendars stay."""
    runs = list(engine.state.runs.values())
    run = next((one for one in runs if one.phase is not RunPhase.ENDED), runs[0])
    known = run.definition
    named = hashlib.sha256(json.dumps(sla, sort_keys=True).encode()).hexdigest()
    policies, hours = dict(known.get("policies", {})), dict(known.get("hours", {}))
    new = Adopted(known["version"] + 1, named, dict(sla), policies, dict(known["calendars"]), hours)
    return PoliciesAdopted(run.id, by, new)


def dues(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    """Which clocks are due at another minute than expected."""
    opened = next(fact.at for fact in facts if fact.type is FactType.TICKET_OPENED)
    for clock, wanted in (expected.due or {}).items():
        told = [fact.data["due_at"] for fact in facts if fact.data.get("clock") == clock and "due_at" in fact.data]
        at = datetime.fromisoformat(str(told[-1])) if told and told[-1] else None
        if at is None or abs(at - opened - parse(wanted).clock_time()) >= MINUTE:
            yield f"due: {clock} expected {wanted} after the opening, got {at - opened if at else 'no deadline'}"
