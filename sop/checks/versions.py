"""What a new version does to tickets that run on the one before: 501E, 502W, 503E."""

from __future__ import annotations

from collections.abc import Iterator

from sop.checks.context import COMMON_OUTPUTS, Context
from sop.checks.nulls import defaulted
from sop.checks.references import place_of
from sop.checks.sites import output_read
from sop.definition import Placed
from sop.expressions import Read
from sop.model import Document, Task
from sop.problems import Problem


def removed_steps(document: Document, context: Context) -> Iterator[Problem]:
    """501E: no step on which tickets stand is removed; a renamed one says ``was``."""
    if context.running is None:
        return
    renamed = {name for placed in context.placed for name in placed.step.formerly}
    for name, count in context.running.standing.items():
        if count == 0 or name in context.steps or name in renamed:
            continue
        row = "501.maybe" if count is None else "501"
        yield context.tree.problem(row, "/steps", on_key=True, name=name, count=str(count))


def former_ids(document: Document, context: Context) -> Iterator[Problem]:
    """503E: an id of a version before goes on as one step only, and not while a step still has it."""
    first: dict[str, str] = {}
    for placed in context.placed:
        for name, pointer in _formerly(placed):
            holder = context.steps.get(name)
            if holder is not None:
                yield _claimed(context, "503.exists", pointer, name, f"{holder.pointer}/id")
            elif name in first:
                yield _claimed(context, "503", pointer, name, first[name])
            first.setdefault(name, pointer)


def _formerly(placed: Placed) -> list[tuple[str, str]]:
    """The ids that a step says it had, each with its pointer."""
    pointer, names = f"{placed.pointer}/was", placed.step.formerly
    listed = not isinstance(placed.step.was, str)
    return [(name, f"{pointer}/{index}" if listed else pointer) for index, name in enumerate(names)]


def _claimed(context: Context, row: str, pointer: str, name: str, other: str) -> Problem:
    place = context.tree.at(other)
    return context.tree.problem(row, pointer, name=name, first=f"{place.line}:{place.column}")


def changed_outputs(document: Document, context: Context) -> Iterator[Problem]:
    """502W: what is read of a step that running tickets have behind them was given by it then too, as the same type."""
    running = context.running
    if running is None or all(count == 0 for count in running.standing.values()):
        return
    old = Context(context.tree, running.document, context.catalog, context.sops)
    told: set[tuple[str, ...]] = set()
    before = _names_before(old, context)
    for site in context.sites:
        tree = site.study.tree
        provided = defaulted(tree) if tree is not None else frozenset[Read]()
        for path, offset in site.study.reads:
            name, output = output_read(path) or ("", "")
            given = old.outputs.get(before.get(name, ""))
            if given is None or path[:3] in told or output in COMMON_OUTPUTS:
                continue
            changed = _difference(old, context, (before[name], name), output) if output in given else {}
            if changed or (changed is not None and Read(path, offset) not in provided):
                told.add(path[:3])
                place = place_of(context, site, path[:3], site.inner[1] + offset)
                words = {"path": ".".join(path[:3]), "name": name, **changed}
                yield context.tree.found("502.kind" if changed else "502", place, words)


def _names_before(old: Context, new: Context) -> dict[str, str]:
    """What each step was called in the version before."""
    names = {placed.step.id: (placed.step.id, *placed.step.formerly) for placed in new.placed}
    found = {name: next((each for each in known if each in old.steps), None) for name, known in names.items()}
    return {name: known for name, known in found.items() if known is not None}


def _difference(old: Context, new: Context, steps: tuple[str, str], key: str) -> dict[str, str] | None:
    """How the type of a form's field has changed, of a step by its old and its new name; none if it has not."""
    before, after = (_type_of(each, step, key) for each, step in zip((old, new), steps, strict=True))
    return {"old": before, "new": after} if before and after and before != after else None


def _type_of(context: Context, step: str, key: str) -> str:
    placed = context.steps.get(step)
    form = placed.step.form if placed is not None and isinstance(placed.step, Task) else ()
    return next((str(entry.type) for entry in form if entry.key == key), "")
