"""What is left of clocks when the SOP that they belonged to has ended, and what another SOP takes up of them when the
ticket is opened again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from pydantic import TypeAdapter

from sop.clocks.ledger import Clock, ClockPhase, ledger_of
from sop.facts import Fact, FactType
from sop.values import Value

GOES_ON = "goes_on"
"""Of a fact that a clock has stopped: how it would go on, nothing where it had come to its own end. Where that is not
said at all, the clock would start anew."""
MERGED = "merged"
"""What stops the clocks of a ticket that is merged into another."""


@dataclass(slots=True)
class Left:
    """A clock of an SOP that has ended. Without ``clock`` it had come to its own end; else it was cut off, and goes on
    by ``policy``. That and ``calendars`` (which it has counted on, by version) are plain JSON."""

    run: str
    clock: Clock | None = None
    policy: dict[str, object] = field(default_factory=dict)
    calendars: dict[str, dict[str, object]] = field(default_factory=dict)


@dataclass(slots=True)
class Brought:
    """What a run has taken up: the policies of the clocks that go on in it, and calendars, by name, that its own
    definition lacks. All plain JSON; ``sign`` names the whole."""

    policies: dict[str, dict[str, object]]
    calendars: dict[str, dict[str, object]]
    sign: str


_CODEC: TypeAdapter[dict[str, Left]] = TypeAdapter(dict[str, Left])


def plain_of_left(left: Mapping[str, Left]) -> dict[str, object]:
    """What is left, as plain JSON."""
    return cast("dict[str, object]", _CODEC.dump_python(dict(left), mode="json"))  # a mapping's codec gives a mapping


def left_in(plain: object) -> dict[str, Left]:
    """What is left, of its plain JSON; raises ``pydantic.ValidationError`` on anything else."""
    return _CODEC.validate_python(plain)


def left_of(facts: Iterable[Fact]) -> dict[str, Left]:
    """What is left of a ticket's clocks by its facts, without calendars: the last that was told of each name."""
    found: dict[str, Left] = {}
    for fact in facts:
        if fact.type is FactType.CLOCK_STOPPED:
            _stopped(found, fact)
        elif fact.type is FactType.CLOCK_CORRECTED and fact.data.get("met") is not None:
            _corrected(found, fact)
    return found


def _stopped(found: dict[str, Left], fact: Fact) -> None:
    name, run = str(fact.data["clock"]), fact.run or ""
    if GOES_ON not in fact.data:
        if name in found and found[name].run == run:
            del found[name]
        return
    told = fact.data[GOES_ON]
    if not isinstance(told, Mapping):
        found[name] = Left(run)
        return
    clock = _ledger(name, fact.data)
    clock.fired = [number for number in _listed(told.get("fired")) if isinstance(number, int)]
    clock.warned, clock.cut = told.get("warned") is True, str(told.get("cut"))
    found[name] = Left(run, clock, _plain(told.get("policy")))


def _corrected(found: dict[str, Left], fact: Fact) -> None:
    """The ledger of a clock that had stopped was put right."""
    left = found.get(str(fact.data["clock"]))
    if left is not None and left.clock is not None and left.run == fact.run:
        clock = _ledger(left.clock.name, fact.data)
        clock.fired, clock.warned, clock.cut = left.clock.fired, left.clock.warned, left.clock.cut
        left.clock = clock


def _ledger(name: str, data: Mapping[str, Value]) -> Clock:
    clock = ledger_of(name, _plain(data["ledger"]))
    clock.phase, clock.breached = ClockPhase.STOPPED, data.get("breached") is True
    return clock


def _plain(value: Value) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


def _listed(value: Value) -> list[Value]:
    return list(value) if isinstance(value, (list, tuple)) else []
