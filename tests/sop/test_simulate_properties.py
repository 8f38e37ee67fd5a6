"""Whatever is done to a simulated ticket, and whatever fails around it, the walk goes on or says why not."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop.definition import Compiled
from sop.events import Command, FailureKind, Remedy
from sop.matrix.values import event_data, variants
from sop.refusals import Refusal
from sop.scenario.script import Script
from sop.simulate import Bounds, Move, OpenStep, TooMuch, Walk
from sop.simulate.simulation import ORDER
from sop.simulate.told import told
from sop.simulate.written import as_case


def possible(walk: Walk, step: OpenStep, pick: int) -> list[dict[str, object]]:
    """Moves for an open step, right ones and wrong ones."""
    if step.incident:
        return [{"settle": step.address, "choice": list(Remedy)[pick % 4], "with": {"approved": True, "outcome": "x"}}]
    if step.type == "approval":
        return [{"vote": step.address, "choice": "approve" if pick % 2 else "reject", "by": f"boss{pick % 3}"}]
    if step.type == "wait" and step.waits_for:
        event = step.waits_for[pick % len(step.waits_for)]
        return [{"event": event, "data": event_data(walk.stage.engine, walk.now, step, event)}]
    outcomes = [each["key"] for each in step.outcomes] or [None]
    kinds = variants(step, walk.now)
    by = "customer" if step.opened.get("assign") == "customer" else "agent"
    answer = {"complete": step.address, "outcome": outcomes[pick % len(outcomes)], "by": by}
    return [{**answer, "with": kinds[pick % len(kinds)]}, {"claim": step.address, "by": "ann"}]


def move_of(walk: Walk, actions: list[str], pick: int) -> Move:
    """One of everything that may be done now."""
    moves: list[dict[str, object]] = [{"timer": True}, {"after": f"{pick % 90}h"}, {"say": "?", "by": "customer"}]
    moves += [{"order": command} for command in (Command.PAUSE, Command.RESUME, Command.CANCEL)]
    if actions:
        action = actions[pick % len(actions)]
        moves += [{"fail": action, "kind": list(FailureKind)[pick % 5]}, {"heal": action}]
    steps = walk.steps()
    moves += [one for step in steps for one in possible(walk, step, pick)] * 3  # mostly, people do their work
    return Move.model_validate(moves[pick % len(moves)])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 10_000), picks=st.lists(st.integers(0, 10_000), max_size=25))
def test_a_walk_survives_everything(library: dict[str, Compiled], which: int, picks: list[int]) -> None:
    name = sorted(library)[which % len(library)]
    compiled = library[name]
    script = Script(file=name, ticket={"no": "T1", "category": compiled["key"], "order": ORDER}, cases=[])
    playbooks = {each["key"]: each for each in library.values() if each["kind"] == "playbook"}
    walk = Walk.of(compiled, script, Bounds(), playbooks=playbooks)
    for pick in picks:
        try:
            walk.make(move_of(walk, sorted(compiled["actions"]), pick))
        except (Refusal, TooMuch):
            continue

    assert [fact.seq for fact in walk.facts] == list(range(1, len(walk.facts) + 1))
    assert told(walk, {})["trail"]
    assert as_case(walk, "it").startswith("  - name: it\n")
