"""How far a ticket's time is behind: believed where it can be right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workflows.lag import lag

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "behind"),
    [(0.4, 0.4), (29, 29), (0, 0), (-5, 0), (31, 0), (86_400, 0)],
    ids=["a busy desk", "a very busy one", "at once", "a slow clock", "a wrong clock", "a day off"],
)
def test_the_time_that_writing_took_is_counted(ahead: float, behind: float) -> None:
    written = NOW + timedelta(seconds=ahead)

    assert lag(written.isoformat(), NOW) == timedelta(seconds=behind)


def test_nobody_looked_at_a_clock() -> None:
    assert lag("", NOW) == timedelta()
