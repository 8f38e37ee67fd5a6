"""``gongdan sop validate``: every mistake in the files, at its place."""

from __future__ import annotations

import json

from sop.problems import Language, Problem, Refused, errors
from worker.asked import Asked
from worker.drafts import Examined, bench_of, examine_all, shown
from worker.terminal import Terminal
from worker.words import Failure
from worker.workspace import read_texts


def run(asked: Asked) -> int:
    """Print all problems; 1 if any of them is an error."""
    terminal = asked.terminal
    try:
        bench = bench_of(asked.settings, asked.maybe("catalog"))
    except Refused as refused:
        show(refused.problems, _texts(asked), terminal)
        return 1
    files = asked.texts("files") or sorted(shown(path) for path in bench.others)
    if not files:
        raise Failure("没有要检查的文件", "there is no file to validate; name one")
    with terminal.busy("正在检查…", "validating …"):
        examined = examine_all(files, bench)
    if asked.text("format") == "json":
        terminal.tell(
            json.dumps([p.to_json() for each in examined for p in each.problems], ensure_ascii=False, indent=2)
        )
    else:
        _show_all(examined, terminal)
    return 1 if any(errors(each.problems) for each in examined) else 0


def _show_all(examined: list[Examined], terminal: Terminal) -> None:
    for each in examined:
        show(each.problems, {each.file: each.text}, terminal)
    problems = [problem for each in examined for problem in each.problems]
    wrong = len(errors(problems))
    rest = len(problems) - wrong
    terminal.note(
        terminal.say(
            f"{len(examined)} 个文件：{wrong} 个错误，{rest} 个提醒",
            f"{len(examined)} {'file' if len(examined) == 1 else 'files'}: {wrong} errors, {rest} warnings",
        )
    )


def show(problems: tuple[Problem, ...], texts: dict[str, str], terminal: Terminal) -> None:
    """Each problem with its line, caret and hint."""
    language = Language(terminal.tongue.value)
    for problem in problems:
        terminal.tell(problem.render(texts.get(problem.file, ""), language))


def _texts(asked: Asked) -> dict[str, str]:
    return {} if asked.maybe("catalog") else read_texts(asked.settings.workspace)
