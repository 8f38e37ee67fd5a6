"""A ticket's page, the same ticket beside the queue, its parts, and its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from api.pages.desk import Reader, StaffReader
from api.pages.errors import PageRoute
from api.pages.frame import framed
from api.pages.reading import bundle
from api.pages.step_view import Attempt
from api.pages.ticket_view import Composer
from api.pages.views import Said, TicketView
from api.pages.voice import Voice
from api.problem_table import Code
from api.problems import Problem
from api.v1.files import attachment
from db.files import content, file
from db.numbers import id_of, number_of
from db.queries.merged import tickets_of_page
from db.queries.timeline import Audience

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class Part(StrEnum):
    """A part of the page that is fetched again when the ticket has changed."""

    HEAD = "head"
    SIDE = "side"
    TIMELINE = "timeline"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused and must be said on the page: of a step, of the composer, or of the whole ticket."""

    status: int = 422
    problem: str = ""
    attempt: Attempt | None = None
    said: Said = field(default_factory=Said)


def ticket_id(no: Annotated[str, Path(max_length=32)]) -> int:
    """The id behind a number in an address. Raises 404."""
    found = id_of(no)
    if found is None:
        raise Problem(Code.TICKET_NOT_FOUND, no=no)
    return found


TicketId = Annotated[int, Depends(ticket_id)]


@router.get("/tickets/{no}")
async def show_ticket(key: TicketId, found: StaffReader) -> Response:
    """The whole page."""
    return await whole(found, key)


@router.get("/tickets/{no}/pane")
async def show_pane(key: TicketId, found: StaffReader) -> Response:
    """The ticket beside the queue."""
    return found.show("ticket/pane.html", {"t": await _view(found, key), "said": Said()})


@router.get("/tickets/{no}/parts/{part}")
async def show_part(key: TicketId, part: Part, found: StaffReader) -> Response:
    """One part."""
    return found.show(f"ticket/{part.value}.html", {"t": await _view(found, key)})


@router.get("/files/{file_id}")
async def show_file(file_id: Annotated[str, Path(max_length=64)], found: StaffReader) -> Response:
    """A file, to be kept and never run."""
    return await served(found, file_id)


async def served(found: Reader, file_id: str, of_ticket: int | None = None) -> Response:
    """A file as an attachment; of one ticket's customer's page only, where ``of_ticket`` is given."""
    async with found.doors.store.read() as conn:
        known = await file(conn, file_id)
        data = await content(conn, file_id) if known else None
        shown = await tickets_of_page(conn, of_ticket) if of_ticket is not None else None
    if known is None or data is None or (shown is not None and known.ticket_id not in shown):
        raise Problem(Code.FILE_NOT_FOUND, file=file_id)
    return attachment(known.name, known.media_type, data)


async def whole(found: Reader, key: int, refusal: Refusal | None = None) -> Response:
    """The ticket as whoever asks wants it: the page, or after a deed the fragment that holds the deed's form."""
    now = datetime.now(UTC)
    wrong = refusal or Refusal(status=200)
    view = await _view(found, key, wrong.attempt)
    values: dict[str, object] = {"t": view, "problem": wrong.problem, "said": wrong.said}
    if found.fragment:
        template = "ticket/pane.html" if found.request.headers.get("hx-target") == "pane" else "ticket/whole.html"
        return found.show(template, values, wrong.status)
    async with found.doors.store.read() as conn:
        values["page"] = await framed(conn, found, now)
    return found.show("ticket/page.html", values, wrong.status)


async def _view(found: Reader, key: int, attempt: Attempt | None = None) -> TicketView:
    now = datetime.now(UTC)
    async with found.doors.store.read() as conn:
        facts = await bundle(conn, key, Audience.STAFF, now)
    if facts is None:
        raise Problem(Code.TICKET_NOT_FOUND, no=number_of(key))
    return Composer(Voice(facts, found.press, found.speech, found.staff), now, attempt).view()
