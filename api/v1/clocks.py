"""A ticket's clocks: why a deadline is what it is, and the correction of what was counted wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from api.auth import Asking, needs
from api.bodies import answer, body_of
from api.doors import TheDoors
from api.leading import require_lead
from api.once import TheWrite
from api.principal import Scope
from api.problem_table import Code
from api.problems import Problem
from api.v1 import asked
from api.v1.clocks_told import WhyTold
from api.v1.docs import OF_READS, OF_WRITES, errors_of, takes
from api.v1.told import Done
from api.v1.updates import TheTicket, update
from db.queries import clocks as clock_queries
from db.queries.clocks import KnownClock
from sop.clocks.why import Why
from sop.clocks.wording import told
from sop.events import ClockCorrected

router = APIRouter(tags=["clocks"])
ClockKey = Annotated[
    str,
    Path(
        max_length=200,
        pattern=r"^([\w.#@-]+|\*)$",
        description="``<run>.<clock>``, or the clock alone where it is the only one of its name; an open step with a "
        "deadline is one too, with ``@<visit>`` after it where two branches stand on it. To correct: ``*`` is every "
        "clock and step.",
        examples=["return.resolution"],
    ),
]
SECOND = timedelta(seconds=1)


@router.get(
    "/tickets/{no}/clocks/{clock}/why",
    response_model=WhyTold,
    operation_id="explainClock",
    summary="Why a deadline is what it is",
    responses=errors_of(*OF_READS, 404, 409),
    dependencies=[needs(Scope.TICKETS_READ)],
)
async def explain_clock(ticket: TheTicket, clock: ClockKey, doors: TheDoors) -> Response:
    """From the start to the deadline: what counted, what did not, and why; as it stands now."""
    async with doors.store.read() as conn:
        found = await clock_queries.clocks_named(conn, ticket.id, clock)
        if not found:
            raise Problem(Code.CLOCK_NOT_FOUND, no=ticket.no, clock=clock)
        if len(found) > 1:
            raise Problem(Code.CLOCK_AMBIGUOUS, keys=", ".join(clock_queries.addresses_of(found)))
        why = await clock_queries.why(conn, found[0].ledger, datetime.now(UTC))
    if why is None:
        raise Problem(Code.CLOCK_NOT_FOUND, no=ticket.no, clock=clock)
    return answer(told_of(found[0], why))


def told_of(known: KnownClock, why: Why) -> dict[str, object]:
    """A reckoning as JSON."""
    return {
        "clock": why.clock,
        "run": known.run,
        "target": why.target,
        "working": why.working,
        "budget_seconds": int(why.budget.total_seconds()),
        "used_seconds": int(why.used.total_seconds()),
        "started_at": why.started_at,
        "due_at": why.due,
        "stopped_at": why.stopped_at,
        "paused": why.paused,
        "zone": why.zone,
        "calendars": [{"since": use.since, "name": use.name, "version": use.version} for use in known.ledger.calendars],
        "uncovered": list(why.uncovered),
        "stretches": [
            {
                "sort": each.sort.value,
                "since": each.since,
                "until": each.until,
                "counted_seconds": counted,
                "paused_seconds": paused,
                "extra": each.extra,
                "reason": each.reason,
                "by": each.by,
            }
            for each, counted, paused in zip(
                why.stretches,
                whole_seconds(each.counted for each in why.stretches),
                whole_seconds(each.paused for each in why.stretches),
                strict=True,
            )
        ],
        "corrections": [
            {"since": c.since, "until": c.until, "counts": c.counts, "by": c.by, "reason": c.reason, "at": c.at}
            for c in known.ledger.corrections
        ],
        "lines": {"zh": told(why, "zh"), "en": told(why, "en")},
    }


def whole_seconds(spans: Iterable[timedelta]) -> Iterator[int]:
    """Each span in whole seconds, such that together they are what the spans are together: a part of a second that one
    leaves over is told with the next."""
    so_far = list(accumulate(spans, initial=timedelta()))
    return (later // SECOND - earlier // SECOND for earlier, later in pairwise(so_far))


@router.post(
    "/tickets/{no}/clocks/{clock}/correct",
    response_model=Done,
    operation_id="correctClock",
    summary="Correct what a clock has counted wrongly",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.Correction),
    dependencies=[needs(Scope.TICKETS_WRITE)],
)
async def correct_clock(
    ticket: TheTicket,
    clock: ClockKey,
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Correction, Depends(body_of(asked.Correction))],
) -> Response:
    """The interval counts after all, or does not; every moment that depends on it moves. Only for whoever leads a
    team, and administrators: the ledger names them and their reason."""
    await require_lead(doors, asking.person.id if asking.person else "", admin=Scope.ADMIN in asking.scopes)
    by = asking.actor(ticket.customer)
    event = ClockCorrected(clock, by, said.since, said.until, said.count == "running", said.reason)
    return await update(doors, write, ticket, lambda line, key: line.correct(ticket.id, event, key))
