"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.responses import Response

from api.bodies import answer
from api.doors import TheDoors
from api.problem_table import TABLE, Code
from api.problems import Problem
from db.outbox import backlog
from db.session import StoreUnavailable

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"]
    version: str


class Ready(BaseModel):
    """What this process stands on. Without Temporal it still accepts tickets, messages and events."""

    status: Literal["ready", "unavailable"]
    database: dict[str, object]
    temporal: dict[str, object]


@router.get("/healthz", response_model=Alive, operation_id="health", summary="Is the process alive?")
async def health(doors: TheDoors) -> Response:
    """Always 200 while the process answers."""
    return answer({"status": "ok", "version": doors.settings.version})


@router.get(
    "/readyz",
    response_model=Ready,
    operation_id="readiness",
    summary="Can it serve?",
    responses={503: {"model": Ready, "description": "The database is away."}},
)
async def readiness(doors: TheDoors) -> Response:
    """503 when the database is away. Temporal away is reported, but intake stays ready."""
    temporal = {"status": doors.line.status.value}
    try:
        async with doors.store.read() as conn:
            waiting = await backlog(conn)
    except StoreUnavailable:
        body = {"status": "unavailable", "database": {"status": "down"}, "temporal": temporal}
        return answer(body, 503, {"Retry-After": "2"})
    database = {"status": "up", "undelivered": waiting.undelivered, "dead": waiting.dead}
    return answer({"status": "ready", "database": database, "temporal": temporal})


@router.get("/problems/{code}", operation_id="explainProblem", summary="What an error means", tags=["problems"])
async def explain(code: Annotated[str, Path(max_length=64)]) -> Response:
    """The entry of the table behind an error's ``type``, in both languages."""
    if code not in set(Code):
        raise Problem(Code.NOT_FOUND)
    entry = TABLE[Code(code)]
    return answer(
        {
            "type": f"/problems/{code}",
            "status": entry.status,
            "title": entry.title._asdict(),
            "detail": entry.detail._asdict(),
        }
    )
