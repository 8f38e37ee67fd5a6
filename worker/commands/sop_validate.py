"""``gongdan sop lint`` (and ``validate``): every mistake in the files, at its place; mended, watched, for machines."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sop.checks.context import Running
from sop.definition import Compiled, definition_of
from sop.lint.mending import mended
from sop.lint.output import as_github, as_json, as_sarif
from sop.model import Approval, Document, Task, Wait
from sop.problem_table import Severity
from sop.problems import Language, Problem, Profile, Refused, stopping
from worker.definitions.drafts import Bench, bench_of, checks_of, examine_all, shown
from worker.definitions.workspace import read_text, read_texts
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.showing import show
from worker.terminal.watching import watch
from worker.terminal.words import Failure

if TYPE_CHECKING:
    from db.session import Store


def run(asked: Asked) -> int:
    """Print all problems; 1 if the profile does not let one of them pass."""
    if asked.flag("watch"):
        return watch(lambda: _watched(asked), lambda: _once(asked), asked.terminal)
    return _once(asked)


def _watched(asked: Asked) -> list[Path]:
    """What is worth another look when it changes: the files named, and the workspace's."""
    named = [Path(file) for file in asked.texts("files")]
    texts = [asked.settings.workspace / path for path in _texts(asked)]
    return [*named, *texts, *(Path(name) for name in [asked.maybe("catalog")] if name)]


def _once(asked: Asked) -> int:
    terminal = asked.terminal
    try:
        bench = bench_of(asked.settings, asked.maybe("catalog"))
    except Refused as refused:
        _tell(asked, refused.problems, _texts(asked))
        return 1
    files = asked.texts("files") or sorted(shown(path) for path in bench.others)
    if not files:
        raise Failure("没有要检查的文件", "there is no file to validate; name one")
    running = _running(asked)
    if asked.flag("fix"):
        _fix(files, bench, terminal)
    with terminal.busy("正在检查…", "validating …"):
        examined = examine_all(files, bench, running)
    problems = tuple(problem for each in examined for problem in each.problems)
    _tell(asked, problems, {each.file: each.text for each in examined})
    if asked.text("format") == "text":
        _sum_up(len(examined), problems, terminal)
    return 1 if stopping(problems, Profile(asked.text("profile"))) else 0


def _running(asked: Asked) -> Running | None:
    """The version before: of a published one the tickets on each step, of a file where they may stand."""
    name = asked.maybe("against")
    if name is None:
        return None
    from worker.definitions.chosen import choose  # lint of files needs no database

    chosen = choose(asked, name)
    document = definition_of(chosen.compiled).document
    if chosen.file is None:
        return Running(document, _counted(asked, chosen.compiled))
    return Running(document, dict.fromkeys(_stands(document)))


def _stands(document: Document) -> list[str]:
    lines = (document.steps, *document.paths.values())
    return [step.id for line in lines for step in line if isinstance(step, (Task, Approval, Wait))]


def _counted(asked: Asked, compiled: Compiled) -> dict[str, int]:
    from db.queries.loads import standing_on  # nor does this
    from worker.access.storing import with_store

    async def read(store: Store) -> dict[str, int]:
        async with store.read() as conn:
            found = await standing_on(conn, compiled["kind"], compiled["key"])
        return Counter(each.step for each in found if each.version == compiled["version"])

    return with_store(asked, read)


def _fix(files: list[str], bench: Bench, terminal: Terminal) -> None:
    """Mend each file where it can be, and write it."""
    texts = {file: read_text(Path(file)) for file in dict.fromkeys(files)}
    check = checks_of(texts, bench)
    for file, text in texts.items():
        found = mended(text, partial(check, file))
        if found.text != text:
            Path(file).write_text(found.text, encoding="utf-8", newline="")
        for problem in found.gone:
            place = f"{file}:{problem.line}"
            terminal.note(terminal.say(f"{place}: 改好 {problem.code}", f"{place}: mended {problem.code}"))


def _tell(asked: Asked, problems: tuple[Problem, ...], texts: dict[str, str]) -> None:
    terminal = asked.terminal
    language = Language(terminal.tongue.value)
    match asked.text("format"):
        case "json":
            terminal.tell(as_json(problems))
        case "sarif":
            terminal.tell(as_sarif(problems, language))
        case "github":
            if problems:
                terminal.tell(as_github(problems, language))
        case _:
            show(problems, texts, terminal)


def _sum_up(files: int, problems: tuple[Problem, ...], terminal: Terminal) -> None:
    """How many files, errors and warnings; notes, which stop nothing, where there are any."""
    found = Counter(problem.severity for problem in problems)
    wrong, doubtful, notes = (found[kind] for kind in (Severity.ERROR, Severity.WARNING, Severity.INFO))
    zh, en = f"{files} 个文件：{wrong} 个错误，{doubtful} 个警告", f"{_many(files, 'file')}: {_many(wrong, 'error')}"
    en += f", {_many(doubtful, 'warning')}"
    if notes:
        zh, en = f"{zh}，{notes} 个提示", f"{en}, {_many(notes, 'note')}"
    terminal.note(terminal.say(zh, en))


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _texts(asked: Asked) -> dict[str, str]:
    return {} if asked.maybe("catalog") else read_texts(asked.settings.workspace)
