"""What is read has been written before: 208W, 213W, 214W."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from sop.checks.before import reached
from sop.checks.context import COMMON_OUTPUTS, Context
from sop.checks.nulls import needed
from sop.checks.references import place_of
from sop.checks.sites import Site, Use, output_read
from sop.checks.ways import END
from sop.definition import MAIN_LINE, Placed
from sop.model import Document, Parallel
from sop.problems import Problem

_ALWAYS_THERE = frozenset(("status", "visits"))
_MOST_STEPS = 600


def order_of_steps(document: Document, context: Context) -> Iterator[Problem]:
    """208W, 213W: a step whose outputs are read can run before the place that reads them."""
    if not context.ways.whole or len(context.placed) > _MOST_STEPS:
        return
    told: set[tuple[str, str]] = set()
    following = context.following
    for site, reader in _sites_in_steps(context):
        for path, offset in site.study.reads:
            name, output = output_read(path) or ("", "")
            writer = context.steps.get(name)
            if writer is None or (site.pointer, name) in told or not context.stands_of.get(writer.pointer):
                continue
            if writer.pointer == reader.pointer and site.pointer.startswith(f"{reader.pointer}/promise/"):
                continue  # a promise is looked at when its step is done
            given = context.outputs[name]
            if given is not None and output not in given | COMMON_OUTPUTS:
                continue  # 212 has told
            if reader.pointer not in following[writer.pointer] and not _beside(context, writer, reader):
                told.add((site.pointer, name))
                row = "208" if _leaves_for_good(context, writer, reader, following) else "213"
                place = place_of(context, site, path[:2], site.inner[1] + offset)
                yield context.tree.found(row, place, {"name": name, "path": writer.line})


def _sites_in_steps(context: Context) -> Iterator[tuple[Site, Placed]]:
    """The expressions of steps that can be come to."""
    for site in context.sites:
        placed = context.step_around(site.pointer)
        if placed is not None and context.stands_of.get(placed.pointer):
            yield site, placed


def _beside(context: Context, writer: Placed, reader: Placed) -> bool:
    """Whether the two may run at the same time: in branches of one parallel step, or in a handler of an event."""
    handlers = context.reachable(handler.next for handler in context.document.whenever)
    if writer.line in handlers or reader.line in handlers:
        return True
    for _, fork in context.each(Parallel):
        branches = [each if isinstance(each, str) else each.path for each in fork.branches]
        within = [context.reachable([branch]) for branch in branches]
        writing, reading = ([writer.line in lines for lines in within], [reader.line in lines for lines in within])
        if any(
            one != other and writing[one] and reading[other] for one, other in product(range(len(within)), repeat=2)
        ):
            return True
    return False


def _leaves_for_good(context: Context, writer: Placed, reader: Placed, following: Mapping[str, frozenset[str]]) -> bool:
    """Whether the writer stands on a path that never comes back, entered from before the reader."""
    if writer.line == MAIN_LINE or writer.line == reader.line:
        return False
    entering = (
        way.start
        for way in context.ways.all()
        if way.to >= 0
        and context.ways.placed[way.to].line == writer.line
        and context.ways.placed[way.start].line != writer.line
    )
    callers = {context.ways.placed[start].pointer for start in entering}
    comes_before = any(reader.pointer in following[caller] for caller in callers)
    return comes_before and END in reached(context.ways, context.stands_of[writer.pointer])


def steps_that_may_be_missing(document: Document, context: Context) -> Iterator[Problem]:
    """214W: what may have been skipped is read with a default."""
    if not context.ways.whole or len(context.placed) > _MOST_STEPS:
        return
    told: set[tuple[str, str]] = set()
    following = context.following
    for site, reader in _sites_in_steps(context):
        tree = site.study.tree
        if tree is None or site.pointer.endswith("/until"):
            continue
        for path, offset in needed(tree, condition=site.use is Use.CONDITION):
            name, output = output_read(path) or ("", "")
            writer = context.steps.get(name)
            if writer is None or output in _ALWAYS_THERE or (site.pointer, name) in told:
                continue
            if reader.pointer in following.get(writer.pointer, ()) and not _sure(context, reader, writer, site):
                told.add((site.pointer, name))
                place = place_of(context, site, path[:2], site.inner[1] + offset)
                yield context.tree.found("214", place, {"name": name, "path": ".".join(path)})


def _sure(context: Context, reader: Placed, writer: Placed, site: Site) -> bool:
    """Whether the writer is done on every way to the reader, or is the reader itself looking back."""
    if writer.pointer == reader.pointer:
        return True
    own = site.pointer == f"{reader.pointer}/when"
    facts = context.before.arriving if own else context.before.at
    done = context.before.done.get(writer.step.id, 0)
    return all(
        facts[stand] & done for stand in context.stands_of[reader.pointer] if not context.ways.stands[stand].after
    )
