"""What people do to a whole ticket, or to who holds one open step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import Asking, needs
from api.bodies import body_of
from api.colleagues import require_colleague
from api.doors import Doors, TheDoors
from api.merging import require_target
from api.once import Once, Reply, TheWrite
from api.ports import Tickets
from api.principal import Principal, Scope
from api.v1 import asked
from api.v1.docs import OF_WRITES, errors_of, takes
from api.v1.handover import handover_of
from api.v1.handover_told import TransferTold
from api.v1.told import Done
from api.v1.updates import More, Standing, TheTicket, update
from db.intake import accept_reopening
from sop.events import Command, TicketCommanded
from sop.state import Status
from workflows.messages import Receipt

router = APIRouter(tags=["tickets"], dependencies=[needs(Scope.TICKETS_WRITE)])
ERRORS = errors_of(*OF_WRITES, 404)


class Ordered:
    """A command on its way: who gives it, to which ticket, through which doors."""

    def __init__(self, ticket: TheTicket, doors: TheDoors, write: TheWrite, asking: Asking) -> None:
        self.ticket: Standing = ticket
        self.doors: Doors = doors
        self.write: Once = write
        self.asking: Principal = asking

    async def give(
        self,
        command: Command,
        to: str | None = None,
        note: str = "",
        step: str | None = None,
        more: More | None = None,
    ) -> Response:
        """Give the command to the ticket."""
        event = TicketCommanded(command, self.asking.actor(self.ticket.customer), to, note, step)
        return await update(
            self.doors, self.write, self.ticket, lambda line, key: line.command(self.ticket.id, event, key), more
        )

    async def hand_over(self, said: asked.Transfer) -> Response:
        """Give the ticket to somebody who is there, and tell what they must know."""
        await require_colleague(self.doors, said.to)

        async def bundle(conn: AsyncConnection) -> dict[str, object]:
            return {"handover": await handover_of(conn, self.ticket.id)}

        return await self.give(Command.TRANSFER, said.to, said.note, said.step, bundle)

    async def merge(self, said: asked.Merger) -> Response:
        """Have another ticket go on in its place."""

        async def ask(line: Tickets, key: str) -> Receipt:
            into = await require_target(self.doors, self.ticket.id, said.into)
            event = TicketCommanded(Command.MERGE, self.asking.actor(self.ticket.customer), into, said.note)
            return await line.command(self.ticket.id, event, key)

        return await update(self.doors, self.write, self.ticket, ask)

    async def revive(self, note: str) -> Response:
        """Have a closed ticket started again."""
        now, ticket = datetime.now(UTC), self.ticket

        async def work(conn: AsyncConnection) -> Reply:
            await accept_reopening(conn, ticket.id, self.asking.actor(ticket.customer), note, now)
            return Reply(200, {"status": Status.NEW, "seq": ticket.seq}, ticket.id)

        return await self.write.within(work)


async def order(ticket: TheTicket, doors: TheDoors, write: TheWrite, asking: Asking) -> Ordered:
    """The command this request gives."""
    return Ordered(ticket, doors, write, asking)


TheOrder = Annotated[Ordered, Depends(order)]
SaidClaim = Annotated[asked.Claim, Depends(body_of(asked.Claim))]
SaidTransfer = Annotated[asked.Transfer, Depends(body_of(asked.Transfer))]
SaidPriority = Annotated[asked.NewPriority, Depends(body_of(asked.NewPriority))]
SaidMerger = Annotated[asked.Merger, Depends(body_of(asked.Merger))]
SaidRemark = Annotated[asked.Remark, Depends(body_of(asked.Remark))]


@router.post(
    "/tickets/{no}/claim",
    response_model=Done,
    operation_id="claimTicket",
    summary="Take it",
    responses=ERRORS,
    openapi_extra=takes(asked.Claim),
)
async def claim(order: TheOrder, said: SaidClaim) -> Response:
    """The ticket, or with ``step`` one open step of it, is yours."""
    return await order.give(Command.CLAIM, note=said.note, step=said.step)


@router.post(
    "/tickets/{no}/release",
    response_model=Done,
    operation_id="releaseTicket",
    summary="Give it back",
    responses=ERRORS,
    openapi_extra=takes(asked.Claim),
)
async def release(order: TheOrder, said: SaidClaim) -> Response:
    """Back to the team or role it came from."""
    return await order.give(Command.RELEASE, note=said.note, step=said.step)


@router.post(
    "/tickets/{no}/transfer",
    response_model=TransferTold,
    operation_id="transferTicket",
    summary="Hand it over",
    responses=ERRORS,
    openapi_extra=takes(asked.Transfer),
)
async def transfer(order: TheOrder, said: SaidTransfer) -> Response:
    """To a person, a team or a role, with a note for whoever takes it; the answer holds the hand-over bundle."""
    return await order.hand_over(said)


@router.post(
    "/tickets/{no}/priority",
    response_model=Done,
    operation_id="setPriority",
    summary="Change the priority",
    responses=ERRORS,
    openapi_extra=takes(asked.NewPriority),
)
async def priority(order: TheOrder, said: SaidPriority) -> Response:
    """Clocks whose target depends on it are recomputed; the time already used stays used."""
    return await order.give(Command.PRIORITY, said.priority, said.note)


@router.post(
    "/tickets/{no}/pause",
    response_model=Done,
    operation_id="pauseTicket",
    summary="Pause it",
    responses=ERRORS,
    openapi_extra=takes(asked.Remark),
)
async def pause(order: TheOrder, said: SaidRemark) -> Response:
    """Its clocks stop counting until it is resumed."""
    return await order.give(Command.PAUSE, note=said.note)


@router.post(
    "/tickets/{no}/resume",
    response_model=Done,
    operation_id="resumeTicket",
    summary="Go on",
    responses=ERRORS,
    openapi_extra=takes(asked.Remark),
)
async def resume(order: TheOrder, said: SaidRemark) -> Response:
    """Its clocks count again."""
    return await order.give(Command.RESUME, note=said.note)


@router.post(
    "/tickets/{no}/cancel",
    response_model=Done,
    operation_id="cancelTicket",
    summary="Cancel it",
    responses=ERRORS,
    openapi_extra=takes(asked.Remark),
)
async def cancel(order: TheOrder, said: SaidRemark) -> Response:
    """Open steps are closed and what was done is undone, in reverse order."""
    return await order.give(Command.CANCEL, note=said.note)


@router.post(
    "/tickets/{no}/merge",
    response_model=Done,
    operation_id="mergeTicket",
    summary="Merge it into another",
    responses=ERRORS,
    openapi_extra=takes(asked.Merger),
)
async def merge(order: TheOrder, said: SaidMerger) -> Response:
    """Everything of it ends and what was done stays done; its clocks are neither kept nor broken. The other ticket goes
    on, has an internal note of it, and hears what the customer says here from then on."""
    return await order.merge(said)


@router.post(
    "/tickets/{no}/reopen",
    response_model=Done,
    operation_id="reopenTicket",
    summary="Open it again",
    responses=ERRORS,
    openapi_extra=takes(asked.Remark),
)
async def reopen(order: TheOrder, said: SaidRemark) -> Response:
    """A ticket that has ended is open again. One that has closed lives again from its ledger; where the workflow has
    gone, it is started anew as soon as Temporal can."""
    if order.ticket.status == Status.CLOSED:
        return await order.revive(said.note)
    return await order.give(Command.REOPEN, note=said.note)
