"""A playbook that is wanted by its name starts for the ticket, whatever it usually starts on."""

from __future__ import annotations

from sop.events import PlaybookFound
from sop.facts import FactType
from sop.values import Value
from tests.sop.engine_desk import Desk, playbook

TASK = """
    steps:
      - {id: work, type: task, assign: role:agent, due: 1d}
    """
REPAIR = """
    exclusive: care
    start: {event: ticket.created}
    inputs: {promise: {type: text}, reason: {type: text, default: none}}
    steps:
      - {id: call, type: task, assign: owner, due: 2h, script: "about {{ inputs.promise }}: {{ inputs.reason }}"}
    """


def wanted(**inputs: Value) -> PlaybookFound:
    return PlaybookFound("repair", "promise:p1", playbook("repair", REPAIR), inputs)


def test_it_starts_with_the_inputs_it_declares_and_says_why() -> None:
    desk = Desk.open(TASK)

    desk.tell(wanted(promise="the refund", unknown="thrown away"))

    assert desk.open_steps == ["call", "work"]
    assert desk.last(FactType.RUN_STARTED)["cause"] == "promise:p1"
    assert desk.state.runs["repair"].inputs == {"promise": "the refund", "reason": "none"}


def test_one_that_runs_already_does_not_keep_it_back() -> None:
    desk = Desk.open(TASK, playbook("repair", REPAIR))

    desk.tell(wanted(promise="a call"))

    assert [name for name in desk.state.runs if name != "t"] == ["repair", "repair-2"]


def test_without_one_the_owner_is_told() -> None:
    desk = Desk.open(TASK)

    desk.tell(PlaybookFound("repair", "promise:p1", None))

    assert desk.alerts() == ["0 incident promise:p1 -> owner"]
    assert "repair" in str(desk.last(FactType.ALERT)["text"])
