"""``gongdan sla migrate``: the clocks of open tickets go on by the policies and calendars published now.

The list of tickets comes from the database; what would become of each clock is asked of the ticket itself, whose engine
works it out on a copy of its state."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from activities.connectors import exact_json
from db.numbers import number_of
from db.queries.adopting import UnderWay, runs_under_way
from db.session import Store
from sop.definition import adoptable
from sop.events import Actor, ActorKind, PoliciesAdopted
from sop.values import Value
from worker.access.talking import with_tickets
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from workflows.client import Refused, TicketNotRunning, Tickets
from workflows.messages import Previewed

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became, or would become, of one run's clocks. ``refused``: why nothing did."""

    run: UnderWay
    moves: list[Previewed] = field(default_factory=list)
    refused: str = ""


def run(asked: Asked) -> int:
    """Plan or apply; 1 if some ticket refused."""
    dry, by = asked.flag("dry_run"), Actor(ActorKind.STAFF, asked.text("by"))

    async def work(store: Store, tickets: Tickets) -> list[Outcome]:
        async with store.read() as conn:
            runs = await runs_under_way(conn, asked.texts("keys"))
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(each: UnderWay) -> Outcome:
            async with gate:
                return await _adopt(tickets, each, by, dry=dry)

        return list(await asyncio.gather(*(one(each) for each in runs)))

    done = with_tickets(asked, work)
    if asked.flag("json"):
        asked.terminal.tell(exact_json.dumps(_plain(done, dry=dry)).decode())
    else:
        _tell(done, asked.terminal, dry=dry)
    return 1 if any(outcome.refused for outcome in done) else 0


async def _adopt(tickets: Tickets, run: UnderWay, by: Actor, *, dry: bool) -> Outcome:
    event = PoliciesAdopted(run.run, by, adoptable(run.default))
    try:
        moves = await tickets.preview(run.ticket_id, event, datetime.now(UTC))
        if moves and not dry:
            await tickets.adopt(run.ticket_id, event, f"sla-{run.run}-{run.default['sha256'][:24]}")
    except (Refused, TicketNotRunning) as refusal:
        return Outcome(run, refused=str(refusal))
    return Outcome(run, moves)


def _tell(done: Sequence[Outcome], terminal: Terminal, *, dry: bool) -> None:
    for outcome in done:
        name = f"{number_of(outcome.run.ticket_id)} {outcome.run.run}"
        if outcome.refused:
            terminal.tell(f"{name}: {terminal.say('拒绝', 'refused')}: {outcome.refused}")
        for move in outcome.moves:
            terminal.tell(f"{name}.{move.clock}: {_move(move, terminal)}")
    changed = sum(bool(outcome.moves) for outcome in done)
    kept = len(done) - changed
    terminal.note(
        terminal.say(
            f"{changed} 个流程的时钟{'将' if dry else '已'}改变，{kept} 个不变" + ("（未应用）" if dry else ""),
            f"the clocks of {changed} runs {'would change' if dry else 'have changed'}, those of {kept} stay"
            + (" (nothing was applied)" if dry else ""),
        )
    )


def _move(move: Previewed, terminal: Terminal) -> str:
    targets = move.target_before or "—", move.target_after or "—"
    told = f"{targets[0]} → {targets[1]}" if targets[0] != targets[1] else targets[0]
    told += f"  {_moment(move.due_before)} → {_moment(move.due_after)}"
    if move.fires:
        told += terminal.say("  立即：", "  at once: ") + ", ".join(move.fires)
    return told


def _moment(text: str | None) -> str:
    """In the time zone of this machine."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M") if text else "—"


def _plain(done: Iterable[Outcome], *, dry: bool) -> dict[str, Value]:
    rows: list[Value] = [
        {
            "ticket": number_of(outcome.run.ticket_id),
            "run": outcome.run.run,
            "version": outcome.run.version,
            "to_version": outcome.run.default["version"],
            "refused": outcome.refused or None,
            "clocks": [
                {
                    "clock": move.clock,
                    "target": [move.target_before, move.target_after],
                    "due_at": [move.due_before, move.due_after],
                    "fires": list(move.fires),
                }
                for move in outcome.moves
            ],
        }
        for outcome in done
    ]
    return {"applied": not dry, "runs": rows}
