"""Problems of definitions on the terminal."""

from __future__ import annotations

from sop.problems import Language, Problem
from worker.terminal.screen import Terminal


def show(problems: tuple[Problem, ...], texts: dict[str, str], terminal: Terminal) -> None:
    """Each problem with its line, caret and hint."""
    language = Language(terminal.tongue.value)
    for problem in problems:
        terminal.tell(problem.render(texts.get(problem.file, ""), language))
