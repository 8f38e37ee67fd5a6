"""One delivery: a row of the outbox taken to where it belongs, and what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never

from temporalio.service import RPCError, RPCStatusCode

from activities.connectors.failures import CallFailed
from activities.intake import Intake
from db.outbox import Delivery, event_of
from db.session import Store, StoreUnavailable
from db.tables import OutboxKind
from worker.serving.starts import start_of
from workflows.client import TemporalUnavailable, TicketNotRunning, Tickets

Send: TypeAlias = Callable[[Delivery], Awaitable[None]]
"""Sends the message that a ``notify`` row asks for; raises ``CallFailed``, or ``ValueError`` for an unreadable row."""

_OURS = frozenset({RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.OUT_OF_RANGE, RPCStatusCode.UNIMPLEMENTED})


class Fate(StrEnum):
    """What became of a delivery."""

    ARRIVED = "arrived"
    AWAY = "away"
    """Nobody is there to take anything: everything waits."""
    LATER = "later"
    """Not this one, not now; an outage of the other side."""
    NOBODY = "nobody"
    """No workflow of the ticket runs."""
    WRONG = "wrong"
    """Something is wrong with the row: a few more tries."""
    REFUSED = "refused"
    """The other side said no for good."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery that has been tried, and why it did not arrive. ``retry_after`` is in seconds."""

    row: Delivery
    fate: Fate
    error: str = ""
    retry_after: float | None = None


class Deliveries:
    """Takes rows to Temporal, and to the message gateway by ``send``. ``intake`` says what starts for a new ticket."""

    def __init__(self, store: Store, tickets: Tickets, send: Send, intake: Intake) -> None:
        self._store, self._tickets, self._send, self._intake = store, tickets, send, intake

    async def attempt(self, row: Delivery) -> Settled:
        """Try one row; every way it may fail is an answer."""
        try:
            await self._deliver(row)
        except (TemporalUnavailable, StoreUnavailable) as away:
            return Settled(row, Fate.AWAY, str(away))
        except TicketNotRunning as nobody:
            return Settled(row, Fate.NOBODY, f"no workflow of this ticket runs: {nobody}")
        except RPCError as error:
            return Settled(row, Fate.WRONG if error.status in _OURS else Fate.LATER, str(error))
        except CallFailed as failed:
            return Settled(row, Fate.REFUSED if failed.final else Fate.LATER, failed.message(()), failed.retry_after)
        except Exception as wrong:  # noqa: BLE001 - a relay is a door: whatever one row brings, the others go on
            return Settled(row, Fate.WRONG, f"{type(wrong).__name__}: {wrong}")
        return Settled(row, Fate.ARRIVED)

    async def _deliver(self, row: Delivery) -> None:
        match row.kind:
            case OutboxKind.START:
                async with self._store.read() as conn:
                    start = await start_of(conn, row.ticket_id, row.payload, self._intake)
                await self._tickets.start(start)
            case OutboxKind.SIGNAL:
                await self._tickets.signal(row.ticket_id, event_of(row.payload), row.id)
            case OutboxKind.NOTIFY:
                await self._send(row)
            case _:
                assert_never(row.kind)
