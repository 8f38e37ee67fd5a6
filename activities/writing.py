"""The hand that writes a ticket's facts down."""

from __future__ import annotations

from datetime import UTC, datetime

from temporalio import activity

from activities.dispatch import dispatch
from activities.messages import WRITE, Found, Writing, Written
from db.projection import project
from db.session import Store
from sop.plain import fact_of


class Ledger:
    """Facts into the ledger and its read models, with dispatch's answers back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @activity.defn(name=WRITE)
    async def write(self, writing: Writing) -> Written:
        """Write facts down in one transaction; may be repeated."""
        facts = [fact_of(plain) for plain in writing.facts]
        async with self._store.write() as conn:
            answers = await project(conn, writing.ticket_id, facts, dispatch)
        found = [Found(a.seq, a.person, a.pool, list(a.approvers), a.lead) for a in answers]
        return Written(found, datetime.now(UTC).isoformat())
