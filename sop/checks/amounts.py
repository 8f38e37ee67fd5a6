"""106E, 107E: numbers that cannot be, and choices without options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sop.checks.context import Context
from sop.lint.keys import what_is
from sop.model import Action, Approval, Document, FieldType, FormField, Parallel, Repeat, Retry, Task
from sop.problems import Problem

_RULE = re.compile(r"any|all|[1-9][0-9]?|(?:100|[1-9][0-9]?)%")
_JOIN = re.compile(r"any|all|[1-9][0-9]?")
_CHOOSING = frozenset((FieldType.CHOICE, FieldType.CHOICES))


def votes_and_joins(document: Document, context: Context) -> Iterator[Problem]:
    """106E: a rule of approval is ``any``, ``all``, a number or a share; a join has no share and can be met. 107E: a
    repeat that joins some of its passes goes over a list."""
    for pointer, step in context.each(Approval):
        if not _RULE.fullmatch(str(step.rule)):
            known = "any, all, 2, 60%"
            yield context.tree.problem("106.choice", f"{pointer}/rule", name=str(step.rule)[:40], known=known)
    for pointer, fork in context.each(Parallel):
        yield from _join(context, pointer, fork.join, len(fork.branches))
    for pointer, again in context.each(Repeat):
        yield from _join(context, pointer, again.join, _length(document, again))
        if again.join != "all" and again.each is None:
            yield context.tree.problem("107", f"{pointer}/join", name="each", what=what_is("each"))


def _join(context: Context, pointer: str, join: str | int, most: int | None) -> Iterator[Problem]:
    """``most``: how many there are to join; none where that is not known before."""
    needed = int(join) if str(join).isdecimal() else 0
    if not _JOIN.fullmatch(str(join)) or (most is not None and needed > most):
        known = "any, all, 2" if most is None else f"any, all, 1–{most}"
        yield context.tree.problem("106.choice", f"{pointer}/join", name=str(join)[:40], known=known)


def _length(document: Document, again: Repeat) -> int | None:
    """How long a list of ``vars`` is."""
    root, _, name = (again.each or "").strip().partition(".")
    listed = document.vars.get(name) if root == "vars" else None
    return len(listed) if isinstance(listed, (list, tuple)) else None


def counts(document: Document, context: Context) -> Iterator[Problem]:
    """106E: counts begin at one, and are not endless."""
    counted: list[tuple[str, str, int, int]] = []
    for pointer, step in context.each(Repeat):
        counted += [(pointer, "at_once", step.at_once, 100), (pointer, "max", step.max, 1000)]
    for pointer, action in context.each(Action):
        if isinstance(action.retry, Retry):
            counted.append((f"{pointer}/retry", "attempts", action.retry.attempts, 100))
        elif action.retry is not None:
            counted.append((pointer, "retry", action.retry or 1, 100))
    for pointer, key, count, most in counted:
        if not 1 <= count <= most:
            wanted = (f"1 到 {most} 的整数", f"a whole number from 1 to {most}")
            yield context.tree.problem("106.value", f"{pointer}/{key}", name=key, wanted=wanted)


def choices(document: Document, context: Context) -> Iterator[Problem]:
    """107E: a choice has options."""
    forms: list[tuple[str, tuple[FormField, ...]]] = [("/fields", document.fields)]
    forms += [(f"{pointer}/form", step.form) for pointer, step in context.each(Task)]
    for pointer, form in forms:
        for index, entry in enumerate(form):
            if (
                entry.type in _CHOOSING
                and not entry.options
                and f"{pointer}/{index}/options" not in context.tree.positions
            ):
                yield context.tree.problem("107", f"{pointer}/{index}", name="options", what=what_is("options"))
