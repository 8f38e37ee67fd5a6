"""``gongdan api``, ``worker``, ``relay``: one process each, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

from db.session import Store
from worker.definitions.workspace import parse_texts, read_texts
from worker.logs import begin_log
from worker.serving.connecting import connectors_of
from worker.serving.schema import schema_ready
from worker.settings import Settings
from worker.terminal.asked import Asked

GRACE = 5  # seconds for requests under way


def api(asked: Asked) -> int:
    """Serve the API and the console."""
    from worker.serving.doors import serve_api  # heavy, and only for this command

    begin_log("api")
    settings = asked.settings
    asyncio.run(schema_ready(settings))
    host, port = asked.maybe("host") or settings.host, asked.number("port") or settings.port
    serve_api(settings, host, port, GRACE)
    return 0


def worker(asked: Asked) -> int:
    """Run a Temporal worker."""
    from worker.serving.hands import serve  # heavy, and only for this command

    begin_log("worker")

    async def work(_stop: asyncio.Event) -> None:
        await schema_ready(asked.settings)
        await serve(asked.settings)

    return _until_stopped(work, looks=False)


def relay(asked: Asked) -> int:
    """Deliver what has been accepted."""
    begin_log("relay")
    return _until_stopped(lambda stop: _relay(asked.settings, stop), looks=True)


async def _relay(settings: Settings, stop: asyncio.Event) -> None:
    from activities.connectors.receipts import ReceiptBook  # heavy, and only for this command
    from activities.intake import Intake, Rules
    from activities.people import DeskPeople
    from worker.serving.deliveries import Deliveries
    from worker.serving.messenger import Messenger
    from worker.serving.relay import Relay
    from workflows.client import Tickets, connect

    await schema_ready(settings)
    store, connectors = Store(settings.database_url), connectors_of(settings)
    people = DeskPeople(store, settings.public_url)
    workspace = parse_texts(read_texts(settings.workspace))
    try:
        send = Messenger(connectors, ReceiptBook(store), people, workspace.messages).send
        tickets = Tickets(await connect(settings.temporal_address))
        intake = Intake(store, Rules.of(workspace))
        await Relay(store, Deliveries(store, tickets, send, intake)).run(stop)
    finally:
        await connectors.close()
        await store.dispose()


def _until_stopped(work: Callable[[asyncio.Event], Awaitable[None]], *, looks: bool) -> int:
    """Run until SIGTERM or Ctrl-C. Who ``looks`` at the event ends by itself; others are cancelled."""

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        task = asyncio.ensure_future(work(stop))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not looks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())
    return 0
