"""The pages of the desk and of its customers: server-rendered, without need of JavaScript, refreshed in fragments."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from api.doors import Doors
from api.pages import (
    deeds,
    entrance,
    live,
    new_ticket,
    news,
    portal,
    process_deeds,
    processes,
    queue,
    tickets,
)
from api.pages.assets import Assets
from api.pages.errors import error_page
from api.pages.rendering import press_of
from api.pages.shield import Shield
from sop.company import CompanyShape


def mount(app: FastAPI, company: CompanyShape) -> None:
    """Add the pages to an app that ``api.app.create`` made; ``company`` names categories, teams, priorities.

    Raises ``api.pages.assets.VendorMissing`` when the console's scripts have not been fetched."""
    doors: Doors = app.state.doors
    assets = Assets()
    app.state.press = press_of(assets, company)
    app.state.error_page = error_page
    app.state.pulse = live.Pulse(doors.store)
    app.router.routes.append(Route("/static/{build}/{name:path}", assets.serve, methods=["GET", "HEAD"]))
    for module in (entrance, queue, tickets, deeds, new_ticket, news, processes, process_deeds, portal, live):
        app.include_router(module.router)
    app.add_middleware(Shield, secure=doors.settings.secure)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=9)
