"""An agent opens a ticket for somebody."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.pages.desk import Reader, StaffForm, StaffReader
from api.pages.errors import PageRoute
from api.pages.forms import Sent, given, read, shown
from api.pages.frame import framed
from api.pages.opening import agent_form, open_ticket
from api.pages.views import Attached

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/new")
async def ask(found: StaffReader) -> Response:
    """The questions."""
    return await _asked(found, None)


@router.post("/new")
async def open_for_customer(form: StaffForm, found: StaffReader) -> Response:
    """Open it and go to it."""
    fields = agent_form(found)
    sent = read(form, fields, found.speech)
    opened = await open_ticket(found, fields, sent, given(form, "key"), by=found.staff.actor())
    if opened is None:
        return await _asked(found, sent)
    return RedirectResponse(f"/tickets/{opened.no}", 303)


async def _asked(found: Reader, sent: Sent | None) -> Response:
    async with found.doors.store.read() as conn:
        page = await framed(conn, found, datetime.now(UTC), view="new")
    form = shown(agent_form(found), found.speech, sent, _no_link)
    return found.show("new.html", {"page": page, "form": form}, 422 if sent else 200)


def _no_link(key: str) -> Attached | None:
    """A file that was sent ahead: kept, but of no ticket yet."""
    return Attached(key, f"/files/{key}", image=False)
