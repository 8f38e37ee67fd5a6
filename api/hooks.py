"""Webhooks in: the connector's file says whether a message is genuine and which event it tells of."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from activities.connectors.hooks import Heard, StaleHook, UnreadableHook, WrongSignature, read_hook
from activities.connectors.registry import Listener
from api.doors import TheDoors
from api.problem_table import Code, Text
from api.problems import FieldError, Problem
from api.v1.docs import errors_of
from api.v1.events import keep
from api.v1.told import EventKept
from db.inbox import NewEvent

router = APIRouter(tags=["events"])


@router.post(
    "/hooks/{connector}",
    status_code=202,
    response_model=EventKept,
    operation_id="receiveHook",
    summary="A system tells us something",
    responses=errors_of(401, 404, 413, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "Whatever the connector's file describes; signed with HMAC-SHA256.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def receive(connector: str, request: Request, doors: TheDoors) -> Response:
    """Verify the signature, find the event, keep it once and tell the ticket whose business key it names."""
    listener = doors.listeners.get(connector)
    if listener is None:
        raise Problem(Code.CONNECTOR_NOT_FOUND, connector=connector)
    now = datetime.now(UTC)
    heard = _read(listener, request, await request.body(), now)
    event = heard.event
    return await keep(doors, NewEvent(event.source, event.id, event.type, now, event.data, keys=heard.correlation))


def _read(listener: Listener, request: Request, raw: bytes, now: datetime) -> Heard:
    try:
        return read_hook(listener, request.headers, raw, now)
    except (WrongSignature, StaleHook):
        raise Problem(Code.WRONG_SIGNATURE) from None
    except UnreadableHook as unreadable:
        why = Text("无法读取：签名正确，但内容不符合连接器文件", str(unreadable))
        raise Problem(Code.INVALID, errors=[FieldError("", "unknown", {}, why)]) from None
