"""A ticket that has ended, as a scenario test for its SOP."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from api.auth import needs
from api.bodies import answer
from api.doors import TheDoors
from api.principal import Scope
from api.problem_table import Code, Text
from api.problems import Problem
from api.v1.docs import OF_READS, errors_of
from api.v1.told import ScenarioTold
from api.v1.updates import TheTicket
from db.queries.recordings import Kept, kept, library
from sop.model import Kind
from sop.replay.export import NothingToExport, main_run
from sop.replay.reading import recording_of
from sop.replay.recording import Pinned, Recording
from sop.replay.scenario_file import scenario_file
from sop.replay.telling import NotRecorded
from sop.state import ENDED

router = APIRouter(tags=["tickets"], dependencies=[needs(Scope.ADMIN)])
UNTOLD = Text("账本不足以导出场景：{why}", "the ledger does not tell enough for a scenario: {why}")
OPEN = Text("工单还没有结束，不能导出", "the ticket has not ended, so there is no whole story to export")


@router.get(
    "/tickets/{no}/scenario",
    response_model=ScenarioTold,
    operation_id="exportScenario",
    summary="Export a ticket as a scenario test",
    responses=errors_of(*OF_READS, 404, 409),
)
async def export_scenario(ticket: TheTicket, doors: TheDoors) -> Response:
    """What came in with the waits between, what systems answered, and what it led to, for the SOP version it ran on.
    Names, phones and free text are replaced by neutral values of the same type."""
    if ticket.status not in ENDED:
        raise Problem(Code.CONFLICT, text=OPEN)
    async with doors.store.read() as conn:
        found = (await kept(conn, [ticket.id]))[ticket.id]
        recording, pinned = _recorded(found)
        compiled = (await library(conn, [pinned])).get(pinned)
    if compiled is None:
        raise Problem(Code.DEFINITION_NOT_FOUND, key=f"{pinned.key}@{pinned.version}")
    file = await asyncio.to_thread(scenario_file, recording, compiled, compiled["file"])
    return answer(
        {
            "ticket": ticket.no,
            "definition": {name: compiled[name] for name in ("kind", "key", "version", "sha256", "file")},
            "scenario": file.text,
            "left_out": [{"zh": zh, "en": en} for zh, en in file.left_out],
            "otherwise": list(file.otherwise),
        }
    )


def _recorded(found: Kept) -> tuple[Recording, Pinned]:
    """The ticket's recording and the version its SOP ran on. Raises 409."""
    try:
        recording = recording_of(found.ticket, found.facts)
        _, key, version = main_run(recording)
    except (NotRecorded, NothingToExport) as missing:
        raise Problem(Code.CONFLICT, text=UNTOLD, why=str(missing)) from None
    return recording, Pinned(Kind.SOP.value, key, version)
