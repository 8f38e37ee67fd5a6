"""The 43 workflow patterns: every one that is claimed has a scenario that runs, and every scenario is claimed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sop.catalog import Catalog
from sop.definition import Compiled
from sop.loading import load_many
from sop.scenario import Case, Script, judge, play, read_scripts
from sop.yaml_text import read

ROOT = Path(__file__).resolve().parents[2]
PATTERNS = ROOT / "tests" / "patterns"
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[wcp(\d\d)\]\(\.\./tests/patterns/wcp(\d\d)\.yaml\)")
SUPPORT = {"yes": "支持", "built": "可组合", "no": "不支持"}
SCENARIOS = {int(path.stem[3:]): path for path in sorted(PATTERNS.glob("wcp[0-9][0-9].yaml"))}
CASES = [
    pytest.param(script, case, id=f"WCP-{number}-{case.name}")
    for number, path in SCENARIOS.items()
    for script in read_scripts(path.read_text("utf-8"), path.name)
    for case in script.cases
]


@pytest.fixture(scope="module")
def definitions() -> dict[str, Compiled]:
    tree = read((PATTERNS / "catalog.yaml").read_text("utf-8"), "catalog.yaml")
    assert isinstance(tree.data, dict)
    texts = {path.name: path.read_text("utf-8") for path in sorted(PATTERNS.glob("*.sop.yaml"))}
    return load_many(texts, Catalog.from_plain(tree.data))


def rows_of(page: str) -> dict[int, tuple[str, str, str, str]]:
    """The rows of a page by number: name, support, how, scenario."""
    found = ROW.findall((ROOT / "docs" / page).read_text("utf-8"))
    assert len({number for number, *_ in found}) == len(found), "a pattern stands there twice"
    return {
        int(number): (name.strip(), support.strip(), how.strip(), link.strip())
        for number, name, support, how, link in found
    }


@pytest.mark.parametrize(("script", "case"), CASES)
def test_a_pattern_goes_as_its_scenario_says(script: Script, case: Case, definitions: dict[str, Compiled]) -> None:
    compiled = definitions[script.file]

    stage, wrong = play(script, case, compiled)

    assert wrong + judge(case.expect, stage.facts, compiled["key"]) == []


@pytest.mark.parametrize("page", ["patterns.md", "patterns.zh-CN.md"])
def test_every_pattern_is_claimed_with_its_scenario_or_not_with_its_reason(page: str) -> None:
    rows = rows_of(page)

    assert sorted(rows) == list(range(1, 44))
    claimed = {number for number, (_, support, _, _) in rows.items() if support not in ("no", "不支持")}
    assert claimed == set(SCENARIOS)
    assert len(claimed) >= 30
    for number, (_, _, how, link) in rows.items():
        assert len(how) > 10
        wanted = f"{number:02}" if number in claimed else None
        assert (LINK.fullmatch(link) is not None) == (number in claimed), number
        assert set(*LINK.findall(link)) == ({wanted} if wanted else set()), number


def test_both_languages_claim_the_same() -> None:
    english, chinese = rows_of("patterns.md"), rows_of("patterns.zh-CN.md")

    assert {number: SUPPORT[support] for number, (_, support, _, _) in english.items()} == {
        number: support for number, (_, support, _, _) in chinese.items()
    }


def test_every_scenario_tells_its_pattern_and_plays_its_own_definition() -> None:
    names = {number: name for number, (name, *_) in rows_of("patterns.md").items()}
    for number, path in SCENARIOS.items():
        text = path.read_text("utf-8")
        definition = path.with_suffix(".sop.yaml").read_text("utf-8")
        head = f"# WCP-{number}: {names[number]}"

        assert text.splitlines()[0] == definition.splitlines()[0] == head
        assert f"file: {path.stem}.sop.yaml" in text
        assert f"sop: {path.stem}\n" in definition


def test_the_numbers_of_the_page_are_right() -> None:
    rows = rows_of("patterns.md").values()
    direct, built = (sum(support == kind for _, support, _, _ in rows) for kind in ("yes", "built"))
    text = " ".join((ROOT / "docs" / "patterns.md").read_text("utf-8").split())

    assert f"{direct + built} have a scenario that runs: {direct} are direct, {built} are built" in text
    assert f"{43 - direct - built} are not supported" in text
