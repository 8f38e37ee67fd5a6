"""The SOPs and playbooks that are published."""

from __future__ import annotations

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
from api.v1.told_of_definitions import DefinitionChangeTold, DefinitionList, DefinitionTold
from db.definitions import Version, source, versions
from db.releases import Change, history
from db.tables import DefinitionState
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
    doors: TheDoors, kind: Annotated[Kind | None, Query(description="Only SOPs, or only playbooks.")] = None
) -> Response:
    """The version of each SOP and playbook that new tickets take, and candidates."""
    async with doors.store.read() as conn:
        rows = await versions(conn)
    items = [line(row) for row in rows if kind is None or row.kind == kind]
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
        known = await versions(conn, key=key, archived=True)
        chosen = _chosen(known, kind, version)
        if chosen is None:
            raise Problem(Code.DEFINITION_NOT_FOUND, key=key if version is None else f"{key}@{version}")
        text = await source(conn, chosen.kind, chosen.key, chosen.version)
        changes = [_change(row) for row in await history(conn, chosen.key) if row.kind == chosen.kind]
    return answer({**line(chosen), "source": text, "versions": [line(row) for row in known], "changes": changes})


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


def _change(row: Change) -> dict[str, object]:
    return {name: getattr(row, name) for name in DefinitionChangeTold.model_fields}


def _chosen(known: list[Version], kind: Kind | None, version: int | None) -> Version | None:
    """The version asked for, else the default, else the newest."""
    of_kind = [row for row in known if kind is None or row.kind == kind]
    if version is not None:
        return next((row for row in of_kind if row.version == version), None)
    default = next((row for row in of_kind if row.state is DefinitionState.DEFAULT), None)
    return default or next(iter(of_kind), None)
