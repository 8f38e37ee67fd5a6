"""What a ticket's workflow is told when it starts: the facts that decisions need, and nothing personal."""

from __future__ import annotations

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.numbers import number_of
from db.tables import Customer
from sop.values import Values


def ticket_facts(ticket: RowMapping) -> Values:
    """The facts of a ticket's row: as it was taken in, but for category, priority and tags, which are those of now."""
    return {
        "no": number_of(ticket["id"]),
        "channel": ticket["channel"],
        "category": ticket["category"],
        "priority": ticket["priority"],
        "created_at": ticket["created_at"].isoformat(),
        "order": ticket["order"],
        "fields": ticket["fields"],
        "tags": ticket["tags"],
    }


async def customer_facts(conn: AsyncConnection, customer_id: int | None) -> Values:
    """What decisions may know of a customer."""
    columns = (Customer.id, Customer.tier, Customer.complaint_count, Customer.language, Customer.calendar)
    row = (await conn.execute(select(*columns).where(Customer.id == customer_id))).mappings().one_or_none()
    known = {name: value for name, value in (row or {}).items() if value is not None}
    return {**known, "id": str(known["id"])} if known else {}
