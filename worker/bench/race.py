"""The product and the hand-written twin, side by side: one server, one database, a worker process each, in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import mean, median
from time import perf_counter

from temporalio.client import Client

from activities.intake import Intake, Rules
from db.intake import NewTicket, accept_ticket
from db.session import Store
from sop.events import StepAnswered, VoteCast
from worker.bench import journey
from worker.bench.board import ENDED, Board
from worker.bench.figures import Figures, latencies
from worker.bench.ground import Ground, module
from worker.bench.hands import PRODUCT, TWIN
from worker.definitions.workspace import parse_texts, read_texts
from worker.serving.hands import reached
from worker.serving.starts import start_of
from worker.terminal.words import Words
from worker.up.child import Plan
from worker.up.roster import foundations
from worker.up.site import Site
from workflows.client import Tickets
from workflows.messages import TicketStart, workflow_id

SIDES = (PRODUCT, TWIN)
ROUNDS = 3
AT_ONCE = 16
HEAT_SECONDS, MOST_TICKETS = 8.0, 200
PATIENCE = 90.0  # seconds that one round may take
CALLS = "calls.jsonl"


@dataclass(slots=True)
class Heat:
    """One round of one side: how long it took, how many history events each ticket has, what each update took."""

    tickets: list[int]
    seconds: float
    events: list[int]
    updates: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Tickets resolved in a second."""
        return len(self.tickets) / self.seconds


class Race:
    """Tickets run on one server, by either side."""

    def __init__(self, client: Client, store: Store, intake: Intake) -> None:
        self._client, self._store, self._intake = client, store, intake
        self._board = Board(store)

    async def heat(self, side: str, tickets: int, at_once: int) -> Heat:
        """So many tickets by one side, at most ``at_once`` under way; timed from the first start to the last end."""
        starts = [await self._accepted() for _ in range(tickets)]
        lane, desk, updates = asyncio.Semaphore(at_once), Tickets(self._client, task_queue=side), list[float]()

        async def one(start: TicketStart) -> None:
            async with lane:
                await self._story(desk, start, updates)

        began = perf_counter()
        async with self._board.watched(), asyncio.timeout(PATIENCE):
            await asyncio.gather(*(one(start) for start in starts))
        seconds = perf_counter() - began
        ids = [start.ticket_id for start in starts]
        return Heat(ids, seconds, list(await asyncio.gather(*map(self._events, ids))), updates)

    async def _accepted(self) -> TicketStart:
        """A ticket in the database, as a door would have left it."""
        now = datetime.now(UTC)
        async with self._store.write() as conn:
            accepted = await accept_ticket(
                conn,
                NewTicket(journey.SUBJECT, "web", now, journey.BODY, journey.CATEGORY, order={"paid": journey.PAID}),
            )
            start = await start_of(conn, accepted.id, {}, self._intake)
        start.ticket["order"]["no"] = journey.order_no(accepted.id)
        return start

    async def _story(self, desk: Tickets, start: TicketStart, updates: list[float]) -> None:
        """One return from opening to resolution; the time each of its three updates took is added to ``updates``."""
        ticket, seen = start.ticket_id, self._board.until
        await desk.start(start)
        await seen(ticket, journey.PHOTOS)
        await _timed(desk.answer, ticket, journey.EVIDENCE, updates)
        await seen(ticket, journey.WAIT)
        await desk.signal(ticket, journey.parcel(ticket), 1)
        await seen(ticket, journey.INSPECT)
        await _timed(desk.answer, ticket, journey.INSPECTED, updates)
        await _timed(desk.vote, ticket, journey.APPROVED, updates)
        await seen(ticket, ENDED)

    async def _events(self, ticket: int) -> int:
        found = await self._client.get_workflow_handle(workflow_id(ticket)).describe()
        return found.history_length


async def _timed(
    ask: Callable[[int, StepAnswered, str], Awaitable[object]] | Callable[[int, VoteCast, str], Awaitable[object]],
    ticket: int,
    said: StepAnswered | VoteCast,
    updates: list[float],
) -> None:
    began = perf_counter()
    await ask(ticket, said, f"{ticket}:{said.step}")  # type: ignore[arg-type]  # each with its own event
    updates.append(perf_counter() - began)


async def measure(ground: Ground, tickets: int | None, rounds: int = ROUNDS, at_once: int = AT_ONCE) -> Figures:
    """Warm both sides up, then let them run in turn; ratios are the medians of the rounds' own. Without ``tickets`` a
    round has as many as take about ``HEAT_SECONDS`` here."""
    site = await ground.site("race", with_temporal=True)
    store = Store(site.settings.database_url)
    plans = [*foundations(site), *(side(site, name) for name in SIDES)]
    try:
        async with ground.running(plans):
            race = Race(await reached(site.settings), store, intake_of(site, store))
            warm = [await race.heat(name, min(tickets or at_once, at_once), at_once) for name in SIDES]
            fitting = min(max(round(warm[-1].per_second * HEAT_SECONDS), at_once), MOST_TICKETS)
            heats = await _rounds(race, ground, tickets or fitting, rounds, at_once)
    finally:
        await store.dispose()
    return _figures(heats)


def intake_of(site: Site, store: Store) -> Intake:
    """What says how tickets are classified, and what starts for them."""
    return Intake(store, Rules.of(parse_texts(read_texts(site.settings.workspace))))


def side(site: Site, name: str) -> Plan:
    """The worker process of one side."""
    return module(site, name, "worker.bench.hands", name, name, str(site.settings.data_dir / CALLS))


async def _rounds(race: Race, ground: Ground, tickets: int, rounds: int, at_once: int) -> dict[str, list[Heat]]:
    heats: dict[str, list[Heat]] = {name: [] for name in SIDES}
    for number in range(rounds):
        for name in SIDES if number % 2 == 0 else reversed(SIDES):
            heat = await race.heat(name, tickets, at_once)
            heats[name].append(heat)
            said = f"{number + 1}/{rounds} {name}: {heat.per_second:.1f}"
            ground.terminal.note(Words(f"  第 {said} 张/秒", f"  round {said} tickets/s"))
    return heats


def _figures(heats: dict[str, list[Heat]]) -> Figures:
    ours, hand = heats[PRODUCT], heats[TWIN]
    found: dict[str, float | int | str | list[float]] = {
        "events_ratio": round(_events(ours) / _events(hand), 3),
        "throughput_ratio": round(_ratio(ours, hand), 3),
        "race_tickets": len(ours[0].tickets),
        "race_rounds": len(ours),
        "throughput_ratios": [round(a.per_second / b.per_second, 3) for a, b in zip(ours, hand, strict=True)],
    }
    for name, of_side in heats.items():
        found |= {
            f"{name}_events": round(_events(of_side), 1),
            f"{name}_per_s": round(median(heat.per_second for heat in of_side), 1),
            **latencies(f"{name}_update", [each for heat in of_side for each in heat.updates]),
        }
    return found


def _events(heats: Sequence[Heat]) -> float:
    return mean(events for heat in heats for events in heat.events)


def _ratio(ours: Sequence[Heat], hand: Sequence[Heat]) -> float:
    return median(a.per_second / b.per_second for a, b in zip(ours, hand, strict=True))
