"""What a new ticket takes of a definition that has a candidate, and which gates it learns of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.intake import Intake, Rules
from activities.messages import CREATED, Choosing, Taken
from db import definitions, gates, releases
from db.customers import NewCustomer
from db.gates import NewGate
from db.intake import NewTicket, accept_ticket
from db.releases import Aim, Said
from db.session import Store
from db.tables import DefinitionState
from playbooks.picking import bucket
from sop.values import decode
from tests.fixtures_db import sqlite_template, sqlite_url  # noqa: F401  # found by name
from worker.definitions.publishing import prepare
from worker.definitions.stocking import publish

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
TRIED = Aim(DefinitionState.CANDIDATE, share=30)


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:  # noqa: F811  # the fixture
    opened = Store(sqlite_url)
    yield opened
    await opened.dispose()


async def taken(store: Store, intake: Intake, no: str, tier: str = "regular") -> Taken:
    new = NewTicket("退货", "web", NOW, customer=NewCustomer(external_id="C-1"), category="return")
    async with store.write() as conn:
        ticket = (await accept_ticket(conn, new)).id
    facts = {"no": no, "channel": "web", "category": "return", "priority": "normal", "fields": {}}
    asked = Choosing(ticket, CREATED, facts, {"id": "1", "tier": tier})
    async with store.read() as conn:
        return await intake.take_in(conn, asked)


async def test_a_share_of_new_tickets_takes_the_candidate_and_says_so(store: Store, checkout: Path) -> None:
    edition = prepare(checkout)
    intake = Intake(store, Rules.of(edition.workspace))
    async with store.write() as conn:
        await publish(conn, edition, "test", NOW)
        compiled = await definitions.definition(conn, "sop", "return")
        assert compiled
        changed = {**compiled, "sha256": "b" * 64}
        await releases.publish(conn, changed, "", Said("anna", NOW), TRIED, first=True)  # type: ignore[arg-type]  # a definition
        gate, _ = await gates.hold(conn, NewGate("return", "refund"), Said("lea", NOW, "why"))
    numbers = [f"GD-{10_000 + number}" for number in range(1, 21)]
    found = {no: await taken(store, intake, no) for no in numbers}

    tried = {no for no, each in found.items() if each.definitions[0]["version"] == 2}
    assert tried == {no for no in numbers if bucket("return", {"no": no}) < 30}
    assert 0 < len(tried) < 20
    for no in tried:
        assert {k: decode(v) for k, v in found[no].candidates["b" * 64].items()} == {
            "share": 30,
            "bucket": bucket("return", {"no": no}),
        }
    assert all(not found[no].candidates for no in set(numbers) - tried)
    assert [each["id"] for each in found[numbers[0]].gates] == [gate]
