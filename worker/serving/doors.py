"""The doors of this installation: API and console, given the client of Temporal and whoever may send webhooks."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from api.app import Settings as DoorSettings
from api.app import VendorMissing, create, to_temporal
from worker.definitions.workspace import parse_texts, read_texts
from worker.serving.connecting import connectors_of
from worker.serving.press import Press
from worker.settings import Settings
from worker.terminal.words import Failure


def api_app(settings: Settings) -> FastAPI:
    """The app, ready to be served. Raises ``Failure`` for connectors or assets that cannot be used."""
    doors = DoorSettings(settings.database_url, public_url=settings.public_url, workspace=settings.workspace)
    space = parse_texts(read_texts(settings.workspace))
    try:
        return create(
            doors,
            connect=to_temporal(settings.temporal_address),
            listeners=connectors_of(settings).listeners,
            company=space.company,
            catalog=space.catalog,
            press=Press(settings.workspace),
        )
    except VendorMissing as missing:
        raise Failure(f"控制台的脚本不全：{missing}；请运行 make run", f"{missing}; `make run` fetches them") from None


def serve_api(settings: Settings, host: str, port: int, grace: int) -> None:
    """Serve until told to stop; requests under way have ``grace`` seconds."""
    config = uvicorn.Config(
        api_app(settings),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=grace,
        proxy_headers=True,
        server_header=False,
    )
    _Server(config).run()


class _Server(uvicorn.Server):
    """Ends the pages' live streams before it waits for its connections: they would never end by themselves."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        app = self.config.app
        if isinstance(app, FastAPI):
            await app.state.pulse.stop()
        await super().shutdown(sockets)
