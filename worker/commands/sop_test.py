"""``gongdan sop test``: scenarios on the pure engine, each with its time and what went wrong, and what they cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

from sop.definition import Compiled
from sop.problems import Refused, errors
from sop.scenario import Coverage
from sop.scenario.junit import Case, junit
from worker.definitions.drafts import Bench, bench_of, examine_all, shown
from worker.definitions.scenarios import Outcome, Story, coverages, play_all, read_stories
from worker.definitions.snapshots import compared, update
from worker.definitions.workspace import read_text, read_texts, scenarios_of
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.showing import show
from worker.terminal.words import Failure

DEFINITIONS = (".sop.yaml", ".playbook.yaml")


def run(asked: Asked) -> int:
    """Play every story asked for; 1 if one went wrong, a definition is broken, or too little of one is covered."""
    terminal, began = asked.terminal, perf_counter()
    try:
        bench = bench_of(asked.settings, asked.maybe("catalog"))
    except Refused as refused:
        show(refused.problems, {}, terminal)
        return 1
    stories = _stories(asked)
    if not stories:
        raise Failure("没有场景可以运行", "there is no scenario for these files; write one, see tests/scenarios")
    compiled = _compiled(stories, _named(asked, bench), bench, terminal)
    if compiled is None:
        return 1
    outcomes = _with_snapshots(asked, list(play_all(stories, compiled)))
    for outcome in outcomes:
        _tell(outcome, terminal)
    covered = coverages(outcomes, compiled)
    enough = _told_coverage(covered, asked)
    _write_junit(asked, outcomes, covered)
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    took, passed = f"{perf_counter() - began:.2f} s", len(outcomes) - failed
    zh, en = f"{passed} 通过，{failed} 失败，用时 {took}", f"{passed} passed, {failed} failed in {took}"
    terminal.tell(terminal.say(zh, en))
    return 0 if enough and not failed else 1


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
        stories += [story for story in own if not files or about & {story.definition, *story.subs}]
    return stories


def _named(asked: Asked, bench: Bench) -> set[Path]:
    """The definitions whose coverage is asked for though perhaps no story is about them: those named, or all."""
    files = [Path(file) for file in asked.texts("files")]
    return set() if files or asked.maybe("catalog") else set(bench.others)


def _compiled(stories: list[Story], named: set[Path], bench: Bench, terminal: Terminal) -> dict[Path, Compiled] | None:
    """The definitions the stories play, and their sub-SOPs; none, with every problem told, where one is broken."""
    paths = named | {path for story in stories for path in (story.definition, *story.subs)}
    examined = examine_all([shown(path) for path in sorted(paths)], bench)
    for each in examined:
        show(tuple(errors(each.problems)), {each.file: each.text}, terminal)
    compiled = {Path(each.file).resolve(): each.loaded.compiled for each in examined}
    ready = {path: definition for path, definition in compiled.items() if definition is not None}
    return ready if len(ready) == len(compiled) else None


def _with_snapshots(asked: Asked, outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes, those that differ from their snapshot being wrong; or the snapshots brought up to date."""
    if not asked.flag("update_snapshots"):
        return compared(outcomes)
    for file in update(outcomes):
        asked.terminal.note(asked.terminal.say(f"已写快照 {shown(file)}", f"snapshot written: {shown(file)}"))
    return outcomes


def _tell(outcome: Outcome, terminal: Terminal) -> None:
    mark = "✗" if outcome.wrong else "✓"
    terminal.tell(f"{mark} {Path(outcome.story.script.file).name}: {outcome.case}  {outcome.seconds * 1000:.0f} ms")
    for sentence in outcome.wrong:
        terminal.tell(f"    {sentence}")


def _told_coverage(covered: Mapping[Path, Coverage], asked: Asked) -> bool:
    """Tell how much of each definition was come by; whether it is enough of every one."""
    terminal, least = asked.terminal, asked.number("min_coverage") or 0
    for path, coverage in sorted(covered.items()):
        few = coverage.percent < least
        count = f"{len(coverage.reached)}/{len(coverage.points)}"
        line = f"{path.name}  {terminal.say('覆盖率', 'coverage')} {coverage.percent:.0f}% ({count})"
        terminal.tell(("✗ " if few else "  ") + line)
        if coverage.missing:
            terminal.tell("    " + terminal.say("未覆盖：", "not covered: ") + _listed(coverage))
    return all(coverage.percent >= least for coverage in covered.values())


def _listed(coverage: Coverage) -> str:
    return ", ".join(str(point) for point in coverage.missing)


def _write_junit(asked: Asked, outcomes: Sequence[Outcome], covered: Mapping[Path, Coverage]) -> None:
    """The report: a suite for each scenario file, and one for what is covered where a least is asked for."""
    file = asked.maybe("junit")
    if file is None:
        return
    suites: dict[str, list[Case]] = {}
    for outcome in outcomes:
        suites.setdefault(outcome.story.file, []).append(Case(outcome.case, outcome.wrong, outcome.seconds))
    if (least := asked.number("min_coverage")) is not None:
        suites["coverage"] = [_covered(path, covered[path], least) for path in sorted(covered)]
    try:
        Path(file).write_text(junit(suites), encoding="utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise Failure(f"无法写入 {file}：{why}", f"{file} cannot be written: {why}") from None


def _covered(path: Path, coverage: Coverage, least: int) -> Case:
    few = coverage.percent < least
    return Case(path.name, [f"{coverage.percent:.0f}% < {least}%", _listed(coverage)] if few else [], 0.0)
