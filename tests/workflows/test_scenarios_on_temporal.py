"""Every scenario runs on the engine alone and on a time-skipping Temporal server, with the same trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporal_stage import Lockstep, playbooks_of, time_skipping

from sop.definition import Compiled
from sop.scenario import Case, Script, judge, read_scripts, trace_of

ROOT = Path(__file__).parents[2]
CASES = [
    pytest.param(script, case, id=f"{path.stem}-{number}-{case.name}")
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
    for script in read_scripts(path.read_text("utf-8"), path.name)
    for number, case in enumerate(script.cases, 1)
]


@pytest.mark.parametrize(("script", "case"), CASES)
async def test_a_scenario_tells_the_same_story_on_temporal(
    script: Script, case: Case, library: dict[str, Compiled]
) -> None:
    compiled = library[Path(script.file).name]

    async with (
        time_skipping() as env,
        Lockstep.open(env, script, case, compiled, 1, playbooks_of(script, library)) as both,
    ):
        for number, act in enumerate(case.play, 1):
            await both.act(act, number)

        assert both.wrong == []
        assert trace_of(both.facts) == trace_of(both.pure.facts)
        assert judge(case.expect, both.facts, compiled["key"]) == []
