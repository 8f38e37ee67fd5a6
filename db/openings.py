"""What a ticket's workflow is told when it starts: the facts that decisions need, and nothing personal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    known = await facts_of_customers(conn, [customer_id]) if customer_id is not None else {}
    return known.get(customer_id, {})


async def facts_of_customers(conn: AsyncConnection, ids: Iterable[int | None]) -> Mapping[int | None, Values]:
    """The same of several customers, by id."""
    columns = (Customer.id, Customer.tier, Customer.complaint_count, Customer.language, Customer.calendar)
    wanted = {customer_id for customer_id in ids if customer_id is not None}
    rows = (await conn.execute(select(*columns).where(Customer.id.in_(wanted)))).mappings().all()
    known = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return {one["id"]: {**one, "id": str(one["id"])} for one in known}
