"""The definition that a command is asked about: a file, or a published version such as ``return@6``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from db import definitions
from db.session import Store
from sop.definition import Compiled
from sop.model import Kind
from sop.problems import Refused, errors
from worker.access.storing import with_store
from worker.definitions.aiming import ref_of
from worker.definitions.drafts import bench_of, examine_all
from worker.terminal.asked import Asked
from worker.terminal.showing import show
from worker.terminal.words import Failure

TROUBLE = 2


@dataclass(frozen=True, slots=True)
class Chosen:
    """A definition and what it was asked for as. ``file``: none if it was published."""

    name: str
    compiled: Compiled
    file: Path | None = None


def choose(asked: Asked, name: str) -> Chosen:
    """The definition of a name: a file if there is one, else ``key`` or ``key@version`` of the store. Raises
    ``Failure`` (exit code 2) where there is neither, or the file has mistakes, which are told."""
    if Path(name).is_file() or Path(name).suffix:
        return Chosen(name, _drafted(asked, name), Path(name).resolve())
    return Chosen(name, published(asked, name))


def published(asked: Asked, name: str) -> Compiled:
    """The published version of ``key@version`` or ``playbook:key``; of ``key`` alone the default one. Raises
    ``Failure``."""
    ref = ref_of(name)

    async def read(store: Store) -> Compiled | None:
        async with store.read() as conn:
            kinds = (ref.kind,) if ref.kind else tuple(Kind)
            found = [await definitions.definition(conn, kind, ref.key, ref.version) for kind in kinds]
            return next((compiled for compiled in found if compiled is not None), None)

    compiled = with_store(asked, read)
    if compiled is None:
        raise Failure(f"没有发布过 {name}", f"{name} has not been published", TROUBLE)
    return compiled


def _drafted(asked: Asked, name: str) -> Compiled:
    try:
        examined = examine_all([name], bench_of(asked.settings, asked.maybe("catalog")))[0]
        compiled, problems, texts = examined.loaded.compiled, examined.problems, {examined.file: examined.text}
    except Refused as refused:
        compiled, problems, texts = None, refused.problems, {}
    if compiled is None:
        show(tuple(errors(problems)), texts, asked.terminal)
        raise Failure(f"{name} 有错误", f"{name} has mistakes", TROUBLE)
    return compiled
