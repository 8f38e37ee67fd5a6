"""``gongdan sop lint --against`` and ``sop diff`` on published versions with tickets on them, on either database."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path

import pytest

from db import releases
from db.people import NewPerson, put_person
from db.releases import Said
from db.session import Store
from sop.definition import Compiled
from sop.facts import FactType
from sop.loading import load
from tests.db.desk import NINE, Facts, opened, projected
from tests.worker.running_site import ROOT, environment
from tests.worker.test_command import Here, here  # noqa: F401  # the fixture is found by name
from worker.definitions.workspace import parse_texts, read_texts

RETURN = "sop/library/return.sop.yaml"
REFUND = "sop/library/refund.sop.yaml"
LIMIT = "approval_above: 500"
RENAMED = (("refund_approval", "large_refund"),)
WAS = (*RENAMED, ("id: large_refund", "was: refund_approval\n    id: large_refund"))
READS = (("when: steps.inspect.refund_amount", "when: steps.inspect.seen == 'x' or steps.inspect.refund_amount"),)
STANDING = ((6, "refund_approval"), (6, "refund_approval"), (6, "inspect"), (5, "wait_parcel"), (7, "refund_approval"))


@cache
def version(number: int) -> tuple[Compiled, str]:
    """The return as it was then: its limit is the number of the version above 500."""
    space = parse_texts(read_texts(ROOT))
    text = space.definitions[RETURN].replace(LIMIT, f"approval_above: {500 + number}")
    refund = load(space.definitions[REFUND], REFUND, space.catalog)
    return load(text, RETURN, space.catalog, {"refund": refund}), text


async def with_tickets(url: str) -> None:
    """Seven versions, and tickets on the last three."""
    store = Store(url)
    try:
        async with store.write() as conn:
            for name in ("anna", "bob"):
                await put_person(conn, NewPerson(name, name.title()), NINE)
            for number in range(1, 8):
                await releases.publish(conn, *version(number), Said("anna", NINE))
            await releases.approve(conn, await releases.find(conn, "return", 7), Said("bob", NINE))
        for number, step in STANDING:
            started = {"kind": "sop", "key": "return", "version": number, "sha256": "abc", "title": "return"}
            facts = Facts().add(FactType.RUN_STARTED, **started, parent_run=None, parent_step=None)
            facts.add(FactType.STEP_OPENED, step, type="approval", title=step)
            await projected(store, (await opened(store, customer=None)).id, facts)
    finally:
        await store.dispose()


@pytest.fixture
def env(database_url: str, tmp_path: Path) -> dict[str, str]:
    asyncio.run(with_tickets(database_url))
    return environment(tmp_path / "var", GONGDAN_DATABASE_URL=database_url)


def changed(folder: Path, *changes: tuple[str, str]) -> str:
    """The return with some text replaced, as a file of its own."""
    text = (ROOT / RETURN).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "return.sop.yaml"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_removed_step_is_told_with_the_tickets_of_that_version(
    here: Here,  # noqa: F811
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    renamed = changed(tmp_path, *RENAMED)

    sixth = here("sop", "lint", renamed, "--against", "return@6", env=env)
    seventh = here("sop", "validate", renamed, "--against", "return@7", "--lang", "zh", env=env)
    fourth = here("sop", "lint", renamed, "--against", "return@4", env=env)

    assert (sixth.returncode, seventh.returncode, fourth.returncode) == (1, 1, 0)
    assert "error SOP501: the step refund_approval is gone, but tickets stand on it: 2" in sixth.stdout
    assert "SOP501: 步骤 refund_approval 没有了，但有 1 张工单停在上面" in seventh.stdout


def test_a_renamed_step_and_a_step_without_tickets_are_no_trouble(
    here: Here,  # noqa: F811
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    told = here("sop", "lint", changed(tmp_path, *WAS), "--against", "return@6", env=env)

    assert (told.returncode, told.stdout) == (0, "")


def test_the_default_version_is_meant_where_none_is_named(here: Here, env: dict[str, str], tmp_path: Path) -> None:  # noqa: F811
    told = here("sop", "lint", changed(tmp_path, *RENAMED), "--against", "return", "--format", "json", env=env)

    [problem] = json.loads(told.stdout)
    assert (problem["code"], problem["message"]["en"][-5:]) == ("SOP501", "it: 1")


def test_the_other_files_of_the_workspace_are_not_held_against_it(here: Here, env: dict[str, str]) -> None:  # noqa: F811
    told = here("sop", "lint", "--against", "return@6", env=env)

    assert (told.returncode, told.stdout) == (0, "")


def test_a_file_of_something_else_is_not_compared(here: Here, env: dict[str, str]) -> None:  # noqa: F811
    told = here("sop", "lint", "sop/library/refund.sop.yaml", "--against", "return@6", env=env)

    assert told.returncode == 2
    assert "no file here is return" in told.stderr


def test_a_version_that_is_not_there_is_one_sentence(here: Here, env: dict[str, str]) -> None:  # noqa: F811
    told = here("sop", "lint", RETURN, "--against", "return@9", env=env)

    assert (told.returncode, told.stdout) == (2, "")
    assert "return@9 has not been published" in told.stderr


def test_two_published_versions_differ_with_who_stands_there(here: Here, env: dict[str, str]) -> None:  # noqa: F811
    told = here("sop", "diff", "return@6", "return@7", env=env)
    plain = json.loads(here("sop", "diff", "return@6", "return@7", "--format", "json", env=env).stdout)
    back = here("sop", "diff", "return@7", "return@6", "--lang", "zh", env=env)

    assert (told.returncode, back.returncode) == (1, 1)
    assert told.stdout.splitlines() == [
        "return@6 → return@7",
        "! approval Refund approval (refund_approval) is asked for less: limit 506 → 507",
        "~ file: vars approval_above 506 → 507",
        "~ Refund approval (refund_approval): when steps.inspect.refund_amount > 506 → 507",
        "2 running tickets stand on changed steps: Refund approval (refund_approval) 2",
    ]
    assert plain["tickets"] == {"total": 2, "steps": {"refund_approval": 2}}
    assert back.stdout.splitlines()[0] == "return@7 → return@6"


def test_a_version_is_the_same_as_itself(here: Here, env: dict[str, str]) -> None:  # noqa: F811
    told = here("sop", "diff", "return@6", "return@6", env=env)

    assert (told.returncode, told.stdout) == (0, "return@6 → return@6: no difference in meaning\n")
