"""An extra step for matching open tickets, as the doors and the pages ask for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from api.doors import Doors
from api.problem_table import Code, Text
from api.problems import FieldError, Problem
from db import definitions, releases
from db.definitions import Version
from db.releases import Said
from sop.conditions import OF_A_RUN, examine
from sop.events import Actor, RunMigrated
from sop.injecting import Derived, derive
from sop.problems import Language, Refused
from workflows.journeys import Journey, Wish, travel


@dataclass(frozen=True, slots=True)
class Extra:
    """A step (its YAML) before or after another one of a version (none: the default), for tickets of which the
    condition holds. ``pausing``: their clocks stand still while they are on it."""

    key: str
    snippet: str
    why: str
    before: str | None = None
    after: str | None = None
    version: int | None = None
    kind: str | None = None
    condition: str | None = None
    pausing: bool = False


@dataclass(frozen=True, slots=True)
class Injected:
    """The version with the step in it, which a dry run does not keep; the step's id; what became of the tickets."""

    version: Version | None
    step: str
    journey: Journey


async def inject(doors: Doors, asked: Extra, by: Actor, author: str, wish: Wish, key: str) -> Injected:
    """Put the step in, or say what would become of the tickets. Raises 422 with every problem of the step, ``Refusal``
    and ``TemporalUnavailable``."""
    if asked.condition is not None:
        examine(asked.condition, OF_A_RUN)
    old, derived = await _derived(doors, asked)
    new = old
    if not wish.dry_run:
        async with doors.store.write() as conn:
            said = Said(author, datetime.now(UTC), asked.why)
            new = await releases.derive(conn, derived.compiled, derived.source, said)
    event = RunMigrated(
        old.key,
        old.version,
        {**derived.compiled, "version": new.version},
        by,
        note=asked.why,
        only=asked.condition,
        before=asked.before,
        after=asked.after,
        pausing=(derived.step,) if asked.pausing else (),
    )
    journey = await doors.line.call(lambda line: travel(doors.store, line, (old, new), event, wish, key))
    return Injected(None if wish.dry_run else new, derived.step, journey)


async def _derived(doors: Doors, asked: Extra) -> tuple[Version, Derived]:
    async with doors.store.read() as conn:
        old = await releases.find(conn, asked.key, asked.version, asked.kind)
        base = await definitions.definition(conn, old.kind, old.key, old.version)
    assert base is not None  # noqa: S101 - it has just been found
    catalog = doors.simulator.catalog

    def work() -> Derived:
        return derive(base, asked.snippet, catalog, before=asked.before, after=asked.after)

    try:
        return old, await asyncio.to_thread(work)
    except Refused as refused:
        found = refused.problems[:50]
        wrong = [Text(one.message(Language.ZH), one.message(Language.EN)) for one in found]
        raise Problem(Code.INVALID, errors=[FieldError("/step", "unknown", {}, text) for text in wrong]) from None
