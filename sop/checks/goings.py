"""Every place of a step that leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sop.definition import Placed
from sop.model import Action, Approval, Branch, Decision, Parallel, Repeat, Task, Wait


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is written, what it names, on which line it stands (none: a handler of the whole run), whether only a
    path may be named, and whether it is taken every time its step is reached."""

    pointer: str
    name: str
    line: str | None
    path_only: bool = False
    sure: bool = False


def targets_of_step(placed: Placed) -> Iterator[Target]:
    """All places of one step, ``next`` first."""
    step, pointer, line = placed.step, placed.pointer, placed.line
    always = step.when is None
    if step.next is not None:
        yield Target(f"{pointer}/next", step.next, line, sure=always and not isinstance(step, (Decision, Wait, Task)))
    for key, name in _sidesteps(placed):
        yield Target(f"{pointer}/{key}", name, line)
    if isinstance(step, Parallel):
        for index, branch in enumerate(step.branches):
            place = f"{pointer}/branches/{index}"
            if isinstance(branch, Branch):
                yield Target(f"{place}/path", branch.path, line, path_only=True, sure=always and branch.when is None)
            else:
                yield Target(place, branch, line, path_only=True, sure=always)
    if isinstance(step, Repeat):
        yield Target(f"{pointer}/do", step.do, line, path_only=True, sure=always and step.each is None)


def _sidesteps(placed: Placed) -> Iterator[tuple[str, str]]:
    step = placed.step
    named: list[tuple[str, str | None]] = []
    match step:
        case Task():
            named = [("on_timeout", step.on_timeout)]
            named += [(f"outcomes/{index}/next", outcome.next) for index, outcome in enumerate(step.outcomes)]
        case Approval():
            named = [("on_reject", step.on_reject), ("on_timeout", step.on_timeout)]
        case Action():
            named = [("on_error", step.on_error)]
        case Decision():
            named = [(f"cases/{index}/next", case.next) for index, case in enumerate(step.cases)]
            named.append(("otherwise", step.otherwise))
        case Wait():
            named = [("on_timeout", step.on_timeout)]
            named += [(f"any_of/{index}/next", awaited.next) for index, awaited in enumerate(step.any_of)]
        case _:
            pass
    return ((key, name) for key, name in named if name is not None)
