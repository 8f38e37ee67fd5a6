"""Clocks of tickets that are resolved, closed and opened again, at random, against an oracle that counts minutes."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sop.events import Command as Order
from sop.facts import FactType
from tests.sop.engine_desk import Desk
from tests.sop.test_clocks_reopened import again, first, lives_again


@settings(max_examples=int(os.environ.get("GONGDAN_CLOCK_CASES", "60")), deadline=None)
@given(
    target=st.integers(1, 400),
    story=st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["pause", "resume", "solve", "close"])), max_size=8),
)
def test_a_clock_agrees_with_counting_minutes_whatever_is_solved_and_opened_again(
    target: int, story: list[tuple[int, str]]
) -> None:
    """The oracle counts the minutes in which the ticket is open and not paused, and knows nothing of clocks."""
    ladder = "escalate: [{at: 100%, to: role:boss}, {after: 30m, to: role:qc}]"
    desk = Desk.open(first(f"{{target: {target}m, {ladder}}}"))
    counted: list[datetime] = []
    for gap, deed in [*story, (500, "")]:
        if desk.state.paused_at is None:
            counted += [desk.now + timedelta(minutes=n + 1) for n in range(gap)]
        desk.later(f"{gap}m")
        if deed == "pause" and desk.state.paused_at is None:
            desk.order(Order.PAUSE)
        elif deed == "resume" and desk.state.paused_at is not None:
            desk.order(Order.RESUME)
        elif deed in ("solve", "close") and desk.state.paused_at is None:
            assume(len(counted) not in (target, target + 30))  # kept, and missed as soon as the ticket is open again
            desk.answer(desk.open_steps[0])
            _opened_again(desk, gap, closed=deed == "close")

    expected = [
        (counted[at - 1], to) for at, to in ((target, "role:boss"), (target + 30, "role:qc")) if at <= len(counted)
    ]
    assert [(fact.at, fact.data["to"]) for fact in desk.of(FactType.ALERT) if "clock" in fact.data] == expected
    breached = [fact.at for fact in desk.of(FactType.CLOCK_BREACHED)]
    assert breached == [at for at, to in expected if to == "role:boss"]


def _opened_again(desk: Desk, gap: int, *, closed: bool) -> None:
    desk.later("8d" if closed else f"{gap}m")
    if closed:
        lives_again(desk, again("{target: 1m}"))
        return
    desk.order(Order.REOPEN)
    desk.start(again("{target: 1m}"), on="ticket.reopened")
