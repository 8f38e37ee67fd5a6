"""Patterns in which threads run, wait and are cancelled together go the same way in a workflow as on the engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporal_stage import Lockstep, time_skipping

from sop.catalog import Catalog
from sop.definition import Compiled
from sop.loading import load_many
from sop.scenario import Case, Script, judge, read_scripts, trace_of
from sop.yaml_text import read

PATTERNS = Path(__file__).parents[2] / "tests" / "patterns"
CONCURRENT = (8, 9, 15, 17, 20, 25, 27, 28, 30, 32, 33, 34, 36, 39, 43)
CASES = [
    pytest.param(script, script.cases[-1], id=f"WCP-{number}")  # the case that goes furthest
    for number in CONCURRENT
    for script in read_scripts((PATTERNS / f"wcp{number:02}.yaml").read_text("utf-8"), f"wcp{number:02}.yaml")
]


@pytest.fixture(scope="module")
def definitions() -> dict[str, Compiled]:
    tree = read((PATTERNS / "catalog.yaml").read_text("utf-8"), "catalog.yaml")
    assert isinstance(tree.data, dict)
    texts = {path.name: path.read_text("utf-8") for path in sorted(PATTERNS.glob("*.sop.yaml"))}
    return load_many(texts, Catalog.from_plain(tree.data))


@pytest.mark.parametrize(("script", "case"), CASES)
async def test_a_pattern_goes_the_same_way_on_temporal(
    script: Script, case: Case, definitions: dict[str, Compiled]
) -> None:
    compiled = definitions[script.file]

    async with time_skipping() as env, Lockstep.open(env, script, case, compiled, 1) as both:
        for number, act in enumerate(case.play, 1):
            await both.act(act, number)

        assert both.wrong == []
        assert trace_of(both.facts) == trace_of(both.pure.facts)
        assert judge(case.expect, both.facts, compiled["key"]) == []
