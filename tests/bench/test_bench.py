"""``gongdan bench`` in miniature: every figure is there, and the two sides of the race do the same work."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from db.session import Store
from db.tables import Entry
from sop.loading import load_many
from sop.state import Status
from worker.bench import engine_speed, journey, main, race
from worker.bench.figures import AIMS, percentile
from worker.bench.ground import Ground
from worker.bench.race import CALLS, Race, side
from worker.bench.table import table
from worker.definitions.workspace import parse_texts, read_texts
from worker.serving.hands import reached
from worker.settings import Settings
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Failure, Tongue
from worker.up.roster import foundations

pytestmark = pytest.mark.bench


OF_A_TICKET = ("events_ratio", "throughput_ratio", "engine_per_s", "accept_p95_ms", "first_step_p99_ms")


def asked(**values: object) -> tuple[Asked, io.StringIO]:
    out = io.StringIO()
    return Asked(values, Terminal(Tongue.EN, out, io.StringIO()), Settings.from_environment({})), out


@pytest.mark.live
@pytest.mark.timeout(240)
def test_a_tiny_bench_tells_every_figure() -> None:
    this, out = asked(json=True, tickets=3, clients=2)

    assert main.run(this) == 0
    found = json.loads(out.getvalue())
    assert list(found)[: len(OF_A_TICKET)] == list(OF_A_TICKET)
    assert set(OF_A_TICKET) <= set(AIMS)
    assert all(found[key] > 0 for key in OF_A_TICKET)
    assert found["product_update_p50_ms"] > 0
    assert found["twin_update_p50_ms"] > 0


@pytest.mark.live
@pytest.mark.timeout(240)
def test_a_tiny_stretch_of_clocks_is_told() -> None:
    this, out = asked(what="clocks", json=True, tickets=10, seconds=5)

    assert main.run(this) == 0
    found = json.loads(out.getvalue())
    assert (found["due"], found["fired"], found["lost"], found["double"]) == (10, 10, 0, 0)
    assert 0 < found["skew_p50_s"] <= found["skew_p99_s"] <= found["skew_max_s"] <= found["written_p99_s"] + 1


def test_one_part_alone_is_measured_and_told_as_a_table() -> None:
    this, out = asked(only="engine", tickets=14)

    assert main.run(this) == 0
    assert "engine, tickets/s" in out.getvalue()
    assert "≥ 2,000" in out.getvalue()
    assert "acceptance" not in out.getvalue()


@pytest.mark.parametrize(
    "values",
    [
        {"only": "engines"},
        {"only": ""},
        {"tickets": 0},
        {"clients": -1},
        {"what": "clocks", "tickets": 0},
        {"what": "clocks", "seconds": -5},
    ],
)
def test_a_bench_of_nothing_is_refused_before_anything_starts(values: dict[str, object]) -> None:
    with pytest.raises(Failure) as refused:
        main.run(asked(**values)[0])

    assert refused.value.code == 2


def test_the_engine_is_measured_on_the_whole_story(checkout: Path) -> None:
    space = parse_texts(read_texts(checkout))
    compiled = load_many(space.definitions, space.catalog)[journey.SOP_FILE]

    engine = engine_speed.told(engine_speed.recorded(compiled))

    assert engine.state.status is Status.RESOLVED
    assert not engine.state.calls


def test_a_return_takes_fifteen_hundred_calls_of_functions(checkout: Path) -> None:
    """A measure of the engine that no other load of the machine changes; about 450 microseconds."""
    space = parse_texts(read_texts(checkout))
    events = engine_speed.recorded(load_many(space.definitions, space.catalog)[journey.SOP_FILE])
    engine_speed.played(events, 2)
    called: Counter[str] = Counter()

    sys.setprofile(lambda frame, event, _: called.update([frame.f_code.co_qualname] if event == "call" else ()))
    engine_speed.played(events, 1)
    sys.setprofile(None)

    assert called["Engine.handle"] == len(events)
    assert called.total() <= 1500, called.most_common(20)


@pytest.mark.live
async def test_product_and_twin_have_the_same_effects_and_leave_the_same_ledger(tmp_path: Path) -> None:
    ground = Ground(tmp_path, Terminal(Tongue.EN, io.StringIO(), io.StringIO()))
    site = await ground.site("race", with_temporal=True)
    store = Store(site.settings.database_url)
    async with ground.running([*foundations(site), *(side(site, name) for name in race.SIDES)]):
        running = Race(await reached(site.settings), store, race.intake_of(site, store))
        ours, hand = [(await running.heat(name, 1, 1)).tickets[0] for name in race.SIDES]
    ledgers = [await ledger_of(store, ticket) for ticket in (ours, hand)]
    await store.dispose()
    calls = [json.loads(line) for line in (site.settings.data_dir / CALLS).read_text().splitlines()]

    assert len(calls) == 8
    assert of(calls, ours) == of(calls, hand)
    assert ledgers[0] == ledgers[1]


def of(calls: Sequence[list[object]], ticket: int) -> list[str]:
    """A ticket's calls with their arguments; what names the ticket is made the same."""
    mine = [json.dumps(call[1:], ensure_ascii=False, sort_keys=True) for call in calls if call[0] == ticket]
    names = {journey.order_no(ticket): "ORDER", f"RMA-{ticket}": "RMA", journey.tracking_no(ticket): "PARCEL"}
    for name, same in names.items():
        mine = [call.replace(name, same) for call in mine]
    return mine


async def ledger_of(store: Store, ticket: int) -> list[tuple[str, str | None]]:
    """What happened, and at which step."""
    async with store.read() as conn:
        rows = await conn.execute(select(Entry.type, Entry.step).where(Entry.ticket_id == ticket).order_by(Entry.seq))
    return [(row.type, row.step) for row in rows]


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(100, 0, -1)]

    assert [percentile(values, share) for share in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([], 99) == 0


def test_after_a_power_cut_lateness_is_told_and_not_judged() -> None:
    punctual = table({"due": 10, "lost": 0, "double": 1, "skew_p99_s": 1.2}, Tongue.EN)
    cut = table({"due": 10, "lost": 0, "double": 0, "skew_p99_s": 9.5, "outage_s": 6.0, "catch_up_s": 4.0}, Tongue.EN)

    assert "✗ ≤ 1" in punctual
    assert "✗ ≤ 0" in punctual
    assert "✗" not in cut
    assert "caught up" in cut


def test_a_missed_aim_is_marked_in_the_table() -> None:
    told = table({"throughput_ratio": 0.5, "events_ratio": 1.0, "accept_p50_ms": 9.0, "accept_p95_ms": 51.0,
                  "accept_p99_ms": 60.0}, Tongue.EN)  # fmt: skip

    assert "✗ ≥ 0.9" in told
    assert "✓ ≤ 1.25" in told
    assert "✗ p95 ≤ 50" in told
