"""What every door of one process shares, built once by ``api.app.create`` and found on the app's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from activities.connectors.registry import Listener
from api.identities import Recent
from api.line import Line
from api.ports import Press
from api.principal import Key, Person, SignedIn
from api.settings import Settings
from api.simulator import Simulator
from api.throttle import Throttle
from db.session import Store


@dataclass(frozen=True, slots=True)
class Doors:
    """The store, the line to Temporal, who was recognised lately, failed sign-ins by name (``throttle``) and by address
    (``crowd``), and which systems may tell us something."""

    settings: Settings
    store: Store
    line: Line
    keys: Recent[Key]
    sessions: Recent[SignedIn]
    people: Recent[Person]
    throttle: Throttle
    crowd: Throttle
    listeners: Mapping[str, Listener]
    simulator: Simulator
    press: Press | None = None


async def doors_of(request: Request) -> Doors:
    """The doors of the app that serves this request."""
    doors: Doors = request.app.state.doors
    return doors


TheDoors = Annotated[Doors, Depends(doors_of)]
