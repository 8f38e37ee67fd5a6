"""``gongdan sop lint`` and ``sop explain`` as a designer at a terminal knows them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.worker.running_site import ROOT, environment
from worker.cli import main

CATALOG = "tests/sop/bad/catalog.yaml"
BROKEN = "tests/sop/bad/broken.sop.yaml"
QUOTES = "tests/sop/bad/quotes.sop.yaml"
NO_DUE = """\
dsl: 1
sop: a
steps:
  - {id: b, type: task, assign: owner}
"""


class Lint:
    """The command in this process, against the contract's catalog."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = main(["sop", "lint", "--lang", "en", "--catalog", CATALOG, *words])
        said = self._capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def lint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lint:
    monkeypatch.chdir(ROOT)
    return Lint(capsys)


def written(folder: Path, text: str, name: str = "a.sop.yaml") -> str:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_warning_passes_as_a_draft_and_not_when_it_is_published(lint: Lint, tmp_path: Path) -> None:
    file = written(tmp_path, NO_DUE)

    assert lint(file)[0] == 0
    code, out, err = lint(file, "--profile", "publish")
    assert code == 1
    assert "warning SOP409" in out
    assert err == "1 file: 0 errors, 1 warning\n"


def test_a_comment_with_a_reason_sets_a_warning_aside(lint: Lint, tmp_path: Path) -> None:
    with_reason = written(tmp_path, NO_DUE.replace("owner}", "owner} # sop: ignore SOP409 it is a reminder"))
    without = written(tmp_path, NO_DUE.replace("owner}", "owner} # sop: ignore SOP409"), "b.sop.yaml")

    assert lint(with_reason, "--profile", "publish")[:2] == (0, "")
    code, out, _ = lint(without, "--profile", "publish")
    assert code == 1
    assert "SOP409" in out
    assert "warning SOP006: ignoring SOP409 needs a reason" in out


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("# sop: ignore SOP412 why", "warning SOP006: there is no SOP412 here to ignore"),
        ("# sop: ignore because I like it", "warning SOP006: no code is named to ignore"),
        ("# sop: ignore SOP101 it must stay", "warning SOP006: SOP101 is an error and cannot be ignored"),
    ],
)
def test_a_comment_that_ignores_nothing_is_told(lint: Lint, tmp_path: Path, comment: str, told: str) -> None:
    file = written(tmp_path, NO_DUE.replace("owner}", f"owner, du: 1d}} {comment}"))

    assert told in lint(file)[1]


def test_what_looks_like_a_comment_inside_a_text_is_text(lint: Lint, tmp_path: Path) -> None:
    text = "dsl: 1\nsop: a\ndescription: |\n  see\n  # sop: ignore SOP409 reason\nsteps: []\n"

    assert lint(written(tmp_path, text), "--profile", "publish")[:2] == (0, "")


def test_sarif_names_the_rules_and_the_places(lint: Lint) -> None:
    code, out, _ = lint(BROKEN, "--format", "sarif")

    [run] = json.loads(out)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert code == 1
    assert len(run["results"]) == 27
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    [typo] = [result for result in run["results"] if result["ruleId"] == "SOP304"]
    place = typo["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": BROKEN}, "region": {"startLine": 29, "startColumn": 13}}
    assert typo["message"]["text"] == "no action is called erp.refund.creat; did you mean erp.refund.create?"
    assert all((ROOT / rule["help"]["text"]).is_file() for rule in run["tool"]["driver"]["rules"])


def test_github_gets_one_command_a_problem(lint: Lint, tmp_path: Path) -> None:
    _, out, _ = lint(QUOTES, "--format", "github")

    assert out.splitlines() == [
        f"::warning file={QUOTES},line=3,col=13,title=SOP005::yes looks like a boolean, but it is text here; if text is"
        ' meant, write "yes"',
        f"::error file={QUOTES},line=9,col=17,title=SOP003::unquoted {{{{ }}}}: YAML reads it as a mapping; write"
        ' "{{ vars.big }}"',
    ]
    odd = written(tmp_path, NO_DUE, "50%, of: it.sop.yaml")
    assert "50%25%2C of%3A it.sop.yaml,line=4" in lint(odd, "--format", "github")[1]


