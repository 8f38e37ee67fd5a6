"""Open tickets that go on with another version of their definition, or with a step more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from api.auth import Asking
from api.bodies import body_of
from api.doors import TheDoors
from api.injecting import Extra, inject
from api.leading import needs_designer
from api.migrating import PAGE, Move, migrate
from api.once import Reply, TheWrite
from api.v1 import asked
from api.v1.definitions import line
from api.v1.docs import OF_WRITES, errors_of, takes
from api.v1.told_of_definitions import InjectionTold, MigrationTold
from db.numbers import id_of, number_of
from workflows.journeys import Journey, Wish
from workflows.moving import Moved

router = APIRouter(tags=["definitions"], dependencies=[needs_designer()])
Key = Annotated[str, Path(max_length=64, pattern=r"^[\w.-]+$", description="The definition's key, e.g. return.")]


@router.post(
    "/definitions/{key}/migrations",
    response_model=MigrationTold,
    operation_id="migrateTickets",
    summary="Move open tickets to another version",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.Migration),
)
async def migrate_tickets(
    key: Key,
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Migration, Depends(body_of(asked.Migration))],
) -> Response:
    """At most 50 tickets a request: send it again with ``after`` = ``next_after`` until that is null. With ``dry_run``
    nothing changes; otherwise each ticket is moved wholly, or left as it is with the reason."""
    wanted = Move(key, said.from_version, said.to_version, said.kind, said.steps, said.note)
    wish = Wish(said.dry_run, said.canary, _ticket(said.ticket), said.after, PAGE)

    async def work() -> Reply:
        return Reply(200, _travelled(await migrate(doors, wanted, asking.actor(), wish, write.update_id)))

    return await write.around(work)


@router.post(
    "/definitions/{key}/injections",
    response_model=InjectionTold,
    operation_id="injectStep",
    summary="Put an extra step into open tickets",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.Injection),
)
async def inject_step(
    key: Key,
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Injection, Depends(body_of(asked.Injection))],
) -> Response:
    """A version with the step in it is made for open tickets only, linted as any other, and the matching ones that have
    not passed the place go on with it. At most 50 tickets a request, as with migrations."""
    wanted = Extra(
        key,
        said.step,
        said.why,
        before=said.before,
        after=said.after,
        version=said.version,
        kind=said.kind,
        condition=said.condition,
        pausing=said.clocks == "pause",
    )
    wish = Wish(said.dry_run, ticket=_ticket(said.ticket), after=said.after_ticket, most=PAGE)

    async def work() -> Reply:
        done = await inject(doors, wanted, asking.actor(), asking.author, wish, write.update_id)
        version = None if done.version is None else line(done.version)
        return Reply(200, {"version": version, "step": done.step, **_travelled(done.journey)})

    return await write.around(work)


def _ticket(no: str | None) -> int | None:
    """A number that is none means no ticket, not all of them."""
    return None if no is None else id_of(no) or 0


def _travelled(journey: Journey) -> dict[str, object]:
    return {"items": [_told(one) for one in journey.moved], "next_after": journey.next_after}


def _told(one: Moved) -> dict[str, object]:
    look = one.outlook
    return {
        "ticket": number_of(one.ticket_id),
        "verdict": look.verdict,
        "reason": {"zh": look.zh, "en": look.en} if look.en else None,
        "before": look.before,
        "after": look.after,
    }
