"""``gongdan sop diff`` as a designer and a merge request know it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from db.session import Store
from sop.facts import FactType
from tests.db.desk import Facts, opened, projected
from tests.worker.running_site import ROOT, environment, gongdan

RETURN = "sop/library/return.sop.yaml"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "var")


@pytest.fixture
def raised(tmp_path: Path) -> Path:
    """The return with a higher limit for its approval."""
    file = tmp_path / "return.sop.yaml"
    text = (ROOT / RETURN).read_text(encoding="utf-8")
    file.write_text(text.replace("approval_above: 500", "approval_above: 1000"), encoding="utf-8")
    return file


def published(env: dict[str, str]) -> None:
    for words in (("migrate", "--no-temporal"), ("publish",)):
        told = gongdan(*words, env=env)
        assert told.returncode == 0, told.stderr


def a_ticket_stands(env: dict[str, str], step: str) -> None:
    """A ticket of the return stands on a step."""

    async def stand() -> None:
        store = Store(f"sqlite:///{env['GONGDAN_DATA_DIR']}/gongdan.db")
        started = {"kind": "sop", "key": "return", "version": 1, "sha256": "abc", "title": "return"}
        facts = Facts().add(FactType.RUN_STARTED, **started, parent_run=None, parent_step=None)
        facts.add(FactType.STEP_OPENED, step, type="approval", title=step)
        await projected(store, (await opened(store, customer=None)).id, facts)
        await store.dispose()

    asyncio.run(stand())


def test_the_same_meaning_exits_with_zero(env: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "copy.sop.yaml"
    copy.write_text("# rewritten\n" + (ROOT / RETURN).read_text(encoding="utf-8"), encoding="utf-8")
    told = gongdan("sop", "diff", RETURN, str(copy), env=env)

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith(": no difference in meaning\n")


def test_a_difference_exits_with_one_and_says_what_it_means(env: dict[str, str], raised: Path) -> None:
    told = gongdan("sop", "diff", RETURN, str(raised), "--lang", "zh", env=env)

    assert told.returncode == 1
    assert told.stdout.splitlines() == [
        f"{RETURN} → {raised}",
        "! 审批 大额退款审批 (refund_approval) 问得更少：界限 500 → 1000",
        "~ 文件：vars approval_above 500 → 1000",
        "~ 大额退款审批 (refund_approval)：when steps.inspect.refund_amount > 500 → 1000",
    ]


def test_a_file_is_held_against_what_is_published_with_who_stands_there(env: dict[str, str], raised: Path) -> None:
    published(env)
    a_ticket_stands(env, "refund_approval")
    told = gongdan("sop", "diff", str(raised), env=env)
    plain = gongdan("sop", "diff", "return@1", str(raised), "--format", "json", env=env)

    assert told.returncode == plain.returncode == 1
    assert told.stdout.splitlines()[0] == f"return@1 → {raised}"
    standing = "1 running ticket stands on changed steps: Refund approval (refund_approval) 1"
    assert told.stdout.splitlines()[-1] == standing
    assert json.loads(plain.stdout)["tickets"] == {"total": 1, "steps": {"refund_approval": 1}}


def test_two_published_versions_are_compared(env: dict[str, str]) -> None:
    published(env)

    assert gongdan("sop", "diff", "return@1", "return", env=env).returncode == 0
    assert gongdan("sop", "diff", "return@1", "refund@1", env=env).returncode == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((RETURN, "nowhere.yaml"), "nowhere.yaml cannot be read"),
        ((RETURN,), "run `gongdan migrate`"),
        (("return@9", RETURN), "run `gongdan migrate`"),
        ((RETURN, "tests/scenarios/return.yaml"), "tests/scenarios/return.yaml has mistakes"),
    ],
)
def test_trouble_exits_with_two(env: dict[str, str], words: tuple[str, ...], says: str) -> None:
    told = gongdan("sop", "diff", *words, env=env)

    assert told.returncode == 2
    assert says in told.stderr
