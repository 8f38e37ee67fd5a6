"""The bell: what somebody is to know of."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.pages import words
from api.pages.desk import StaffForm, StaffReader, back
from api.pages.errors import PageRoute
from api.pages.frame import framed
from api.pages.language import Speech
from api.pages.rendering import Press
from api.pages.views import News
from db.queries.notifications import Note, mark_read, notifications

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MOST, LATEST = 100, 8


@router.get("/notifications")
async def show_news(found: StaffReader, part: str = "") -> Response:
    """All of them as a page; the latest few inside the bell."""
    async with found.doors.store.read() as conn:
        notes = await notifications(conn, found.staff.id, limit=LATEST if part else MOST)
        page = await framed(conn, found, datetime.now(UTC), view="notifications")
    values: dict[str, object] = {"page": page, "news": [_told(note, found.press, found.speech) for note in notes]}
    return found.show("notifications_list.html" if part else "notifications.html", values)


@router.post("/notifications/read")
async def read_news(request: Request, form: StaffForm, found: StaffReader) -> Response:
    """Whatever is unread has been read."""
    async with found.doors.store.write() as conn:
        notes = await notifications(conn, found.staff.id, unread=True, limit=1000)
        await mark_read(conn, found.staff.id, [note.id for note in notes], datetime.now(UTC))
    return back(request, form, "/notifications")


def _told(note: Note, press: Press, speech: Speech) -> News:
    about = press.clock(note.text, speech)
    text = speech.say(words.ALERTS.get(note.kind, "%(about)s"), about=about)
    icon = words.ALERT_ICONS.get(note.kind, "bell")
    return News(note.no, note.subject, text, icon, note.created_at, note.read_at is None)
