"""The frame of every staff page: the side bar's counts and the bell's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from api.pages.desk import Page, Reader, links
from api.principal import Person
from db.queries.clocks import leads_anybody
from db.queries.notifications import unread
from db.queries.queue import Viewer, view_counts


def viewer_of(person: Person) -> Viewer:
    """A person as the queue knows them."""
    return Viewer(person.id, person.roles, person.teams)


async def framed(conn: AsyncConnection, found: Reader, now: datetime, *, view: str = "", query: str = "") -> Page:
    """The frame around a page of ``view``."""
    counts, person = await view_counts(conn, viewer_of(found.staff), now), found.staff
    return found.page(
        view=view,
        query=query,
        views=links(counts, found.speech),
        unread=await unread(conn, person.id),
        leads=person.is_admin or await leads_anybody(conn, person.id),
    )
