"""Messages that nobody waits for (``notify`` rows of the outbox), sent through the gateway's connector, each once."""

from __future__ import annotations

import asyncio

from activities.connectors.effect import Budget, Effects
from activities.connectors.failures import RefusedByOtherSide
from activities.connectors.people import People
from activities.connectors.receipts import ReceiptBook
from activities.connectors.registry import Connectors, Service
from activities.connectors.request import Order, request_hash
from activities.notify import MessageTemplates, write_message
from db.outbox import Delivery
from db.personal import references_in, written_out
from sop.values import Value, Values

SECONDS = 10.0  # less than a relay's lease


class Messenger:
    """Sends what a row asks for: ``{action: notify.staff, arguments: {to, template | text, …}, channel}``; by the
    channel, where one is named and reaches the reader.

    The idempotency key is the row's number and the reader's: a row delivered twice is sent once."""

    def __init__(
        self, connectors: Connectors, receipts: ReceiptBook, people: People, templates: MessageTemplates
    ) -> None:
        self._connectors, self._people, self._templates = connectors, people, templates
        self._effects = Effects(receipts)

    async def send(self, row: Delivery) -> None:
        """Send it to everybody it is for. Raises ``CallFailed``; ``ValueError`` for a row that asks for no message."""
        action, arguments = row.payload.get("action"), row.payload.get("arguments")
        service = self._connectors.services.get(str(action))
        if service is None or service.operation.message is None or not isinstance(arguments, dict):
            raise ValueError(f"{action} is no message")
        budget = Budget(asyncio.get_running_loop().time() + SECONDS)
        for order in await self._orders(service, row, await self._written_out(row.ticket_id, arguments)):
            await self._effects.once(service, order, budget)

    async def _written_out(self, ticket_id: int, arguments: Values) -> dict[str, Value]:
        names = sorted(references_in(dict(arguments)))
        known = await self._people.texts(ticket_id, names) if names else {}
        return {name: written_out(value, known) for name, value in arguments.items()}

    async def _orders(self, service: Service, row: Delivery, arguments: Values) -> list[Order]:
        who, to, by = service.operation.message, arguments.get("to"), row.payload.get("channel")
        wanted = (str(to) if to else None, str(by) if by else None)
        readers = await self._people.readers(row.ticket_id, who, *wanted) if who else ()
        if not readers:
            raise RefusedByOtherSide("there is nobody to tell", "没有可以通知的人")
        about = await self._people.about(row.ticket_id)
        asked = request_hash(service.name, row.payload)
        told = {name: arguments.get(name) for name in service.operation.takes}
        return [
            Order(
                row.ticket_id,
                arguments,
                f"outbox-{row.id}:{reader.id}",
                asked,
                None,
                write_message(reader, told, about, self._templates).scope(),
            )
            for reader in readers
        ]
