"""The states of a definition's versions: draft, candidate, default, archived; every change is recorded with its author.

A version that moves money is seen by two people: whoever publishes it, and somebody else who approves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db import calendars, people
from db.definitions import Version, definition, version_of, versions
from db.locks import lock_names
from db.tables import DefinitionChange, DefinitionState, Published
from sop.definition import Compiled, moves_money
from sop.refusals import Refusal
from sop.values import Value, decode

DRAFT, CANDIDATE, DEFAULT = DefinitionState.DRAFT, DefinitionState.CANDIDATE, DefinitionState.DEFAULT
ARCHIVED, DERIVED = DefinitionState.ARCHIVED, DefinitionState.DERIVED


class NoSuchVersion(Refusal):
    """No such version is published: ask for the list."""

    code = "no_such_version"
    status = 404


class WrongState(Refusal):
    """The version's state does not allow that: see what it is now."""

    code = "wrong_state"


class FourEyes(Refusal):
    """Money moves: the publisher and the approver must be two different people whom the desk knows."""

    code = "four_eyes"
    status = 403


@dataclass(frozen=True, slots=True)
class Aim:
    """What a version is to become. A candidate has a ``share`` (1–99 percent of new tickets) or a ``segment`` (a
    condition on ticket and customer)."""

    state: DefinitionState = DEFAULT
    share: int | None = None
    segment: str | None = None

    def plain(self) -> dict[str, Value]:
        """As it is kept."""
        return {"state": self.state.value, "share": self.share, "segment": self.segment}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a version's state, as recorded."""

    kind: str
    key: str
    version: int
    from_state: str | None
    to_state: str
    by: str
    at: datetime
    note: str
    data: Value


@dataclass(frozen=True, slots=True)
class Said:
    """Who changes a state, when, and why."""

    by: str
    at: datetime
    note: str = ""


async def publish(
    conn: AsyncConnection, compiled: Compiled, source: str, said: Said, aim: Aim | None = None, *, first: bool = False
) -> Version:
    """Publish a definition as the next version of its key, or the version that has this content already.

    It becomes what ``aim`` says (none: the default), or, where it moves money and nobody has approved it yet, a draft
    that waits for that. ``first``: the first edition of an installation, which there is nobody to approve."""
    kind, key = compiled["kind"], compiled["key"]
    aim = aim or Aim()
    await lock_names(conn, [f"definition:{kind}:{key}"])
    number = await _by_content(conn, kind, key, compiled["sha256"])
    if number is None:
        known = await _insert(conn, compiled, source, said, first=first)
    else:
        known = await _version(conn, kind, key, number)
        if await _stays(conn, known, aim):
            return known
    if known.released and aim.state is not DRAFT:
        return await _become(conn, known, aim, said)
    return await _wait(conn, known, aim, said)


async def _stays(conn: AsyncConnection, known: Version, aim: Aim) -> bool:
    """Whether publishing what is there already changes nothing: it is taken already, or it waits for its approval
    under the name of whoever published it."""
    if known.state is DEFAULT or (known.state is CANDIDATE and aim.state is DRAFT):
        return True
    return known.state is DRAFT and not known.released and await _is_somebody(conn, known.published_by)


async def derive(conn: AsyncConnection, compiled: Compiled, source: str, said: Said) -> Version:
    """Keep a version made for open tickets: the next number of its key, which no new ticket takes."""
    kind, key = compiled["kind"], compiled["key"]
    await lock_names(conn, [f"definition:{kind}:{key}"])
    number = await _by_content(conn, kind, key, compiled["sha256"])
    if number is not None:
        return await _version(conn, kind, key, number)
    return await _insert(conn, compiled, source, said, state=DERIVED)


async def approve(conn: AsyncConnection, known: Version, said: Said) -> Version:
    """Somebody else than its publisher approves a draft that moves money: it becomes what it was published for."""
    if known.state is not DRAFT or known.released:
        raise WrongState(f"{known.ref} waits for no approval", f"{known.ref} 没有待批的发布")
    await _two_people(conn, known, said.by)
    approved = {"approved_at": said.at, "approved_by": said.by}
    await conn.execute(update(Published).where(*_is(known)).values(approved))
    aim = _aim_of(known.aim)
    if aim.state is DRAFT:
        await _record(conn, known, DRAFT, said, {"approved": True})
        return await _version(conn, known.kind, known.key, known.version)
    return await _become(conn, known, aim, said, {"approved": True})


