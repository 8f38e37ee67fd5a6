"""Problems for machines: JSON, SARIF 2.1.0, and the commands that GitHub reads in a job's log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from sop.lint.pages import PAGES
from sop.problem_table import WORDINGS, Severity
from sop.problems import Language, Problem

DOCUMENTS = "docs/reference/problems"
"""Where the page of each code stands in the repository."""

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_COMMANDS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_json(problems: Iterable[Problem]) -> str:
    """A list of problems with both languages."""
    return json.dumps([problem.to_json() for problem in problems], ensure_ascii=False, indent=2)


def as_github(problems: Iterable[Problem], language: Language) -> str:
    """One workflow command a problem: GitHub shows it at its line of the change."""
    return "\n".join(_command(problem, language) for problem in problems)


def _command(problem: Problem, language: Language) -> str:
    place = {"file": problem.file, "line": str(problem.line), "col": str(problem.column), "title": problem.code}
    properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
    return f"::{_COMMANDS[problem.severity]} {properties}::{_data(_said(problem, language))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _said(problem: Problem, language: Language) -> str:
    hint = problem.hint(language)
    gap = "；" if language is Language.ZH else "; "
    return problem.message(language) + (f"{gap}{hint}" if hint else "")


def as_sarif(problems: Sequence[Problem], language: Language) -> str:
    """A SARIF log of one run, with the rules that were broken."""
    codes = sorted({problem.code for problem in problems})
    run = {
        "tool": {"driver": {"name": "gongdan", "rules": [_rule(code, language) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code), language) for problem in problems],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(code: str, language: Language) -> dict[str, object]:
    number = code.removeprefix("SOP")
    index = 0 if language is Language.ZH else 1
    page = PAGES[number]
    worst = min((row.severity for name, row in WORDINGS.items() if name.partition(".")[0] == number), key=_rank)
    return {
        "id": code,
        "shortDescription": {"text": page.title[index]},
        "fullDescription": {"text": page.why[index]},
        "help": {"text": f"{DOCUMENTS}/{code}{'.zh-CN' if index == 0 else ''}.md"},
        "defaultConfiguration": {"level": _LEVELS[worst]},
    }


def _rank(severity: Severity) -> int:
    return list(Severity).index(severity)


def _result(problem: Problem, rule: int, language: Language) -> dict[str, object]:
    place = {
        "artifactLocation": {"uri": problem.file.replace("\\", "/")},
        "region": {"startLine": problem.line, "startColumn": problem.column},
    }
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": _LEVELS[problem.severity],
        "message": {"text": _said(problem, language)},
        "locations": [{"physicalLocation": place}],
    }
