"""Open tickets on their way to another version: which ones, what becomes of each, how it is told and recorded."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from activities.connectors import exact_json
from db import people, releases
from db.definitions import Version
from db.numbers import number_of
from db.queries.standing import Standing, on_version, spread
from db.releases import Said
from db.session import Store
from sop.events import Actor, ActorKind, RunMigrated
from sop.values import Value
from worker.terminal import Terminal
from worker.words import Words
from workflows.client import Tickets
from workflows.moving import MOVED, Moved, move, outlooks

VERDICTS = {
    "ok": Words("可移动", "ok"),
    MOVED: Words("已移动", "moved"),
    "needs_mapping": Words("需指定对应步骤", "needs mapping"),
    "not_on_this_version": Words("不适用", "not meant"),
    "refused": Words("拒绝", "refused"),
    "gone": Words("流程已结束", "has ended"),
}
STUCK = frozenset({"needs_mapping", "refused"})


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of the tickets on a version are meant: one by its id, or a ``canary`` of so many; and whether only to say
    what would become of them."""

    dry_run: bool = False
    canary: int | None = None
    ticket: int | None = None

    def of(self, standing: Sequence[Standing]) -> list[Standing]:
        """Those of them that are meant."""
        if self.ticket is not None:
            return [one for one in standing if one.ticket_id == self.ticket]
        return list(standing) if self.canary is None else spread(standing, self.canary)


async def staff(store: Store, name: str) -> Actor:
    """Who moves tickets, with the roles the desk knows of them."""
    async with store.read() as conn:
        known = await people.person(conn, name)
    return Actor(ActorKind.STAFF, name, known.roles if known else (), known.teams if known else ())


async def travel(
    store: Store, tickets: Tickets, known: tuple[Version, Version], event: RunMigrated, wish: Wish
) -> list[Moved]:
    """Move the tickets that are meant, or say what would become of them; a move is recorded with the new version."""
    old, new = known
    async with store.read() as conn:
        meant = wish.of(await on_version(conn, old.kind, old.key, old.version))
    ids = [one.ticket_id for one in meant]
    if wish.dry_run:
        return await outlooks(tickets, ids, event)
    done = await move(tickets, ids, event, f"migrate:{secrets.token_hex(8)}")
    counts: dict[str, Value] = dict(Counter(one.verdict for one in done))
    said = Said(event.by.id, datetime.now(UTC), event.note)
    async with store.write() as conn:
        await releases.note(conn, new, said, {"migrated_from": old.version, "tickets": counts})
    return done


def tell(done: Sequence[Moved], terminal: Terminal) -> int:
    """One ticket a line, then how many of each; the exit code: 1 if some cannot be moved."""
    for one in done:
        terminal.tell(_line(one, terminal))
    counts = Counter(one.verdict for one in done)
    words = [f"{VERDICTS[verdict].tell(terminal.tongue)} {count}" for verdict, count in sorted(counts.items())]
    terminal.note(", ".join(words) or terminal.say("没有工单在此版本上", "no ticket runs on that version"))
    return 1 if any(verdict in STUCK for verdict in counts) else 0


def tell_json(done: Sequence[Moved], terminal: Terminal) -> int:
    """The same as JSON."""
    items: list[Value] = [_plain(one) for one in done]
    terminal.tell(exact_json.dumps({"items": items}).decode())
    return 1 if any(one.verdict in STUCK for one in done) else 0


def _plain(one: Moved) -> Mapping[str, Value]:
    look = one.outlook
    why: dict[str, Value] = {"zh": look.zh, "en": look.en}
    return {
        "ticket": number_of(one.ticket_id),
        "verdict": one.verdict,
        "reason": why,
        "before": look.before,
        "after": look.after,
    }


def _line(one: Moved, terminal: Terminal) -> str:
    look = one.outlook
    words = f"{number_of(one.ticket_id)}  {VERDICTS[one.verdict].tell(terminal.tongue):<14}"
    if look.en:
        return f"{words} {terminal.say(look.zh, look.en)}"
    return f"{words} {_standing(look.before)} → {_standing(look.after)}"


def _standing(items: Sequence[Mapping[str, Value]]) -> str:
    """The open steps with their deadlines, then the clocks with theirs."""
    return ", ".join(f"{item.get('step') or item.get('clock')}{_due(item)}" for item in items) or "-"


def _due(item: Mapping[str, Value]) -> str:
    due = item.get("due_at") or item.get("timeout_at")
    return f" {datetime.fromisoformat(str(due)):%m-%d %H:%M}" if due else ""
