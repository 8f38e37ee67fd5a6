"""Faults that can be switched on: which calls they hit, how often, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from demo.json_text import Json
from demo.operation import System


class FaultKind(StrEnum):
    """What goes wrong."""

    FAIL = "fail"  # 5xx, no effect
    FAIL_4XX = "fail_4xx"  # 4xx, no effect
    SLOW = "slow"  # wait, then do it
    FORGET = "forget"  # do it, then hang up (or answer 5xx, when a status is given)
    TWICE = "twice"  # a webhook is delivered twice
    RUBBISH = "rubbish"  # 200 with HTML, then with truncated JSON, in turn; no effect
    DOWN = "down"  # 503 for everything that matches, no effect
    LATE = "late"  # what is looked up is not done yet: a refund is still pending


USUAL_STATUS = {FaultKind.FAIL: 503, FaultKind.FAIL_4XX: 422, FaultKind.DOWN: 503}


class Match(BaseModel):
    """Which calls a fault hits; what is left out matches everything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: System | None = None
    path_prefix: str | None = None
    method: str | None = None

    def hits(self, system: System, method: str, path: str) -> bool:
        """Whether a call of that method to that whole path (`/erp/rma`) is one of those."""
        return (
            self.system in (None, system)
            and path.startswith(self.path_prefix or "")
            and (self.method is None or self.method.upper() == method)
        )


class Fault(BaseModel):
    """An order to go wrong. `times`: how many calls it hits, None for all until it is lifted; `seconds` is for slow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: Match = Match()
    kind: FaultKind
    times: Annotated[int, Field(ge=1)] | None = None
    status: int | None = None
    seconds: Annotated[float, Field(ge=0, le=600)] = 2.0
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0

    @model_validator(mode="after")
    def _status_fits(self) -> Self:
        if self.status is None:
            return self
        allowed = range(400, 500) if self.kind is FaultKind.FAIL_4XX else range(500, 600)
        if self.status not in allowed:
            raise ValueError(f"a fault of kind {self.kind} answers {allowed.start}–{allowed.stop - 1}")
        return self

    @property
    def answers(self) -> int:
        """The status that the caller sees; for `forget` 0 means: none, the line is cut."""
        return self.status or USUAL_STATUS.get(self.kind, 0)


@dataclass(slots=True)
class Switched:
    """A fault that was switched on, and how many calls it has hit."""

    id: int
    fault: Fault
    used: int = 0

    @property
    def spent(self) -> bool:
        """Whether it has hit as many calls as it was told to."""
        return self.fault.times is not None and self.used >= self.fault.times

    def facts(self) -> dict[str, Json]:
        """As the admin paths show it."""
        fault = self.fault
        return {
            "id": self.id, "kind": fault.kind, "match": fault.match.model_dump(mode="json", exclude_none=True),
            "times": fault.times, "status": fault.status, "seconds": str(fault.seconds),
            "probability": str(fault.probability), "used": self.used, "spent": self.spent,
        }  # fmt: skip


class FaultBoard:
    """All faults that were switched on, oldest first; the first that fits is the one that strikes. Kept in memory."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._switched: list[Switched] = []
        self._last = 0

    def switch_on(self, fault: Fault) -> Switched:
        """Add a fault."""
        self._last += 1
        switched = Switched(self._last, fault)
        self._switched.append(switched)
        return switched

    def lift(self, fault_id: int | None = None) -> int:
        """Remove one fault, or all; returns how many there were."""
        before = len(self._switched)
        self._switched = [s for s in self._switched if fault_id is not None and s.id != fault_id]
        return before - len(self._switched)

    def all(self) -> list[Switched]:
        """Every fault switched on and not lifted, spent ones too."""
        return list(self._switched)

    def strike(self, system: System, method: str, path: str, *, webhook: bool = False) -> Switched | None:
        """The fault that hits this call, counted as used; `twice` hits webhooks only, the others calls only."""
        for switched in self._switched:
            fault = switched.fault
            if switched.spent or (fault.kind is FaultKind.TWICE) is not webhook:
                continue
            if fault.kind is FaultKind.LATE and method != "GET":
                continue
            if fault.match.hits(system, method, path) and self._dice.random() < fault.probability:
                switched.used += 1
                return switched
        return None
