"""How far a ticket's own time is behind the world's, when its facts have just been written down."""

from __future__ import annotations

from datetime import datetime, timedelta

BELIEVED = timedelta(seconds=30)
"""A task takes no longer; a worker whose clock is further ahead is not believed."""


def lag(written_at: str, now: datetime) -> timedelta:
    """The real moment (ISO 8601) of the hand that wrote, less the ticket's; nothing where it cannot be right. It stands
    in the history as the hand's answer, so a replay finds the same."""
    behind = datetime.fromisoformat(written_at) - now if written_at else timedelta()
    return behind if timedelta() < behind < BELIEVED else timedelta()
