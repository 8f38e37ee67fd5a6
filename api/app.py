"""The API of one process: its doors, its routers, its errors, and the document that describes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.middleware import Middleware

from activities.connectors.registry import Listener
from api import health, hooks, pages, problems
from api.document import describe
from api.doors import Doors
from api.identities import Recent
from api.last_resort import LastResort
from api.limits import BodyLimit
from api.line import Line, to_temporal
from api.pages.assets import VendorMissing
from api.ports import Connect, Press
from api.settings import Settings
from api.simulator import Simulator
from api.throttle import Throttle
from api.v1 import (
    clocks,
    commands,
    customers,
    definitions,
    events,
    files,
    gates,
    handover,
    migrations,
    people,
    promises,
    releases,
    scenarios,
    simulations,
    steps,
    tickets,
)
from db.session import Store
from sop.catalog import Catalog
from sop.company import CompanyShape

__all__ = ["Settings", "VendorMissing", "create", "to_temporal"]  # all that composition needs of this room

V1 = "/api/v1"
CROWD = 20
"""How many times the failed sign-ins of one name are borne from one address: an office shares one."""


_OF_V1 = (
    tickets,
    scenarios,
    steps,
    commands,
    clocks,
    customers,
    handover,
    promises,
    files,
    events,
    definitions,
    releases,
    migrations,
    gates,
    simulations,
    people,
)


def create(
    settings: Settings,
    *,
    connect: Connect | None = None,
    listeners: Mapping[str, Listener] | None = None,
    company: CompanyShape | None = None,
    catalog: Catalog | None = None,
    press: Press | None = None,
) -> FastAPI:
    """The app. ``connect`` gives the client of Temporal once it answers (``api.line.to_temporal``); ``listeners`` are
    the systems that may send webhooks; with a ``company`` it has the console and the customers' pages too; the
    ``catalog`` holds the names that drafts may use, and ``press`` publishes them.

    The database must be migrated; it need not be up yet. Raises ``api.pages.assets.VendorMissing``."""
    doors = _doors(settings, connect, listeners or {}, Simulator(catalog or Catalog()), press)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        connecting = asyncio.create_task(doors.line.keep_connecting())
        try:
            yield
        finally:
            connecting.cancel()
            with suppress(asyncio.CancelledError):
                await connecting
            await doors.store.dispose()

    app = FastAPI(
        title="Gongdan",
        version=settings.version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{V1}/openapi.json",
        redirect_slashes=False,
        middleware=[
            Middleware(LastResort),
            Middleware(BodyLimit, json_limit=settings.json_limit, upload_limit=settings.upload_limit),
        ],
    )
    app.state.doors = doors
    problems.install(app)
    _route(app)
    describe(app)
    if company is not None:
        pages.mount(app, company)
    return app


def _route(app: FastAPI) -> None:
    app.include_router(tickets.intake, prefix=V1)
    for module in _OF_V1:
        app.include_router(module.router, prefix=V1)
    for module in (hooks, health):
        app.include_router(module.router)


def _doors(
    settings: Settings,
    connect: Connect | None,
    listeners: Mapping[str, Listener],
    simulator: Simulator,
    press: Press | None,
) -> Doors:
    return Doors(
        settings=settings,
        store=Store(settings.database_url),
        line=Line(connect),
        keys=Recent(settings.identity_cache),
        sessions=Recent(settings.identity_cache),
        people=Recent(settings.identity_cache),
        throttle=Throttle(settings.login_attempts, settings.login_pause),
        crowd=Throttle(settings.login_attempts * CROWD, settings.login_pause),
        listeners=listeners,
        simulator=simulator,
        press=press,
    )
