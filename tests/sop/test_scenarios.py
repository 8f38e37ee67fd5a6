"""Every scenario of the library plays on the pure engine as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from sop.definition import Compiled
from sop.scenario import Case, Script, judge, play, read_scripts
from sop.scenario.snapshot import difference, lines_of, read_snapshot

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
CASES = [
    pytest.param(script, case, id=f"{path.stem}-{case.name}")
    for path in sorted(SCENARIOS.glob("*.yaml"))
    for script in read_scripts(path.read_text("utf-8"), path.name)
    for case in script.cases
]
SNAPSHOTS = sorted(SCENARIOS.glob("*.snapshot"))


def playbooks_of(script: Script, library: dict[str, Compiled]) -> dict[str, Compiled]:
    """The playbooks that a script's definition may start by name."""
    return {key: library[Path(file).name] for key, file in script.later.items()}


@pytest.mark.parametrize(("script", "case"), CASES)
def test_a_story_of_the_library_goes_as_it_says(script: Script, case: Case, library: dict[str, Compiled]) -> None:
    compiled = library[Path(script.file).name]

    stage, wrong = play(script, case, compiled, playbooks_of(script, library))

    assert wrong == []
    assert judge(case.expect, stage.facts, compiled["key"]) == []


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=[path.stem for path in SNAPSHOTS])
def test_a_story_goes_as_it_went_when_its_snapshot_was_written(snapshot: Path, library: dict[str, Compiled]) -> None:
    """When this is meant: gongdan sop test --update-snapshots tests/scenarios/return.yaml, and look at the diff."""
    kept = read_snapshot(snapshot.read_text("utf-8"))
    scenario = snapshot.with_suffix(".yaml")
    played: dict[str, list[str]] = {}
    for script in read_scripts(scenario.read_text("utf-8"), scenario.name):
        for case in script.cases:
            stage, _ = play(script, case, library[Path(script.file).name], playbooks_of(script, library))
            played[f"{Path(script.file).name}: {case.name}"] = lines_of(stage.facts)

    assert {name: found for name, lines in played.items() if (found := difference(kept.get(name), lines))} == {}
    assert list(kept) == list(played)


def test_the_return_whose_steps_are_of_every_kind_has_a_snapshot() -> None:
    assert "return" in {path.stem for path in SNAPSHOTS}
