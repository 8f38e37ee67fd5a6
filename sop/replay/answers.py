"""What systems answered, as the mocks of a scenario: an answer each time, in the order of the calls."""

from __future__ import annotations

from sop.definition import Compiled, definition_of
from sop.events import ActionDone, ActionFailed, FailureKind
from sop.model import Action, Retry
from sop.replay.family import Family
from sop.replay.neutral import Neutral
from sop.replay.recording import Reaction, Recording, Trigger

FAILED = {
    FailureKind.UNREACHABLE: "fail",
    FailureKind.REFUSED: "refuse",
    FailureKind.TIMEOUT: "timeout",
    FailureKind.RUBBISH: "rubbish",
    FailureKind.UNKNOWN: "unknown",
}
ONCE = frozenset({FailureKind.REFUSED, FailureKind.UNKNOWN})
"""Failures after which a call is not tried again."""


def mocks_of(recording: Recording, family: Family, compiled: Compiled, neutral: Neutral) -> dict[str, object]:
    """The answers by action; one that was always the same stands alone."""
    answers: dict[str, list[object]] = {}
    for _, action, reaction, tries in sorted(_calls(recording, family, compiled), key=lambda each: each[0]):
        said = reaction.said
        if isinstance(said, ActionFailed):
            times = 1 if said.kind in ONCE else max(tries, said.attempts)
            answers.setdefault(action, []).extend([FAILED[said.kind]] * times)
        elif isinstance(said, ActionDone):
            answers.setdefault(action, []).append(neutral.value("", said.outputs))
    return {action: given[0] if all(each == given[0] for each in given) else given for action, given in answers.items()}


def _calls(recording: Recording, family: Family, compiled: Compiled) -> list[tuple[int, str, Reaction, int]]:
    """Every call that was answered, those of messages' promises too: the answer's place in the story, the action, the
    answer, how often the call is tried."""
    return [
        (reaction.seq, occasion.topic, reaction, _tries(compiled, place.name))
        for place, occasions in recording.occasions.items()
        if place.trigger is Trigger.CALLED and (place.run in family.runs or not place.run)
        for occasion in occasions
        for reaction in occasion.reactions
    ]


def _tries(compiled: Compiled, name: str) -> int:
    """How often a call at a place is tried; those that undo or check are tried as usual."""
    step, slash, _ = name.partition("/")
    placed = definition_of(compiled).steps.get(step.partition("#")[0])
    retry = placed.step.retry if placed and isinstance(placed.step, Action) and not slash else None
    if isinstance(retry, int):
        return max(1, retry)
    return (retry or Retry()).attempts
