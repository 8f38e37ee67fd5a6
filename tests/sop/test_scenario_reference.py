"""The reference of scenario files names every act, expectation and key there is, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sop.events import FailureKind
from sop.scenario import Script, read_scripts
from sop.scenario.script import Act, Case, Expected
from sop.scenario.stage import FAILURES
from sop.simulate import Move

PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference"
ALIASES = {"values": "with"}


@pytest.mark.parametrize("page", ["scenarios.md", "scenarios.zh-CN.md"])
def test_the_reference_names_everything_a_scenario_may_say(page: str) -> None:
    text = (PAGES / page).read_text("utf-8")
    fields = [*Script.model_fields, *Case.model_fields, *Act.model_fields, *Expected.model_fields, *Move.model_fields]
    words = {ALIASES.get(name, name) for name in fields} | set(FAILURES) | set(FailureKind)

    assert sorted(word for word in words if not re.search(rf"\b{word}\b", text)) == []


@pytest.mark.parametrize("page", ["scenarios.md", "scenarios.zh-CN.md"])
def test_the_example_of_the_reference_is_a_scenario(page: str) -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", (PAGES / page).read_text("utf-8"), re.DOTALL)

    [script] = read_scripts(example, page)
    assert len(script.cases[0].play) == 3
