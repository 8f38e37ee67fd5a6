"""Rules about effects that cannot be taken back: 306E, 405E, 407W."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from sop.catalog import Effect, Idempotency
from sop.checks.context import Context
from sop.checks.sites import output_read, study
from sop.expressions.closures import path_of
from sop.model import Action, Document, Retry, Task
from sop.problems import Problem

_AMOUNT = "amount"


def missing_arguments(document: Document, context: Context) -> Iterator[Problem]:
    """306E: an action is given what it cannot do without."""
    for pointer, step in context.each(Action):
        known = context.catalog.actions.get(step.action)
        for name in known.required if known else ():
            if name not in step.arguments:
                yield context.tree.problem("306", f"{pointer}/action", action=step.action, name=name)


def repeated_effects(document: Document, context: Context) -> Iterator[Problem]:
    """405E: what has its effect again each time it is called is not tried again, unless it carries a key."""
    for pointer, step in context.each(Action):
        known = context.catalog.actions.get(step.action)
        attempts = step.retry.attempts if isinstance(step.retry, Retry) else step.retry or 1
        if known is None or known.effect is Effect.READ or known.idempotent is not Idempotency.NONE:
            continue
        if attempts > 1 and step.idempotency_key is None:
            yield context.tree.problem("405", f"{pointer}/retry", name=step.action)


def unchecked_money(document: Document, context: Context) -> Iterator[Problem]:
    """407W: before money moves somebody has approved, or the amount has been held against a limit."""
    if not context.ways.whole:
        return
    for pointer, step in context.each(Action):
        known = context.catalog.actions.get(step.action)
        if known is None or known.effect is not Effect.MONEY or _limited(context, step):
            continue
        if any(not context.before.checked(stand) for stand in context.stands_of.get(pointer, ())):
            yield context.tree.problem("407", f"{pointer}/action", name=step.action)


def _limited(context: Context, step: Action) -> bool:
    """Whether the amount itself is bounded: fixed in the file, or answered in a field with a ``max``."""
    amounts = [value for name, value in step.arguments.items() if _AMOUNT in name]
    return bool(amounts) and all(_bounded(context, value) for value in amounts)


def _bounded(context: Context, value: object) -> bool:
    if not isinstance(value, str) or "{{" not in value:
        return True
    tree = study(value, bare=False).tree
    said = [part for output in tree.find_all(nodes.Output) for part in output.nodes] if tree is not None else []
    return bool(said) and all(_bounded_value(context, part) for part in said)


def _bounded_value(context: Context, node: nodes.Node | None) -> bool:
    if isinstance(node, nodes.CondExpr):
        return _bounded_value(context, node.expr1) and _bounded_value(context, node.expr2)
    if isinstance(node, (nodes.Const, nodes.TemplateData)):
        return True
    path = path_of(node) if node is not None else None
    return path is not None and (path[0] == "vars" or _has_max(context, path))


def _has_max(context: Context, path: tuple[str, ...]) -> bool:
    read = output_read(path)
    placed = context.steps.get(read[0]) if read else None
    form = placed.step.form if placed is not None and isinstance(placed.step, Task) else ()
    return any(read == (placed.step.id, entry.key) and entry.max is not None for entry in form if placed)
