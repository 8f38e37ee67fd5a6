"""Rules that keep a process from passing by accident: 401–404E, 406W, 409W, 412I."""

from __future__ import annotations

from collections.abc import Iterator

from sop.checks.context import Context
from sop.model import Action, Approval, Document, Label, Task, Wait
from sop.problems import Language, Problem

CONTINUE = "continue"
NEVER = "never"


def rejections(document: Document, context: Context) -> Iterator[Problem]:
    """401E: an approval says where a rejection leads."""
    for placed in context.each(Approval):
        if isinstance(placed.step, Approval) and placed.step.on_reject is None:
            yield context.tree.problem("401", placed.pointer)


def silence(document: Document, context: Context) -> Iterator[Problem]:
    """402E: nothing is approved because nobody answered."""
    for placed in context.each(Approval):
        step = placed.step
        if not isinstance(step, Approval):
            continue
        if step.on_timeout == CONTINUE:
            yield context.tree.problem("402", f"{placed.pointer}/on_timeout")
        elif step.timeout not in (None, NEVER) and step.on_timeout is None:
            yield context.tree.problem("402.missing", f"{placed.pointer}/timeout")


def waits(document: Document, context: Context) -> Iterator[Problem]:
    """403E, 404E: a wait for an event ends, and says what then."""
    for placed in context.each(Wait):
        step = placed.step
        if not isinstance(step, Wait) or (step.event is None and not step.any_of):
            continue
        if step.timeout is None:
            yield context.tree.problem("403", placed.pointer)
        elif step.timeout != NEVER and step.on_timeout is None:
            yield context.tree.problem("404", f"{placed.pointer}/timeout")


def undos(document: Document, context: Context) -> Iterator[Problem]:
    """406W: what can be undone says whether it is."""
    for placed in context.each(Action):
        if isinstance(placed.step, Action) and placed.step.undo is None:
            known = context.catalog.actions.get(placed.step.action)
            if known is not None and known.undo:
                pointer = f"{placed.pointer}/action"
                yield context.tree.problem("406", pointer, name=placed.step.action, undo=known.undo)


def dues(document: Document, context: Context) -> Iterator[Problem]:
    """409W: a task has a due time."""
    for placed in context.each(Task):
        if isinstance(placed.step, Task) and placed.step.due is None and f"{placed.pointer}/due" not in context.tree.positions:
            yield context.tree.problem("409", placed.pointer)


def languages(document: Document, context: Context) -> Iterator[Problem]:
    """412I: text in several languages is there in each of them."""
    labels: list[tuple[str, Label]] = [("/title", document.title), ("/description", document.description)]
    for placed in context.placed:
        labels += [(f"{placed.pointer}/title", placed.step.title), (f"{placed.pointer}/note", placed.step.note)]
        if isinstance(placed.step, (Task, Approval)):
            labels.append((f"{placed.pointer}/script", placed.step.script))
        if isinstance(placed.step, Task):
            labels += [(f"{placed.pointer}/form/{n}/label", entry.label) for n, entry in enumerate(placed.step.form)]
            labels += [(f"{placed.pointer}/outcomes/{n}/label", one.label) for n, one in enumerate(placed.step.outcomes)]
    for pointer, label in labels:
        if isinstance(label, dict):
            for language in Language:
                if not label.get(language):
                    yield context.tree.problem("412", pointer, name=str(language))
