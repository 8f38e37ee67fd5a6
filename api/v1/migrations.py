"""Open tickets that go on with another version of their definition."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from api.auth import Asking, needs
from api.bodies import body_of
from api.doors import Doors, TheDoors
from api.once import Reply, TheWrite
from api.principal import Scope
from api.v1 import asked
from api.v1.docs import OF_WRITES, errors_of, takes
from api.v1.told_of_definitions import MigrationTold
from db import definitions, releases
from db.definitions import Version
from db.numbers import id_of, number_of
from db.queries.standing import on_version, spread
from db.tables import DefinitionState
from sop.definition import Compiled
from sop.events import RunMigrated
from workflows.moving import Moved, move, outlooks

router = APIRouter(tags=["definitions"], dependencies=[needs(Scope.ADMIN)])
PAGE = 50
"""Tickets of one request: each is asked, and moved, while the caller waits."""


@router.post(
    "/definitions/{key}/migrations",
    response_model=MigrationTold,
    operation_id="migrateTickets",
    summary="Move open tickets to another version",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.Migration),
)
async def migrate(
    key: Annotated[str, Path(max_length=64, pattern=r"^[\w.-]+$", description="The definition's key, e.g. return.")],
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Migration, Depends(body_of(asked.Migration))],
) -> Response:
    """At most 50 tickets a request: send it again with ``after`` = ``next_after`` until that is null. With ``dry_run``
    nothing changes; otherwise each ticket is moved wholly, or left as it is with the reason."""
    old, target = await _versions(doors, key, said)
    event = RunMigrated(old.key, old.version, target, asking.actor(), dict(said.steps), said.note)
    ids, left = await _meant(doors, old, said)

    async def work() -> Reply:
        if said.dry_run:
            done = await doors.line.call(lambda line: outlooks(line, ids, event))
        else:
            done = await doors.line.call(lambda line: move(line, ids, event, write.update_id))
        return Reply(200, {"items": [_told(one) for one in done], "next_after": ids[-1] if left else None})

    return await write.around(work)


async def _versions(doors: Doors, key: str, said: asked.Migration) -> tuple[Version, Compiled]:
    async with doors.store.read() as conn:
        old = await releases.find(conn, key, said.from_version)
        new = await releases.find(conn, key, said.to_version, old.kind)
        if not new.released and new.state is not DefinitionState.DERIVED:
            raise releases.FourEyes(f"{new.ref} has not been released", f"{new.ref} 尚未放行")
        target = await definitions.definition(conn, new.kind, new.key, new.version)
    assert target is not None  # noqa: S101 - it has just been found
    return old, target


async def _meant(doors: Doors, old: Version, said: asked.Migration) -> tuple[list[int], bool]:
    """The tickets of this request, by id, and whether there are more after them."""
    async with doors.store.read() as conn:
        found = await on_version(conn, old.kind, old.key, old.version, after=said.after)
    if said.ticket is not None:
        return [one.ticket_id for one in found if one.ticket_id == id_of(said.ticket)], False
    if said.canary is not None:
        return [one.ticket_id for one in spread(found, said.canary)], False
    return [one.ticket_id for one in found[:PAGE]], len(found) > PAGE


def _told(one: Moved) -> dict[str, object]:
    look = one.outlook
    return {
        "ticket": number_of(one.ticket_id),
        "verdict": look.verdict,
        "reason": {"zh": look.zh, "en": look.en} if look.en else None,
        "before": look.before,
        "after": look.after,
    }
