"""A scene: one ticket, and the people and systems around it, each doing their part when it is their turn."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sop.values import Value, Values
from worker.demo.line import CUSTOMER, LOOK_EVERY, Line, items


@dataclass(slots=True)
class Scene:
    """One ticket as its story plays it. ``waiting`` says for what, for whoever asks why it takes so long."""

    line: Line
    no: str
    waiting: str = ""

    async def answer(self, step: str, outcome: str | None = None, **values: Value) -> None:
        """Whoever has the task completes it, once it is open."""
        opened = await self.opened(step)
        said: Values = {"outcome": outcome, "values": values} if outcome else {"values": values}
        await self.line.ask("POST", f"/tickets/{self.no}/steps/{opened['key']}/answer", said, by=_whose(opened))

    async def vote(self, step: str, by: str, *, approve: bool, comment: str = "") -> None:
        """Somebody decides on an approval, once it is asked for."""
        opened = await self.opened(step)
        said: Values = {"approve": approve, "comment": comment}
        await self.line.ask("POST", f"/tickets/{self.no}/steps/{opened['key']}/vote", said, by=by)

    async def settle(self, step: str, choice: str, by: str) -> None:
        """Somebody says how a failed step goes on."""
        said: Values = {"choice": choice, "values": {}}
        await self.line.ask("POST", f"/tickets/{self.no}/steps/{step}/incident", said, by=by)

    async def command(self, command: str, by: str, note: str) -> None:
        """Somebody does something to the whole ticket."""
        await self.line.ask("POST", f"/tickets/{self.no}/{command}", {"note": note}, by=by)

    async def say(self, body: str, by: str) -> None:
        """Somebody writes to the customer, or the customer to the desk."""
        await self.line.ask("POST", f"/tickets/{self.no}/messages", {"body": body, "visibility": "public"}, by=by)

    async def pictures(self, *names: str, by: str = CUSTOMER) -> list[Value]:
        """Send pictures; their ids, for a form."""
        return [await self.line.send_file(self.no, name, by) for name in names]

    async def opened(self, step: str) -> Values:
        """The open step, once it is open."""
        ticket = await self.until(lambda told: bool(_named(told, step)), step)
        return _named(ticket, step)[0]

    async def failed(self, step: str) -> str:
        """Wait until a step has failed; its full name."""

        def has_failed(ticket: Values) -> bool:
            return any(each.get("incident") for each in _named(ticket, step))

        return str(_named(await self.until(has_failed, f"{step}!"), step)[0]["key"])

    async def order_no(self) -> str:
        """The number of the order that the ticket is about."""
        order = (await self.line.ask("GET", f"/tickets/{self.no}")).get("order")
        return str(order["no"]) if isinstance(order, Mapping) else ""

    async def ended(self) -> Values:
        """The ticket, once it has come to a result."""
        return await self.until(lambda told: told.get("result") is not None, "∎")

    async def waybill(self, action: str, awaited: str) -> str:
        """The tracking number that an action of the carrier gave, once the parcel is awaited."""
        await self.opened(awaited)
        ledger = await self.line.ask("GET", f"/tickets/{self.no}/ledger?limit=200")
        done = [row["data"] for row in items(ledger.get("items")) if row.get("type") == "action.done"]
        outputs = [data["outputs"] for data in done if isinstance(data, Mapping) and data.get("action") == action]
        last = outputs[-1]
        return str(last["tracking_no"]) if isinstance(last, Mapping) else ""

    async def parcel_arrives(self, tracking_no: str) -> None:
        """The parcel reaches the warehouse; the carrier tells the desk by webhook."""
        await self.line.at_company("POST", f"/admin/parcels/{tracking_no}/receive", {})

    async def parcel_is_delivered(self, tracking_no: str) -> None:
        """The parcel reaches the customer; the carrier's system tells the desk through the API."""
        said: Values = {
            "source": "carrier",
            "id": secrets.token_urlsafe(9),
            "type": "parcel.delivered",
            "data": {"tracking_no": tracking_no},
        }
        await self.line.ask("POST", "/events", said)

    async def until(self, holds: Callable[[Values], bool], what: str) -> Values:
        """The ticket, once this holds of it."""
        self.waiting = what
        while True:
            ticket = await self.line.ask("GET", f"/tickets/{self.no}")
            if holds(ticket):
                self.waiting = ""
                return ticket
            await asyncio.sleep(LOOK_EVERY)


def _named(ticket: Values, step: str) -> list[Values]:
    return [each for each in items(ticket.get("steps")) if step in (each.get("key"), each.get("step"))]


def _whose(step: Values) -> str:
    """Who has a task: the person dispatch gave it to; the customer where nobody of the staff has it."""
    return str(step.get("person") or CUSTOMER)
