"""A ticket that was opened again is played once more from its ledger, to the letter."""

from __future__ import annotations

import pytest

from sop.definition import Compiled
from sop.events import Command as Order
from sop.facts import Fact
from sop.replay.played import Library
from sop.replay.player import play
from sop.replay.reading import recording_of
from sop.replay.recording import Pinned
from sop.scenario.stage import dispatched
from tests.sop.engine_desk import MONDAY, Desk
from tests.sop.test_clocks_reopened import LADDER, again, first, lives_again

TICKET = {"no": "T1", "created_at": MONDAY.isoformat(), "flag": None, "list": [], "customer": {"id": "C1"}}


def row_of(fact: Fact, desk: Desk) -> Fact:
    """The fact with what dispatch answered, as its ledger row holds it."""
    answer = dispatched(fact, desk.people)
    if answer is None:
        return fact
    kept = {"person": answer.person, "pool": answer.pool, "approvers": [*answer.approvers], "lead": answer.lead}
    return fact._replace(data={**fact.data, "dispatched": kept})


def library_of(*definitions: Compiled) -> Library:
    return Library({Pinned(one["kind"], one["key"], one["version"]): one for one in definitions})


@pytest.mark.parametrize("closed", [False, True], ids=["resolved", "closed"])
def test_the_clocks_of_a_reopened_ticket_go_on_when_it_is_played_again(closed: bool) -> None:
    before, after = first(f"{{target: 100m, {LADDER}}}"), again()
    after["key"] = after["document"]["sop"] = "again"
    desk = Desk.open(before)
    desk.later("60m")
    desk.answer("work")
    desk.later("30d" if closed else "200m")
    if closed:
        lives_again(desk, after)
    else:
        desk.order(Order.REOPEN)
        desk.start(after, on="ticket.reopened")
    desk.later("500m")
    desk.answer("again")
    desk.later("9d")

    played = play(
        recording_of(TICKET, [row_of(fact, desk) for fact in desk.facts]), library_of(before, after), same=True
    )

    assert played.diverged is None
    assert list(played.facts) == desk.facts
