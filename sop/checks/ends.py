"""Every way ends, and somebody or a timer moves it on: 202W, 206W, 231–233W."""

from __future__ import annotations

from collections.abc import Iterator

from sop.checks.before import reached
from sop.checks.context import Context
from sop.checks.ways import END, INCIDENT, NEVER, Way, Ways
from sop.model import Action, Approval, Branch, Decision, Document, Parallel, Step, Wait
from sop.problems import Problem

_AT_ONCE = (Action, Decision)


def dead_steps(document: Document, context: Context) -> Iterator[Problem]:
    """202W: a step that no way leads to; of several in a row the first. Paths that nothing enters are told by 201."""
    if not context.ways.whole:
        return
    entered = {placed.line for placed in context.ways.placed} | {""}
    dead_line: str | None = None
    for placed in context.placed:
        dead = placed.line in entered and placed.pointer not in context.stands_of
        if dead and dead_line != placed.line and placed.step.id:
            yield context.tree.problem("202", f"{placed.pointer}/id", name=placed.step.id)
        dead_line = placed.line if dead else None


def hot_loops(document: Document, context: Context) -> Iterator[Problem]:
    """206W: a loop in which nobody and nothing is waited for."""
    ways = context.ways
    hot = {stand for stand in range(len(ways.stands)) if _passes_at_once(ways.step_at(stand), document)}
    for way in _circling(ways, hot):
        pointer = way.pointer or ways.placed[way.start].pointer
        yield context.tree.problem("206", pointer, name=ways.step_at(way.to).id)


def _passes_at_once(step: Step, document: Document) -> bool:
    if isinstance(step, Parallel):
        paths = (each.path if isinstance(each, Branch) else each for each in step.branches)
        return all(isinstance(inner, _AT_ONCE) for path in paths for inner in document.paths.get(path, ()))
    return isinstance(step, _AT_ONCE)


def _circling(ways: Ways, hot: set[int]) -> Iterator[Way]:
    """The ways among these stands that close a circle: where they lead back, each place once."""
    inner = _without_ends({stand: [way for way in ways.out[stand] if way.to in hot] for stand in hot})
    told: set[str] = set()
    for stand in sorted(inner):
        for way in (each for each in inner[stand] if each.to in inner):
            where = way.pointer or ""
            if where and ways.goes_back(way) and where not in told:
                told.add(where)
                yield way


def _without_ends(inner: dict[int, list[Way]]) -> dict[int, list[Way]]:
    """The stands of a graph that are on a circle, or between circles: those nothing leads to, or that lead nowhere, are
    taken away until none is left."""
    into: dict[int, list[int]] = {stand: [] for stand in inner}
    for ways in inner.values():
        for way in ways:
            into[way.to].append(way.start)
    coming = {stand: len(starts) for stand, starts in into.items()}
    going = {stand: len(ways) for stand, ways in inner.items()}
    waiting = [stand for stand in inner if not (coming[stand] and going[stand])]
    gone: set[int] = set()
    while waiting:
        stand = waiting.pop()
        if stand in gone:
            continue
        gone.add(stand)
        for count, others in ((coming, [way.to for way in inner[stand]]), (going, into[stand])):
            for other in others:
                count[other] -= 1
                if count[other] == 0:
                    waiting.append(other)
    return {stand: ways for stand, ways in inner.items() if stand not in gone}


def ways_to_an_end(document: Document, context: Context) -> Iterator[Problem]:
    """232W, 233W: from every step some way leads to an end."""
    ways = context.ways
    if not ways.whole or any(handler.interrupt for handler in document.whenever):
        return
    ending = _ending(ways)
    stuck = [stand for stand in range(len(ways.stands)) if stand not in ending]
    first: dict[str, int] = {}
    for stand in stuck:
        first.setdefault(ways.placed[stand].pointer, stand)
    entries = _entries(ways, set(stuck), ending)
    for pointer, stand in first.items():
        if pointer in entries:
            dead = INCIDENT in reached(ways, [stand])
            yield context.tree.problem("232" if dead else "233", f"{pointer}/id", name=ways.step_at(stand).id)


def _ending(ways: Ways) -> set[int]:
    """The stands from which an end can be come to."""
    into: dict[int, list[int]] = {}
    for way in ways.all():
        into.setdefault(way.to, []).append(way.start)
    found: set[int] = set()
    waiting = [END]
    while waiting:
        for start in into.get(waiting.pop(), ()):
            if start not in found:
                found.add(start)
                waiting.append(start)
    return found


def _entries(ways: Ways, stuck: set[int], ending: set[int]) -> set[str]:
    """Where it begins that no end can be come to: the steps told about."""
    entered = {way.to for way in ways.all() if way.start in ending and way.to in stuck}
    return {ways.placed[stand].pointer for stand in entered | (stuck & set(ways.roots))}


def somebody_moves_on(document: Document, context: Context) -> Iterator[Problem]:
    """231W: where a ticket can stand there is an owner or a timer, and incidents have somebody."""
    if document.owner is not None or document.start is None:
        return  # a sub-SOP has the owner of whoever runs it
    yield context.tree.problem("231.owner", "/start", on_key=True)
    for pointer, step in context.each(Wait):
        if step.timeout == NEVER and (step.event is not None or step.any_of):
            yield context.tree.problem("231", f"{pointer}/timeout", name=step.id)


def joins_and_votes(document: Document, context: Context) -> Iterator[Problem]:
    """234W: every approval and every join can be met."""
    for pointer, step in context.each(Approval):
        seats = _seats(context, step)
        needed = int(step.rule) if str(step.rule).isdecimal() else 1
        if seats is not None and needed > seats:
            yield context.tree.problem("234", f"{pointer}/rule", needed=str(needed), seats=str(seats))
    for pointer, fork in context.each(Parallel):
        never = [path for path in _paths(fork) if _never_returns(context, path)]
        if never and str(fork.join) == "all":
            yield context.tree.problem("234.join", f"{pointer}/join", name=never[0])


def _paths(fork: Parallel) -> list[str]:
    return [each for each in fork.branches if isinstance(each, str)]


def _seats(context: Context, step: Approval) -> int | None:
    """How many seats an approval has, counted as the engine does; none if that is not known."""
    asked = [step.approvers] if isinstance(step.approvers, str) else list(step.approvers)
    if step.rule == "any":
        return None
    seats = 0
    for who in asked:
        kind = who.partition(":")[0]
        members = context.catalog.members(who) if kind in ("role", "team") else frozenset((who,))
        if members is None:
            return None
        seats += len(members)
    return seats


def _never_returns(context: Context, path: str) -> bool:
    """Whether a branch can only stop the whole run or an incident, so that a join of all is never met."""
    ways = context.ways
    inside = [stand for stand, placed in enumerate(ways.placed) if placed.line == path]
    back = any(way.branch == path for way in ways.all())
    return bool(inside) and ways.whole and not back
