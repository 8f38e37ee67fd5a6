"""``gongdan migrate`` and ``gongdan publish``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from db import migrate as schema
from db.session import Store, StoreUnavailable
from sop.problems import Language
from worker.access.storing import with_store
from worker.definitions.aiming import aim_of
from worker.definitions.publishing import Edition, NotFit, prepare
from worker.definitions.stocking import Change, Published, changes
from worker.definitions.stocking import publish as stock
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Failure, Words

_CHANGES = {
    Change.NEW: Words("新增", "new"),
    Change.CHANGED: Words("新版本", "new version"),
    Change.BACK: Words("恢复", "back again"),
    Change.WAITS: Words("涉及资金，等待他人审批", "moves money: somebody else approves it first"),
    Change.SAME: Words("未变", "unchanged"),
}


def migrate(asked: Asked) -> int:
    """Bring the schema and Temporal's search attributes up to date."""
    terminal, settings = asked.terminal, asked.settings
    if settings.database_url.startswith("sqlite:///"):
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with terminal.busy("正在更新数据库…", "migrating the database …"):
            asyncio.run(schema.upgrade(settings.database_url))
    except StoreUnavailable as away:
        raise Failure(f"数据库没有应答：{away}", f"{away}; is GONGDAN_DATABASE_URL right?") from None
    terminal.tell(Words(f"数据库已是 {schema.newest()}", f"the database stands at {schema.newest()}"))
    if asked.flag("no_temporal"):
        return 0
    from worker.serving.migrating import register  # heavy, and not always needed

    with terminal.busy("正在登记搜索属性…", "registering search attributes …"):
        asyncio.run(register(settings))
    terminal.tell(Words("Temporal 的搜索属性齐全", "Temporal knows our search attributes"))
    return 0


def publish(asked: Asked) -> int:
    """Check and test the workspace, then store it, all of it or nothing."""
    terminal, aim = asked.terminal, aim_of(asked)
    try:
        with terminal.busy("正在检查和测试…", "checking and testing …"):
            edition = prepare(asked.settings.workspace)
    except NotFit as not_fit:
        show_not_fit(not_fit, terminal)
        raise Failure("工作区有错误，什么也没有发布", "the workspace has mistakes; nothing was published") from None

    async def store_it(store: Store) -> Sequence[Published]:
        if asked.flag("dry_run"):
            async with store.read() as conn:
                return await changes(conn, edition)
        async with store.write() as conn:
            return await stock(conn, edition, asked.text("by"), datetime.now(UTC), aim)

    done = with_store(asked, store_it)
    _tell_done(asked, edition, done)
    return 0


def _tell_done(asked: Asked, edition: Edition, done: Sequence[Published]) -> None:
    terminal = asked.terminal
    for each in done:
        terminal.tell(f"{each.kind:<8} {each.key}@{each.version}  {_CHANGES[each.change].tell(terminal.tongue)}")
    count, people = len(done), len(edition.workspace.company.people)
    for note in edition.workspace.notes:
        terminal.note(terminal.say(note.zh, note.en))
    terminal.note(
        terminal.say(
            f"{edition.played} 个场景通过；{count} 个定义，{people} 个人员"
            + ("（未保存）" if asked.flag("dry_run") else ""),
            f"{edition.played} scenarios passed; {count} definitions, {people} people"
            + (" (nothing was stored)" if asked.flag("dry_run") else ""),
        )
    )
    for each in done:
        if each.change is Change.WAITS and not asked.flag("dry_run"):
            terminal.note(f"gongdan sop approve {each.key}@{each.version} --by …")


def show_not_fit(not_fit: NotFit, terminal: Terminal) -> None:
    """Every problem with its line, and every scenario that fails."""
    language = Language(terminal.tongue.value)
    for problem in not_fit.problems:
        terminal.note(problem.render(not_fit.texts.get(problem.file, ""), language))
    for outcome in not_fit.failed:
        terminal.note(f"✗ {outcome.story.file}: {outcome.case}")
        for sentence in outcome.wrong:
            terminal.note(f"    {sentence}")
    for path, coverage in not_fit.thin.items():
        missing = ", ".join(map(str, coverage.missing[:10]))
        said = terminal.say("场景覆盖率不足", "scenarios cover too little")
        terminal.note(f"✗ {path}: {said}: {coverage.percent:.0f}% ({missing})")
