"""What a ticket's run led to, as the expectations of its scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sop.facts import FactType
from sop.replay.family import Family

PROMISED = {
    FactType.PROMISE_MADE: "open",
    FactType.PROMISE_WARNED: "warned",
    FactType.PROMISE_KEPT: "kept",
    FactType.PROMISE_BROKEN: "broken",
    FactType.PROMISE_WITHDRAWN: "withdrawn",
}


def expected_of(family: Family) -> dict[str, object]:
    """Result, steps visited and skipped, calls, alerts, clocks, incidents, promises. What there was none of is left
    out, but for alerts and incidents: that there was none is expected too."""
    closed = [fact for fact in family.of(FactType.STEP_CLOSED) if fact.data["status"] != "cancelled"]
    visited = list(dict.fromkeys(str(fact.step) for fact in closed))
    skipped = list(dict.fromkeys(str(fact.step) for fact in family.of(FactType.STEP_SKIPPED)))
    ends = [fact.data["result"] for fact in family.of(FactType.RUN_ENDED) if fact.run == family.main]
    incidents = [str(fact.step) for fact in family.of(FactType.INCIDENT_OPENED)]
    told: Mapping[str, object] = {
        "result": ends[-1] if ends else None,
        "visited": visited,
        "skipped": [step for step in skipped if step not in visited],
        "called": dict(Counter(str(fact.data["action"]) for fact in family.of(FactType.ACTION_CALLED))),
        "sla": _clocks(family),
        "promises": {str(fact.step): PROMISED[fact.type] for fact in family.facts if fact.type in PROMISED},
    }
    always: dict[str, object] = {"alerts": _alerts(family), "incident": incidents[0] if incidents else False}
    return {**{name: value for name, value in told.items() if value}, **always}


def _alerts(family: Family) -> list[str]:
    overdue = [fact.data for fact in family.of(FactType.ALERT) if fact.data["kind"] == "overdue"]
    return [f"overdue {data['about']} -> {data['to']}" for data in overdue]


def _clocks(family: Family) -> dict[str, object]:
    stopped = [fact for fact in family.of(FactType.CLOCK_STOPPED) if fact.run == family.main]
    judged = [(str(fact.data["clock"]), fact.data["met"]) for fact in stopped]
    return {clock: "met" if met else "breached" for clock, met in judged if met is not None}
