"""The SOPs and playbooks that are published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.auth import needs
from api.bodies import answer
from api.doors import TheDoors
from api.principal import Scope
from api.problem_table import Code
from api.problems import Problem
from api.v1.docs import OF_READS, errors_of
from api.v1.told_of_definitions import DefinitionChangeTold, DefinitionList, DefinitionTold, DifferenceTold
from db.definitions import Version, source, versions
from db.queries.differences import between
from db.queries.standing import counts
from db.releases import Change, find, history
from db.tables import DefinitionState
from sop.diff.telling import plain
from sop.model import Kind

router = APIRouter(tags=["definitions"], dependencies=[needs(Scope.DEFINITIONS_READ)])


@router.get(
    "/definitions",
    response_model=DefinitionList,
    operation_id="listDefinitions",
    summary="List what is published",
    responses=errors_of(*OF_READS),
)
async def list_definitions(
    doors: TheDoors,
    *,
    kind: Annotated[Kind | None, Query(description="Only SOPs, or only playbooks.")] = None,
    archived: Annotated[bool, Query(description="Those too that no new ticket will take by itself.")] = False,
) -> Response:
    """The version of each SOP and playbook that new tickets take, candidates and drafts, each with the open tickets
    that run on it."""
    async with doors.store.read() as conn:
        rows, running = await versions(conn, archived=archived), await counts(conn)
    items = [_item(row, running) for row in rows if kind is None or row.kind == kind]
    return answer({"items": items, "next_cursor": None})


@router.get(
    "/definitions/{key}",
    response_model=DefinitionTold,
    operation_id="showDefinition",
    summary="See one definition",
    responses=errors_of(*OF_READS, 404),
)
async def show_definition(
    doors: TheDoors,
    key: Annotated[str, Path(max_length=64, pattern=r"^[\w.-]+$")],
    kind: Annotated[Kind | None, Query(description="Where an SOP and a playbook share the key.")] = None,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Without it, the default.")] = None,
) -> Response:
    """Its YAML, every version there is, and what was done to them."""
    async with doors.store.read() as conn:
        known, running = await versions(conn, key=key, archived=True), await counts(conn, key)
        chosen = _chosen(known, kind, version)
        if chosen is None:
            raise Problem(Code.DEFINITION_NOT_FOUND, key=key if version is None else f"{key}@{version}")
        text = await source(conn, chosen.kind, chosen.key, chosen.version)
        changes = [_change(row) for row in await history(conn, chosen.key) if row.kind == chosen.kind]
    items = [_item(row, running) for row in known]
    return answer({**_item(chosen, running), "source": text, "versions": items, "changes": changes})


@router.get(
    "/definitions/{key}/difference",
    response_model=DifferenceTold,
    operation_id="compareVersions",
    summary="Compare two versions by what they mean",
    responses=errors_of(*OF_READS, 404),
)
async def compare_versions(
    doors: TheDoors,
    key: Annotated[str, Path(max_length=64, pattern=r"^[\w.-]+$")],
    old: Annotated[int, Query(ge=1, le=2**31 - 1, alias="from", description="The version to start from.")],
    new: Annotated[int | None, Query(ge=1, le=2**31 - 1, alias="to", description="Without it, the default.")] = None,
    kind: Annotated[Kind | None, Query(description="Where an SOP and a playbook share the key.")] = None,
) -> Response:
    """Every change in words, what it means for safety, and how many open tickets stand on what changed."""
    async with doors.store.read() as conn:
        one = await find(conn, key, old, kind)
        found = await between(conn, one, await find(conn, key, new, one.kind))
    return answer(plain(found))


def line(row: Version) -> dict[str, object]:
    """A definition in a list."""
    return {
        "kind": row.kind,
        "key": row.key,
        "version": row.version,
        "sha256": row.sha256,
        "title": row.title,
        "state": row.state.value,
        "published_at": row.published_at,
        "published_by": row.published_by,
        "share": row.share,
        "segment": row.segment,
        "money": row.money,
        "approved_at": row.approved_at,
        "approved_by": row.approved_by,
    }


def _item(row: Version, running: Mapping[tuple[str, str, int], int]) -> dict[str, object]:
    return {**line(row), "open_tickets": running.get((row.kind, row.key, row.version), 0)}


def _change(row: Change) -> dict[str, object]:
    return {name: getattr(row, name) for name in DefinitionChangeTold.model_fields}


def _chosen(known: list[Version], kind: Kind | None, version: int | None) -> Version | None:
    """The version asked for, else the default, else the newest."""
    of_kind = [row for row in known if kind is None or row.kind == kind]
    if version is not None:
        return next((row for row in of_kind if row.version == version), None)
    default = next((row for row in of_kind if row.state is DefinitionState.DEFAULT), None)
    return default or next(iter(of_kind), None)
