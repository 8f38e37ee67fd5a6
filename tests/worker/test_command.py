"""The ``gongdan`` command as a person at a terminal knows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.worker.running_site import ROOT, environment, gongdan
from worker.cli import main
from worker.table import COMMANDS

RETURN = "sop/library/return.sop.yaml"
HEAVY = ("sqlalchemy", "temporalio", "fastapi", "rich", "httpx", "pydantic")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "var")


class Told(NamedTuple):
    """What a command in this process said."""

    returncode: int
    stdout: str
    stderr: str


class Here:
    """The command in this process: no start-up to wait for, all else as in one of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, env: dict[str, str]) -> Told:
        for name in [name for name in os.environ if name not in env]:
            self._monkeypatch.delenv(name)
        for name, value in env.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.chdir(ROOT)
        code = main(words)
        said = self._capsys.readouterr()
        return Told(code, said.out, said.err)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(monkeypatch, capsys)


def test_every_command_has_help_with_an_example_in_both_languages(env: dict[str, str]) -> None:
    script = (
        "import io, sys, contextlib\nfrom worker.cli import main\nfrom worker.table import COMMANDS\n"
        "for command in COMMANDS:\n  for tongue in ('zh', 'en'):\n"
        "    try:\n      main([*command.name.split(), '--help', '--lang', tongue])\n"
        "    except SystemExit:\n      print('=====')\n"
    )
    told = subprocess.run([sys.executable, "-c", script], env=env, cwd=ROOT, capture_output=True, text=True, check=True)

    pages = told.stdout.split("=====")
    for number, command in enumerate(COMMANDS):
        zh, en = pages[2 * number : 2 * number + 2]
        assert "例: gongdan " + command.name in " ".join(zh.split())
        assert "example: gongdan " + command.name in " ".join(en.split())


def test_every_command_stands_in_the_reference() -> None:
    for page in ("command.md", "command.zh-CN.md"):
        text = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")

        assert [command.name for command in COMMANDS if f"`gongdan {command.name}" not in text] == []


