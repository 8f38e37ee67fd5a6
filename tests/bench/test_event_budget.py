"""What a ticket costs in history events: a return with three clocks, on a real server; and nothing while it waits."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.intake import Intake, Rules
from activities.messages import Choosing, Taken
from db.session import Store
from db.tables import Clock
from sop.definition import Compiled
from sop.loading import load_many
from worker.bench import journey
from worker.bench.ground import Ground
from worker.bench.hands import PRODUCT
from worker.bench.race import Race, side
from worker.definitions.workspace import parse_texts, read_texts
from worker.serving.hands import reached
from worker.terminal.screen import Terminal
from worker.terminal.words import Tongue
from worker.up.roster import foundations

pytestmark = [pytest.mark.bench, pytest.mark.live]
MOST = 60
CLOCKS = """
sla:
  first_response: {target: 2h, escalate: role:after_sales_lead}
  refund: {target: 3wd, start: parcel.received}
"""


class WithThreeClocks(Intake):
    """Every return is told a first response and a refund in time, besides its resolution."""

    def __init__(self, store: Store, rules: Rules, compiled: Compiled) -> None:
        super().__init__(store, rules)
        self._compiled = compiled

    async def take_in(self, conn: AsyncConnection, asked: Choosing) -> Taken:
        taken = await super().take_in(conn, asked)
        assert [each["key"] for each in taken.definitions] == ["return"]
        return Taken(taken.category, taken.priority, taken.team, taken.rule, [self._compiled], taken.starters)


async def test_a_return_with_three_clocks_takes_sixty_events(tmp_path: Path, checkout: Path) -> None:
    space = parse_texts(read_texts(checkout))
    texts = {**space.definitions}
    texts[journey.SOP_FILE] = texts[journey.SOP_FILE].replace("\nsla:\n", CLOCKS, 1)
    compiled = load_many(texts, space.catalog)[journey.SOP_FILE]
    ground = Ground(tmp_path, Terminal(Tongue.EN, io.StringIO(), io.StringIO()))
    site = await ground.site("race", with_temporal=True)
    store = Store(site.settings.database_url)
    async with ground.running([*foundations(site), side(site, PRODUCT)]):
        running = Race(await reached(site.settings), store, WithThreeClocks(store, Rules.of(space), compiled))
        heat = await running.heat(PRODUCT, 3, 1)
        async with store.read() as conn:
            clocks = list(await conn.execute(Clock.__table__.select()))
    await store.dispose()

    assert {row.clock for row in clocks} == {"first_response", "refund", "resolution"}
    assert all(row.met for row in clocks)
    assert max(heat.events) <= MOST
