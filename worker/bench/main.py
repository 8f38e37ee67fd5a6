"""``gongdan bench``: everything that is measured, in turn, and a table of it beside what is aimed at; or one thing that
takes its time, by its name."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from time import monotonic

from sop.loading import load_many
from worker.bench import engine_speed, journey, lint, race, replay, waiting
from worker.bench.clocks import SPAN, Many, measure
from worker.bench.figures import AIMS, Figures
from worker.bench.ground import Ground
from worker.bench.table import table
from worker.definitions.workspace import parse_texts, read_texts
from worker.settings import HOME
from worker.terminal.asked import Asked
from worker.terminal.words import Failure, Words


class Part(StrEnum):
    """What can be measured by itself."""

    ENGINE = "engine"
    TEMPORAL = "temporal"
    ACCEPT = "accept"
    FIRST_STEP = "first_step"


SAID = {
    Part.ENGINE: Words("引擎（单核）…", "the engine, on one core …"),
    Part.TEMPORAL: Words("与手写工作流并排…", "side by side with a hand-written workflow …"),
    Part.ACCEPT: Words("受理…", "accepting tickets …"),
    Part.FIRST_STEP: Words("到第一步的时间…", "until the first step is there …"),
}
ENGINE_TICKETS, ACCEPTED, WATCHED = 1400, 1000, 100
CLIENTS = 16


def run(asked: Asked) -> int:
    """Measure, and tell. The exit code says whether it could be measured, not whether the aims were met."""
    if what := asked.maybe("what"):
        return {"clocks": _clocks, "lint": lint.run, "replay": replay.run}[what](asked)
    parts = _parts(asked.maybe("only"))
    tickets, clients = asked.number("tickets"), asked.number("clients") or CLIENTS
    if (tickets is not None and tickets < 1) or clients < 1:
        raise Failure("--tickets 与 --clients 必须大于 0", "--tickets and --clients must be above 0", code=2)
    found: dict[str, float | int | str | list[float]] = {}
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="gongdan-bench-") as folder:
        measures = _measures(Ground(Path(folder), asked.terminal), tickets, clients, loaded=asked.flag("loaded"))
        for part in parts:
            asked.terminal.note(SAID[part])
            for measure in measures[part]:
                found |= asyncio.run(_measured(measure))
    found["seconds"] = round(monotonic() - began, 1)
    asked.terminal.tell(_json(found) if asked.flag("json") else table(found, asked.terminal.tongue))
    return 0


def _clocks(asked: Asked) -> int:
    clocks, seconds, began = asked.number("tickets"), asked.number("seconds"), monotonic()
    if (clocks is not None and clocks < 1) or (seconds is not None and seconds < 1):
        raise Failure("--tickets 与 --seconds 必须大于 0", "--tickets and --seconds must be above 0", code=2)
    with tempfile.TemporaryDirectory(prefix="gongdan-bench-") as folder:
        ground = Ground(Path(folder), asked.terminal)
        many = Many(clocks, asked.number("workers"), timedelta(seconds=seconds) if seconds else SPAN)
        found = {**asyncio.run(_measured(lambda: measure(ground, many, kill=asked.flag("kill"))))}
    found["seconds"] = round(monotonic() - began, 1)
    asked.terminal.tell(_json(found) if asked.flag("json") else table(found, asked.terminal.tongue))
    return 0


def _measures(
    ground: Ground, tickets: int | None, clients: int, *, loaded: bool
) -> Mapping[Part, list[Callable[[], Awaitable[Figures]]]]:
    """How each part is measured. ``tickets`` replaces the usual number in all of them."""
    accept = [lambda: waiting.accepting(ground, tickets or ACCEPTED, clients)]
    if loaded:
        accept.append(lambda: waiting.accepting(ground, tickets or ACCEPTED, clients, loaded=True))
    return {
        Part.ENGINE: [lambda: _engine(tickets or ENGINE_TICKETS)],
        Part.TEMPORAL: [lambda: race.measure(ground, tickets)],
        Part.ACCEPT: [*accept],
        Part.FIRST_STEP: [lambda: waiting.first_step(ground, tickets or WATCHED)],
    }


async def _measured(measure: Callable[[], Awaitable[Figures]]) -> Figures:
    return await measure()


async def _engine(tickets: int) -> Figures:
    space = parse_texts(read_texts(HOME))
    compiled = load_many(space.definitions, space.catalog)[journey.SOP_FILE]
    return engine_speed.measure(compiled, tickets)


def _parts(only: str | None) -> list[Part]:
    if only is None:
        return list(Part)
    named = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in named if name not in set(Part)]
    if unknown or not named:
        known = ", ".join(Part)
        raise Failure(f"--only 只认识 {known}", f"--only knows {known}", code=2)
    return [part for part in Part if part in named]


def _json(found: Figures) -> str:
    first = {key: found[key] for key in AIMS if key in found}
    return json.dumps({**first, **found}, indent=2, ensure_ascii=False)
