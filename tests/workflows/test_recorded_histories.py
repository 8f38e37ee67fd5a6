"""Open tickets survive a new version of the code: recorded histories are replayed on the workflow as it is now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from changed_ticket import ForgetsToShow, SleepsFirst
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from sop.definition import Compiled
from workflows.messages import workflow_id
from workflows.sandbox import runner
from workflows.ticket import TicketWorkflow

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))
LARGEST = 100_000  # bytes of one history: it is read by every clone and every run


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(workflow_id(1), file.read_text("utf-8"))


def _replayer(workflow: type) -> Replayer:
    return Replayer(workflows=[workflow], workflow_runner=runner())


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_ticket_of_the_past_goes_on_with_the_code_of_today(file: Path) -> None:
    result = await _replayer(TicketWorkflow).replay_workflow(_history(file))

    assert result.replay_failure is None


@pytest.mark.parametrize("changed", [SleepsFirst, ForgetsToShow])
async def test_a_workflow_that_was_changed_without_care_is_found_out(changed: type) -> None:
    [file] = [file for file in HISTORIES if file.stem == "return"]

    with pytest.raises(NondeterminismError):
        await _replayer(changed).replay_workflow(_history(file))


def test_there_is_a_history_of_every_shipped_definition(library: dict[str, Compiled]) -> None:
    recorded = {file.stem for file in HISTORIES}
    within = {called for compiled in library.values() if compiled["key"] in recorded for called in compiled["sops"]}

    assert {compiled["key"] for compiled in library.values()} <= recorded | within


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_a_history_is_small_and_names_nobody(file: Path) -> None:
    text = file.read_text("utf-8")

    assert len(text) <= LARGEST
    assert "identity" not in text
    assert json.loads(text)["events"]
