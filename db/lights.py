"""The light of a promise at a moment."""

from __future__ import annotations

from datetime import datetime

from db.tables import Light


def light_at(now: datetime, due_at: datetime | None, warn_at: datetime | None = None, *, broken: bool = False) -> Light:
    """Red once due, yellow once warned, green before that and where nothing is promised."""
    if broken or (due_at is not None and due_at <= now):
        return Light.RED
    if warn_at is not None and warn_at <= now:
        return Light.YELLOW
    return Light.GREEN