async def stage(
    conn: AsyncConnection, known: Version, aim: Aim, said: Said, data: Mapping[str, Value] | None = None
) -> Version:
    """Make a version the candidate or the default; ``data`` is recorded with it."""
    if known.state is DERIVED:
        raise WrongState(f"{known.ref} was made for open tickets only", f"{known.ref} 只用于进行中的工单")
    if not known.released:
        raise FourEyes(f"{known.ref} moves money: it must be approved first", f"{known.ref} 涉及资金，须先审批")
    if known.state is aim.state is DEFAULT:
        raise WrongState(f"{known.ref} is the default already", f"{known.ref} 已是默认版本")
    if known.state is DEFAULT:
        raise WrongState(
            f"{known.ref} is the default: make another version that first", f"{known.ref} 是默认版本，请先启用其他版本"
        )
    return await _become(conn, known, aim, said, data)


async def archive(conn: AsyncConnection, known: Version, said: Said) -> Version:
    """Withdraw a draft, a candidate or a default: new tickets do not take it any more."""
    if known.state in (ARCHIVED, DERIVED):
        raise WrongState(f"{known.ref} is taken by no new ticket", f"{known.ref} 没有新工单使用")
    return await _become(conn, known, Aim(ARCHIVED), said)


async def roll_back(conn: AsyncConnection, known: Version, said: Said) -> Version:
    """Make a version the default again that new tickets have taken before. Raises ``WrongState`` for any other."""
    if known.version not in await _defaults_before(conn, known.kind, known.key):
        raise WrongState(f"{known.ref} was never the default", f"{known.ref} 从未是默认版本")
    return await stage(conn, known, Aim(), said, {"rollback": True})


async def before(conn: AsyncConnection, kind: str, key: str) -> Version:
    """The version that was the default before the one that is. Raises ``NoSuchVersion``."""
    current = await version_of(conn, kind, key)
    now = current.version if current else None
    for number in await _defaults_before(conn, kind, key):
        if number != now:
            return await _version(conn, kind, key, number)
    raise NoSuchVersion(f"{key} has no earlier default", f"{key} 没有更早的默认版本")


async def _defaults_before(conn: AsyncConnection, kind: str, key: str) -> list[int]:
    """The versions that have been the default, the last one first."""
    rows = await conn.execute(
        select(DefinitionChange.version)
        .where(DefinitionChange.kind == kind, DefinitionChange.key == key)
        .where(DefinitionChange.from_state == DEFAULT.value, DefinitionChange.to_state == ARCHIVED.value)
        .order_by(DefinitionChange.id.desc())
    )
    return list(rows.scalars())


async def find(conn: AsyncConnection, key: str, version: int | None, kind: str | None = None) -> Version:
    """A version by its key and number, or the default of the key. Raises ``NoSuchVersion``."""
    for known in await versions(conn, key=key, archived=True):
        fits = known.version == version if version is not None else known.state is DEFAULT
        if fits and kind in (None, known.kind):
            return known
    name = key if version is None else f"{key}@{version}"
    raise NoSuchVersion(f"{name} is not published", f"没有发布过 {name}")


async def destination(conn: AsyncConnection, known: Version) -> Compiled:
    """The content of a version that open tickets may go on with. Raises ``FourEyes`` for one that nobody released."""
    if not (known.released and known.state is not DRAFT) and known.state is not DERIVED:
        raise FourEyes(f"{known.ref} has not been released", f"{known.ref} 尚未放行")
    compiled = await definition(conn, known.kind, known.key, known.version)
    assert compiled is not None  # noqa: S101 - published versions are never deleted
    return compiled


async def history(conn: AsyncConnection, key: str | None = None, limit: int = 200) -> list[Change]:
    """What was changed, the newest first."""
    columns = [getattr(DefinitionChange, name) for name in Change.__slots__]
    wanted = select(*columns).order_by(DefinitionChange.id.desc()).limit(limit)
    if key is not None:
        wanted = wanted.where(DefinitionChange.key == key)
    return [Change(**row._asdict()) for row in await conn.execute(wanted)]


async def note(conn: AsyncConnection, known: Version, said: Said, data: Mapping[str, Value]) -> None:
    """Record something that was done with a version and left its state as it was (a migration of open tickets)."""
    await _record(conn, known, known.state, said, data)


async def _become(
    conn: AsyncConnection, known: Version, aim: Aim, said: Said, data: Mapping[str, Value] | None = None
) -> Version:
    if aim.state in (DEFAULT, CANDIDATE):
        await _make_room(conn, known, aim.state, said)
    changed = {"state": aim.state.value, "share": aim.share, "segment": aim.segment, "aim": None}
    await conn.execute(update(Published).where(*_is(known)).values(changed))
    more = {name: value for name, value in aim.plain().items() if name != "state" and value is not None}
    await _record(conn, known, aim.state, said, {**more, **(data or {})})
    return await _version(conn, known.kind, known.key, known.version)


