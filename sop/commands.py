"""What the engine wants done. The shell (workflow, simulator, scenario) does it and tells what came of it. The commands
of which there are many are named tuples: those are made in a third of the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sop.facts import Fact
from sop.values import Value


class CallAction(NamedTuple):
    """Call a connector's operation. ``key`` is the idempotency key; times are seconds; ``attempts`` counts all tries.

    ``arguments`` may hold references to personal fields, which the hand that calls replaces.
    ``gives`` names the outputs to keep; ``reads``: it may only read; ``promised_at``: the time its text may name."""

    call: str
    action: str
    arguments: dict[str, Value]
    key: str
    gives: tuple[str, ...] | None
    timeout: float
    attempts: int
    interval: float
    max_interval: float
    run: str
    step: str
    reads: bool = False
    promised_at: datetime | None = None


class Project(NamedTuple):
    """Write a fact to the ledger and its read models; the answer to a fact with ``wanted`` is ``Dispatched``."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake the engine with ``Tick`` at this moment (replaces the timer set before)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ClearTimer:
    """Nothing is due any more."""


@dataclass(frozen=True, slots=True)
class ChooseDefinitions:
    """An event came on which definitions may start: find them, tell ``DefinitionsChosen``. ``event``: its data."""

    on: str
    event: dict[str, Value]


@dataclass(frozen=True, slots=True)
class StartPlaybook:
    """A playbook is wanted by its key: find the version published now, tell ``PlaybookFound``. ``inputs`` go to those
    of its own inputs that have these names; ``cause`` says why, such as ``promise:p7``."""

    key: str
    cause: str
    inputs: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finish:
    """The ticket's life is over."""


Command: TypeAlias = CallAction | Project | SetTimer | ClearTimer | ChooseDefinitions | StartPlaybook | Finish
