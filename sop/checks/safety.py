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
    for pointer, step in context.each(Approval):
        if step.on_reject is None:
            yield context.tree.problem("401", pointer)


def silence(document: Document, context: Context) -> Iterator[Problem]:
    """402E: nothing is approved because nobody answered."""
    for pointer, step in context.each(Approval):
        if step.on_timeout == CONTINUE:
            yield context.tree.problem("402", f"{pointer}/on_timeout")
        elif step.timeout not in (None, NEVER) and step.on_timeout is None:
            yield context.tree.problem("402.missing", f"{pointer}/timeout")


def waits(document: Document, context: Context) -> Iterator[Problem]:
    """403E, 404E: a wait for an event ends, and says what then."""
    for pointer, step in context.each(Wait):
        if step.event is None and not step.any_of:
            continue
        if step.timeout is None:
            yield context.tree.problem("403", pointer)
        elif step.timeout != NEVER and step.on_timeout is None:
            yield context.tree.problem("404", f"{pointer}/timeout")


def undos(document: Document, context: Context) -> Iterator[Problem]:
    """406W: what can be undone says whether it is."""
    for pointer, step in context.each(Action):
        known = context.catalog.actions.get(step.action)
        if step.undo is None and known is not None and known.undo:
            yield context.tree.problem("406", f"{pointer}/action", name=step.action, undo=known.undo)


def dues(document: Document, context: Context) -> Iterator[Problem]:
    """409W: a task has a due time."""
    for pointer, step in context.each(Task):
        if step.due is None and f"{pointer}/due" not in context.tree.positions:
            yield context.tree.problem("409", pointer)


def languages(document: Document, context: Context) -> Iterator[Problem]:
    """412I: text in several languages is there in each of them."""
    for pointer, label in _labels(document, context):
        if isinstance(label, dict):
            for language in Language:
                if not label.get(language):
                    yield context.tree.problem("412", pointer, name=str(language))


def _labels(document: Document, context: Context) -> Iterator[tuple[str, Label]]:
    yield "/title", document.title
    yield "/description", document.description
    for placed in context.placed:
        yield f"{placed.pointer}/title", placed.step.title
        yield f"{placed.pointer}/note", placed.step.note
    for pointer, action in context.each(Action):
        if action.promise is not None:
            yield f"{pointer}/promise/title", action.promise.title
    for pointer, approval in context.each(Approval):
        yield f"{pointer}/script", approval.script
    for pointer, task in context.each(Task):
        yield f"{pointer}/script", task.script
        for index, entry in enumerate(task.form):
            yield f"{pointer}/form/{index}/label", entry.label
        for index, outcome in enumerate(task.outcomes):
            yield f"{pointer}/outcomes/{index}/label", outcome.label
