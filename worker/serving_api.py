"""The doors of this installation: API and console, given the client of Temporal and whoever may send webhooks."""

from __future__ import annotations

from fastapi import FastAPI

from api.app import Settings as DoorSettings
from api.app import VendorMissing, create, to_temporal
from worker.connecting import connectors_of
from worker.settings import Settings
from worker.words import Failure
from worker.workspace import parse_texts, read_texts


def api_app(settings: Settings) -> FastAPI:
    """The app, ready to be served. Raises ``Failure`` for connectors or assets that cannot be used."""
    doors = DoorSettings(settings.database_url, public_url=settings.public_url, workspace=settings.workspace)
    try:
        return create(
            doors,
            connect=to_temporal(settings.temporal_address),
            listeners=connectors_of(settings).listeners,
            company=parse_texts(read_texts(settings.workspace)).company,
        )
    except VendorMissing as missing:
        raise Failure(f"控制台的脚本不全：{missing}；请运行 make run", f"{missing}; `make run` fetches them") from None
