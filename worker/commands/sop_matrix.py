"""``gongdan sop matrix``: what each step does when everything that can go wrong does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from sop.definition import Compiled
from sop.matrix import Cell, Matrix, matrix_of
from sop.matrix.ways import Tale
from sop.problems import Refused, errors
from sop.scenario import Case
from worker.definitions.drafts import Bench, bench_of, examine_all, shown
from worker.definitions.scenarios import Story, read_stories
from worker.definitions.workspace import read_texts, scenarios_of
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.showing import show
from worker.terminal.words import Failure


def run(asked: Asked) -> int:
    """Try every fault on every step; 1 if one has no defined outcome, or a definition is broken."""
    terminal = asked.terminal
    try:
        bench = bench_of(asked.settings, asked.maybe("catalog"))
    except Refused as refused:
        show(refused.problems, {}, terminal)
        return 1
    stories = [] if asked.maybe("catalog") else _stories(asked)
    wanted = [Path(file).resolve() for file in asked.texts("files")] or sorted(bench.others)
    if not wanted:
        raise Failure("没有定义", "there is no definition")
    compiled = _compiled(wanted, stories, bench, terminal)
    if compiled is None:
        return 1
    matrices = [(path, matrix_of(compiled[path], _tales(stories, compiled, path))) for path in wanted]
    if asked.flag("json"):
        terminal.tell(json.dumps([_plain(path, matrix) for path, matrix in matrices], ensure_ascii=False, indent=2))
    else:
        for path, matrix in matrices:
            _tell(path, matrix, asked.flag("all"), terminal)
    return 1 if any(matrix.undefined for _, matrix in matrices) else 0


def _stories(asked: Asked) -> list[Story]:
    folder = asked.settings.workspace
    return read_stories(scenarios_of(read_texts(folder)), folder)


def _compiled(
    wanted: Sequence[Path], stories: Sequence[Story], bench: Bench, terminal: Terminal
) -> dict[Path, Compiled] | None:
    """The definitions asked for, and those whose stories come by them; none where one is broken."""
    about = [story for story in stories if set(wanted) & {story.definition, *story.subs}]
    others = {path for story in about for path in (story.definition, *story.playbooks.values())}
    examined = examine_all([shown(path) for path in sorted({*wanted, *others})], bench)
    for each in examined:
        show(tuple(errors(each.problems)), {each.file: each.text}, terminal)
    compiled = {Path(each.file).resolve(): each.loaded.compiled for each in examined}
    ready = {path: definition for path, definition in compiled.items() if definition is not None}
    return ready if len(ready) == len(compiled) else None


def _tales(stories: Sequence[Story], compiled: Mapping[Path, Compiled], path: Path) -> list[Tale]:
    """The cases that come by a definition, its own first."""
    about = [story for story in stories if path in {story.definition, *story.subs}]
    about.sort(key=lambda story: story.definition != path)
    return [_tale(story, case, compiled) for story in about for case in story.script.cases]


def _tale(story: Story, case: Case, compiled: Mapping[Path, Compiled]) -> Tale:
    named = {key: compiled[path] for key, path in story.playbooks.items()}
    return Tale(story.script, case, compiled[story.definition], playbooks=named)


def _tell(path: Path, matrix: Matrix, every: bool, terminal: Terminal) -> None:
    open_ = len(matrix.undefined)
    count = len(matrix.cells)
    mark = "✗" if open_ else "✓"
    said = terminal.say(f"{count} 种情况，{open_} 种没有着落", f"{count} cases, {open_} with no defined outcome")
    terminal.tell(f"{mark} {path.name}: {said}")
    for cell in matrix.cells:
        if every or cell.finding is not None:
            _tell_cell(cell, terminal)


def _tell_cell(cell: Cell, terminal: Terminal) -> None:
    mark = "✗" if cell.is_undefined else "!" if cell.finding else "·"
    fault = f" × {cell.fault}" if cell.fault else ""
    terminal.tell(f"  {mark} {cell.step}{fault}: {terminal.say(cell.zh, cell.en)}")


def _plain(path: Path, matrix: Matrix) -> dict[str, object]:
    return {
        "file": shown(path),
        "kind": matrix.kind,
        "key": matrix.key,
        "cells": [
            {
                "step": cell.step,
                "fault": cell.fault,
                "outcome": {"zh": cell.zh, "en": cell.en},
                "finding": cell.finding,
            }
            for cell in matrix.cells
        ],
        "undefined": len(matrix.undefined),
    }
