"""Every scenario of the library plays on the pure engine as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from sop.definition import Compiled
from sop.scenario import Case, Script, judge, play, read_scripts

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
CASES = [
    pytest.param(script, case, id=f"{path.stem}-{case.name}")
    for path in sorted(SCENARIOS.glob("*.yaml"))
    for script in read_scripts(path.read_text("utf-8"), path.name)
    for case in script.cases
]


def playbooks_of(script: Script, library: dict[str, Compiled]) -> dict[str, Compiled]:
    """The playbooks that a script's definition may start by name."""
    return {key: library[Path(file).name] for key, file in script.playbooks.items()}


@pytest.mark.parametrize(("script", "case"), CASES)
def test_a_story_of_the_library_goes_as_it_says(script: Script, case: Case, library: dict[str, Compiled]) -> None:
    compiled = library[Path(script.file).name]

    stage, wrong = play(script, case, compiled, playbooks_of(script, library))

    assert wrong == []
    assert judge(case.expect, stage.facts, compiled["key"]) == []
