"""What people do with a ticket's open steps: answer, vote, settle an incident."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from api.auth import Asking, needs
from api.bodies import body_of
from api.doors import TheDoors
from api.once import TheWrite
from api.principal import Scope
from api.v1 import asked
from api.v1.docs import OF_WRITES, errors_of, takes
from api.v1.events import values_of
from api.v1.personal import without_personal
from api.v1.told import Done
from api.v1.updates import TheTicket, update
from sop.events import IncidentSettled, Remedy, StepAnswered, VoteCast

router = APIRouter(tags=["steps"], dependencies=[needs(Scope.STEPS_WRITE)])
ERRORS = errors_of(*OF_WRITES, 404)
StepKey = Annotated[
    str,
    Path(
        max_length=200,
        pattern=r"^[\w.#@-]+$",
        description="``<run>.<step>``, or the step alone where it is the only open one of its name; ``@<visit>`` after "
        "it where two branches stand on it.",
        examples=["main.inspect"],
    ),
]


@router.post(
    "/tickets/{no}/steps/{step}/answer",
    response_model=Done,
    operation_id="answerStep",
    summary="Complete a task",
    responses=ERRORS,
    openapi_extra=takes(asked.Answer),
)
async def answer_step(
    ticket: TheTicket,
    step: StepKey,
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Answer, Depends(body_of(asked.Answer))],
) -> Response:
    """The answer is checked by the ticket itself and applied before this returns; a late one is refused."""
    by = asking.actor(ticket.customer)
    values = await without_personal(doors, ticket, step, values_of(said.values), write.update_id)
    event = StepAnswered(step, by, said.outcome, values)
    return await update(doors, write, ticket, lambda line, key: line.answer(ticket.id, event, key))


@router.post(
    "/tickets/{no}/steps/{step}/vote",
    response_model=Done,
    operation_id="voteOnStep",
    summary="Vote on an approval",
    responses=ERRORS,
    openapi_extra=takes(asked.Ballot),
)
async def vote_on_step(
    ticket: TheTicket,
    step: StepKey,
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Ballot, Depends(body_of(asked.Ballot))],
) -> Response:
    """One vote a person; the approval closes as soon as its rule is met, or can no longer be met."""
    event = VoteCast(step, asking.actor(ticket.customer), said.approve, said.comment)
    return await update(doors, write, ticket, lambda line, key: line.vote(ticket.id, event, key))


@router.post(
    "/tickets/{no}/steps/{step}/incident",
    response_model=Done,
    operation_id="settleIncident",
    summary="Say how a failed step goes on",
    responses=ERRORS,
    openapi_extra=takes(asked.Settlement),
)
async def settle_incident(
    ticket: TheTicket,
    step: StepKey,
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Settlement, Depends(body_of(asked.Settlement))],
) -> Response:
    """Retry it, enter its result by hand (``values``), skip it, or stop the run."""
    event = IncidentSettled(step, asking.actor(ticket.customer), Remedy(said.choice), values_of(said.values))
    return await update(doors, write, ticket, lambda line, key: line.settle_incident(ticket.id, event, key))
