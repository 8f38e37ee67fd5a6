"""What a run's clocks look at after an activation, and the events they hear. A clock that looks at nothing but fields
of the ticket and its customer need not be settled again before one of them has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sop.engine.clock_terms import always_event, reset_of, start_of, stop_of
from sop.engine.remembered import CUSTOMER, TICKET, fields_of
from sop.model import ClockPolicy
from sop.state import Run, State


@dataclass(frozen=True, slots=True)
class Inputs:
    """The fields that a run's clocks read, by name. ``readers``: for each clock the places of those it reads in what is
    seen, and ``aims`` of those that its target follows; the ``restless`` depend on more and may see something else
    every time. ``hearers``: for each event the clocks
    that it concerns. Clocks are in the order of their policies."""

    of_customer: tuple[str, ...]
    of_ticket: tuple[str, ...]
    readers: Mapping[str, frozenset[int]]
    aims: Mapping[str, frozenset[int]]
    restless: tuple[str, ...]
    hearers: Mapping[str, tuple[str, ...]]


Field: TypeAlias = tuple[str, str]
"""Whose field it is, and its name."""

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


def unsettled(state: State, run: Run, *, gated: bool) -> list[tuple[str, bool]]:
    """The clocks that may see something else than when they were last settled; they are taken to be settled now.
    For each whether that may be of concern to its target. ``gated``: a gate or an open step makes them stand still."""
    inputs, before = inputs_of(run), run.settled
    of_customer, of_ticket = map(state.customer.get, inputs.of_customer), map(state.ticket.get, inputs.of_ticket)
    seen = (inputs, state.paused_at, gated, state.owner_team, *of_customer, *of_ticket)
    if seen == before:
        return [(name, True) for name in inputs.restless if name in run.clocks]
    run.settle(seen)
    if before is None or before[:_COMMON] != seen[:_COMMON]:
        return [(name, True) for name in run.clocks]
    same = {place for place, value in enumerate(seen) if value == before[place]}
    awake = [name for name in run.clocks if name in inputs.restless or not inputs.readers[name] <= same]
    return [(name, name in inputs.restless or not inputs.aims[name] <= same) for name in awake]


def _inputs(policies: Mapping[str, ClockPolicy]) -> Inputs:
    aims = {name: _fields(_of_target(policy)) for name, policy in policies.items()}
    others = {name: _fields(_of_course(policy)) for name, policy in policies.items()}
    reads = {name: aim | other for name, aim in aims.items() if aim is not None and (other := others[name]) is not None}
    read = dict.fromkeys(field for fields in reads.values() for field in sorted(fields))
    of_customer = tuple(dict.fromkeys([*_CALENDAR, *(name for whose, name in read if whose == CUSTOMER)]))
    of_ticket = tuple(name for whose, name in read if whose == TICKET)
    seen = [*((CUSTOMER, name) for name in of_customer), *((TICKET, name) for name in of_ticket)]
    places = {field: place for place, field in enumerate(seen, _COMMON - len(_CALENDAR))}
    hearers: dict[str, tuple[str, ...]] = {}
    for name, policy in policies.items():
        for event in _events(name, policy):
            hearers[event] = (*hearers.get(event, ()), name)
    return Inputs(
        of_customer,
        of_ticket,
        readers={name: frozenset(places[field] for field in fields) for name, fields in reads.items()},
        aims={name: frozenset(places[field] for field in aims[name] or ()) for name in reads},
        restless=tuple(name for name in policies if name not in reads),
        hearers=hearers,
    )


def _fields(conditions: Iterable[str]) -> frozenset[Field] | None:
    """The fields that all of the conditions read; none if one depends on more."""
    found: set[Field] = set()
    for condition in conditions:
        fields = fields_of(condition)
        if fields is None:
            return None
        found |= {(TICKET, name) for name in fields.of_ticket} | {(CUSTOMER, name) for name in fields.of_customer}
    return frozenset(found)


def _of_target(policy: ClockPolicy) -> Iterator[str]:
    """The conditions that say which target a clock has."""
    if policy.when is not None:
        yield policy.when
    if not isinstance(policy.target, str):
        yield from (row.when for row in policy.target if row.when is not None)


def _of_course(policy: ClockPolicy) -> Iterator[str]:
    """The conditions that start and stop it."""
    for text in (policy.start, policy.stop, policy.reset, policy.resume, policy.pause):
        if isinstance(text, str) and not always_event(text):
            yield text
    if policy.pause is not None and not isinstance(policy.pause, str):
        yield from (rule.when for rule in policy.pause)


def _events(name: str, policy: ClockPolicy) -> set[str]:
    """All that may name an event for a clock."""
    texts = (start_of(name, policy), stop_of(name, policy), reset_of(name, policy), policy.resume, policy.pause)
    return {text for text in texts if isinstance(text, str)}
