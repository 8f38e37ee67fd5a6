"""What an editor makes of ``gongdan sop schema``, asked of the real yaml-language-server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.language_server import SERVER, LanguageServer
from tests.worker.running_site import ROOT
from worker.cli import main

RETURN = ROOT / "sop/library/return.sop.yaml"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("editor") / "sop.schema.json"
    assert main(["sop", "schema", "--write", str(file)]) == 0
    return file


@pytest.fixture(scope="module")
def server(schema: Path) -> Iterator[LanguageServer]:
    if not SERVER.exists():
        pytest.fail("yaml-language-server is not there: make dev installs it")
    with LanguageServer(schema.parent) as server:
        yield server


def opened(server: LanguageServer, schema: Path, text: str) -> list[str]:
    head, _, rest = text.partition("\n")
    assert "yaml-language-server: $schema=" in head
    return server.open(f"# yaml-language-server: $schema={schema.as_uri()}\n{rest}")


def place(text: str, mark: str) -> tuple[int, int]:
    """Line and column, from 0, of what follows a mark."""
    before = text[: text.index(mark) + len(mark)].split("\n")
    return len(before) - 1, len(before[-1])


@pytest.mark.parametrize("file", ["return", "repair", "complaint", "lost_parcel", "it_request", "refund"])
def test_nothing_is_marked_in_a_shipped_definition(server: LanguageServer, schema: Path, file: str) -> None:
    assert opened(server, schema, (ROOT / f"sop/library/{file}.sop.yaml").read_text("utf-8")) == []


def test_typing_mistakes_are_marked_at_their_lines(server: LanguageServer, schema: Path) -> None:
    text = RETURN.read_text("utf-8")
    broken = (
        text.replace("assign: team:warehouse_qc", "assign: team:warehose_qc")
        .replace("action: erp.refund.create", "action: erp.refund.creat")
        .replace("    due: 1wd\n", "    due: 1 day\n", 1)
        .replace("title: {zh: 质检", "titel: {zh: 质检")
    )

    marks = opened(server, schema, broken)

    lines = {int(mark.partition(":")[0]) for mark in marks}
    wrong = ("warehose_qc", "erp.refund.creat\n", "1 day", "titel")
    assert lines == {broken[: broken.index(each)].count("\n") + 1 for each in wrong}


def test_the_designers_own_names_are_offered(server: LanguageServer, schema: Path) -> None:
    text = RETURN.read_text("utf-8")
    opened(server, schema, text)

    assert {"team:warehouse_qc", "role:finance_manager", "user:chenjing"} <= server.offered(*place(text, "assign: "))
    assert {"erp.rma.create", "crm.coupon.issue"} <= server.offered(*place(text, "action: "))
    assert {"parcel.received", "payment.settled"} <= server.offered(*place(text, "    event: "))
    assert {"continue", "end", "incident"} <= server.offered(*place(text, "on_reject: "))


def test_an_action_offers_its_own_arguments_and_a_step_its_own_keys(server: LanguageServer, schema: Path) -> None:
    text = RETURN.read_text("utf-8").replace(
        '      rma_no: "{{ steps.create_rma.rma_no }}"\n      amount', "      \n      amount"
    )
    opened(server, schema, text)

    line = text[: text.index("      \n      amount")].count("\n")
    assert {"rma_no", "reason"} <= server.offered(line, 6)
    line, _ = place(text, "    type: approval\n")
    offered = server.offered(line, 4)
    assert {"on_timeout", "order", "remind"} <= offered
    assert "assign" not in offered


def test_keys_are_explained_in_both_languages(server: LanguageServer, schema: Path) -> None:
    text = RETURN.read_text("utf-8")
    opened(server, schema, text)

    line, column = place(text, "on_reject")
    told = server.told(line, column - 3)
    assert "驳回后去哪里" in told
    assert "where a rejection leads" in told
