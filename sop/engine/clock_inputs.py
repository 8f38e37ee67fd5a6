"""What a run's clocks look at after an activation. Where that is nothing but fields of the ticket and its customer, and
none has changed, they need not be settled again."""

from __future__ import annotations

from collections.abc import Iterator

from sop.engine import gates
from sop.engine.clock_terms import is_event
from sop.engine.remembered import fields_of
from sop.model import ClockPolicy
from sop.state import Run, State
from sop.values import Value

_FIELDS: dict[tuple[str, bool], tuple[tuple[bool, str], ...] | None] = {}


def inputs_of(state: State, run: Run) -> tuple[object, ...] | None:
    """The values that the run's clocks depend on now; none where they depend on more."""
    which = (run.rules, run.parent_run is None)
    try:
        fields = _FIELDS[which]
    except KeyError:
        fields = _FIELDS[which] = _fields(state, run)
    if fields is None:
        return None
    ticket, customer = state.ticket, state.customer
    seen: list[Value] = [(customer if of_customer else ticket).get(name) for of_customer, name in fields]
    still = gates.stand_still(state, run)
    return (state.paused_at, still, state.owner_team, customer.get("calendar"), customer.get("tier"), *seen)


def _fields(state: State, run: Run) -> tuple[tuple[bool, str], ...] | None:
    found: dict[tuple[bool, str], None] = {}
    for policy in run.policies.values():
        for condition in _conditions(state, policy):
            read = fields_of(condition)
            if read is None:
                return None
            found |= dict.fromkeys(read)
    return tuple(found)


def _conditions(state: State, policy: ClockPolicy) -> Iterator[str]:
    if policy.when is not None:
        yield policy.when
    if not isinstance(policy.target, str):
        yield from (row.when for row in policy.target if row.when is not None)
    for text in (policy.start, policy.stop, policy.reset, policy.resume, policy.pause):
        if isinstance(text, str) and not is_event(text, state):
            yield text
    if policy.pause is not None and not isinstance(policy.pause, str):
        yield from (rule.when for rule in policy.pause)
