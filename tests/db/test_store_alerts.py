"""An alert by the channels its rung names: one message each that reaches somebody, and never the same one twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from db.session import Store
from db.tables import Notification, Outbox, OutboxKind, Person
from sop.facts import FactType
from tests.db.desk import a_started_return, opened, projected, rows, staffed


@pytest.mark.parametrize(
    ("named", "noted", "by"),
    [
        ([], 1, [None]),
        (["app"], 1, []),
        (["app", "sms", "wechat"], 1, ["sms"]),
        (["sms", "sms", "email"], 0, ["sms", "email"]),
        (["wechat"], 0, [None]),
        (["app", "wechat", "wechat"], 1, [None]),
    ],
)
async def test_each_channel_that_reaches_somebody_has_one_message(
    store: Store, named: list[str], noted: int, by: list[str | None]
) -> None:
    await staffed(store)
    async with store.write() as conn:
        known = update(Person).where(Person.id == "anna")
        await conn.execute(known.values(email="anna@example.com", phone="13900000009", wechat=None))
    accepted = await opened(store)
    data = {"kind": "overdue", "about": "inspect", "to": "user:anna", **({"channels": named} if named else {})}

    await projected(store, accepted.id, a_started_return().add(FactType.ALERT, **data))

    async with store.read() as conn:
        notes = await rows(conn, Notification)
        sent = select(Outbox.payload).where(Outbox.kind == OutboxKind.NOTIFY).order_by(Outbox.id)
        payloads = [row.payload for row in await conn.execute(sent)]
    assert len(notes) == noted
    assert [payload.get("channel") for payload in payloads] == by
    assert all("channel" not in payload["arguments"] for payload in payloads)
