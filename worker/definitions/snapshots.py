"""Snapshot files: which belongs to a scenario file, comparing with them, and writing them anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from sop.scenario.snapshot import difference, lines_of, read_snapshot, written
from worker.definitions.scenarios import Outcome
from worker.definitions.workspace import read_text
from worker.terminal.words import Failure

SUFFIX = ".snapshot"


def snapshot_of(scenario: Path) -> Path:
    """The snapshot file beside a scenario file."""
    return scenario.with_suffix(SUFFIX)


def compared(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes; one that differs from its snapshot is wrong. A scenario file without a snapshot is not compared."""
    known: dict[Path, dict[str, list[str]]] = {}
    told = []
    for file, name, outcome in _named(outcomes):
        if file not in known:
            known[file] = _read(file)
        kept = known[file]
        found = difference(kept.get(name), lines_of(outcome.facts)) if kept else []
        told.append(replace(outcome, wrong=(*outcome.wrong, *found)))
    return told


def update(outcomes: Iterable[Outcome]) -> list[Path]:
    """Write the snapshots of all cases that went as expected; of one that did not, the old one stays."""
    old: dict[Path, dict[str, list[str]]] = {}
    new: dict[Path, dict[str, list[str]]] = {}
    for file, name, outcome in _named(outcomes):
        if file not in old:
            old[file], new[file] = _read(file), {}
        lines = old[file].get(name) if outcome.wrong else lines_of(outcome.facts)
        if lines is not None:
            new[file][name] = lines
    for file, cases in new.items():
        _write(file, written(cases))
    return list(new)


def _named(outcomes: Iterable[Outcome]) -> Iterator[tuple[Path, str, Outcome]]:
    """Each with its snapshot file and its name there: the definition's and the case's, numbered where they repeat."""
    seen: Counter[tuple[Path, str]] = Counter()
    for outcome in outcomes:
        file = snapshot_of(outcome.story.path)
        name = f"{Path(outcome.story.script.file).name}: {outcome.case}"
        seen[file, name] += 1
        yield file, name if seen[file, name] == 1 else f"{name} ({seen[file, name]})", outcome


def _read(file: Path) -> dict[str, list[str]]:
    return read_snapshot(read_text(file)) if file.is_file() else {}


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise Failure(f"无法写入 {file}：{why}", f"{file} cannot be written: {why}") from None
