"""A workspace of one's own, and which one a command works on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worker.running_site import environment, gongdan
from worker.settings import HOME, Settings


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "var")


def test_a_workspace_of_ones_own_is_whole_and_is_the_one_worked_in(env: dict[str, str], tmp_path: Path) -> None:
    office = tmp_path / "office"

    made = gongdan("init", str(office), env=env)
    (office / "sop/library/general.sop.yaml").unlink()
    linted = gongdan("sop", "lint", env=env, cwd=office)

    assert (made.returncode, linted.returncode) == (0, 0), made.stderr + linted.stderr
    assert linted.stderr == "10 files: 0 errors, 0 warnings\n", "of this folder, not of the checkout"
    assert (office / ".gitignore").read_text() == "/var/\n"


def test_a_folder_with_something_in_it_is_left_alone(env: dict[str, str], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")

    told = gongdan("init", str(mine), env=env)

    assert told.returncode == 1
    assert told.stderr == f"gongdan: {mine} is not empty; name another folder\n"
    assert [file.name for file in mine.iterdir()] == ["notes.txt"]


def test_the_workspace_that_is_named_comes_before_the_one_that_is_stood_in(tmp_path: Path) -> None:
    (tmp_path / "gongdan.yaml").write_text("")

    assert Settings.from_environment({}, tmp_path).workspace == tmp_path
    assert Settings.from_environment({"GONGDAN_WORKSPACE": "/elsewhere"}, tmp_path).workspace == Path("/elsewhere")
    assert Settings.from_environment({}, tmp_path / "sop").workspace == HOME
