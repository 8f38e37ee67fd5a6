"""``gongdan sop diff``: what a change of a definition means; 0 the same, 1 different, 2 trouble, as ``diff`` does."""

from __future__ import annotations

import json

from db.queries.differences import standing_by_step
from db.session import Store
from sop.definition import Compiled, definition_of
from sop.diff.changes import Difference
from sop.diff.compare import difference
from sop.diff.telling import plain, told
from sop.problems import Language
from worker.access.storing import with_store
from worker.definitions.chosen import TROUBLE, Chosen, choose, published
from worker.terminal.asked import Asked
from worker.terminal.words import Failure


def run(asked: Asked) -> int:
    """Compare two files or versions; or one file with the published default of its name."""
    try:
        found = _difference(asked)
    except Failure as failure:
        failure.code = TROUBLE
        raise
    language = Language(asked.terminal.tongue.value)
    if asked.text("format") == "json":
        asked.terminal.tell(json.dumps(plain(found), ensure_ascii=False, indent=2, default=str))
    else:
        asked.terminal.tell("\n".join(told(found, language)))
    return 0 if found.same else 1


def _difference(asked: Asked) -> Difference:
    first, second = asked.text("old"), asked.maybe("new")
    if second is None:
        new = choose(asked, first)
        compiled = published(asked, f"{new.compiled['kind']}:{new.compiled['key']}")
        old = Chosen(f"{compiled['key']}@{compiled['version']}", compiled)
    else:
        old, new = choose(asked, first), choose(asked, second)
    standing = _standing(asked, old.compiled, new.compiled["version"] if new.file is None else None)
    names = (_named(old), _named(new))
    return difference(definition_of(old.compiled), definition_of(new.compiled), standing, names)


def _named(chosen: Chosen) -> str:
    compiled = chosen.compiled
    return chosen.name if chosen.file is not None else f"{compiled['key']}@{compiled['version']}"


def _standing(asked: Asked, compiled: Compiled, but: int | None) -> dict[str, frozenset[int]] | None:
    """The running tickets by the step they stand on, without those that run the new version already; none where there
    is no database to ask."""

    async def read(store: Store) -> dict[str, frozenset[int]]:
        async with store.read() as conn:
            return await standing_by_step(conn, compiled["kind"], compiled["key"], but)

    try:
        return with_store(asked, read)
    except Failure:
        return None
