"""Whose first complaint it is: the playbook for first complaints starts once for a customer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.intake import Intake, Rules
from activities.messages import CREATED, NAMED, Choosing
from db.customers import NewCustomer
from db.intake import NewTicket, accept_ticket
from db.session import Store
from db.tables import Ticket
from tests.fixtures_db import sqlite_template, sqlite_url  # noqa: F401  # found by name
from worker.definitions.publishing import prepare
from worker.definitions.stocking import publish

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:  # noqa: F811  # the fixture
    opened = Store(sqlite_url)
    yield opened
    await opened.dispose()


async def test_the_playbook_for_first_complaints_starts_at_the_first_alone(store: Store, checkout: Path) -> None:
    edition = prepare(checkout)
    intake = Intake(store, Rules.of(edition.workspace))
    async with store.write() as conn:
        await publish(conn, edition, "test", NOW)

    started = [await _started(store, intake, customer) for customer in ("C-1", "C-1", "C-2")]

    assert started == [{"complaint", "first_complaint"}, {"complaint"}, {"complaint", "first_complaint"}]


async def test_a_playbook_wanted_by_name_is_found_whatever_it_starts_on(store: Store, checkout: Path) -> None:
    edition = prepare(checkout)
    intake = Intake(store, Rules.of(edition.workspace))
    async with store.write() as conn:
        await publish(conn, edition, "test", NOW)

    found = await intake.choose(Choosing(1, NAMED, {}, {}, playbook="first_complaint"))
    nothing = await intake.choose(Choosing(1, NAMED, {}, {}, playbook="no_such_playbook"))

    assert [(one["kind"], one["key"], one["version"]) for one in found.definitions] == [
        ("playbook", "first_complaint", 1)
    ]
    assert nothing.definitions == []


async def _started(store: Store, intake: Intake, customer: str) -> set[str]:
    """What starts for a complaint that this customer sends; it is classified as the projection would have it."""
    new = NewTicket("投诉安装服务", "web", NOW, customer=NewCustomer(external_id=customer))
    async with store.write() as conn:
        opened = await accept_ticket(conn, new)
    ticket, known = {"category": None, "priority": "normal", "channel": "web", "fields": {}}, {"tier": "regular"}
    async with store.write() as conn:
        taken = await intake.take_in(conn, Choosing(opened.id, CREATED, ticket, known, {}, None))
        await conn.execute(Ticket.__table__.update().where(Ticket.id == opened.id).values(category=taken.category))
    return {compiled["key"] for compiled in taken.definitions}
