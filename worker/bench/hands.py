"""One worker process of the race: ``python -m worker.bench.hands product|twin QUEUE CALLS``.

Both sides write to the same real database through the product's own hand. A call is answered at once, without a
network, and kept in the file CALLS, one JSON array ``[ticket, action, arguments]`` a line."""

from __future__ import annotations

import asyncio
import collections.abc
import json
import signal
import sys
from pathlib import Path

from temporalio import activity
from temporalio.common import RawValue
from temporalio.worker import Worker

from activities.intake import Intake, Rules
from activities.writing import Ledger
from db.session import Store
from sop.values import encode
from worker.bench import journey
from worker.bench.twin import ReturnByHand
from worker.definitions.workspace import parse_texts, read_texts
from worker.leaving import leave_with
from worker.logs import begin_log
from worker.serving.hands import AT_ONCE, CACHED, reached
from worker.settings import Settings
from workflows.sandbox import ready, runner
from workflows.ticket import TicketWorkflow

PRODUCT, TWIN = "product", "twin"


class Answering:
    """Every system of the company."""

    def __init__(self, calls: Path) -> None:
        self._calls = calls

    @activity.defn(dynamic=True)
    async def call(self, given: collections.abc.Sequence[RawValue]) -> dict[str, object]:
        """Answer, and keep what was asked."""
        asked = activity.payload_converter().from_payload(given[0].payload)
        line = json.dumps([asked["ticket_id"], asked["action"], asked["arguments"]], ensure_ascii=False)
        with self._calls.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        return {"outputs": encode(journey.outputs(asked["action"], asked["ticket_id"]))}


async def work(side: str, queue: str, calls: Path) -> None:
    """Work until told to stop."""
    settings = Settings.from_environment()
    workspace = parse_texts(read_texts(settings.workspace))
    store = Store(settings.database_url)
    ready()
    intake, ledger, systems = Intake(store, Rules.of(workspace)), Ledger(store), Answering(calls)
    worker = Worker(
        await reached(settings),
        task_queue=queue,
        workflows=[TicketWorkflow if side == PRODUCT else ReturnByHand],
        activities=[
            *([intake.choose] if side == PRODUCT else []),
            ledger.write,
            systems.call,
        ],
        workflow_runner=runner(),
        max_cached_workflows=CACHED,
        max_concurrent_workflow_tasks=AT_ONCE,
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with worker:
        await stop.wait()
    await store.dispose()


if __name__ == "__main__":
    begin_log(sys.argv[1])
    leave_with(lambda: asyncio.run(work(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
