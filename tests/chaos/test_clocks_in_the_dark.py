"""Temporal and the worker are killed while clocks fall due: each fires, once, and late only by the time in the dark."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest

from worker.bench.clocks import DARK, Many, measure
from worker.bench.ground import Ground
from worker.terminal.screen import Terminal
from worker.terminal.words import Tongue

pytestmark = [pytest.mark.chaos, pytest.mark.live]
CLOCKS, SPAN = 20, timedelta(seconds=12)
COMING_BACK = (
    30.0  # seconds that two programs may take to start and to catch up, on a machine that tests something else
)


@pytest.mark.timeout(240)
async def test_clocks_that_fall_due_in_the_dark_fire_once_when_it_is_over(tmp_path: Path) -> None:
    ground = Ground(tmp_path, Terminal(Tongue.EN, io.StringIO(), io.StringIO()))

    found = await measure(ground, Many(CLOCKS, 2, SPAN), kill=True)

    assert (found["due"], found["fired"], found["lost"], found["double"]) == (CLOCKS, CLOCKS, 0, 0)
    assert float(str(found["skew_max_s"])) > 1, "nobody waited: the power was cut at no moment that mattered"
    assert float(str(found["skew_max_s"])) < DARK + COMING_BACK
