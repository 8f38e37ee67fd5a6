"""What a step promises can be checked: 107E, 304E, 305E, 307E."""

from __future__ import annotations

from collections.abc import Iterator

from sop.catalog import Effect
from sop.checks.context import Context
from sop.lint.keys import what_is
from sop.model import Action, Document, PromisePolicy
from sop.problems import Problem, closest, listed
from sop.yaml_text import escape


def promises(document: Document, context: Context) -> Iterator[Problem]:
    """The check is an action that only reads and takes what it is given, and the playbook exists."""
    for place, step in context.each(Action):
        if step.promise is not None:
            pointer = f"{place}/promise"
            yield from _check(context, pointer, step.promise)
            yield from _playbook(context, pointer, step.promise)


def _check(context: Context, pointer: str, promise: PromisePolicy) -> Iterator[Problem]:
    if promise.check is None:
        if promise.kept is not None or promise.arguments:
            yield context.tree.problem("107", pointer, name="check", what=what_is("check"))
        return
    known = context.catalog.actions
    near = context.near_action(promise.check)
    if promise.check not in known:
        yield context.tree.problem(
            "304", f"{pointer}/check", name=promise.check, meant=near, known=listed(context.catalog.actions)
        )
    elif known[promise.check].effect is not Effect.READ:
        yield context.tree.problem("304.check", f"{pointer}/check", name=promise.check)
    takes = known[near].takes if near else ()
    for name in promise.arguments if near else ():
        if name not in takes:
            place = f"{pointer}/with/{escape(name)}"
            meant, known_as = closest(name, takes), listed(takes)
            yield context.tree.problem(
                "305", place, on_key=True, meant=meant, name=name, action=near or "", known=known_as
            )


def _playbook(context: Context, pointer: str, promise: PromisePolicy) -> Iterator[Problem]:
    known, name = context.catalog.playbooks, promise.broken
    if name is not None and known and name not in known:
        yield context.tree.problem("307.playbook", f"{pointer}/broken", name=name, meant=closest(name, known))
