"""Open tickets on their way to another version: who sends them, and how what becomes of each is told."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from activities.connectors import exact_json
from db import people
from db.numbers import number_of
from db.session import Store
from sop.events import Actor, ActorKind
from sop.values import Value
from worker.terminal.screen import Terminal
from worker.terminal.words import Words
from workflows.moving import MOVED, Moved

VERDICTS = {
    "ok": Words("可移动", "ok"),
    MOVED: Words("已移动", "moved"),
    "needs_mapping": Words("需指定对应步骤", "needs mapping"),
    "not_on_this_version": Words("不适用", "not meant"),
    "refused": Words("拒绝", "refused"),
    "gone": Words("流程已结束", "has ended"),
}
STUCK = frozenset({"needs_mapping", "refused"})


async def staff(store: Store, name: str) -> Actor:
    """Who moves tickets, with the roles the desk knows of them."""
    async with store.read() as conn:
        known = await people.person(conn, name)
    return Actor(ActorKind.STAFF, name, known.roles if known else (), known.teams if known else ())


def fresh_key() -> str:
    """What the moves of one command are known by."""
    return f"migrate:{secrets.token_hex(8)}"


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
