"""Moves: what can be done to a simulated ticket. All of a scenario's acts, the clock's buttons, and failing systems."""

from __future__ import annotations

from pydantic import Field, model_validator

from sop.events import FailureKind
from sop.scenario.script import Act

ACTS = (
    "complete", "vote", "event", "say", "keep", "claim", "settle", "order", "duty", "correct", "change", "adopt",
    "fail", "heal",
)  # fmt: skip


class Move(Act):
    """One move: an act of a scenario (``after`` lets time pass first), or one of these:

    ``timer``: time passes up to the next timer. ``fail``: from now on an action fails, as ``kind`` says, until
    ``heal``."""

    timer: bool = False
    fail: str | None = None
    kind: FailureKind = Field(default=FailureKind.UNREACHABLE)
    heal: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Move:
        said = [name for name in ACTS if getattr(self, name) is not None]
        if len(said) > 1:
            raise ValueError(f"one thing a move: {', '.join(said)}")
        return self
