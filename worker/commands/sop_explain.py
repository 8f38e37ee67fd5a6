"""``gongdan sop explain``: what a code means, with examples; and the documents about all of them."""

from __future__ import annotations

import re
from pathlib import Path

from sop.lint.document import body_of, names_of_pages, severity_of
from sop.lint.pages import PAGES
from sop.problems import Language
from worker.terminal.asked import Asked
from worker.terminal.words import Failure

_CODE = re.compile(r"(?:SOP)?([0-9]{3})[EWI]?", re.IGNORECASE)


def run(asked: Asked) -> int:
    """Print the page of a code, or the list of all; or write every page into a folder."""
    language = Language(asked.terminal.tongue.value)
    if folder := asked.maybe("write"):
        _write(Path(folder))
        return 0
    if (code := asked.maybe("code")) is None:
        for number, page in PAGES.items():
            title = page.title[0 if language is Language.ZH else 1]
            asked.terminal.tell(f"SOP{number} {severity_of(number):7} {title}")
        return 0
    found = _CODE.fullmatch(code)
    if found is None or found[1] not in PAGES:
        raise Failure(
            f"没有代码 {code}；gongdan sop explain 列出全部",
            f"there is no code {code}; gongdan sop explain lists all",
            2,
        )
    title = PAGES[found[1]].title[0 if language is Language.ZH else 1]
    text = body_of(found[1], language).split("<!--")[0]
    asked.terminal.tell(f"SOP{found[1]} {title}\n\n{_plain(text)}".rstrip())
    return 0


def _plain(text: str) -> str:
    """The page without the marks of Markdown, examples indented."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if line.startswith("```"):
            inside = not inside
        elif inside:
            lines.append(f"    {line}")
        else:
            lines.append(line.removeprefix("## ").replace("**", "").replace("`", ""))
    return "\n".join(lines)


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pages = names_of_pages()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    for old in folder.glob("SOP*.md"):
        if old.name not in pages:
            old.unlink()
