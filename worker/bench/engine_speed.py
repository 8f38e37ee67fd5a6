"""How many tickets the engine alone decides in a second, on one core: no server, no database, no encoding."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from statistics import median
from time import perf_counter, process_time

from sop.commands import CallAction, Command, Project
from sop.definition import Compiled
from sop.engine import Engine
from sop.events import ActionDone, Classified, DefinitionsChosen, Event
from sop.scenario.stage import dispatched
from sop.state import Status
from sop.values import Value
from worker.bench import journey
from worker.bench.figures import Figures

NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)
TICKET: Mapping[str, Value] = {
    "no": "GD-10001",
    "channel": "web",
    "category": journey.CATEGORY,
    "priority": "normal",
    "created_at": NOW.isoformat(),
    "order": {"no": journey.order_no(1), "paid": journey.PAID},
}
CUSTOMER: Mapping[str, Value] = {"id": "1", "tier": "regular", "complaint_count": 0, "language": "zh"}
CHUNKS = 7


def measure(compiled: Compiled, tickets: int = 1400) -> Figures:
    """Play the story so often, with every event built beforehand; the median of several stretches."""
    events = recorded(compiled)
    played(events, max(tickets // 20, 1))
    each = max(tickets // CHUNKS, 1)
    cpu, wall = zip(*(_timed(events, each) for _ in range(CHUNKS)), strict=True)
    return {
        "engine_per_s": round(each / median(cpu)),
        "engine_wall_per_s": round(each / median(wall)),
        "engine_tickets": each * CHUNKS,
        "engine_events": len(events),
    }


def _timed(events: list[Event], times: int) -> tuple[float, float]:
    began, used = perf_counter(), process_time()
    played(events, times)
    return process_time() - used, perf_counter() - began


def played(events: list[Event], times: int) -> None:
    """Tell ``times`` new engines the whole story."""
    for _ in range(times):
        told(events)


def told(events: list[Event]) -> Engine:
    """A new engine that has been told the whole story."""
    engine, _ = Engine.opened(TICKET, CUSTOMER, NOW)
    handle = engine.handle
    for event in events:
        handle(event, NOW)
    return engine


def recorded(compiled: Compiled) -> list[Event]:
    """The events of the story, in the order in which a ticket's workflow tells them: what happens outside, dispatch's
    answers, and what came of the calls."""
    engine, commands = Engine.opened(TICKET, CUSTOMER, NOW)
    story: list[Event] = []
    outside: deque[Event] = deque(
        (
            Classified(journey.CATEGORY, "normal", "after_sales", "given"),
            DefinitionsChosen("ticket.classified", (compiled,)),
            journey.EVIDENCE,
            journey.parcel(1),
            journey.INSPECTED,
            journey.APPROVED,
        )
    )
    waiting = deque(commands)
    while waiting or outside:
        event = _answer(waiting.popleft()) if waiting else outside.popleft()
        if event is not None:
            story.append(event)
            waiting.extend(engine.handle(event, NOW))
    if engine.state.status is not Status.RESOLVED:
        raise AssertionError(f"the story ends {engine.state.status}, not resolved")
    return story


def _answer(command: Command) -> Event | None:
    if isinstance(command, Project):
        return dispatched(command.fact, {})
    if isinstance(command, CallAction):
        return ActionDone(command.call, dict(journey.outputs(command.action, 1)))
    return None
