"""Where a step may lead: 201W, 204E, 205E, 207E."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sop.checks.context import Context
from sop.checks.names import RESERVED
from sop.checks.titles import of_steps, titled
from sop.definition import MAIN_LINE
from sop.model import Branch, Document, Parallel
from sop.problems import Problem, closest, listed
from sop.yaml_text import escape


def known_targets(document: Document, context: Context) -> Iterator[Problem]:
    """204E: what a step leads to exists; branches and passes are paths."""
    for target in context.targets:
        known = set(document.paths) if target.path_only else {*document.paths, *context.steps, *RESERVED}
        if target.name and target.name not in known:
            meant = _meant(context, target.name, known, paths_only=target.path_only)
            row = "204.path" if target.path_only else "204"
            listing = listed(known - RESERVED)
            yield context.tree.problem(row, target.pointer, name=target.name, meant=meant, known=listing)


def _meant(context: Context, name: str, known: set[str], *, paths_only: bool) -> str | None:
    by_name = closest(name, known - RESERVED) or closest(name, known)
    return by_name or (None if paths_only else titled(name, of_steps(context)))


def known_within(document: Document, context: Context) -> Iterator[Problem]:
    """211E: ``within`` names steps."""
    for index, handler in enumerate(document.whenever):
        for place, name in enumerate(handler.within):
            if name not in context.steps:
                pointer = f"/whenever/{index}/within/{place}"
                meant = closest(name, context.steps)
                yield context.tree.problem("211", pointer, name=name, meant=meant, known=listed(context.steps))


def jumps(document: Document, context: Context) -> Iterator[Problem]:
    """205E: a jump stays on its line or goes back to the main line, and never leaves a parallel branch."""
    parallel = branch_lines(context)
    for target in context.targets:
        placed = context.steps.get(target.name)
        if placed is None or target.path_only or target.name in document.paths or placed.line == target.line:
            continue
        if placed.line != MAIN_LINE:
            yield context.tree.problem("205", target.pointer, name=target.name, line=placed.line)
        elif target.line in parallel:
            yield context.tree.problem("205.out", target.pointer, name=target.name, line=target.line)


def branch_lines(context: Context) -> frozenset[str]:
    """The lines that run inside a parallel branch, directly or below one."""
    branches = [branch for _, step in context.each(Parallel) for branch in step.branches]
    return context.reachable(branch.path if isinstance(branch, Branch) else branch for branch in branches)


def endless_paths(document: Document, context: Context) -> Iterator[Problem]:
    """207E: paths that enter each other always, so that none ever ends."""
    sure = {
        (target.line, target.name): target
        for target in context.targets
        if target.sure and target.line is not None and target.name in document.paths
    }
    graph: dict[str, list[str]] = {}
    for line, name in sure:
        graph.setdefault(line, []).append(name)
    for circle in _circles(graph):
        shown = [*circle, circle[0]] if len(circle) < 8 else [*circle[:4], "…", circle[-1], circle[0]]
        pointer = sure[circle[-1], circle[0]].pointer
        yield context.tree.problem("207", pointer, name=" → ".join(shown))


def _circles(graph: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """One circle for each edge that closes one, depth first."""
    done: set[str] = set()
    for start in graph:
        way = [start] if start not in done else []
        standing = {start: 0}
        following = [iter(graph[start])]
        while way:
            name = next(following[-1], None)
            if name is None:
                following.pop()
                done.add(left := way.pop())
                del standing[left]
            elif name in standing:
                yield way[standing[name] :]
            elif name not in done:
                standing[name] = len(way)
                way.append(name)
                following.append(iter(graph.get(name, [])))


def unused_paths(document: Document, context: Context) -> Iterator[Problem]:
    """201W: nothing enters a path."""
    entered = {target.name for target in context.targets}
    for name in document.paths:
        if name not in entered:
            yield context.tree.problem("201", f"/paths/{escape(name)}", on_key=True, name=name)
