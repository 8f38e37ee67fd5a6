"""``gongdan sop versions|approve|stage|rollback|archive``: which version of a definition new tickets take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.connectors import exact_json
from db import definitions, releases
from db.definitions import Version
from db.releases import Change, Said
from db.session import Store
from db.tables import DefinitionState
from sop.values import Value
from worker.access.storing import with_store
from worker.definitions.aiming import Ref, aim_of, ref_of, told
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Words

STATES = {
    DefinitionState.DRAFT: Words("草稿", "draft"),
    DefinitionState.CANDIDATE: Words("候选", "candidate"),
    DefinitionState.DEFAULT: Words("默认", "default"),
    DefinitionState.ARCHIVED: Words("已归档", "archived"),
    DefinitionState.DERIVED: Words("仅进行中工单", "open tickets only"),
}
Work = Callable[[AsyncConnection, Version, Said], Awaitable[Version]]


def versions(asked: Asked) -> int:
    """Print the versions there are, or what was done to them."""
    key = ref_of(name).key if (name := asked.maybe("ref")) else None

    async def look(store: Store) -> tuple[list[Version], list[Change]]:
        async with store.read() as conn:
            return await definitions.versions(conn, key=key, archived=True), await releases.history(conn, key)

    known, changes = with_store(asked, look)
    if asked.flag("json"):
        plain: dict[str, Value] = {"versions": [_plain(one) for one in known], "changes": [_plain(c) for c in changes]}
        asked.terminal.tell(exact_json.dumps(plain).decode())
    elif asked.flag("history"):
        for change in changes:
            asked.terminal.tell(_change(change))
    else:
        for one in known:
            asked.terminal.tell(_version(one, asked.terminal))
    return 0


def approve(asked: Asked) -> int:
    """Let a draft that moves money go to what it was published for."""
    return _do(asked, releases.approve)


def stage(asked: Asked) -> int:
    """Make a version the candidate or the default."""
    aim = aim_of(asked)

    async def work(conn: AsyncConnection, known: Version, said: Said) -> Version:
        return await releases.stage(conn, known, aim, said)

    return _do(asked, work)


def archive(asked: Asked) -> int:
    """Withdraw a version: new tickets do not take it any more."""
    return _do(asked, releases.archive)


def rollback(asked: Asked) -> int:
    """Go back to a version that was the default before; without a number, to the last one."""

    async def work(conn: AsyncConnection, known: Version, said: Said) -> Version:
        return await releases.roll_back(conn, known, said)

    ref = ref_of(asked.text("ref"))
    return _do(asked, work, None if ref.version else releases.before)


def _do(asked: Asked, work: Work, instead: Callable[..., Awaitable[Version]] | None = None) -> int:
    """Change a version's state and say what it is now."""
    ref = ref_of(asked.text("ref"))
    said = Said(asked.text("by"), datetime.now(UTC), asked.maybe("note") or "")

    async def within(store: Store) -> Version:
        async with store.write() as conn:
            return await work(conn, await _meant(conn, ref, instead), said)

    known = told(lambda: with_store(asked, within))
    asked.terminal.tell(_version(known, asked.terminal))
    return 0


async def _meant(conn: AsyncConnection, ref: Ref, instead: Callable[..., Awaitable[Version]] | None = None) -> Version:
    if instead is not None:
        return await instead(conn, ref.kind or "sop", ref.key)
    return await releases.find(conn, ref.key, ref.version, ref.kind)


def _version(known: Version, terminal: Terminal) -> str:
    state = STATES[known.state].tell(terminal.tongue)
    if known.share is not None:
        state += f" {known.share}%"
    if known.segment is not None:
        state += f" [{known.segment}]"
    by = f"{known.published_by} {known.published_at:%Y-%m-%d %H:%M}"
    if not known.released:
        by += "  " + terminal.say("等待审批", "waits for an approval")
    elif known.approved_by:
        by += "  " + terminal.say("审批", "approved by") + f" {known.approved_by}"
    return f"{known.kind:<8} {known.ref:<24} {state}  {known.sha256[:12]}  {by}"


def _change(change: Change) -> str:
    way = f"{change.from_state or '-'} → {change.to_state}"
    more = exact_json.dumps(change.data).decode() if change.data else ""
    at = f"{change.at:%Y-%m-%d %H:%M:%S}"
    return f"{at}  {change.key}@{change.version}  {way}  {change.by}  {more} {change.note}".rstrip()


def _plain(row: Version | Change) -> Mapping[str, Value]:
    told_of = {name: getattr(row, name) for name in row.__slots__}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told_of.items()}
