"""The queue: views, the list by due time, and the chosen ticket beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.pages import words
from api.pages.desk import Reader, StaffReader
from api.pages.errors import PageRoute
from api.pages.frame import framed, viewer_of
from api.pages.reading import bundle
from api.pages.ticket_view import Composer
from api.pages.views import Due, Listing, RowView, Said, TicketView
from api.pages.voice import Voice
from api.problem_table import Code
from api.problems import Problem
from db.cursors import BadCursor
from db.numbers import id_of
from db.queries.queue import QueueRow, View, queue, view_counts
from db.queries.timeline import Audience
from sop.state import ENDED, Status

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TABS = (View.OPEN, View.DUE_SOON, View.BREACHED)
PAGE = 40
Text = Annotated[str, Query(max_length=200)]


@router.get("/queue")
async def show_queue(
    found: StaffReader, view: View = View.OPEN, q: Text = "", cursor: Text = "", ticket: Text = ""
) -> Response:
    """The three panes. Without a chosen ticket the first one is shown where there is room for it."""
    now = datetime.now(UTC)
    async with found.doors.store.read() as conn:
        listing = await _listing(conn, found, view, q, cursor, ticket, now)
        shown = await _chosen(conn, found, listing.chosen, now)
        page = await framed(conn, found, now, view=view.value, query=q)
    values: dict[str, object] = {"page": page, "listing": listing, "t": shown, "chosen": bool(ticket), "said": Said()}
    return found.show("queue.html", values)


@router.get("/queue/rows")
async def show_rows(found: StaffReader, view: View = View.OPEN, q: Text = "", cursor: Text = "") -> Response:
    """The list alone, fetched again when something has changed."""
    now = datetime.now(UTC)
    async with found.doors.store.read() as conn:
        listing = await _listing(conn, found, view, q, cursor, "", now)
    return found.show("queue_rows.html", {"listing": listing})


@router.get("/queue/views")
async def show_views(found: StaffReader, view: Text = "") -> Response:
    """The side bar alone."""
    async with found.doors.store.read() as conn:
        page = await framed(conn, found, datetime.now(UTC), view=view)
    return found.show("shell/side.html", {"page": page})


async def _listing(
    conn: AsyncConnection, found: Reader, view: View, q: str, cursor: str, ticket: str, now: datetime
) -> Listing:
    viewer, text = viewer_of(found.staff), q.replace("\x00", "").strip()
    try:
        page = await queue(conn, view, viewer, now, q=text, cursor=cursor or None, limit=PAGE)
    except BadCursor:
        raise Problem(Code.BAD_CURSOR) from None
    rows = tuple(row_of(row, found) for row in page.rows)
    counts = await view_counts(conn, viewer, now)
    say = found.speech.say
    return Listing(
        view=view.value,
        title=say("Search: %(query)s", query=text) if text else say(words.VIEWS[view][0]),
        count=len(rows) if text else counts.get(view, len(rows)),
        query=text,
        address=urlencode({"view": view.value, **({"q": text} if text else {})}),
        rows=rows,
        tabs=tuple((tab.value, say(words.VIEWS[tab][0])) for tab in TABS),
        chosen=ticket or (rows[0].no if rows else ""),
        next=page.next_cursor or "",
    )


def row_of(row: QueueRow, found: Reader) -> RowView:
    """A row of the list in the reader's language."""
    ended, paused = row.status in ENDED, row.status == Status.PAUSED
    return RowView(
        no=row.no,
        subject=row.subject,
        priority=row.priority,
        step=found.speech.label(row.step),
        held=row.held,
        owner=row.owner_name or found.press.named("teams", row.owner_team, found.speech),
        status=row.status,
        due=Due(None if ended else row.due_at, row.warn_at, paused=paused),
    )


async def _chosen(conn: AsyncConnection, found: Reader, no: str, now: datetime) -> TicketView | None:
    ticket_id = id_of(no) if no else None
    if ticket_id is None:
        return None
    facts = await bundle(conn, ticket_id, Audience.STAFF, now)
    return Composer(Voice(facts, found.press, found.speech, found.staff), now).view() if facts else None
