"""Rules about expressions themselves: 110, 111, 113, 114, 117."""

from __future__ import annotations

from collections.abc import Iterator

from sop.checks.context import Context
from sop.checks.sites import Site, Use
from sop.model import Document, Task
from sop.problem_table import WORDINGS
from sop.problems import Problem

_TWO_CONSTANTS = ("两个常量", "two constants")


def written_well(document: Document, context: Context) -> Iterator[Problem]:
    """110E, 111E, 113E, 114E: an expression can be read and asks for nothing that is not there."""
    for site in context.sites:
        source, begin = site.inner
        if begin:
            yield context.tree.problem("110", site.pointer, name=source.strip())
        for code, message, offset in site.study.mistakes:
            yield _found(context, site, code, message, begin + offset)


def _found(context: Context, site: Site, code: str, message: str, offset: int) -> Problem:
    number = code.removeprefix("SOP")
    words = (getattr(message, "zh", message), str(message))
    row = number if number in WORDINGS else "113"
    if number == "115":
        words = _TWO_CONSTANTS
    inner = site.source.replace("{{", " ").replace("}}", " ").strip()
    return context.tree.problem(row, site.pointer, offset=offset, detail=words, name=inner)


def nothing_personal(document: Document, context: Context) -> Iterator[Problem]:
    """117E: no personal field decides anything."""
    answers = {(step.id, entry.key) for _, step in context.each(Task) for entry in step.form if entry.personal}
    for site in context.sites:
        if site.use is not Use.CONDITION:
            continue
        begin = site.inner[1]
        for path, offset in site.study.reads:
            customers = path[:1] == ("customer",) and len(path) > 1 and path[1] in context.catalog.personal
            if customers or (path[:1] == ("steps",) and path[1:3] in answers):
                yield context.tree.problem("117", site.pointer, offset=begin + offset, name=".".join(path))
