"""Alarms: the moments at which something is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlarmKind(StrEnum):
    """What happens when a moment has come."""

    REMIND = "remind"
    RUNG = "rung"
    TIMEOUT = "timeout"
    ELAPSED = "elapsed"
    CLOCK_WARN = "clock_warn"
    CLOCK_BREACH = "clock_breach"
    CLOCK_RUNG = "clock_rung"
    CLOSE = "close"
    LEASE = "lease"
    PROMISE_WARN = "promise_warn"
    PROMISE_DUE = "promise_due"


@dataclass(slots=True)
class Alarm:
    """A moment at which something is due: of the step a thread stands on, of a clock of the run, or of a promise."""

    at: datetime
    kind: AlarmKind
    run: str = ""
    thread: int = 0
    clock: str = ""
    rung: int = 0
    promise: str = ""
