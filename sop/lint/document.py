"""The page of a code as Markdown, with what the examples really give; and the index of all pages."""

from __future__ import annotations

from sop.checks.context import Running
from sop.definition import definition_of
from sop.lint import example
from sop.lint.mending import MENDABLE
from sop.lint.page import Page
from sop.lint.pages import PAGES
from sop.loading import examine, load
from sop.problem_table import WORDINGS, Severity
from sop.problems import Language, Problem

_SEVERITIES = {
    Severity.ERROR: ("错误", "error"),
    Severity.WARNING: ("警告", "warning"),
    Severity.INFO: ("提示", "info"),
}
_EFFECTS = {
    Severity.ERROR: ("文件不能运行", "the file cannot run"),
    Severity.WARNING: ("可以试运行，不能发布", "the file can be tried, but not published"),
    Severity.INFO: ("不阻止任何事", "it stops nothing"),
}
_WORDS = {
    "messages": ("会这样说", "What is said"),
    "bad": ("有问题的文件", "A file that has it"),
    "good": ("没有问题的文件", "A file that has not"),
    "before": ("运行中的版本", "The version that tickets run on"),
    "ignore": (
        "确实想这样：在行尾写 `# sop: ignore {code} 理由`。",
        "If it is meant: write `# sop: ignore {code} reason` at the end of the line.",
    ),
    "fix": ("`gongdan sop lint --fix` 能改好。", "`gongdan sop lint --fix` mends it."),
    "made": ("由 `gongdan sop explain --write` 生成。", "Made by `gongdan sop explain --write`."),
    "index": ("问题代码", "Problems by code"),
    "all": (
        "`gongdan sop lint` 说的每一个问题。在终端里看同样的内容：`gongdan sop explain SOP403`。",
        "Every problem that `gongdan sop lint` tells of. The same in the terminal: `gongdan sop explain SOP403`.",
    ),
}


def examined(text: str, page: Page) -> tuple[Problem, ...]:
    """The problems of an example of a page."""
    running = None
    if page.before:
        old = definition_of(load(page.before, "before.sop.yaml", example.catalog(), example.sops()))
        running = Running(old.document, page.standing)
    return examine(text, "example.sop.yaml", example.catalog(), example.sops(), running=running).problems


def rows_of(number: str) -> list[str]:
    """The rows of the table of wordings that a code has."""
    return [name for name in WORDINGS if name.partition(".")[0] == number]


def severity_of(number: str) -> Severity:
    """The worst a code can be."""
    found = {WORDINGS[name].severity for name in rows_of(number)}
    return next(severity for severity in Severity if severity in found)


def names_of_pages() -> dict[str, str]:
    """All documents by file name: a page a code and language, and the two indexes."""
    pages = {f"SOP{number}{_suffix(language)}": page_of(number, language) for number in PAGES for language in Language}
    return {**pages, **{f"index{_suffix(language)}": index_of(language) for language in Language}}


def _suffix(language: Language) -> str:
    return ".zh-CN.md" if language is Language.ZH else ".md"


def _say(key: str, language: Language) -> str:
    return _WORDS[key][0 if language is Language.ZH else 1]


def page_of(number: str, language: Language) -> str:
    """One page."""
    other = Language.EN if language is Language.ZH else Language.ZH
    link = f"[{'English' if language is Language.ZH else '中文'}](SOP{number}{_suffix(other)})"
    return "\n".join((f"# SOP{number} {_titled(number, language)}", "", link, "", body_of(number, language)))


def _titled(number: str, language: Language) -> str:
    return PAGES[number].title[0 if language is Language.ZH else 1]


def body_of(number: str, language: Language) -> str:
    """What a page says below its title."""
    index = 0 if language is Language.ZH else 1
    page, severity = PAGES[number], severity_of(number)
    stop = "。" if language is Language.ZH else "."
    gap = "：" if language is Language.ZH else ": "
    parts = [f"**{_SEVERITIES[severity][index]}**{gap}{_EFFECTS[severity][index]}{stop}", page.why[index]]
    if severity is not Severity.ERROR:
        parts.append(_say("ignore", language).format(code=f"SOP{number}"))
    if number in MENDABLE:
        parts.append(_say("fix", language))
    parts += [f"## {_say('messages', language)}", _messages(number, language)]
    if page.before:
        parts += [f"## {_say('before', language)}", _yaml(page.before)]
    parts += [f"## {_say('bad', language)}", _yaml(page.bad), _told(number, page, language)]
    parts += [f"## {_say('good', language)}", _yaml(page.good), f"<!-- {_say('made', language)} -->"]
    return "\n\n".join(parts) + "\n"


def _messages(number: str, language: Language) -> str:
    rows = (WORDINGS[name] for name in rows_of(number))
    texts = (row.zh if language is Language.ZH else row.en for row in rows)
    return "\n".join(f"- {text.replace('{{', '{').replace('}}', '}')}" for text in texts)


def _yaml(text: str) -> str:
    return f"```yaml\n{text}```"


def _told(number: str, page: Page, language: Language) -> str:
    told = [one.render(page.bad, language) for one in examined(page.bad, page) if one.code == f"SOP{number}"]
    return "```text\n" + "\n".join(told) + "\n```"


def index_of(language: Language) -> str:
    """The list of all codes."""
    other = Language.EN if language is Language.ZH else Language.ZH
    link = f"[{'English' if language is Language.ZH else '中文'}](index{_suffix(other)})"
    index = 0 if language is Language.ZH else 1
    lines = [
        f"- [SOP{number}](SOP{number}{_suffix(language)}) {_SEVERITIES[severity_of(number)][index]}"
        f"{'：' if index == 0 else ': '}{_titled(number, language)}"
        for number in PAGES
    ]
    return "\n".join((f"# {_say('index', language)}", "", link, "", _say("all", language), "", *lines, ""))
