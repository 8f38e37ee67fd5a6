"""The relay: what has been accepted reaches Temporal, in order, whatever dies on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from temporalio.client import Client

from activities.connectors.failures import NotReached, RefusedByOtherSide
from activities.intake import Intake, Rules
from db.intake import NewMessage, NewTicket, accept_message, accept_ticket
from db.outbox import Delivery, backlog, put
from db.session import Store
from db.tables import Message, Outbox, OutboxKind, Ticket
from sop.events import Actor, ActorKind
from tests.worker.real_servers import TemporalServer
from worker.serving.deliveries import Deliveries
from worker.serving.relay import Relay
from workflows.client import Tickets, connect

pytestmark = pytest.mark.live
CUSTOMER = Actor(ActorKind.CUSTOMER, "customer")
SIGNALED = 26  # the event type of a signal in a history


async def nothing_to_send(row: Delivery) -> None:
    raise AssertionError(f"no message was to be sent: {row}")


async def tickets_of(server: TemporalServer, queue: str) -> Tickets:
    return Tickets(await connect(server.address), queue)


@asynccontextmanager
async def relaying(  # type: ignore[no-untyped-def]
    store: Store, tickets: Tickets, send=nothing_to_send, count: int = 1, intake: Intake | None = None
) -> AsyncIterator[None]:
    """Relays at work, ended when the block is left."""
    stop, intake = asyncio.Event(), intake or Intake(store, Rules((), {}))
    relays = [
        asyncio.create_task(Relay(store, Deliveries(store, tickets, send, intake), tries=3).run(stop))
        for _ in range(count)
    ]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*relays)


async def until(holds: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # type: ignore[misc]  # noqa: ASYNC110 - it is the database that changes
            await asyncio.sleep(0.02)


async def open_tickets(store: Store, count: int, messages: int) -> list[int]:
    """Tickets with as many messages each, told in turn."""
    now = datetime.now(UTC)
    ids = []
    async with store.write() as conn:
        for number in range(count):
            accepted = await accept_ticket(conn, NewTicket(f"T{number}", "web", now))
            ids.append(accepted.id)
        for turn in range(messages):
            for ticket_id in ids:
                await accept_message(conn, NewMessage(ticket_id, f"message {turn}", CUSTOMER, now))
    return ids


async def empty(store: Store) -> bool:
    async with store.read() as conn:
        return (await backlog(conn)).undelivered == 0


async def given_up(store: Store) -> bool:
    async with store.read() as conn:
        return (await backlog(conn)).dead > 0


async def told(server: TemporalServer, ticket_id: int) -> list[str]:
    """The messages a ticket's workflow was told of, in the order of its history."""
    client = await Client.connect(server.address)
    history = await client.get_workflow_handle(f"ticket-{ticket_id}").fetch_history()
    signals = [
        event.workflow_execution_signaled_event_attributes for event in history.events if event.event_type == SIGNALED
    ]
    payloads = [(await client.data_converter.decode(signal.input.payloads))[0] for signal in signals]
    return [payload["message"] for payload in payloads]


async def messages_of(store: Store, ticket_id: int) -> list[str]:
    async with store.read() as conn:
        rows = await conn.execute(select(Message.id).where(Message.ticket_id == ticket_id).order_by(Message.id))
        return [str(row.id) for row in rows]


@pytest.fixture
def server(tmp_path: Path, free_port: Callable[[], int]):  # type: ignore[no-untyped-def]
    """A Temporal server of this test's own, not started yet."""
    server = TemporalServer(free_port(), tmp_path / "temporal.db")
    yield server
    server.kill()


async def test_every_ticket_hears_its_messages_in_order(store: Store, temporal: TemporalServer) -> None:
    ids = await open_tickets(store, count=5, messages=6)

    async with relaying(store, await tickets_of(temporal, "gongdan")):
        await until(lambda: empty(store))

    for ticket_id in ids:
        assert await told(temporal, ticket_id) == await messages_of(store, ticket_id)


async def test_two_relays_share_the_work_and_keep_the_order(store: Store, temporal: TemporalServer) -> None:
    ids = await open_tickets(store, count=6, messages=6)

    async with relaying(store, await tickets_of(temporal, "gongdan"), count=2):
        await until(lambda: empty(store))

    for ticket_id in ids:
        assert await told(temporal, ticket_id) == await messages_of(store, ticket_id)


async def test_intake_while_temporal_is_down_arrives_when_it_is_back(store: Store, server: TemporalServer) -> None:
    ids = await open_tickets(store, count=3, messages=2)
    async with relaying(store, await tickets_of(server, "gongdan")):
        await asyncio.sleep(1.5)
        assert not await empty(store)

        server.start()
        await until(lambda: empty(store), 30)

        server.kill()
        async with store.write() as conn:
            await accept_message(conn, NewMessage(ids[0], "and another", CUSTOMER, datetime.now(UTC)))
        await asyncio.sleep(0.5)
        server.start()
        await until(lambda: empty(store), 30)

    assert await told(server, ids[0]) == await messages_of(store, ids[0])
    async with store.read() as conn:
        assert (await backlog(conn)).dead == 0


