"""Playing scenario files on the pure engine: whose stories they are, and how each one went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from sop.definition import Compiled, definition_of
from sop.facts import Fact, FactType
from sop.refusals import Refusal
from sop.scenario import Case, Coverage, Script, coverage_of, judge, play, read_scripts
from sop.scenario.script import NotAScenario
from worker.terminal.words import Failure


@dataclass(frozen=True, slots=True)
class Story:
    """One script of a file, with the definition it plays, the sub-SOPs (and playbooks it may start, also by key), found
    from where the file stands."""

    file: str
    script: Script
    definition: Path
    subs: tuple[Path, ...] = ()
    path: Path = Path()
    playbooks: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case went: ``wrong`` is empty when all was as expected; ``facts`` it left behind, ``seconds`` it took."""

    story: Story
    case: str
    wrong: tuple[str, ...]
    seconds: float
    facts: tuple[Fact, ...] = ()


def read_stories(texts: Mapping[str, str], folder: Path) -> list[Story]:
    """The stories of scenario files (path → text), whose paths are relative to ``folder``. Raises ``Failure``."""
    return [_story(file, script, folder / file) for file, text in texts.items() for script in _scripts(text, file)]


def _story(file: str, script: Script, path: Path) -> Story:
    home = path.parent
    subs = tuple((home / sub).resolve() for sub in (*script.subs.values(), *script.later.values()))
    playbooks = {key: (home / named).resolve() for key, named in script.later.items()}
    return Story(file, script, (home / script.file).resolve(), subs, path, playbooks)


def _scripts(text: str, file: str) -> list[Script]:
    try:
        return read_scripts(text, file)
    except NotAScenario as wrong:
        raise Failure(f"{file} 不是场景文件：{wrong}", f"{file} is no scenario file: {wrong}", 1) from None


def play_all(stories: Iterable[Story], compiled: Mapping[Path, Compiled]) -> Iterator[Outcome]:
    """Each case of each story, one after the other; a definition that is not there is what went wrong."""
    for story in stories:
        definition = compiled.get(story.definition)
        named = {key: compiled[path] for key, path in story.playbooks.items() if path in compiled}
        for case in story.script.cases:
            began = perf_counter()
            facts, wrong = _went(story.script, case, definition, named) if definition else _nowhere(story)
            yield Outcome(story, case.name, tuple(wrong), perf_counter() - began, tuple(facts))


def _nowhere(story: Story) -> tuple[Sequence[Fact], Sequence[str]]:
    return (), [f"no definition at {story.script.file}"]


def _went(
    script: Script, case: Case, definition: Compiled, playbooks: Mapping[str, Compiled]
) -> tuple[Sequence[Fact], Sequence[str]]:
    try:
        stage, wrong = play(script, case, definition, playbooks)
    except (Refusal, LookupError, ValueError) as error:
        return (), [f"{type(error).__name__}: {error}"]
    return stage.facts, [*wrong, *judge(case.expect, stage.facts, _main_run(stage.facts))]


def _main_run(facts: Sequence[Fact]) -> str:
    """The run the story is about: the first that started."""
    return next((fact.run or "" for fact in facts if fact.type is FactType.RUN_STARTED), "")


def coverages(outcomes: Iterable[Outcome], compiled: Mapping[Path, Compiled]) -> dict[Path, Coverage]:
    """How much of each definition the stories have come by, sub-SOPs called by others included; none: 0 percent."""
    told = [outcome.facts for outcome in outcomes]
    return {path: coverage_of(definition_of(each), told) for path, each in compiled.items()}
