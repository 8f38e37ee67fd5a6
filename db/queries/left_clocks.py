"""What is left of a closed ticket's clocks, for the ticket to go on with when it is opened again."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from db import calendars, ledger
from sop.clocks.left import Left, left_of
from sop.facts import FactType

_TOLD = (FactType.CLOCK_STOPPED.value, FactType.CLOCK_CORRECTED.value)


async def what_is_left(conn: AsyncConnection, ticket_id: int) -> dict[str, Left]:
    """The clocks of a ticket as its ledger tells of them, with the calendars they have counted on."""
    rows = await ledger.rows_of(conn, ticket_id, _TOLD)
    found = left_of(row.fact() for row in rows)
    wanted = {use.version for left in found.values() if left.clock for use in left.clock.calendars}
    known = await calendars.plain_of(conn, wanted) if wanted else {}
    for left in found.values():
        uses = left.clock.calendars if left.clock else ()
        left.calendars = {use.version: known[use.version] for use in uses if use.version in known}
    return found
