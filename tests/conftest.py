"""What every room's tests may ask for. Rooms keep their own fixtures in their own folder."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

WAITING = ("chaos", "workflows", "live", "browser", "worker")  # rooms whose tests wait for real servers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits comes first: a file of it takes a minute, and started last it would be waited for alone."""
    items.sort(key=lambda item: WAITING.index(room) if (room := item.path.parent.name) in WAITING else len(WAITING))


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of this checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Name a port of the loopback address that nobody listens on now; each call names another one.

    Prefer port 0 where the server can tell its port; this is for servers that must be told.
    """
    named: set[int] = set()

    def name_one() -> int:
        while True:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port: int = probe.getsockname()[1]
            if port not in named:
                named.add(port)
                return port

    return name_one
