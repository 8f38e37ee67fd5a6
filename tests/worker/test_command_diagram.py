"""``gongdan sop diagram`` as a designer knows it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.worker.running_site import environment, gongdan

RETURN = "sop/library/return.sop.yaml"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "var")


def test_mermaid_goes_to_the_terminal_in_the_language_asked_for(env: dict[str, str]) -> None:
    told = gongdan("sop", "diagram", RETURN, "--lang", "zh", env=env)

    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith('---\ntitle: "退货退款"\n---\nflowchart TD\n')
    assert "财务经理" in told.stdout


def test_a_picture_with_its_coverage_goes_to_a_file(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "return.svg"
    told = gongdan("sop", "diagram", RETURN, "--format", "svg", "--overlay", "coverage", "--output", str(file), env=env)

    assert (told.returncode, told.stdout, told.stderr.strip()) == (0, "", f"written to {file}")
    root = ElementTree.parse(file).getroot()  # noqa: S314 - our own text
    assert root.get("lang") == "en"
    assert "covered by scenarios: 100%" in "".join(root.itertext())


def test_a_published_version_shows_where_its_tickets_stand(env: dict[str, str]) -> None:
    for words in (("migrate", "--no-temporal"), ("publish",)):
        assert gongdan(*words, env=env).returncode == 0
    told = gongdan("sop", "diagram", "return@1", "--format", "svg", "--overlay", "live", env=env)

    assert told.returncode == 0, told.stderr
    assert "return@1 · open steps: 0" in told.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere.yaml",), "nowhere.yaml cannot be read"),
        (("return@7",), "run `gongdan migrate`"),
        (("Ret urn",), "must be written return or return@7"),
        ((RETURN, "--output", "/"), "/ cannot be written"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(env: dict[str, str], words: tuple[str, ...], says: str) -> None:
    told = gongdan("sop", "diagram", *words, env=env)

    assert told.returncode in (1, 2)
    assert len(told.stderr.splitlines()) == 1
    assert says in told.stderr


def test_bpmn_goes_to_a_file_and_has_no_overlay(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "return.bpmn"
    told = gongdan("sop", "diagram", RETURN, "--format", "bpmn", "--output", str(file), env=env)
    laid_over = gongdan("sop", "diagram", RETURN, "--format", "bpmn", "--overlay", "live", env=env)

    assert told.returncode == 0, told.stderr
    assert ElementTree.parse(file).getroot().tag.endswith("}definitions")  # noqa: S314 - our own text
    assert (laid_over.returncode, laid_over.stderr.strip()) == (2, "gongdan: BPMN has no overlay")
