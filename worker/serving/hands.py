"""The Temporal worker: every room's hands, composed once, until the process is told to stop."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from activities.calls import SIGN_EVERY, Calls
from activities.connectors.receipts import ReceiptBook
from activities.intake import Intake, Rules
from activities.merging import Mergers
from activities.people import DeskPeople
from activities.writing import Ledger
from db.session import Store
from worker.definitions.workspace import parse_texts, read_texts
from worker.serving.connecting import connectors_of
from worker.settings import Settings
from workflows.client import TemporalUnavailable, connect, register_attributes
from workflows.messages import TASK_QUEUE
from workflows.sandbox import ready, runner
from workflows.ticket import TicketWorkflow

GRACE = timedelta(seconds=20)  # for calls under way when the process is told to stop
AT_ONCE = 24  # tickets whose turn it is: Python works on one at a time, and a turn that takes two seconds is given up
CACHED = 4_000  # tickets kept in memory, 80 kB each; the others are replayed when something happens


async def serve(settings: Settings) -> None:
    """Work until cancelled. Waits for Temporal as long as it takes."""
    workspace = parse_texts(read_texts(settings.workspace))
    ready()
    async with AsyncExitStack() as stack:
        store = Store(settings.database_url)
        stack.push_async_callback(store.dispose)
        connectors = connectors_of(settings)
        stack.push_async_callback(connectors.close)
        client = await reached(settings)
        zone = str(workspace.calendars["default"]["tz"])
        people = DeskPeople(store, settings.public_url)
        calls = Calls(connectors, ReceiptBook(store), people, workspace.messages, zone)
        intake, ledger = Intake(store, Rules.of(workspace)), Ledger(store)
        worker = Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[TicketWorkflow],
            activities=[intake.choose, ledger.write, Mergers(store).agree, calls.call],
            workflow_runner=runner(),
            max_cached_workflows=CACHED,
            max_concurrent_workflow_tasks=AT_ONCE,
            graceful_shutdown_timeout=GRACE,
            max_heartbeat_throttle_interval=timedelta(seconds=SIGN_EVERY),
        )
        structlog.get_logger("worker").info("serving", queue=TASK_QUEUE, temporal=settings.temporal_address)
        await worker.run()


async def reached(settings: Settings) -> Client:
    """A connected client whose namespace knows our search attributes; tries until Temporal is there."""
    pause = 0.2
    while True:
        try:
            client = await connect(settings.temporal_address, lazy=False)
            await register_attributes(client)
        except TemporalUnavailable:
            structlog.get_logger("worker").warning("temporal_away", again_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)
        else:
            return client
