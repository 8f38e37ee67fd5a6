"""Who reads a page and how: the session, the language, the look; and the shell that every staff page stands in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.auth import current, require_csrf
from api.doors import Doors
from api.pages import words
from api.pages.forms import given
from api.pages.language import COMPANY_ZONE, TAGS, Speech
from api.pages.rendering import Press
from api.pages.views import ViewLink
from api.principal import Person
from api.problem_table import Code, Language
from api.problems import Problem, language_of
from db.queries.queue import View

THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600
SIDE = (
    ("", (View.MINE, View.OPEN, View.UNASSIGNED)),
    ("due", (View.DUE_SOON, View.BREACHED)),
    ("more", (View.WAITING, View.RESOLVED)),
)


@dataclass(frozen=True, slots=True)
class Page:
    """What the frame of a page needs. ``view`` marks the current entry of the side bar; ``heard`` counts the changes
    (``live.Pulse``) that were there before anything was read for the page: it is told of every later one."""

    lang: str
    theme: str
    path: str
    csrf: str
    company: str
    me: Person | None
    single_keys: bool
    heard: int
    view: str = ""
    query: str = ""
    unread: int = 0
    views: tuple[tuple[str, tuple[ViewLink, ...]], ...] = ()
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody looking at a page; ``person`` is None for a customer. ``heard``: see ``Page``."""

    request: Request
    doors: Doors
    press: Press
    speech: Speech
    csrf: str
    person: Person | None
    heard: int = 0

    def page(self, **more: object) -> Page:
        """The frame of a page for this reader."""
        cookies = self.request.cookies
        title = self.press.company.company
        frame = {
            "lang": TAGS[self.speech.language],
            "theme": cookies.get("theme") if cookies.get("theme") in THEMES else "system",
            "path": _here(self.request),
            "csrf": self.csrf,
            "company": title.zh if self.speech.language is Language.ZH else title.en,
            "me": self.person,
            "single_keys": cookies.get("keys") != "off",
            "heard": self.heard,
        }
        return Page(**{**frame, **more})  # type: ignore[arg-type]  # the names are those of Page's fields

    def show(self, template: str, values: dict[str, object], status: int = 200) -> HTMLResponse:
        """A page or a fragment. ``values`` hold ``page`` where the frame says more than who reads."""
        text = self.press.print(template, self.speech, {"page": self.page(), "problem": "", **values})
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store", "Vary": "HX-Request, Cookie"})

    @property
    def fragment(self) -> bool:
        """Whether htmx asks, for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def staff(self) -> Person:
        """The person; 401 where nobody is signed in."""
        if self.person is None:
            raise Problem(Code.NOT_SIGNED_IN)
        return self.person


async def reader(request: Request) -> Reader:
    """Whoever reads, signed in or not: the language they chose, else their own, else their browser's."""
    heard = request.app.state.pulse.count
    found = await current(request)
    person = found.person if found else None
    language = _language(request, person)
    zone = _zone(person.timezone) if person else COMPANY_ZONE
    doors, press = request.app.state.doors, request.app.state.press
    return Reader(request, doors, press, Speech(language, zone), found.csrf if found else "", person, heard)


async def staff_reader(request: Request) -> Reader:
    """A member of staff with a password of their own. Raises 401 and 403; the error page leads to the way in."""
    found = await reader(request)
    if found.staff.must_change_password:
        raise Problem(Code.PASSWORD_EXPIRED)
    return found


AnyReader = Annotated[Reader, Depends(reader)]
StaffReader = Annotated[Reader, Depends(staff_reader)]


async def staff_form(request: Request) -> AsyncIterator[FormData]:
    """The form that a signed-in person sends, after its token has been checked."""
    found = await current(request)
    if found is None:
        raise Problem(Code.NOT_SIGNED_IN)
    async with request.form(max_files=20, max_fields=300) as form:
        require_csrf(request, found, request.headers.get("x-csrf-token") or given(form, "csrf"))
        yield form


async def own_form(request: Request) -> AsyncIterator[FormData]:
    """A form of somebody who is not signed in, sent from a page of ours."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(Code.FORGED)
    async with request.form(max_files=20, max_fields=300) as form:
        yield form


OwnForm = Annotated[FormData, Depends(own_form)]
StaffForm = Annotated[FormData, Depends(staff_form)]


def back(request: Request, form: FormData, otherwise: str) -> Response:
    """To the page that the form stood on."""
    return RedirectResponse(local(given(form, "back", 500)) or otherwise, 303)


def local(address: str) -> str:
    """An address of ours, or nothing: never a way off this origin."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or any(c in address for c in "\\\r\n\t"):
        return ""
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else ""


def links(counts: Mapping[View, int], speech: Speech) -> tuple[tuple[str, tuple[ViewLink, ...]], ...]:
    """The side bar's views with how many tickets each holds."""
    titles = {"": "", "due": speech.say("Due times"), "more": speech.say("Also")}
    return tuple((titles[group], tuple(_link(key, counts, speech) for key in keys)) for group, keys in SIDE)


def _link(key: View, counts: Mapping[View, int], speech: Speech) -> ViewLink:
    title, icon = words.VIEWS[key]
    return ViewLink(key, speech.say(title), icon, counts.get(key), hot=key is View.BREACHED)


def _language(request: Request, person: Person | None) -> Language:
    chosen = request.cookies.get("language") or (person.language if person else "")
    if chosen in (Language.ZH, Language.EN):
        return Language(chosen)
    return language_of(request.headers.get("accept-language"))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return COMPANY_ZONE


def _here(request: Request) -> str:
    """The address of the page, also when only a part of it was asked for."""
    if request.method == "GET" and "hx-current-url" not in request.headers:
        path, query = request.url.path, request.url.query
    else:
        shown = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
        path, query = shown.path, shown.query
    return local(f"{path}?{query}" if query else path) or "/"
