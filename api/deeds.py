"""A person's deed on its way to a ticket, whichever door it came through: heard, or refused by a ticket that knows as
much as its page has shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic

import structlog

from api.doors import Doors
from api.ports import Tickets
from api.problem_table import Code
from api.problems import Problem
from db.numbers import number_of
from db.queries.tickets import standing
from workflows.client import Refused, TicketNotRunning
from workflows.messages import Receipt

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # seconds


async def tell(doors: Doors, ticket_id: int, shown: int, ask: Callable[[Tickets], Awaitable[Receipt]]) -> Receipt:
    """Tell a ticket. ``shown``: the last ledger row there was when the deed came in; whoever did it saw no more.

    After a worker has died, the ledger may have facts that the ticket is only about to decide again. A ticket that
    refuses before it has come that far is told again, by the same key, for ``Settings.catching_up`` seconds at most;
    any other refusal is said at once. Raises ``Refused``, ``TemporalUnavailable``, and the ``Problem`` of a ticket that
    does not run."""
    pauses = _pauses(doors.settings.catching_up)
    while True:
        try:
            return await doors.line.call(ask)
        except TicketNotRunning:
            # with a ledger, it has lived
            raise Problem(Code.TICKET_OVER if shown else Code.TICKET_NOT_STARTED, no=number_of(ticket_id)) from None
        except Refused as refused:
            if not await _is_behind(doors, ticket_id, shown, refused) or (pause := next(pauses, None)) is None:
                raise
            log = structlog.get_logger("api")
            log.info("ticket_behind", ticket=ticket_id, knows=refused.seq, shown=shown, again_in=pause)
        await asyncio.sleep(pause)


async def _is_behind(doors: Doors, ticket_id: int, shown: int, refused: Refused) -> bool:
    """Whether the refusal is of a ticket that knows less than was shown, and than is shown still: what is in the ledger
    may be taken out of it, when the ticket decides otherwise."""
    if refused.seq is None or refused.seq >= shown:
        return False
    async with doors.store.read() as conn:
        now = await standing(conn, ticket_id)
    return now is not None and refused.seq < now.last_seq


def _pauses(seconds: float) -> Iterator[float]:
    """Growing pauses, from the first one on for so many seconds."""
    pause, end = FIRST_PAUSE, monotonic() + seconds
    while (left := end - monotonic()) > 0:
        yield min(pause, left)
        pause = min(pause * 2, LONGEST_PAUSE)