async def test_a_new_row_is_noticed_at_once(store: Store, temporal: TemporalServer) -> None:
    async with relaying(store, await tickets_of(temporal, "gongdan")):
        await open_tickets(store, count=1, messages=0)
        await until(lambda: empty(store))  # the connection stands
        began = asyncio.get_running_loop().time()
        await open_tickets(store, count=1, messages=0)
        await until(lambda: empty(store))
        took = asyncio.get_running_loop().time() - began

    assert took < 1


async def test_a_row_delivered_twice_starts_one_workflow(store: Store, temporal: TemporalServer) -> None:
    (ticket_id,) = await open_tickets(store, count=1, messages=1)
    tickets = await tickets_of(temporal, "gongdan")
    async with relaying(store, tickets):
        await until(lambda: empty(store))
        async with store.write() as conn:  # as if the relay had been killed before it could say so
            again = {"delivered_at": None, "deliver_after": datetime.now(UTC)}
            await conn.execute(update(Outbox).where(Outbox.kind == "start").values(again))
        await until(lambda: empty(store))

    client = await Client.connect(temporal.address)
    assert (await client.count_workflows(f"WorkflowId = 'ticket-{ticket_id}'")).count == 1
    assert await told(temporal, ticket_id) == await messages_of(store, ticket_id)


async def test_a_row_nobody_can_read_is_given_up_and_the_desk_is_told(store: Store, temporal: TemporalServer) -> None:
    (ticket_id,) = await open_tickets(store, count=1, messages=0)
    async with store.write() as conn:
        await put(conn, ticket_id, OutboxKind.SIGNAL, {"event": "unheard of"}, datetime.now(UTC))
        await accept_message(conn, NewMessage(ticket_id, "and on", CUSTOMER, datetime.now(UTC)))

    async with relaying(store, await tickets_of(temporal, "gongdan")):
        await until(lambda: empty(store))

    async with store.read() as conn:
        dead = (await conn.execute(select(Outbox.last_error).where(Outbox.dead))).scalars().all()
        flags = (await conn.execute(select(Message).where(Message.visibility == "internal"))).all()
    assert len(dead) == 1
    assert "KeyError" in (dead[0] or "")
    assert len(flags) == 1
    assert await told(temporal, ticket_id) == await messages_of(store, ticket_id)


async def test_a_ticket_that_intake_breaks_on_holds_up_nobody(store: Store, temporal: TemporalServer) -> None:
    broken = Intake(store, Rules((object(),), {}))  # type: ignore[arg-type]  # a rule that is none: what a bug might bring
    (ticket_id,) = await open_tickets(store, count=1, messages=0)

    async with relaying(store, await tickets_of(temporal, "gongdan"), intake=broken):
        await until(lambda: given_up(store))

    async with store.read() as conn:
        dead = await conn.scalar(select(Outbox.last_error).where(Outbox.dead, Outbox.ticket_id == ticket_id))
        flags = (await conn.execute(select(Message).where(Message.visibility == "internal"))).all()
    assert "AttributeError" in (dead or "")
    assert len(flags) == 1


async def test_a_message_after_the_end_of_a_ticket_is_put_aside(store: Store, temporal: TemporalServer) -> None:
    (ticket_id,) = await open_tickets(store, count=1, messages=0)
    async with relaying(store, await tickets_of(temporal, "gongdan")):
        await until(lambda: empty(store))
        client = await Client.connect(temporal.address)
        await client.get_workflow_handle(f"ticket-{ticket_id}").terminate()
        async with store.write() as conn:
            await conn.execute(update(Ticket).values(status="closed").where(Ticket.id == ticket_id))
            await accept_message(conn, NewMessage(ticket_id, "thanks", CUSTOMER, datetime.now(UTC)))
        await until(lambda: empty(store))

    async with store.read() as conn:
        assert await conn.scalar(select(Outbox.last_error).where(Outbox.dead)) == "the ticket has ended"


async def test_a_gateway_that_is_away_holds_up_its_messages_only(store: Store, temporal: TemporalServer) -> None:
    sent: list[int] = []
    tried: list[int] = []

    async def send(row: Delivery) -> None:
        tried.append(row.id)
        if len(tried) < 6:
            raise NotReached("nobody there", "没有人")
        if row.payload["text"] == "no":
            raise RefusedByOtherSide("no such number", "号码不存在")
        sent.append(row.id)

    (ticket_id,) = await open_tickets(store, count=1, messages=0)
    async with store.write() as conn:
        for text in ("yes", "no", "yes again"):
            await put(conn, ticket_id, OutboxKind.NOTIFY, {"text": text}, datetime.now(UTC))
    async with relaying(store, await tickets_of(temporal, "gongdan"), send):
        await until(lambda: empty(store), 30)

    async with store.read() as conn:
        assert await conn.scalar(select(func.count()).where(Outbox.dead)) == 1
    assert len(sent) == 2
    assert sent == sorted(sent)