def test_json_holds_both_languages(lint: Lint) -> None:
    _, out, _ = lint(QUOTES, "--format", "json")

    assert [(each["code"], each["line"], each["column"]) for each in json.loads(out)] == [
        ("SOP005", 3, 13),
        ("SOP003", 9, 17),
    ]
    assert set(json.loads(out)[0]["message"]) == {"zh", "en"}


FIXED = [
    (3, "start: {event: ticket.clasified, when: ticket.category == 'return'}"),
    (9, "    asign: customer"),  # assign is written already: which of the two counts is the author's to say
    (11, "    due: 1d"),
    (13, "      - {key: amount, type: money, label: 金额}"),
    (19, "    type: approval"),
]


def test_fix_mends_what_can_only_be_meant_one_way(lint: Lint, tmp_path: Path) -> None:
    broken = written(tmp_path, (ROOT / BROKEN).read_text("utf-8"), "broken.sop.yaml")
    quotes = written(tmp_path, (ROOT / QUOTES).read_text("utf-8"), "quotes.sop.yaml")

    code, _, err = lint("--fix", broken, quotes)

    lines = Path(broken).read_text("utf-8").split("\n")
    assert [(line, lines[line - 1]) for line, _ in FIXED] == FIXED
    assert Path(quotes).read_text("utf-8").count('"') == 4
    assert f"{quotes}:9: mended SOP003\n" in err
    assert code == 1  # the rest is the author's
    assert lint("--fix", quotes)[:2] == (0, "")
    before = Path(broken).read_bytes()
    lint("--fix", broken)
    assert Path(broken).read_bytes() == before


def test_against_the_version_that_runs(lint: Lint, tmp_path: Path) -> None:
    old = written(tmp_path, NO_DUE.replace("owner}", "owner, due: 1d}"), "old.sop.yaml")
    new = written(tmp_path, NO_DUE.replace("id: b", "id: c").replace("owner}", "owner, due: 1d}"))

    code, out, _ = lint(new, "--against", old)

    assert code == 1
    assert "error SOP501: the step b is gone, and tickets may stand on it" in out


def test_explain_says_what_a_code_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sop", "explain", "sop403", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("SOP403 A wait without a timeout\n")
    assert "example.sop.yaml:5:5: error SOP403: a wait for an event needs a timeout" in told

    assert main(["sop", "explain", "403", "--lang", "zh"]) == 0
    assert "等待没有 timeout" in capsys.readouterr().out
    assert main(["sop", "explain", "SOP999", "--lang", "en"]) == 2
    assert "SOP999" in capsys.readouterr().err
    assert main(["sop", "explain", "--lang", "en"]) == 0
    assert "SOP407 warning Money moves unchecked" in capsys.readouterr().out


def test_watch_looks_again_when_the_file_changes(tmp_path: Path) -> None:
    file = Path(written(tmp_path, NO_DUE))
    words = [sys.executable, "-m", "worker", "sop", "lint", "--lang", "en", "--watch", "--catalog", CATALOG, str(file)]
    env = {**environment(tmp_path / "var"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            until(process.stdout, "waiting for a change")
            file.write_text(NO_DUE.replace("owner}", "owner, due: soon}"), encoding="utf-8")
            os.utime(file, (time.time() + 1, time.time() + 1))
            assert "SOP105" in until(process.stdout, "waiting for a change")
        finally:
            process.terminate()


def until(stream: object, mark: str) -> str:
    """What is said until a line holds a mark."""
    said = ""
    for line in stream:  # type: ignore[attr-defined]  # a pipe of text
        said += line
        if mark in line:
            return said
    raise AssertionError(f"it ended before it said {mark!r}:\n{said}")
