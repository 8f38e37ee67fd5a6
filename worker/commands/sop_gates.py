"""``gongdan sop hold|release|gates|inject``: what an operator does to every matching ticket at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from activities.connectors import exact_json
from db import definitions, gates, releases
from db.definitions import Version
from db.gates import KnownGate, NewGate
from db.releases import Said
from db.session import Store
from sop.conditions import OF_A_RUN, examine
from sop.events import RunMigrated
from sop.injecting import Derived, derive
from sop.problems import Language, Refused
from sop.refusals import Refusal
from sop.values import Value
from worker.access.storing import with_store
from worker.access.talking import with_tickets
from worker.definitions.aiming import Ref, ref_of, told
from worker.definitions.journeys import fresh_key, staff, tell, tell_json
from worker.definitions.workspace import parse_texts, read_text, read_texts
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Failure
from workflows.client import Tickets
from workflows.journeys import Wish, travel
from workflows.moving import Moved


def hold(asked: Asked) -> int:
    """Let no matching ticket enter a step."""
    ref = ref_of(asked.text("ref"))
    new = NewGate(ref.key, asked.text("step"), ref.version, asked.maybe("if"), asked.text("clocks"))

    async def work(store: Store) -> tuple[int, int]:
        async with store.write() as conn:
            await gates.require_step(conn, new, ref.kind)
            return await gates.hold(conn, new, _said(asked))

    number, count = told(lambda: with_store(asked, work))
    say = asked.terminal.say(f"告知 {count} 张工单；解除", f"{count} tickets are told; to release it")
    asked.terminal.tell(str(number))
    asked.terminal.note(f"{say}: gongdan sop release {number} --by …")
    return 0


def release(asked: Asked) -> int:
    """Let what a gate holds go on."""
    number = asked.number("gate") or 0

    async def work(store: Store) -> int:
        async with store.write() as conn:
            return await gates.release(conn, number, _said(asked))

    count = told(lambda: with_store(asked, work))
    asked.terminal.note(asked.terminal.say(f"告知 {count} 张工单", f"{count} tickets are told"))
    return 0


def list_gates(asked: Asked) -> int:
    """Print the gates, with how many steps stand before each."""

    async def look(store: Store) -> list[KnownGate]:
        async with store.read() as conn:
            return await gates.gates(conn, released=asked.flag("all"))

    found = with_store(asked, look)
    if asked.flag("json"):
        items: list[Value] = [_plain(each) for each in found]
        asked.terminal.tell(exact_json.dumps({"items": items}).decode())
        return 0
    for each in found:
        asked.terminal.tell(_line(each, asked.terminal))
    return 0


def inject(asked: Asked) -> int:
    """Put a step into every matching ticket that runs on a version and has not passed the place."""
    ref, before, after, condition = (
        ref_of(asked.text("ref")),
        asked.maybe("before"),
        asked.maybe("after"),
        asked.maybe("if"),
    )
    if bool(before) == bool(after):
        raise Failure("--before 或 --after 二者取一", "either --before or --after says where", 2)
    _checked(condition)
    snippet = read_text(Path(asked.text("file")))

    async def work(store: Store, tickets: Tickets) -> list[Moved]:
        old, derived = await _derived(asked, store, ref, snippet, (before, after))
        new = old if asked.flag("dry_run") else await _kept(store, derived, _said(asked))
        by = await staff(store, asked.text("by"))
        event = RunMigrated(
            old.key,
            old.version,
            {**derived.compiled, "version": new.version},
            by,
            note=asked.text("why"),
            only=condition,
            before=before,
            after=after,
            pausing=(derived.step,) if asked.text("clocks") == "pause" else (),
        )
        if new is not old:
            asked.terminal.note(f"{new.ref}  {new.sha256[:12]}")
        return (await travel(store, tickets, (old, new), event, Wish(asked.flag("dry_run")), fresh_key())).moved

    done = with_tickets(asked, work)
    return tell_json(done, asked.terminal) if asked.flag("json") else tell(done, asked.terminal)


async def _derived(
    asked: Asked, store: Store, ref: Ref, snippet: str, place: tuple[str | None, str | None]
) -> tuple[Version, Derived]:
    """The version that tickets run on, and the one with the step in it. Raises ``Failure`` with every problem told."""
    async with store.read() as conn:
        old = await releases.find(conn, ref.key, ref.version, ref.kind)
        base = await definitions.definition(conn, old.kind, old.key, old.version)
    assert base is not None  # noqa: S101 - it has just been found
    catalog = parse_texts(read_texts(asked.settings.workspace)).catalog
    try:
        return old, derive(base, snippet, catalog, before=place[0], after=place[1])
    except Refusal as refusal:
        raise Failure(refusal.zh, refusal.en, 2) from None
    except Refused as refused:
        for problem in refused.problems:
            asked.terminal.note(problem.render("", Language(asked.terminal.tongue.value)))
        raise Failure("这一步不能加入，什么也没有改变", "the step cannot be put in; nothing was changed") from None


async def _kept(store: Store, derived: Derived, said: Said) -> Version:
    async with store.write() as conn:
        return await releases.derive(conn, derived.compiled, derived.source, said)


def _checked(condition: str | None) -> None:
    if condition is not None:
        told(lambda: examine(condition, OF_A_RUN))


def _said(asked: Asked) -> Said:
    return Said(asked.text("by"), datetime.now(UTC), asked.text("why"))


def _plain(gate: KnownGate) -> dict[str, Value]:
    told_of = {name: getattr(gate, name) for name in KnownGate.__slots__}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told_of.items()}


def _line(gate: KnownGate, terminal: Terminal) -> str:
    version = f"@{gate.version}" if gate.version else ""
    words = f"{gate.id}  {gate.key}{version} {gate.step}  {gate.condition or '-'}  clocks: {gate.clocks}"
    held = terminal.say(f"挡住 {gate.held} 步", f"holds {gate.held}")
    if gate.released_at is not None:
        held = terminal.say("已解除", "released") + f" {gate.released_by} {gate.released_at:%Y-%m-%d %H:%M}"
    return f"{words}  {held}  {gate.set_by} {gate.set_at:%Y-%m-%d %H:%M}  {gate.why}"
