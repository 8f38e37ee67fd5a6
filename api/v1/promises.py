"""Promises: what was told to customers, how many are kept; and a person's word that one is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from api.auth import Asking, needs
from api.bodies import answer, body_of
from api.doors import Doors, TheDoors
from api.once import TheWrite
from api.principal import Scope
from api.problem_table import Code
from api.problems import Problem, invalid
from api.v1 import asked, views
from api.v1.docs import OF_READS, OF_WRITES, errors_of, takes
from api.v1.events import values_of
from api.v1.told import Done
from api.v1.told_promises import PromisePage, PromiseRates
from api.v1.updates import Standing, TheTicket, update
from db.cursors import BadCursor
from db.definitions import versions
from db.queries.promises import GroupBy, Wanted, listed, rates
from sop.catalog import PERSONAL, Effect
from sop.durations import NotADuration, parse
from sop.events import PromiseKept, PromiseSaid
from sop.model import Kind
from sop.state import PromisePhase, Status
from sop.values import Value

router = APIRouter(tags=["promises"])
READS = [needs(Scope.TICKETS_READ)]
Since = Annotated[datetime | None, Query(description="Due at this moment or later (UTC where no offset is given).")]
Until = Annotated[datetime | None, Query(description="Due before this moment.")]
Team = Annotated[str | None, Query(max_length=64, description="Only of this team.")]


@router.get(
    "/promises",
    response_model=PromisePage,
    operation_id="listPromises",
    summary="List promises",
    responses=errors_of(*OF_READS, 400),
    dependencies=READS,
)
async def list_promises(
    doors: TheDoors,
    state: Annotated[PromisePhase | None, Query(description="Only in this state.")] = None,
    since: Since = None,
    until: Until = None,
    team: Team = None,
    cursor: Annotated[str | None, Query(max_length=200, description="``next_cursor`` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
) -> Response:
    """What customers were told, the earliest due first."""
    wanted = Wanted(state.value if state else None, _aware(since), _aware(until), team)
    try:
        async with doors.store.read() as conn:
            page = await listed(conn, wanted, datetime.now(UTC), cursor=cursor, limit=limit)
    except (BadCursor, OverflowError):  # a moment that no time zone has
        raise Problem(Code.BAD_CURSOR) from None
    items = [{"no": row.no, **views.promise(row)} for row in page.rows]
    return answer({"items": items, "next_cursor": page.next_cursor})


@router.get(
    "/promises/rate",
    response_model=PromiseRates,
    operation_id="ratePromises",
    summary="How many promises are kept",
    responses=errors_of(*OF_READS),
    dependencies=READS,
)
async def rate_promises(
    doors: TheDoors,
    group_by: Annotated[GroupBy, Query(description="A week is that of the due time (ISO 8601, UTC).")] = GroupBy.SOP,
    since: Since = None,
    until: Until = None,
    team: Team = None,
) -> Response:
    """Kept, broken and open, group by group; ``rate`` is kept of those that are over, null while none is. Promises
    withdrawn count nowhere."""
    wanted = Wanted(None, _aware(since), _aware(until), team)
    async with doors.store.read() as conn:
        found = await rates(conn, group_by, wanted)
    items = [views.rate(one) for one in found]
    return answer({"group_by": group_by.value, "items": items, "total": views.total(found)})


@router.post(
    "/tickets/{no}/promises/{promise}/keep",
    response_model=Done,
    operation_id="keepPromise",
    summary="Say that a promise is kept",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.Remark),
    dependencies=[needs(Scope.TICKETS_WRITE)],
)
async def keep_promise(
    ticket: TheTicket,
    promise: Annotated[str, Path(max_length=40, pattern=r"^p[0-9]+$", examples=["p7"])],
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Remark, Depends(body_of(asked.Remark))],
) -> Response:
    """What no system can tell, a person may: the promise is kept, with a note that says how. One that is over stays."""
    event = PromiseKept(promise, asking.actor(ticket.customer), said.note)
    return await update(doors, write, ticket, lambda line, key: line.keep(ticket.id, event, key))


async def promised(doors: Doors, ticket: Standing, said: asked.MessagePromise) -> PromiseSaid:
    """What a message promises, once it is known that it can be kept an eye on. Raises 409 and 422."""
    if ticket.status == Status.CLOSED:
        raise Problem(Code.TICKET_OVER, no=ticket.no)
    _check_time(said.within)
    _check_check(doors, said)
    if said.broken is not None:
        async with doors.store.read() as conn:
            known = await versions(conn, key=said.broken)
        if not any(version.kind == Kind.PLAYBOOK for version in known):
            raise invalid("/promise/broken", "no_playbook", name=said.broken)
    return PromiseSaid(said.within, said.check, values_of(said.arguments), said.broken)


def title_of(said: asked.MessagePromise) -> Value:
    """What is promised, in words; it stays with the message."""
    title = said.title
    return {str(language): words for language, words in title.items()} if isinstance(title, dict) else title


def _check_time(within: str) -> None:
    try:
        duration = parse(within)
    except NotADuration:
        raise invalid("/promise/within", "no_duration", name=within) from None
    if not duration.amount:
        raise invalid("/promise/within", "no_duration", name=within)


def _check_check(doors: Doors, said: asked.MessagePromise) -> None:
    """The check is an action that only reads, and gets nothing personal: it would travel with the ticket."""
    known = doors.simulator.catalog.actions
    if said.check is not None and (said.check not in known or known[said.check].effect is not Effect.READ):
        raise invalid("/promise/check", "no_check", name=said.check)
    for name in said.arguments:
        if said.check is None or name not in known[said.check].takes or name in PERSONAL:
            raise invalid(f"/promise/with/{name}", "extra_forbidden")


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
