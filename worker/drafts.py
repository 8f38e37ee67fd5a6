"""Definitions as a designer works on them: files on disk, read against the names of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sop import yaml_text
from sop.catalog import BadCatalog, Catalog
from sop.checks.context import Running
from sop.definition import Compiled
from sop.loading import Loaded, examine, load_many
from sop.problems import Problem, Refused, errors, ordered
from sop.workspace import playbooks_in
from worker.settings import Settings
from worker.words import Failure
from worker.workspace import parse_texts, read_text, read_texts


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
    version that tickets run on. Raises ``Failure``."""
    texts = {file: read_text(Path(file)) for file in dict.fromkeys(files)}
    catalog = _names(texts, bench)
    sops, whole = _sops({**_beside(texts, bench), **texts}, catalog)
    return [_examined(file, text, catalog, sops, whole, running) for file, text in texts.items()]


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
    sops, _ = _sops({**_beside(texts, bench), **texts}, catalog)

    def check(file: str, text: str) -> tuple[Problem, ...]:
        own = {key: sop for key, sop in sops.items() if sop["file"] != file}
        return examine(text, file, catalog, own).problems

    return check


def _examined(
    file: str,
    text: str,
    catalog: Catalog,
    sops: Mapping[str, Compiled],
    whole: Iterable[Problem],
    running: Running | None,
) -> Examined:
    own = {key: sop for key, sop in sops.items() if sop["file"] != file}
    alone = examine(text, file, catalog, own, running=running)
    found = ordered([*alone.problems, *(problem for problem in whole if problem.file == file)])
    return Examined(file, text, Loaded(None if errors(found) else alone.compiled, found))


def _sops(texts: Mapping[str, str], catalog: Catalog) -> tuple[dict[str, Compiled], tuple[Problem, ...]]:
    """The SOPs others may run, and what is wrong with the files as a whole. One that is broken is left out, again and
    again until the rest stands: an error in one file is no error of those beside it."""
    rest, problems = dict(texts), tuple[Problem, ...]()
    while rest:
        try:
            compiled = load_many(rest, catalog)
        except Refused as refused:
            problems = problems or refused.problems
            broken = {problem.file for problem in errors(refused.problems)}
            rest = {file: text for file, text in rest.items() if file not in broken}
        else:
            return {each["key"]: each for each in compiled.values() if each["kind"] == "sop"}, problems
    return {}, problems


def shown(path: Path) -> str:
    """A path as a person here would write it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
