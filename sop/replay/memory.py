"""What is remembered of a recording while it plays: which of its occasions have come again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from sop.definition import Definition
from sop.events import Dispatched, RunMigrated
from sop.facts import Fact
from sop.replay.played import Library
from sop.replay.recording import Migration, Occasion, Place, Recording, Trigger
from sop.replay.telling import seat_of


@dataclass(slots=True)
class Memory:
    """Gives what happened at a place: the first time the first occasion there, then the second."""

    recording: Recording
    _times: Counter[Place] = field(default_factory=Counter)

    def has(self, place: Place) -> bool:
        """Whether anything was ever to be reacted to at a place."""
        return place in self.recording.occasions

    def has_more(self, place: Place) -> bool:
        """Whether it was once more than so far."""
        return len(self.recording.occasions.get(place, ())) > self._times[place]

    def next(self, place: Place, topic: str = "", model: Definition | None = None) -> Occasion | None:
        """The occasion of this time, if there was one about the same. A step that was called otherwise in the version
        that ran is looked for by that name."""
        place = self._formerly(place, model) if model is not None else place
        number = self._times[place]
        self._times[place] += 1
        known = self.recording.occasions.get(place, ())
        return known[number] if number < len(known) and known[number].topic == topic else None

    def _formerly(self, place: Place, model: Definition) -> Place:
        if place in self.recording.occasions:
            return place
        step, rest = _split(place.name)
        placed = model.steps.get(step)
        names = placed.step.formerly if placed else ()
        known = (place._replace(name=f"{name}{rest}") for name in names)
        return next((each for each in known if each in self.recording.occasions), place)

    def dispatched(self, fact: Fact) -> Dispatched:
        """Dispatch's answer to a fact that wants somebody: of the same time at the same place, else of whenever this
        seat was wanted on the ticket, else the seat itself."""
        place, seat = Place(Trigger.ASKED, fact.run or "", fact.step or ""), seat_of(fact.data)
        known = self.next(place, seat) or self._wanted(seat)
        if known is not None:
            said = known.reactions[0].said
            return replace(said, seq=fact.seq) if isinstance(said, Dispatched) else Dispatched(fact.seq)
        wanted = fact.data.get("wanted")
        if fact.data.get("approvals") is True:
            seats = wanted if isinstance(wanted, (list, tuple)) else [wanted]
            return Dispatched(fact.seq, approvers=tuple(map(str, seats)))
        kind, _, name = seat.partition(":")
        return Dispatched(fact.seq, person=name) if kind == "user" else Dispatched(fact.seq, pool=seat)

    def _wanted(self, seat: str) -> Occasion | None:
        asked = (found for place, found in self.recording.occasions.items() if place.trigger is Trigger.ASKED)
        return next((one for found in asked for one in found if one.topic == seat), None)


def _split(name: str) -> tuple[str, str]:
    """A place's step, and the pass or the undoing behind it."""
    cut = min((at for mark in "#/" if (at := name.find(mark)) >= 0), default=len(name))
    return name[:cut], name[cut:]


def moved(told: Migration, library: Library) -> RunMigrated:
    """The move as the engine is told of it. Raises ``Diverges``."""
    return RunMigrated(
        key=told.target.key,
        version=told.old,
        target=library[told.target],
        by=told.by,
        steps=dict(told.steps),
        note=told.note,
        only=told.only,
        before=told.before,
        after=told.after,
        pausing=told.pausing,
    )
