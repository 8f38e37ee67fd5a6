"""What went wrong, as a page: the way in for whoever is not signed in, words and a way back for everybody else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response

from api.pages.desk import reader
from api.problem_table import Code
from api.problems import Problem

WAYS_IN = {Code.NOT_SIGNED_IN: "/login", Code.PASSWORD_EXPIRED: "/login/password"}


class PageRoute(APIRoute):
    """A route whose refusals are pages, whatever the request says it accepts."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:  # Any: FastAPI's own signature
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return await error_page(request, problem)

        return handle_page


async def error_page(request: Request, problem: Problem) -> Response:
    """The page of a refusal."""
    way_in = WAYS_IN.get(problem.code)
    if way_in is not None:
        return _to(request, way_in)
    found = await reader(request)
    language = found.speech.language
    values: dict[str, object] = {
        "title": problem.title(language),
        "detail": problem.explanation(language),
        "status": problem.status_code,
        "home": "/portal" if request.url.path.startswith("/portal") else "/queue",
    }
    shown = found.show("problem.html", values, problem.status_code)
    shown.headers.update(problem.headers or {})
    return shown


def _to(request: Request, place: str) -> Response:
    """Send the browser there; htmx is told to change the whole page."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = f"{place}?next={quote(here)}" if request.method == "GET" and here != "/" else place
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": place})
    return RedirectResponse(wanted, 303)
