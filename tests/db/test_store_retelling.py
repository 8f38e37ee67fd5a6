"""A workflow task is lost after its facts were written, and done again: the workflow is right, the ledger follows."""

from __future__ import annotations

from sqlalchemy import select

from db import ledger
from db.queries.tickets import steps
from db.session import Store
from db.tables import Retold
from sop.facts import FactType
from tests.db.desk import ANNA, Facts, a_started_return, opened, projected


def answered(outcome: str) -> Facts:
    """The first task is answered, one way or another."""
    facts = a_started_return()
    seq = len(facts.all) + 1
    after = Facts(start=seq)
    after.add(FactType.STEP_CLOSED, "inspect", by=ANNA, status="done", outcome=outcome, outputs={})
    return after


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
