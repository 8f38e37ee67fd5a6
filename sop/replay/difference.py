"""The first thing that went otherwise: two ledgers of one ticket, fact by fact, to the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from sop.facts import Fact, FactType
from sop.values import Value, Values

SECOND = timedelta(seconds=1)
FOUND_OUT = frozenset({"person", "pool", "team", "approvers"})  # what dispatch fills in afterwards
NAMES = frozenset({"version", "sha256", "call", "key", "where", "inputs", "candidate"})
WORDING = frozenset({"title", "form", "outcomes", "script", "skills", "rule", "assign", "waits_for"})
"""How a version says what it says: no difference in what happens."""
PLANNED = frozenset({"target", "due_at", "warn_at", "timeout_at", "set_for"})
"""What is planned and perhaps never comes: another version may plan otherwise, what counts is what happens."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two ledgers part: the facts on either side, as one line each; empty where one of them has ended."""

    at: datetime
    was: str
    now: str


def difference_of(recorded: Sequence[Fact], played: Sequence[Fact], *, same: bool) -> Difference | None:
    """The first difference; none where both tell the same, to the second. ``same``: on one version its wording and
    its plans count as well."""
    passed_over = NAMES if same else NAMES | WORDING | PLANNED
    for was, now in zip_longest(recorded, played):
        if was is None or now is None or not _alike(was, now, passed_over):
            some = was or now
            return None if some is None else Difference(some.at, _line(was, now), _line(now, was))
    return None


def _alike(was: Fact, now: Fact, passed_over: frozenset[str]) -> bool:
    if (was.type, was.run, was.step, was.visit) != (now.type, now.run, now.step, now.visit):
        return False
    if not _near(was.at, now.at) or (was.by and was.by.id) != (now.by and now.by.id):
        return False
    if was.data == now.data:
        return True
    found = FOUND_OUT if "dispatched" in was.data else frozenset()
    return all(
        _equal(was.data.get(name), value)
        for name, value in now.data.items()
        if name not in passed_over and name not in found
    )


def _equal(was: Value, now: Value) -> bool:
    if was == now:
        return True
    if isinstance(was, str) and isinstance(now, str):
        return _moments(was, now)
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        return was.keys() == now.keys() and all(_equal(was[name], now[name]) for name in was)
    if isinstance(was, (list, tuple)) and isinstance(now, (list, tuple)):
        return len(was) == len(now) and all(map(_equal, was, now))
    return False


def _moments(was: str, now: str) -> bool:
    try:
        return _near(datetime.fromisoformat(was), datetime.fromisoformat(now))
    except (ValueError, TypeError):  # no moments, or one without its time zone
        return False


def _near(was: datetime, now: datetime) -> bool:
    return abs(was - now) < SECOND


def _line(fact: Fact | None, other: Fact | None) -> str:
    """A fact in short; where both are of one kind, with what it says otherwise."""
    if fact is None:
        return ""
    where = f" {fact.run}.{fact.step}" if fact.step else f" {fact.run}" if fact.run else ""
    line = f"{fact.at.isoformat(timespec='seconds')} {fact.type}{where}"
    if other is None or other.type is not fact.type:
        return line + _telling(fact)
    said = {name: value for name, value in fact.data.items() if not _equal(value, other.data.get(name))}
    return line + "".join(f" {name}={value}" for name, value in list(_short(said).items())[:3])


_TOLD = {
    FactType.STEP_CLOSED: ("status", "outcome"),
    FactType.TICKET_STATUS: ("status",),
    FactType.ALERT: ("kind", "about", "to"),
    FactType.RUN_ENDED: ("result",),
    FactType.ACTION_CALLED: ("action",),
    FactType.INCIDENT_OPENED: ("code",),
}


def _telling(fact: Fact) -> str:
    names = _TOLD.get(fact.type, ("clock",))
    return "".join(f" {fact.data[name]}" for name in names if fact.data.get(name) is not None)


def _short(said: Values) -> dict[str, str]:
    return {name: str(value)[:60] for name, value in said.items()}
