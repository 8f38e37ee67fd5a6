"""The API of this installation: its app, given the client of Temporal and the systems that may tell us something."""

from __future__ import annotations

from fastapi import FastAPI

from api.app import Settings as DoorSettings
from api.app import create
from worker.connecting import connectors_of
from worker.settings import Settings
from workflows.client import Tickets, connect


def api_app(settings: Settings) -> FastAPI:
    """The app, ready to be served. Raises ``Failure`` for connectors that cannot be used."""

    async def tickets() -> Tickets:
        return Tickets(await connect(settings.temporal_address))

    doors = DoorSettings(settings.database_url, public_url=settings.public_url, workspace=settings.workspace)
    return create(doors, connect=tickets, listeners=connectors_of(settings).listeners)
