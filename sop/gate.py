"""A gate: a step that may not be entered until it is released; and what it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Gate:
    """A step that may not be entered: of the definition ``key`` (in one ``version``, or in all), by tickets of which
    the condition holds. ``clocks``: run or pause, of a run that is held. ``why`` and ``by``: what people are told."""

    id: int
    key: str
    step: str
    version: int | None = None
    condition: str | None = None
    clocks: str = "run"
    why: str = ""
    by: str = ""


@dataclass(slots=True)
class Held:
    """The gate before which a thread stands, and what that does to the clocks of its run."""

    gate: int
    clocks: str
