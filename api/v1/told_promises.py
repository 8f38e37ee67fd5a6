"""What answers about promises say beside what a ticket tells of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.v1.told import PromiseTold, Told


class PromiseLine(PromiseTold):
    """A promise in a list, with its ticket's number."""

    no: str


class PromisePage(Told):
    """One page of promises; ``next_cursor`` is null on the last."""

    items: list[PromiseLine]
    next_cursor: str | None


class RateTold(Told):
    """How the promises of one group went; ``rate`` is null while none is over."""

    group: str | None
    kept: int
    broken: int
    open: int
    rate: Annotated[float, Field(ge=0, le=1)] | None


class PromiseRates(Told):
    """How many promises are kept, group by group and in all."""

    group_by: Literal["sop", "team", "person", "week"]
    items: list[RateTold]
    total: RateTold
