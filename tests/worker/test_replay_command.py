"""``gongdan sop replay`` on a real database: what would have changed, and whether that may be merged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.running_site import ROOT, environment
from tests.worker.test_command import Here, here  # noqa: F401  # the fixture is found by name
from worker.bench.replay import record

MANY = 60


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with closed tickets in its database."""
    folder = tmp_path_factory.mktemp("past") / "var"
    folder.mkdir(mode=0o700)
    record(f"sqlite:///{folder / 'gongdan.db'}", MANY)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def env(past: Path) -> dict[str, str]:
    return environment(past)


def other(folder: Path, *changes: tuple[str, str]) -> str:
    """The return SOP with some text replaced, as a file of its own."""
    text = (ROOT / "sop/library/return.sop.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "return.sop.yaml"
    file.write_text(text, "utf-8")
    return str(file)


def test_an_unchanged_version_makes_no_difference(here: Here, env: dict[str, str]) -> None:  # noqa: F811
    told = here("sop", "replay", "return@1", "return@1", "--max-changed", "0", "--max-diverged", "0", env=env)
    plain = here("sop", "replay", "return", "sop/library/return.sop.yaml", "--json", env=env)
    found = json.loads(plain.stdout)

    assert (told.returncode, plain.returncode) == (0, 0)
    assert told.stdout.splitlines()[-1] == "no difference"
    assert found["no_difference"] is True
    assert (found["tickets"], found["played"]) == (10, 10)
    assert all(each["before"] == each["after"] for each in found["sums"].values())


def test_a_change_is_told_in_both_languages_and_its_limits_close_the_gate(
    here: Here,  # noqa: F811
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    file = other(tmp_path, ("target: 7wd", "target: 2wh"))

    free = here("sop", "replay", "return@1", file, env=env)
    gate = here("sop", "replay", "return@1", file, "--max-breaches-added", "0", "--lang", "zh", env=env)
    found = json.loads(here("sop", "replay", "return@1", file, "--json", "--last", "8", env=env).stdout)

    assert (free.returncode, gate.returncode) == (0, 1)
    assert "breaches added" in free.stdout
    assert "新增超时" in gate.stdout
    assert "✗ --max-breaches-added 0: " in gate.stdout
    assert found["tickets"] == 8
    added = len(found["breaches_added"])
    assert added > 0
    assert found["sums"]["breaches"]["after"] == found["sums"]["breaches"]["before"] + added


def test_a_new_step_diverges_until_somebody_says_how_it_goes(here: Here, env: dict[str, str], tmp_path: Path) -> None:  # noqa: F811
    step = "  - {id: look, type: task, assign: team:warehouse_qc, due: 1wd, outcomes: [{key: ok, label: 好}]}\n"
    file = other(tmp_path, ("  - id: create_rma ", f"{step}  - id: create_rma "))
    assume = ("--assume", "look=ok@3h")

    alone = json.loads(here("sop", "replay", "return@1", file, "--json", env=env).stdout)
    gate = here("sop", "replay", "return@1", file, "--max-diverged", "0", env=env)
    assumed = json.loads(here("sop", "replay", "return@1", file, *assume, "--json", env=env).stdout)

    assert {each["where"] for each in alone["diverged"]} == {"return.look"}
    assert gate.returncode == 1
    assert assumed["diverged"] == []
    assert assumed["assumed"]["return.look"] == len(alone["diverged"])
    assert assumed["sums"]["answers"]["after"] > assumed["sums"]["answers"]["before"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("return@1", "return@9"), "return@9 was never published"),
        (("return@1", "repair@1"), "not another version of return"),
        (("Return!", "return@1"), "must be written"),
        (("return@1", "return@1", "--assume", "look"), "--assume is STEP=OUTCOME@DURATION"),
        (("return@1", "return@1", "--hour-price", "dear"), "a price is a number"),
    ],
)
def test_what_cannot_be_replayed_is_one_sentence(
    here: Here,  # noqa: F811
    env: dict[str, str],
    words: tuple[str, ...],
    said: str,
) -> None:
    told = here("sop", "replay", *words, env=env)

    assert told.returncode == 2
    assert said in told.stderr


def test_a_broken_file_shows_its_mistakes(here: Here, env: dict[str, str], tmp_path: Path) -> None:  # noqa: F811
    told = here("sop", "replay", "return@1", other(tmp_path, ("on_reject: refund_refused", "")), env=env)

    assert told.returncode == 1
    assert "SOP401" in told.stdout + told.stderr
