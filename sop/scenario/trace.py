"""What a story left behind, as lines two stages can be compared by: everything decided, but not the time of day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from sop.facts import Fact, FactType
from sop.values import Value, encode

_TELLING = {
    FactType.TICKET_STATUS: ("status", "result"),
    FactType.RUN_STARTED: ("kind", "key"),
    FactType.RUN_ENDED: ("result",),
    FactType.STEP_OPENED: ("type",),
    FactType.STEP_CLOSED: ("status", "outcome", "outputs"),
    FactType.ACTION_CALLED: ("action", "arguments", "undo"),
    FactType.ACTION_DONE: ("action", "outputs", "undo"),
    FactType.ACTION_FAILED: ("action", "kind", "undo"),
    FactType.INCIDENT_OPENED: ("code", "where"),
    FactType.INCIDENT_CLOSED: ("choice",),
    FactType.VOTE_CAST: ("approve", "comment"),
    FactType.EVENT_RECEIVED: ("type", "id"),
    FactType.EVENT_MATCHED: ("type", "id"),
    FactType.ALERT: ("kind", "about", "to", "set_for"),
    FactType.TICKET_PRIORITY: ("priority",),
    FactType.TICKET_MERGED: ("into",),
    FactType.CLOCK_STARTED: ("clock", "target"),
    FactType.CLOCK_STOPPED: ("clock", "met"),
    FactType.CLOCK_BREACHED: ("clock",),
    FactType.CLOCK_WARNED: ("clock",),
    FactType.PROMISE_MADE: ("promise", "title", "within", "check", "arguments", "playbook"),
    FactType.PROMISE_WARNED: ("promise", "reason", "outputs"),
    FactType.PROMISE_KEPT: ("promise", "how", "early", "outputs", "note"),
    FactType.PROMISE_BROKEN: ("promise", "reason", "outputs", "playbook"),
    FactType.PROMISE_WITHDRAWN: ("promise", "reason"),
}
_TIMES = frozenset({"set_for"})


def trace_of(facts: Iterable[Fact], *, times: bool = False, marked: bool = True) -> list[str]:
    """One line a fact: its type, step, visit, person, and what it says. ``times`` keeps planned moments; numbers are
    told from text where they are ``marked``, which nobody needs who only reads."""
    return [_line(fact, times, marked) for fact in facts]


def _line(fact: Fact, times: bool, marked: bool) -> str:
    where = f" {fact.run}.{fact.step}#{fact.visit}" if fact.step else f" {fact.run}" if fact.run else ""
    names = [n for n in _TELLING.get(fact.type, ()) if n in fact.data and (times or n not in _TIMES)]
    said = {name: _timeless(fact.data[name]) for name in names}
    by = f" by {fact.by.id}" if fact.by else ""
    return f"{fact.seq} {fact.type}{where}{by}" + (
        f" {json.dumps(encode(said) if marked else said, ensure_ascii=False, sort_keys=True, default=str)}"
        if said
        else ""
    )


def _timeless(value: Value) -> Value:
    """The value without moments a stage stamps itself."""
    if isinstance(value, Mapping):
        return {key: _timeless(item) for key, item in value.items() if key != "at"}
    if isinstance(value, (list, tuple)):
        return [_timeless(item) for item in value]
    return value
