"""Which definitions start for an event: the best SOP, and every playbook that fits, one of each exclusive group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sop.definition import Compiled, Definition, definition_of
from sop.expressions import ExpressionError, Scope, holds
from sop.model import Kind


@dataclass(frozen=True, slots=True)
class Fault:
    """A definition whose start condition could not be answered; it does not start. ``where`` is file:line:col."""

    key: str
    where: str
    error: ExpressionError


@dataclass(frozen=True, slots=True)
class Choice:
    """The definitions to start, the SOP first, then playbooks by priority; and those that could not be judged."""

    definitions: tuple[Compiled, ...] = ()
    faults: tuple[Fault, ...] = ()


def choose(candidates: Iterable[Compiled], event: str, facts: Scope) -> Choice:
    """Of the candidates that start on this event and whose condition holds: the one best SOP (priority, then newest
    version, then key) and all playbooks, of an ``exclusive`` group only the best. ``facts`` is the scope of conditions:
    ``ticket``, ``customer``, and ``event`` with the event's data."""
    faults: list[Fault] = []
    fitting = [known for known in _starting(candidates, event) if _fits(known, facts, faults)]
    fitting.sort(key=_rank)
    sops = [known for known in fitting if known.kind is Kind.SOP]
    playbooks = _without_rivals([known for known in fitting if known.kind is Kind.PLAYBOOK])
    return Choice(tuple(known.compiled for known in (*sops[:1], *playbooks)), tuple(faults))


def _starting(candidates: Iterable[Compiled], event: str) -> Iterator[Definition]:
    for compiled in candidates:
        known = definition_of(compiled)
        if known.document.start is not None and known.document.start.event == event:
            yield known


def _fits(known: Definition, facts: Scope, faults: list[Fault]) -> bool:
    start = known.document.start
    if start is None or start.when is None:
        return start is not None
    try:
        return holds(start.when, facts)
    except ExpressionError as error:
        faults.append(Fault(known.key, known.where("/start/when"), error))
        return False


def _rank(known: Definition) -> tuple[int, int, str]:
    priority = known.document.start.priority if known.document.start else 0
    return -priority, -known.version, known.key


def _without_rivals(ranked: Sequence[Definition]) -> Iterator[Definition]:
    taken: set[str] = set()
    for known in ranked:
        group = known.document.exclusive
        if group is None or group not in taken:
            yield known
        if group is not None:
            taken.add(group)
