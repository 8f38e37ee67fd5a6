"""Where a step may lead, as written: every exit with its way, its name and what people read on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sop.model import Action, Approval, Branch, Decision, End, Label, Parallel, Repeat, Step, Task, Wait

NEVER = "never"
INCIDENT = "incident"


class Way(StrEnum):
    """How a step is left."""

    NEXT = "next"
    OUTCOME = "outcome"
    CASE = "case"
    OTHERWISE = "otherwise"
    EVENT = "event"
    SKIP = "skip"
    TIMEOUT = "timeout"
    REJECT = "reject"
    ERROR = "error"
    BRANCH = "branch"
    PASS = "pass"  # noqa: S105 - one pass of a repeat, no password


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out. ``target`` is what is written, none where the line simply goes on. ``name``: the outcome's key, the
    case's target, the event's type or the branch's path. ``condition``: bare, of a case or a branch."""

    way: Way
    target: str | None = None
    name: str = ""
    label: Label = ""
    condition: str | None = None


def exits_of(step: Step) -> Iterator[Exit]:
    """All exits of a step, the usual one first."""
    yield from _own(step)
    yield from _late(step)
    if step.when is not None:
        yield Exit(Way.SKIP)


def _own(step: Step) -> Iterator[Exit]:
    match step:
        case Task(outcomes=outcomes) if outcomes:
            for outcome in outcomes:
                yield Exit(Way.OUTCOME, outcome.next or step.next, outcome.key, outcome.label)
        case Wait(any_of=any_of) if any_of:
            for awaited in any_of:
                yield Exit(Way.EVENT, awaited.next or step.next, awaited.event)
        case Decision():
            for case in step.cases:
                yield Exit(Way.CASE, case.next, case.next, condition=case.when)
            yield Exit(Way.OTHERWISE, step.otherwise, step.otherwise)
        case End():
            pass
        case _:
            yield from _within(step)
            yield Exit(Way.NEXT, step.next)


def _within(step: Step) -> Iterator[Exit]:
    """The paths a step runs before it goes on."""
    if isinstance(step, Parallel):
        for branch in step.branches:
            one = branch if isinstance(branch, Branch) else Branch(path=branch)
            yield Exit(Way.BRANCH, one.path, one.path, condition=one.when)
    elif isinstance(step, Repeat):
        yield Exit(Way.PASS, step.do, step.do)


def _late(step: Step) -> Iterator[Exit]:
    """What happens when it does not go well."""
    if isinstance(step, Approval):
        yield Exit(Way.REJECT, step.on_reject or step.next)
    if isinstance(step, Action) and step.on_error not in (None, INCIDENT):
        yield Exit(Way.ERROR, step.on_error)
    if isinstance(step, Task | Approval | Wait) and step.timeout not in (None, NEVER):
        yield Exit(Way.TIMEOUT, step.on_timeout or step.next)