def test_help_brings_in_nothing_heavy(env: dict[str, str]) -> None:
    script = (
        "import sys, worker.cli as c\ntry:\n  c.main(['--help'])\n"
        f"except SystemExit:\n  print([m for m in {HEAVY} if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], env=env, cwd=ROOT, capture_output=True, text=True, check=True)

    assert told.stdout.splitlines()[-1] == "[]"


def test_the_language_of_the_terminal_is_spoken(env: dict[str, str]) -> None:
    chinese = gongdan("--help", env={**env, "LANG": "zh_CN.UTF-8"})
    asked = gongdan("--lang", "en", "--help", env={**env, "LANG": "zh_CN.UTF-8"})

    assert "在本机启动全部" in chinese.stdout
    assert "run everything on this machine" in asked.stdout


def test_what_cannot_be_asked_is_refused_with_the_way_to_help(env: dict[str, str]) -> None:
    told = gongdan("ticket", "show", env=env)

    assert told.returncode == 2
    assert told.stderr.strip().endswith("(see gongdan ticket show --help)")


def test_a_clean_file_validates(here: Here, env: dict[str, str]) -> None:
    told = here("sop", "validate", RETURN, env=env)

    assert told.returncode == 0
    assert told.stdout == ""
    assert told.stderr.strip() == "1 file: 0 errors, 0 warnings"


def test_every_mistake_is_shown_at_its_place(here: Here, env: dict[str, str], tmp_path: Path) -> None:
    text = (ROOT / RETURN).read_text(encoding="utf-8")
    bad = tmp_path / "bad.sop.yaml"
    bad.write_text(
        text.replace("type: approval", "type: aproval").replace("due: 4wh", "due: 4 hours"), encoding="utf-8"
    )
    told = here("sop", "validate", str(bad), env=env)
    plain = here("sop", "validate", str(bad), "--format", "json", env=env)

    assert told.returncode == 1
    assert f"{bad}:" in told.stdout
    assert "error SOP106" in told.stdout
    assert "did you mean approval?" in told.stdout
    assert {problem["code"] for problem in json.loads(plain.stdout)} >= {"SOP106"}


def test_a_file_that_is_not_there_is_one_sentence(env: dict[str, str]) -> None:
    told = gongdan("sop", "validate", "nowhere.yaml", env=env)

    assert told.returncode == 1
    assert told.stderr == "gongdan: nowhere.yaml cannot be read: No such file or directory\n"


def test_every_shipped_scenario_passes_within_two_seconds(env: dict[str, str]) -> None:
    told = gongdan("sop", "test", env=env)

    assert told.returncode == 0, told.stdout
    summary = told.stdout.splitlines()[-1]
    assert " 0 failed in " in summary
    seconds = float(summary.rpartition(" in ")[2].removesuffix(" s"))
    assert seconds < 2 or (os.cpu_count() or 1) < os.getloadavg()[0], summary


def test_a_scenario_that_fails_says_what_went_wrong(here: Here, env: dict[str, str], tmp_path: Path) -> None:
    story = tmp_path / "story.yaml"
    case = "{name: never answered, play: [{after: 8d}], expect: {result: resolved}}"
    story.write_text(
        f"file: {ROOT / RETURN}\nticket: {{no: T1, category: return, order: {{no: O1, paid: 1}}}}\ncases: [{case}]\n"
    )
    told = here("sop", "test", str(story), env=env)

    assert told.returncode == 1
    assert "✗ return.sop.yaml: never answered" in told.stdout
    assert "result: expected resolved, got cancelled" in told.stdout


def test_too_little_coverage_fails_and_names_what_is_missing(here: Here, env: dict[str, str], tmp_path: Path) -> None:
    story = tmp_path / "story.yaml"
    case = "{name: never answered, play: [{after: 8d}], expect: {result: cancelled}}"
    story.write_text(
        f"file: {ROOT / RETURN}\nticket: {{category: return, order: {{no: O1, paid: 1}}}}\ncases: [{case}]\n"
    )
    enough = here("sop", "test", str(story), "--min-coverage", "5", env=env)
    few = here("sop", "test", str(story), "--min-coverage", "50", "--junit", str(tmp_path / "j.xml"), env=env)
    whole = here("sop", "test", "--min-coverage", "100", env=env)

    assert (enough.returncode, few.returncode, whole.returncode) == (0, 1, 0)
    assert "✗ return.sop.yaml  coverage 13% (3/23)" in few.stdout
    assert "reject refund_approval" in few.stdout
    assert '<testsuite name="coverage" tests="1" failures="1"' in (tmp_path / "j.xml").read_text("utf-8")
    assert "1 passed, 0 failed" in few.stdout


def test_snapshots_are_written_once_and_compared_afterwards(here: Here, env: dict[str, str], tmp_path: Path) -> None:
    story = tmp_path / "story.yaml"
    text = (
        f"file: {ROOT / RETURN}\nticket: {{category: return, order: {{no: O1, paid: 1}}}}\n"
        "cases: [{name: never answered, play: [{after: 8d}], expect: {}}]\n"
    )
    story.write_text(text, encoding="utf-8")
    first = here("sop", "test", str(story), "--update-snapshots", "--junit", str(tmp_path / "j.xml"), env=env)
    same = here("sop", "test", str(story), env=env)
    story.write_text(text.replace("8d", "6d"), encoding="utf-8")
    other = here("sop", "test", str(story), env=env)
    accepted = here("sop", "test", str(story), "--update-snapshots", env=env)
    again = here("sop", "test", str(story), env=env)

    codes = [told.returncode for told in (first, same, other, accepted, again)]
    assert codes == [0, 0, 1, 0, 0]
    assert "run.ended return" in (tmp_path / "story.snapshot").read_text("utf-8") + other.stdout
    assert "    -+7d 00:00" in other.stdout
    assert 'name="never answered"' in (tmp_path / "j.xml").read_text("utf-8")


def test_a_definition_is_walked_through_from_a_pipe(env: dict[str, str]) -> None:
    acts = [
        "1 photos=[a.jpg,b.jpg] reason=质量问题",
        "event parcel.received tracking_no=SF123",
        "fail erp.refund.create",
        "inspect pass grade=A",
        "heal erp.refund.create",
        "1 retry",
    ]
    told = gongdan("sop", "simulate", RETURN, env=env, stdin="\n".join(acts) + "\n")

    assert told.returncode == 0, told.stdout + told.stderr
    assert "incident.opened return.refund#1" in told.stdout
    assert 'run.ended return {"result": "resolved"}' in told.stdout
    assert told.stdout.splitlines()[-1] == "ended"


def test_time_passes_in_a_walk_and_what_is_refused_is_told(env: dict[str, str]) -> None:
    told = gongdan("sop", "simulate", RETURN, env=env, stdin="1 photos=[a.jpg]\n+8d\n")

    assert told.returncode == 1
    assert "missing: 退货原因" in told.stdout
    assert 'run.ended return {"result": "cancelled"}' in told.stdout


def test_a_walk_can_be_looked_at_taken_back_and_written_down(env: dict[str, str]) -> None:
    first = "1 photos=[a.jpg,b.jpg] reason=质量问题"
    acts = [first, "back", first, "next", "calls", "clocks", "diagram", "trail", "help", "scenario 试一试"]
    told = gongdan("sop", "simulate", RETURN, "--lang", "zh", env=env, stdin="\n".join(acts) + "\n")

    assert told.returncode == 0, told.stdout + told.stderr
    assert '  create_rma erp.rma.create {"order_no": "O1", "reason": "质量问题"' in told.stdout
    assert "  return.resolution 7wd yellow running" in told.stdout
    assert "✓ photo_evidence → ✓ create_rma → ✓ return_label → ▶ wait_parcel → · inspect" in told.stdout
    assert "flowchart TD" in told.stdout
    assert "▶ open" in told.stdout
    assert told.stdout.count("action.called return.create_rma") == 3
    assert told.stdout.splitlines()[-4:] == [
        "    play:",
        "      - {complete: return.photo_evidence, by: customer, with: {photos: [a.jpg, b.jpg], reason: 质量问题}}",
        "      - {after: 174h}",
        "    expect: {open: [wait_parcel]}",
    ]


def test_every_fault_on_every_step_has_an_outcome(here: Here, env: dict[str, str], tmp_path: Path) -> None:
    every = here("sop", "matrix", RETURN, "--all", env=env)
    plain = here("sop", "matrix", RETURN, "--json", env=env)
    bad = tmp_path / "bad.sop.yaml"
    bad.write_text("dsl: 1\nsop: bad\nowner: role:it_lead\nsteps: [{id: ask, type: task, assign: role:it_support}]\n")
    stands = here("sop", "matrix", str(bad), "--lang", "zh", env=env)

    assert (every.returncode, plain.returncode, stands.returncode) == (0, 0, 1)
    assert "  · refund × 4xx: becomes an incident, role:after_sales_lead is told" in every.stdout
    [told] = json.loads(plain.stdout)
    assert (told["key"], told["undefined"]) == ("return", 0)
    assert len(told["cells"]) == every.stdout.count("\n") - 1
    assert "✗ ask × never_answered: 无人处理时永远停在这里" in stands.stdout


def test_a_workspace_is_published_once(here: Here, env: dict[str, str]) -> None:
    unready = here("publish", env=env)
    assert unready.returncode == 1
    assert here("migrate", "--no-temporal", env=env).returncode == 0
    dry = here("publish", "--dry-run", env=env)
    first, again = here("publish", env=env), here("publish", env=env)

    assert dry.stdout == first.stdout
    assert {line.split()[-1] for line in first.stdout.splitlines()} == {"new"}
    assert {line.split()[-1] for line in again.stdout.splitlines()} == {"unchanged"}
    assert "return@1" in again.stdout


def copied_workspace(to: Path) -> Path:
    for folder in (
        "sop/library",
        "playbooks/library",
        "activities/connectors",
        "activities/templates",
        "tests/scenarios",
    ):
        for file in (ROOT / folder).glob("*.yaml"):
            (to / folder).mkdir(parents=True, exist_ok=True)
            (to / folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (to / "gongdan.yaml").write_text((ROOT / "gongdan.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return to


def test_a_changed_file_becomes_the_next_version_and_its_callers_too(
    here: Here, env: dict[str, str], tmp_path: Path
) -> None:
    space = copied_workspace(tmp_path / "space")
    env = {**env, "GONGDAN_WORKSPACE": str(space)}
    assert here("migrate", "--no-temporal", env=env).returncode == 0
    assert here("publish", env=env).returncode == 0
    refund = space / "sop/library/refund.sop.yaml"
    original = refund.read_text(encoding="utf-8")
    refund.write_text(
        original.replace("title:", "note: slower\ntitle:", 1) if "note: slower" not in original else original
    )
    refund.write_text(original.replace("amount", "amount", 1) + "\n# only a remark\n", encoding="utf-8")
    remark = here("publish", env=env)
    refund.write_text(original.replace("due: ", "due: 2", 1), encoding="utf-8")
    waiting = here("publish", "--by", "anna", env=env)
    for name in ("anna", "bob"):
        here("user", "add", name, "--name", name, "--email", f"{name}@example.org", env=env)
    alone = here("sop", "approve", "refund@2", "--by", "anna", env=env)
    approved = [here("sop", "approve", f"{key}@2", "--by", "bob", env=env) for key in ("refund", "lost_parcel")]
    changed = here("publish", env=env)
    back = here("sop", "rollback", "refund", "--by", "bob", "--note", "too slow", env=env)
    history = here("sop", "versions", "refund", "--history", env=env).stdout.splitlines()

    assert {line.split()[-1] for line in remark.stdout.splitlines()} == {"unchanged"}
    moves_money = [line.split()[1] for line in waiting.stdout.splitlines() if "moves money" in line]
    assert moves_money == ["refund@2", "lost_parcel@2"]
    assert (alone.returncode, "another one approves" in alone.stderr) == (1, True)
    assert ["default" in each.stdout for each in approved] == [True, True]
    assert {line.split()[-1] for line in changed.stdout.splitlines()} == {"unchanged"}
    assert "return@1" in changed.stdout
    assert "refund@1" in back.stdout
    assert history[0].endswith("too slow")
    assert "archived → default  bob" in history[0]
    assert "draft → default  bob" in "".join(history)


def test_a_version_is_tried_on_some_new_tickets_first(here: Here, env: dict[str, str], tmp_path: Path) -> None:
    space = copied_workspace(tmp_path / "space")
    env = {**env, "GONGDAN_WORKSPACE": str(space)}
    assert here("migrate", "--no-temporal", env=env).returncode == 0
    assert here("publish", env=env).returncode == 0
    general = space / "sop/library/general.sop.yaml"
    general.write_text(general.read_text(encoding="utf-8").replace("due: 2d", "due: 3d", 1), encoding="utf-8")
    wrong = here("publish", "--state", "candidate", env=env)
    personal = here("publish", "--segment", "customer.phone == '1'", env=env)
    tried = here("publish", "--share", "10%", env=env)
    listed = here("sop", "versions", "general", env=env).stdout.splitlines()
    for_vips = here("sop", "stage", "general@2", "--segment", "customer.tier == 'vip'", "--by", "anna", env=env)
    default = here("sop", "stage", "general@2", "--by", "anna", env=env)
    gone = here("sop", "archive", "general@2", "--by", "anna", env=env)

    assert wrong.returncode == 2
    assert "is personal" in personal.stderr
    assert tried.returncode == 0
    assert [("candidate 10%" in line, "default" in line) for line in listed] == [(True, False), (False, True)]
    assert "candidate [customer.tier == 'vip']" in for_vips.stdout
    assert "default" in default.stdout
    assert "archived" in gone.stdout


def test_a_warning_is_enough_not_to_be_published(here: Here, env: dict[str, str], tmp_path: Path) -> None:
    space = copied_workspace(tmp_path / "space")
    env = {**env, "GONGDAN_WORKSPACE": str(space)}
    assert here("migrate", "--no-temporal", env=env).returncode == 0
    general = space / "sop/library/general.sop.yaml"
    lines = general.read_text(encoding="utf-8").splitlines(keepends=True)
    general.write_text("".join(line for line in lines if "due:" not in line), encoding="utf-8")
    told = here("publish", env=env)

    assert told.returncode == 1
    assert "warning SOP409" in told.stderr
    assert told.stderr.rstrip().endswith("nothing was published")


def test_a_definition_that_scenarios_cover_too_little_is_not_published(
    here: Here, env: dict[str, str], tmp_path: Path
) -> None:
    space = copied_workspace(tmp_path / "space")
    env = {**env, "GONGDAN_WORKSPACE": str(space)}
    assert here("migrate", "--no-temporal", env=env).returncode == 0
    (space / "tests/scenarios/general.yaml").unlink()
    told = here("publish", env=env)

    assert told.returncode == 1
    assert "✗ sop/library/general.sop.yaml: scenarios cover too little" in told.stderr
    assert told.stderr.rstrip().endswith("nothing was published")


def test_a_workspace_with_a_mistake_publishes_nothing(here: Here, env: dict[str, str], tmp_path: Path) -> None:
    space = copied_workspace(tmp_path / "space")
    env = {**env, "GONGDAN_WORKSPACE": str(space)}
    assert here("migrate", "--no-temporal", env=env).returncode == 0
    file = space / RETURN
    file.write_text(file.read_text(encoding="utf-8").replace("type: approval", "type: aproval"), encoding="utf-8")
    told = here("publish", env=env)

    assert told.returncode == 1
    assert "error SOP106" in told.stderr
    assert told.stderr.rstrip().endswith("nothing was published")
    assert {
        line.split()[-1]
        for line in here("publish", "--dry-run", env={**env, "GONGDAN_WORKSPACE": str(ROOT)}).stdout.splitlines()
    } == {"new"}


def test_somebody_is_let_in_once_and_gets_a_new_password(here: Here, env: dict[str, str]) -> None:
    assert (
        "run `gongdan migrate`"
        in here(
            "key", "add", "shop", env={**env, "GONGDAN_DATABASE_URL": f"sqlite:///{env['GONGDAN_DATA_DIR']}.db"}
        ).stderr
    )
    assert here("migrate", "--no-temporal", env=env).returncode == 0
    anna = ("user", "add", "anna", "--name", "Anna", "--email", "anna@example.org", "--role", "after_sales")
    added, twice = here(*anna, env=env), here(*anna, env=env)
    reset = here("user", "password", "anna@example.org", env=env)
    key = here("key", "add", "shop", "--scope", "tickets:write", "--quiet", env=env)
    off, gone = (here("user", "duty", name, duty, env=env) for name, duty in (("anna", "off"), ("anna", "gone")))
    again, back = (here("user", "duty", "anna", duty, env=env) for duty in ("off", "on"))

    assert (off.returncode, off.stdout.strip()) == (0, "Anna is off duty; 0 tickets are told")
    assert (gone.returncode, again.returncode, back.returncode) == (0, 1, 0)
    assert added.returncode == reset.returncode == 0
    assert len(added.stdout.strip()) == len(reset.stdout.strip()) == 19
    assert added.stdout != reset.stdout
    assert twice.returncode == 1
    assert key.stdout.startswith("gd_1_")
    assert here("key", "add", "shop", "--scope", "everything", env=env).returncode == 2


def test_a_command_without_a_key_or_an_api_says_what_to_do(env: dict[str, str]) -> None:
    keyless = gongdan("ticket", "list", env=env)
    alone = gongdan("ticket", "list", env={**env, "GONGDAN_KEY": "gd_1_x", "GONGDAN_URL": "http://127.0.0.1:9"})

    assert keyless.returncode == alone.returncode == 1
    assert "set GONGDAN_KEY" in keyless.stderr
    assert "http://127.0.0.1:9 does not answer" in alone.stderr
    assert "Traceback" not in keyless.stderr + alone.stderr


def test_a_setting_that_cannot_be_used_is_named(here: Here, env: dict[str, str]) -> None:
    told = here("ticket", "list", env={**env, "GONGDAN_PORT": "http"})

    assert told.returncode == 2
    assert "GONGDAN_PORT must be a port number" in told.stderr
