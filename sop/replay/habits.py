"""What usually happens at a step, by the other tickets: the answer where a recording has none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from statistics import median

from sop.events import ActionDone, ActionFailed, IncidentSettled, StepAnswered, VoteCast
from sop.replay.recording import Occasion, Place, Recording, Trigger

MOST = 400
"""How many samples of one outcome are kept: a median needs no more."""
LEARNT = frozenset({Trigger.OPENED, Trigger.CALLED, Trigger.TROUBLED})


@dataclass(frozen=True, slots=True, order=True)
class Habit:
    """A step of a definition, whatever the run and the pass; of a call its action as well."""

    trigger: Trigger
    key: str
    step: str


def habit_of(place: Place, key: str) -> Habit:
    """What a place has in common with others."""
    slot, slash, undo = place.name.partition("/")
    return Habit(place.trigger, key, f"{slot.partition('#')[0]}{slash}{undo}")


def outcome_of(occasion: Occasion) -> str:
    """How an occasion ended: an outcome's key, ``approved`` or ``rejected``, ``done`` or ``failed``, a remedy."""
    said = occasion.reactions[-1].said
    match said:
        case StepAnswered():
            return said.outcome or "done"
        case VoteCast():
            return "approved" if said.approve else "rejected"
        case ActionDone():
            return "done"
        case ActionFailed():
            return "failed"
        case IncidentSettled():
            return said.choice.value
        case _:
            return ""


@dataclass(slots=True)
class Habits:
    """Samples by habit and outcome: how long each took, and what was said."""

    samples: dict[Habit, dict[str, list[Occasion]]] = field(default_factory=dict)

    def learn(self, recording: Recording) -> None:
        """Take in what a ticket's recording shows."""
        for place, occasions in recording.occasions.items():
            if place.trigger in LEARNT:
                for occasion in occasions:
                    self._add(place, occasion)

    def _add(self, place: Place, occasion: Occasion) -> None:
        if not occasion.reactions:
            return
        names = [habit_of(place, occasion.key)]
        if place.trigger is Trigger.CALLED:
            names.append(Habit(Trigger.CALLED, "", occasion.topic))
        for name in names:
            known = self.samples.setdefault(name, {}).setdefault(outcome_of(occasion), [])
            if len(known) < MOST:
                known.append(occasion)

    def join(self, others: Habits) -> None:
        """Take in what was learnt elsewhere."""
        for name, outcomes in others.samples.items():
            mine = self.samples.setdefault(name, {})
            for outcome, occasions in outcomes.items():
                known = mine.setdefault(outcome, [])
                known += occasions[: MOST - len(known)]

    def usual(self) -> Usual:
        """For every habit the most frequent outcome after the median time."""
        return Usual({name: _usual(outcomes) for name, outcomes in self.samples.items()})


@dataclass(frozen=True, slots=True)
class Usual:
    """What is assumed where a recording is silent."""

    occasions: Mapping[Habit, Occasion] = field(default_factory=dict)

    def at(self, place: Place, key: str, topic: str) -> Occasion | None:
        """The usual reaction at a place; of a call at a step never seen, that to its action elsewhere."""
        known = self.occasions
        found = known.get(habit_of(place, key)) or known.get(replace(habit_of(place, key), key=""))
        if found is None and place.trigger is Trigger.CALLED:
            return known.get(Habit(Trigger.CALLED, "", topic))
        return found

    def also(self, more: Mapping[Habit, Occasion]) -> Usual:
        """With assumptions of somebody's own, which come first."""
        return Usual({**self.occasions, **more})


def _usual(outcomes: Mapping[str, list[Occasion]]) -> Occasion:
    """The most frequent outcome (the first by name of several), said as it was in the ticket nearest the median."""
    most = max(sorted(outcomes), key=lambda outcome: len(outcomes[outcome]))
    middle = median(_seconds(occasion) for occasion in outcomes[most])
    nearest = min(outcomes[most], key=lambda occasion: abs(_seconds(occasion) - middle))
    *before, last = nearest.reactions
    exact = replace(last, after=timedelta(seconds=middle))
    return replace(nearest, reactions=(*before, exact) if len(before) == 0 else nearest.reactions)


def _seconds(occasion: Occasion) -> float:
    return occasion.reactions[-1].after.total_seconds()


def learnt(recordings: Iterable[Recording]) -> Habits:
    """The habits of several tickets."""
    habits = Habits(defaultdict(dict))
    for recording in recordings:
        habits.learn(recording)
    return habits
