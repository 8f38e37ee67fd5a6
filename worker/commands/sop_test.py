"""``gongdan sop test``: scenarios on the pure engine, each with its time and what went wrong."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from sop.definition import Compiled
from sop.problems import Refused, errors
from worker.asked import Asked
from worker.commands.sop_validate import show
from worker.drafts import Bench, bench_of, examine_all, shown
from worker.scenarios import Outcome, Story, play_all, read_stories
from worker.terminal import Terminal
from worker.words import Failure
from worker.workspace import read_text, read_texts, scenarios_of

DEFINITIONS = (".sop.yaml", ".playbook.yaml")


def run(asked: Asked) -> int:
    """Play every story asked for; 1 if one went wrong or a definition is broken."""
    terminal, began = asked.terminal, perf_counter()
    try:
        bench = bench_of(asked.settings, asked.maybe("catalog"))
    except Refused as refused:
        show(refused.problems, {}, terminal)
        return 1
    stories = _stories(asked)
    if not stories:
        raise Failure("没有场景可以运行", "there is no scenario for these files; write one, see sop/library/README.md")
    compiled = _compiled(stories, bench, terminal)
    if compiled is None:
        return 1
    outcomes = [_told(outcome, terminal) for outcome in play_all(stories, compiled)]
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    took = f"{perf_counter() - began:.2f} s"
    terminal.tell(
        terminal.say(
            f"{len(outcomes) - failed} 通过，{failed} 失败，用时 {took}",
            f"{len(outcomes) - failed} passed, {failed} failed in {took}",
        )
    )
    return 1 if failed else 0


def _stories(asked: Asked) -> list[Story]:
    """The stories of the scenario files named, and those of the workspace about the definitions named."""
    files = [Path(file) for file in asked.texts("files")]
    named = {str(file): read_text(file) for file in files if not file.name.endswith(DEFINITIONS)}
    stories = read_stories(named, Path.cwd())
    about = {file.resolve() for file in files if file.name.endswith(DEFINITIONS)}
    for file in about:
        read_text(file)
    if about or not files:
        folder = asked.settings.workspace
        own = read_stories(scenarios_of(read_texts(folder)), folder)
        stories += [story for story in own if not files or story.definition in about]
    return stories


def _compiled(stories: list[Story], bench: Bench, terminal: Terminal) -> dict[Path, Compiled] | None:
    """The definitions the stories play, and their sub-SOPs; none, with every problem told, where one is broken."""
    paths = {path for story in stories for path in (story.definition, *story.subs)}
    examined = examine_all([shown(path) for path in sorted(paths)], bench)
    for each in examined:
        show(tuple(errors(each.problems)), {each.file: each.text}, terminal)
    compiled = {Path(each.file).resolve(): each.loaded.compiled for each in examined}
    ready = {path: definition for path, definition in compiled.items() if definition is not None}
    return ready if len(ready) == len(compiled) else None


def _told(outcome: Outcome, terminal: Terminal) -> Outcome:
    mark = "✗" if outcome.wrong else "✓"
    terminal.tell(f"{mark} {Path(outcome.story.script.file).name}: {outcome.case}  {outcome.seconds * 1000:.0f} ms")
    for sentence in outcome.wrong:
        terminal.tell(f"    {sentence}")
    return outcome
