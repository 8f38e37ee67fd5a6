"""Dispatch as it answered then; where it was not asked the same, the pool that is wanted gets the work."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sop.events import Dispatched
from sop.facts import Fact
from sop.replay.recording import Occasion, Place, Recording, Trigger
from sop.replay.telling import seat_of


def dispatched(fact: Fact, recording: Recording, times: Counter[Place]) -> Dispatched:
    """The answer to a fact that wants somebody: of the same time at the same place, else of whenever this seat was
    wanted on the ticket, else the seat itself."""
    place, seat = Place(Trigger.ASKED, fact.run or "", fact.step or ""), seat_of(fact.data)
    number = times[place]
    times[place] += 1
    known = recording.occasions.get(place, ())
    if number < len(known) and known[number].topic == seat:
        return _answer(known[number], fact)
    for trigger, occasions in ((where.trigger, found) for where, found in recording.occasions.items()):
        if trigger is Trigger.ASKED and (same := next((one for one in occasions if one.topic == seat), None)):
            return _answer(same, fact)
    wanted = fact.data.get("wanted")
    if fact.data.get("approvals") is True:
        seats = wanted if isinstance(wanted, (list, tuple)) else [wanted]
        return Dispatched(fact.seq, approvers=tuple(map(str, seats)))
    kind, _, name = seat.partition(":")
    return Dispatched(fact.seq, person=name) if kind == "user" else Dispatched(fact.seq, pool=seat)


def _answer(occasion: Occasion, fact: Fact) -> Dispatched:
    said = occasion.reactions[0].said
    return replace(said, seq=fact.seq) if isinstance(said, Dispatched) else Dispatched(fact.seq)
