"""What is done with versions of definitions: approved, tried on some tickets, made the default, withdrawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import Asking, needs
from api.bodies import body_of
from api.doors import TheDoors
from api.leading import needs_designer
from api.once import Once, Reply, TheWrite
from api.principal import Principal, Scope
from api.problem_table import Code, Text
from api.problems import FieldError, Problem, invalid
from api.v1 import asked
from api.v1.definitions import line
from api.v1.docs import OF_WRITES, errors_of, takes
from api.v1.told_of_definitions import DefinitionLine, PublicationTold
from db import releases
from db.definitions import Version
from db.releases import Aim, Said
from db.tables import DefinitionState
from sop.conditions import examine
from sop.model import Kind

router = APIRouter(tags=["definitions"], dependencies=[needs_designer()])
ERRORS = errors_of(*OF_WRITES, 404)
Key = Annotated[str, Path(max_length=64, pattern=r"^[\w.-]+$", description="The definition's key, e.g. return.")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The version's number.")]
Work = Callable[[AsyncConnection, Version, Said], Awaitable[Version]]


class Release:
    """One change of a version's state: which version, who asks, and that it happens once."""

    def __init__(
        self,
        key: Key,
        write: TheWrite,
        asking: Asking,
        kind: Annotated[Kind | None, Query(description="Where an SOP and a playbook share the key.")] = None,
    ) -> None:
        self.key: str = key
        self.kind: str | None = kind
        self.write: Once = write
        self.asking: Principal = asking

    async def do(self, work: Work, version: int, note: str) -> Response:
        """Change this version's state and answer with what it is now."""

        async def change(conn: AsyncConnection) -> Reply:
            known = await releases.find(conn, self.key, version, self.kind)
            return Reply(200, line(await work(conn, known, self.said(note))))

        return await self.write.within(change)

    def said(self, note: str) -> Said:
        """Who changes it, and why."""
        return Said(self.asking.author, datetime.now(UTC), note)


TheRelease = Annotated[Release, Depends(Release)]
SaidRemark = Annotated[asked.Remark, Depends(body_of(asked.Remark))]


@router.post(
    "/definitions",
    response_model=PublicationTold,
    operation_id="publishDefinitions",
    summary="Publish definitions",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.Publication),
    dependencies=[needs(Scope.ADMIN)],
)
async def publish(
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Publication, Depends(body_of(asked.Publication))],
) -> Response:
    """They are linted, and their scenarios played, within the workspace; then all of them are stored, or nothing is. A
    definition that runs one of them gets a new version too."""
    if doors.press is None:
        raise Problem(Code.NOT_FOUND)
    press, by = doors.press, asking.author
    aim, now = _aim(said), datetime.now(UTC)

    async def work() -> Reply:
        files, author = said.files, Said(by, now, said.note)
        done, wrong = await press.publish(doors.store, files, author, aim, dry_run=said.dry_run)
        if wrong:
            raise Problem(Code.INVALID, errors=[_wrong(each) for each in wrong[:50]])
        return Reply(200, {"items": done})

    return await write.around(work)


def _aim(said: asked.Publication | asked.Staging) -> Aim:
    """What a version is to become. Raises 422 for a state that a share or a segment does not fit."""
    if said.segment is not None:
        examine(said.segment)
    tried = said.share is not None or said.segment is not None
    named = said.state if isinstance(said, asked.Publication) else None
    state = DefinitionState(named or ("candidate" if tried else "default"))
    both = said.share is not None and said.segment is not None
    if both or (state is DefinitionState.CANDIDATE) != tried:
        raise invalid("/share", "unknown")
    return Aim(state, said.share, said.segment)


def _wrong(problem: Mapping[str, object]) -> FieldError:
    where = f"{problem['file']}:{problem['where']}: " if problem["where"] else ""
    text = Text(f"{where}{problem['zh']}", f"{where}{problem['en']}")
    return FieldError(f"/files/{str(problem['file']).replace('~', '~0').replace('/', '~1')}", "unknown", {}, text)


@router.post(
    "/definitions/{key}/versions/{version}/approve",
    response_model=DefinitionLine,
    operation_id="approveDefinition",
    summary="Approve a version that moves money",
    responses=ERRORS,
    openapi_extra=takes(asked.Remark),
)
async def approve(release: TheRelease, version: Number, said: SaidRemark) -> Response:
    """It becomes what it was published for. Publisher and approver are two people: send ``On-Behalf-Of``."""
    return await release.do(releases.approve, version, said.note)


@router.post(
    "/definitions/{key}/versions/{version}/stage",
    response_model=DefinitionLine,
    operation_id="stageDefinition",
    summary="Make a version the candidate or the default",
    responses=ERRORS,
    openapi_extra=takes(asked.Staging),
)
async def stage(
    release: TheRelease, version: Number, said: Annotated[asked.Staging, Depends(body_of(asked.Staging))]
) -> Response:
    """With a share or a segment it is tried on some new tickets; without, all of them take it."""
    aim = _aim(said)

    async def work(conn: AsyncConnection, known: Version, by: Said) -> Version:
        return await releases.stage(conn, known, aim, by)

    return await release.do(work, version, said.note)


@router.post(
    "/definitions/{key}/versions/{version}/archive",
    response_model=DefinitionLine,
    operation_id="archiveDefinition",
    summary="Withdraw a version",
    responses=ERRORS,
    openapi_extra=takes(asked.Remark),
)
async def archive(release: TheRelease, version: Number, said: SaidRemark) -> Response:
    """No new ticket takes it; tickets that run on it go on."""
    return await release.do(releases.archive, version, said.note)


@router.post(
    "/definitions/{key}/rollback",
    response_model=DefinitionLine,
    operation_id="rollBackDefinition",
    summary="Go back to an earlier default",
    responses=ERRORS,
    openapi_extra=takes(asked.RollingBack),
)
async def roll_back(
    release: TheRelease, said: Annotated[asked.RollingBack, Depends(body_of(asked.RollingBack))]
) -> Response:
    """To ``version``, or to the last default before the one that is."""

    async def change(conn: AsyncConnection) -> Reply:
        if said.version is None:
            known = await releases.before(conn, release.kind or Kind.SOP, release.key)
        else:
            known = await releases.find(conn, release.key, said.version, release.kind)
        return Reply(200, line(await releases.roll_back(conn, known, release.said(said.note))))

    return await release.write.within(change)
