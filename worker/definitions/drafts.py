"""Definitions as a designer works on them: files on disk, read against the names of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sop import yaml_text
from sop.catalog import BadCatalog, Catalog
from sop.checks.context import Running
from sop.heads import head_of, playbooks_in
from sop.loading import Loaded, examine, examine_many
from sop.model import Kind
from sop.problems import Problem, Refused, errors
from worker.definitions.workspace import parse_texts, read_text, read_texts
from worker.settings import Settings
from worker.terminal.words import Failure


@dataclass(frozen=True, slots=True)
class Bench:
    """What drafts are held against: the catalog, and the definitions of the workspace by resolved path."""

    catalog: Catalog
    others: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft read: its file as the designer named it, its text, what came of it."""

    file: str
    text: str
    loaded: Loaded

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong with it, warnings included."""
        return self.loaded.problems


def bench_of(settings: Settings, catalog_file: str | None) -> Bench:
    """The catalog of the workspace, or of a file. Raises ``Failure``, and ``Refused`` for a broken workspace."""
    if catalog_file is not None:
        return Bench(_catalog(Path(catalog_file)))
    texts = read_texts(settings.workspace)
    space = parse_texts(texts)
    return Bench(
        space.catalog, {(settings.workspace / path).resolve(): text for path, text in space.definitions.items()}
    )


def _catalog(file: Path) -> Catalog:
    tree = yaml_text.read(read_text(file), str(file))
    if errors(tree.problems):
        raise Refused(tree.problems)
    try:
        return Catalog.from_plain(tree.data if isinstance(tree.data, dict) else {})
    except BadCatalog as bad:
        raise Failure(f"目录文件 {file} 有误：{bad}", f"the catalog {file} is wrong: {bad}") from None


def examine_all(files: Iterable[str], bench: Bench, running: Running | None = None) -> list[Examined]:
    """Each file read against the bench, and against the others: they may run each other's SOPs. ``running``: the
    version that tickets run on, against which files of the same definition are held. Raises ``Failure``, also where
    there is none."""
    texts = {file: read_text(Path(file)) for file in dict.fromkeys(files)}
    found = _found(texts, bench, _held(texts, running) if running else {})
    return [Examined(file, text, found[file]) for file, text in texts.items()]


def _held(texts: Mapping[str, str], running: Running) -> dict[str, Running]:
    key = running.document.sop or running.document.playbook
    kind = Kind.SOP if running.document.sop else Kind.PLAYBOOK
    held = {file: running for file, text in texts.items() if head_of(text) == (kind, key)}
    if not held:
        raise Failure(
            f"这些文件都不是 {key}，无从比较", f"no file here is {key}, so there is nothing to compare", code=2
        )
    return held


def _found(texts: Mapping[str, str], bench: Bench, running: Mapping[str, Running]) -> dict[str, Loaded]:
    """What came of these texts and of those beside them."""
    return examine_many({**_beside(texts, bench), **texts}, _names(texts, bench), running=running)


def _beside(texts: Mapping[str, str], bench: Bench) -> dict[str, str]:
    mine = {Path(file).resolve() for file in texts}
    return {str(path): text for path, text in bench.others.items() if path not in mine}


def _names(texts: Mapping[str, str], bench: Bench) -> Catalog:
    if not bench.catalog.playbooks:
        return bench.catalog
    # a draft may name a playbook that is a draft too
    return replace(bench.catalog, playbooks=bench.catalog.playbooks | playbooks_in(texts))


def checks_of(texts: Mapping[str, str], bench: Bench) -> Callable[[str, str], tuple[Problem, ...]]:
    """What looks at one file again and again while it changes (its name and its text), with the others as they are."""
    catalog = _names(texts, bench)
    loaded = [each.compiled for each in _found(texts, bench, {}).values()]
    sops = {each["key"]: each for each in loaded if each is not None and each["kind"] == "sop"}

    def check(file: str, text: str) -> tuple[Problem, ...]:
        own = {key: sop for key, sop in sops.items() if sop["file"] != file}
        return examine(text, file, catalog, own).problems

    return check


def shown(path: Path) -> str:
    """A path as a person here would write it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
