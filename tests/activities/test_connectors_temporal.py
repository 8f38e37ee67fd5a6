"""The dynamic activity on a real Temporal server: its type is the action's name, and Temporal's retries ask first."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from sop.commands import CallAction
from sop.events import FailureKind
from tests.activities.connector_desk import Desk, at_company, opened
from tests.demo.running_company import Company
from workflows.wording import failed

pytestmark = pytest.mark.live
ASKED = CallAction("1", "erp.rma.create", {}, "w", None, 5.0, 5, 0.05, 1.0, "t", "create_rma")


@workflow.defn(name="OneCall")
class OneCall:
    """A ticket that makes one call, as the ticket workflow does."""

    @workflow.run
    async def run(self, order: dict[str, Any]) -> Any:  # Any: Temporal's converter knows no ``object``
        return await workflow.execute_activity(
            str(order["action"]),
            order,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=3),
        )


@pytest.fixture
async def temporal(
    company: Company, connector_files: dict[str, str], tmp_path: Path
) -> AsyncIterator[WorkflowEnvironment]:
    server = str(Path(sys.executable).with_name("temporal"))
    connectors = at_company(connector_files, company.port)
    environment = await WorkflowEnvironment.start_local(dev_server_existing_path=server)
    async with environment, opened(connectors, tmp_path / "desk.db") as desk, working(environment, desk):
        yield environment


def working(environment: WorkflowEnvironment, desk: Desk) -> Worker:
    return Worker(
        environment.client,
        task_queue="calls",
        workflows=[OneCall],
        activities=[desk.calls().call],
        workflow_runner=UnsandboxedWorkflowRunner(),  # the workflow is this test's, not the product's
    )


async def test_an_action_is_done_once_though_its_answer_was_lost_and_a_refusal_is_final(
    temporal: WorkflowEnvironment, company: Company
) -> None:
    company.switch_on("forget", times=1, match={"system": "erp"})

    answer = await temporal.client.execute_workflow("OneCall", order("w1", "O-1001"), id="w1", task_queue="calls")
    with pytest.raises(WorkflowFailureError) as caught:
        await temporal.client.execute_workflow("OneCall", order("w2", "O-9999"), id="w2", task_queue="calls")

    assert isinstance(answer, dict)
    assert list(answer["outputs"]) == ["rma_no"]
    assert company.effects("erp.rma.create") == 1
    failed = caught.value.cause
    assert isinstance(failed, ActivityError)
    assert isinstance(failed.cause, ApplicationError)
    assert (failed.activity_type, failed.cause.type, failed.cause.non_retryable) == ("erp.rma.create", "refused", True)
    assert len(company.calls(key="w2")) == 1


async def test_a_failed_action_tells_how_often_it_was_tried(temporal: WorkflowEnvironment, company: Company) -> None:
    told = []
    for key, order_no in (("w4", "O-9999"), ("w5", "O-1001")):
        if key == "w5":
            company.switch_on("rubbish", times=9, match={"system": "erp"})
        with pytest.raises(WorkflowFailureError) as caught:
            await temporal.client.execute_workflow("OneCall", order(key, order_no), id=key, task_queue="calls")
        error = caught.value.cause
        assert isinstance(error, ActivityError)
        told.append(failed(ASKED, error))

    assert [(event.kind, event.attempts) for event in told] == [(FailureKind.REFUSED, 1), (FailureKind.RUBBISH, 3)]


def order(key: str, order_no: str) -> dict[str, object]:
    arguments = {"order_no": order_no}
    return {
        "ticket_id": 7,
        "call": "1",
        "action": "erp.rma.create",
        "arguments": arguments,
        "key": key,
        "gives": ["rma_no"],
    }