async def _make_room(conn: AsyncConnection, known: Version, state: DefinitionState, said: Said) -> None:
    """The version that has this state of its key now is archived."""
    there = await conn.scalar(
        select(Published.version).where(
            Published.kind == known.kind,
            Published.key == known.key,
            Published.state == state.value,
            Published.version != known.version,
        )
    )
    if there is not None:
        await _become(conn, await _version(conn, known.kind, known.key, there), Aim(ARCHIVED), said)


async def _wait(conn: AsyncConnection, known: Version, aim: Aim, said: Said) -> Version:
    """A draft: it waits for an approval, or until it is staged. Whoever published it last is its publisher."""
    changed = {"state": DRAFT.value, "aim": aim.plain(), "published_by": said.by, "published_at": said.at}
    await conn.execute(update(Published).where(*_is(known)).values(changed))
    await _record(conn, known, DRAFT, said, {"aim": aim.plain()})
    return await _version(conn, known.kind, known.key, known.version)


async def _two_people(conn: AsyncConnection, known: Version, by: str) -> None:
    for name in (known.published_by, by):
        if not await _is_somebody(conn, name):
            raise FourEyes(
                f"{name} is nobody of the desk: money needs two people by name (gongdan publish --by)",
                f"{name} 不是在职人员：涉及资金须由两个人实名发布和审批（gongdan publish --by）",
            )
    if known.published_by == by:
        raise FourEyes(f"{by} published {known.ref}: another one approves", f"{known.ref} 由 {by} 发布，须他人审批")


async def _is_somebody(conn: AsyncConnection, name: str) -> bool:
    found = await people.person(conn, name)
    return found is not None and found.active


async def _insert(
    conn: AsyncConnection,
    compiled: Compiled,
    source: str,
    said: Said,
    *,
    first: bool = False,
    state: DefinitionState = DRAFT,
) -> Version:
    kind, key = compiled["kind"], compiled["key"]
    latest = await conn.scalar(select(func.max(Published.version)).where(Published.kind == kind, Published.key == key))
    version = (latest or 0) + 1
    numbered: Compiled = {**compiled, "version": version}
    start = compiled["document"].get("start")
    row = {
        "kind": kind,
        "key": key,
        "version": version,
        "sha256": compiled["sha256"],
        "title": decode(compiled["document"].get("title")),
        "start_event": start.get("event") if isinstance(start, Mapping) else None,
        "compiled": numbered,
        "source": source,
        "state": state.value,
        "published_at": said.at,
        "published_by": said.by,
        "money": moves_money(compiled),
        "approved_at": said.at if first else None,
    }
    await conn.execute(insert(Published), row)
    await calendars.keep(conn, compiled)
    known = await _version(conn, kind, key, version)
    await _record(conn, known, state, said, {"first": True} if first else {}, fresh=True)
    return known


async def _record(
    conn: AsyncConnection,
    known: Version,
    to: DefinitionState,
    said: Said,
    data: Mapping[str, Value],
    *,
    fresh: bool = False,
) -> None:
    row = {
        "kind": known.kind,
        "key": known.key,
        "version": known.version,
        "from_state": None if fresh else known.state.value,
        "to_state": to.value,
        "by": said.by,
        "at": said.at,
        "note": said.note,
        "data": dict(data) or None,
    }
    await conn.execute(insert(DefinitionChange), row)


async def _version(conn: AsyncConnection, kind: str, key: str, number: int) -> Version:
    found = await version_of(conn, kind, key, number)
    assert found is not None  # noqa: S101 - published versions are never deleted
    return found


async def _by_content(conn: AsyncConnection, kind: str, key: str, sha256: str) -> int | None:
    return await conn.scalar(
        select(Published.version).where(Published.kind == kind, Published.key == key, Published.sha256 == sha256)
    )


def _is(known: Version) -> tuple[ColumnElement[bool], ...]:
    return (Published.kind == known.kind, Published.key == known.key, Published.version == known.version)


def _aim_of(plain: Value) -> Aim:
    if not isinstance(plain, Mapping):
        return Aim()
    share, segment = plain.get("share"), plain.get("segment")
    return Aim(
        DefinitionState(str(plain["state"])),
        share if isinstance(share, int) else None,
        segment if isinstance(segment, str) else None,
    )
