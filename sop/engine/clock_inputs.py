"""What a run's clocks look at after an activation, and the events they hear. A clock that looks at nothing but fields
of the ticket and its customer need not be settled again before one of them has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sop.engine.clock_terms import always_event, reset_of, start_of, stop_of
from sop.engine.remembered import Fields, fields_of
from sop.model import ClockPolicy
from sop.state import Run, State


@dataclass(frozen=True, slots=True)
class Inputs:
    """The fields that a run's clocks read, by name. ``readers``: for each clock the places of those it reads in what is
    seen; the ``restless`` depend on more and may see something else every time. ``hearers``: for each event the clocks
    that it concerns. Clocks are in the order of their policies."""

    of_customer: tuple[str, ...]
    of_ticket: tuple[str, ...]
    readers: Mapping[str, frozenset[int]]
    restless: tuple[str, ...]
    hearers: Mapping[str, tuple[str, ...]]


_KNOWN: dict[tuple[str, bool, bool], Inputs] = {}
_CALENDAR = ("calendar", "tier")
"""The customer's fields that say which calendar counts."""
_COMMON = 4 + len(_CALENDAR)
"""What every clock depends on comes first in what is seen."""


def inputs_of(run: Run) -> Inputs:
    """What the run's clocks look at, worked out once a process for the policies they go by."""
    which = (run.rules, run.parent_run is None, run.adopted is None)
    known = _KNOWN.get(which)
    if known is None:
        known = _KNOWN[which] = _inputs(run.policies)
    return known


def unsettled(state: State, run: Run, *, gated: bool) -> Collection[str]:
    """The clocks that may see something else than when they were last settled; they are taken to be settled now.
    ``gated``: a gate or an open step makes them stand still."""
    inputs, before = inputs_of(run), run.settled
    of_customer, of_ticket = map(state.customer.get, inputs.of_customer), map(state.ticket.get, inputs.of_ticket)
    run.settled = seen = (inputs, state.paused_at, gated, state.owner_team, *of_customer, *of_ticket)
    if seen == before:
        return inputs.restless
    if before is None or before[:_COMMON] != seen[:_COMMON]:
        return run.clocks
    same = {place for place, value in enumerate(seen) if value == before[place]}
    return [name for name in run.clocks if name in inputs.restless or not inputs.readers[name] <= same]


def _inputs(policies: Mapping[str, ClockPolicy]) -> Inputs:
    reads = {name: read for name, policy in policies.items() if (read := _fields(policy)) is not None}
    of_customer = tuple(dict.fromkeys([*_CALENDAR, *(name for read in reads.values() for name in read.of_customer)]))
    of_ticket = tuple(dict.fromkeys(name for read in reads.values() for name in read.of_ticket))
    customers = {name: place for place, name in enumerate(of_customer, _COMMON - len(_CALENDAR))}
    tickets = {name: place for place, name in enumerate(of_ticket, _COMMON - len(_CALENDAR) + len(of_customer))}
    readers = {
        name: frozenset([*map(customers.__getitem__, read.of_customer), *map(tickets.__getitem__, read.of_ticket)])
        for name, read in reads.items()
    }
    hearers: dict[str, tuple[str, ...]] = {}
    for name, policy in policies.items():
        for event in _events(name, policy):
            hearers[event] = (*hearers.get(event, ()), name)
    return Inputs(of_customer, of_ticket, readers, tuple(name for name in policies if name not in reads), hearers)


def _fields(policy: ClockPolicy) -> Fields | None:
    """The fields that the conditions of one clock read; none if they depend on more."""
    found = [fields_of(condition) for condition in _conditions(policy)]
    read = [fields for fields in found if fields is not None]
    if len(read) < len(found):
        return None
    of_ticket, of_customer = ({name for fields in read for name in fields[whose]} for whose in (0, 1))
    return Fields(tuple(sorted(of_ticket)), tuple(sorted(of_customer)))


def _conditions(policy: ClockPolicy) -> Iterator[str]:
    if policy.when is not None:
        yield policy.when
    if not isinstance(policy.target, str):
        yield from (row.when for row in policy.target if row.when is not None)
    for text in (policy.start, policy.stop, policy.reset, policy.resume, policy.pause):
        if isinstance(text, str) and not always_event(text):
            yield text
    if policy.pause is not None and not isinstance(policy.pause, str):
        yield from (rule.when for rule in policy.pause)


def _events(name: str, policy: ClockPolicy) -> set[str]:
    """All that may name an event for a clock."""
    texts = (start_of(name, policy), stop_of(name, policy), reset_of(name, policy), policy.resume, policy.pause)
    return {text for text in texts if isinstance(text, str)}
