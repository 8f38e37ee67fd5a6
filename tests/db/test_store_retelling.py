"""A workflow task is lost after its facts were written, and done again: the workflow is right, the ledger follows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db import ledger
from db.outbox import delivered as outbox_delivered
from db.outbox import pending
from db.queries.tickets import steps
from db.session import Store
from db.tables import Outbox, Retold
from sop.facts import FactType
from tests.db.desk import ANNA, Facts, a_started_return, after, opened, projected


def answered(outcome: str) -> Facts:
    """The first task is answered, one way or another."""
    facts = a_started_return()
    seq = len(facts.all) + 1
    closed = Facts(start=seq)
    closed.add(FactType.STEP_CLOSED, "inspect", by=ANNA, status="done", outcome=outcome, outputs={})
    return closed


async def test_facts_told_otherwise_replace_what_was_never_true(store: Store) -> None:
    ticket = (await opened(store)).id
    await projected(store, ticket, a_started_return())
    await projected(store, ticket, answered("lost"))

    await projected(store, ticket, answered("found"))

    async with store.read() as conn:
        rows = await ledger.read(conn, ticket)
        retold = list((await conn.execute(select(Retold.data))).scalars())
        assert rows[-1].data["outcome"] == "found"
        assert (await ledger.verify(conn, ticket)).whole
        assert [data["outcome"] for data in retold] == ["lost"]
        assert [step.outcome for step in await steps(conn, ticket) if step.step == "inspect"] == ["found"]


def late(minute: int) -> Facts:
    """A clock has broken its promise, at this minute."""
    facts = Facts(start=len(a_started_return().all) + 1)
    facts.add(FactType.ALERT, kind="overdue", about="resolution", to="user:anna", fired_at=f"2026-05-06T02:{minute}Z")
    return facts


@pytest.mark.parametrize("delivered", [True, False], ids=["which was sent", "which waits to be sent"])
async def test_an_alert_told_again_is_one_message(delivered: bool, store: Store) -> None:
    ticket = (await opened(store)).id
    await projected(store, ticket, a_started_return())
    await projected(store, ticket, late(10))
    if delivered:
        await _deliver(store)

    await projected(store, ticket, late(12))

    assert await _messages(store) == ["user:anna"]


async def test_an_alert_that_was_never_true_is_not_sent_any_more(store: Store) -> None:
    ticket = (await opened(store)).id
    await projected(store, ticket, a_started_return())
    await projected(store, ticket, late(10))

    await projected(store, ticket, answered("found"))

    assert await _messages(store) == []


async def _deliver(store: Store) -> None:
    async with store.write() as conn:
        rows = await pending(conn, 10, after(days=1))
        await outbox_delivered(conn, [row.id for row in rows], after(days=1))


async def _messages(store: Store) -> list[str]:
    """To whom messages go, or have gone."""
    async with store.read() as conn:
        rows = (await conn.execute(select(Outbox.payload).where(Outbox.kind == "notify"))).scalars()
        return [payload["arguments"]["to"] for payload in rows]


async def test_the_same_facts_again_change_nothing(store: Store) -> None:
    ticket = (await opened(store)).id
    first = await projected(store, ticket, a_started_return())

    again = await projected(store, ticket, a_started_return())

    async with store.read() as conn:
        assert list((await conn.execute(select(Retold.id))).scalars()) == []
    assert again == first


async def test_a_story_told_otherwise_from_its_first_word(store: Store) -> None:
    ticket = (await opened(store)).id
    await projected(store, ticket, Facts().add(FactType.TICKET_OPENED, run=None, channel="mail", customer="1"))

    await projected(store, ticket, a_started_return())

    async with store.read() as conn:
        assert (await ledger.verify(conn, ticket)).whole
        assert (await ledger.read(conn, ticket))[0].data["channel"] == "web"
