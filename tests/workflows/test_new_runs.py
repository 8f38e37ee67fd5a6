"""A ticket goes on in a new workflow run at every step, and nobody can tell from its story."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporal_stage import Lockstep, playbooks_of, time_skipping

from sop.definition import Compiled
from sop.scenario import Case, Script, judge, read_scripts, trace_of

SCENARIOS = Path(__file__).parents[1] / "scenarios"
CASES = [
    pytest.param(script, case, id=f"{name}-{number}-{case.name}")
    for name in ("return", "lost_parcel", "clocks_survive", "hand_over")
    for script in read_scripts((SCENARIOS / f"{name}.yaml").read_text("utf-8"), name)
    for number, case in enumerate(script.cases, 1)
]


@pytest.mark.parametrize(("script", "case"), CASES)
async def test_a_new_run_at_every_step_changes_nothing(
    script: Script, case: Case, library: dict[str, Compiled]
) -> None:
    compiled = library[Path(script.file).name]

    async with (
        time_skipping() as env,
        Lockstep.open(env, script, case, compiled, 1, playbooks_of(script, library), history_limit=1) as both,
    ):
        run = await both.new_run("")
        for number, act in enumerate(case.play, 1):
            told = len(both.facts)
            await both.act(act, number)
            if len(both.facts) > told and not both.pure.engine.state.finished:
                run = await both.new_run(run)

        assert both.wrong == []
        assert trace_of(both.facts) == trace_of(both.pure.facts)
        assert judge(case.expect, both.facts, compiled["key"]) == []
