"""The engine: told events, it decides; pure, without a clock, a thread or I/O."""

from sop.engine.engine import Engine

__all__ = ["Engine"]
