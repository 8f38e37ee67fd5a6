"""The doors of this installation: API and console, given the client of Temporal and whoever may send webhooks."""

from __future__ import annotations

from fastapi import FastAPI

from api.app import create
from api.pages import mount
from api.pages.assets import VendorMissing
from api.settings import Settings as DoorSettings
from worker.connecting import connectors_of
from worker.settings import Settings
from worker.words import Failure
from worker.workspace import parse_texts, read_texts
from workflows.client import Tickets, connect


def api_app(settings: Settings) -> FastAPI:
    """The app, ready to be served. Raises ``Failure`` for connectors that cannot be used."""

    async def tickets() -> Tickets:
        return Tickets(await connect(settings.temporal_address))

    doors = DoorSettings(settings.database_url, public_url=settings.public_url, workspace=settings.workspace)
    app = create(doors, connect=tickets, listeners=connectors_of(settings).listeners)
    try:
        mount(app, parse_texts(read_texts(settings.workspace)).company)
    except VendorMissing as missing:
        raise Failure(f"控制台的脚本不全：{missing}；请运行 make run", f"{missing}; `make run` fetches them") from None
    return app
