"""The timeline is read by people: titles instead of keys, reasons in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.pages.assets import Assets
from api.pages.language import Speech
from api.pages.rendering import press_of
from api.pages.sentences import TELLERS, Teller
from api.problem_table import Language
from db.queries.timeline import FOR_STAFF, Happened
from sop.facts import FactType
from sop.values import Value
from worker.definitions.workspace import parse_texts, read_texts

AT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def tellers(checkout: Path) -> dict[str, Teller]:
    press = press_of(Assets(checkout / "api/static"), parse_texts(read_texts(checkout)).company)
    return {language.value: Teller(press, Speech(language), {}) for language in Language}


def said(teller: Teller, of: FactType, step: str = "", **data: Value) -> str:
    told = teller.sentence(Happened(1, AT, of, "r", "s", step, "system", None, data), step)
    assert told is not None
    return told[1]


@pytest.mark.parametrize(
    ("language", "step", "sentence"),
    [
        ("zh", "建立退货单", "建立退货单 已完成"),
        ("en", "Create the RMA", "Create the RMA is done"),
        ("en", "", "erp.x is done"),
    ],
)
def test_what_a_system_did_is_told_by_its_step(
    tellers: dict[str, Teller], language: str, step: str, sentence: str
) -> None:
    assert said(tellers[language], FactType.ACTION_DONE, step, action="erp.x", undo=False) == sentence


def test_whatever_can_be_told_is_read_for_the_timeline() -> None:
    assert set(TELLERS) == set(FOR_STAFF)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh", "王芳 更正了紧急工单响应：期限由 2026年1月5日 18:00:00 改为 2026年1月5日 17:30:00 · 误计"),
        ("en", "王芳 corrected Urgent ticket answered: due {}, 5:30:00 PM instead of {}, 6:00:00 PM · 误计"),
    ],
)
def test_a_correction_is_told_with_the_deadline_before_and_after(
    tellers: dict[str, Teller], language: str, sentence: str
) -> None:
    teller = replace(tellers[language], people={"wangfang": "王芳"})
    data = {"clock": "urgent_response", "due_at": "2026-01-05T09:30:00+00:00", "reason": "误计"}
    was: dict[str, Value] = {"due_at": "2026-01-05T10:00:00+00:00"}

    told = teller.sentence(
        Happened(1, AT, FactType.CLOCK_CORRECTED, "r", None, None, "staff", "wangfang", {**data, "before": was}), ""
    )

    assert told is not None
    assert told[1].replace("\u202f", " ") == sentence.format("Jan 5, 2026", "Jan 5, 2026")


def test_a_companys_clock_is_told_by_its_title(tellers: dict[str, Teller]) -> None:
    assert said(tellers["zh"], FactType.CLOCK_BREACHED, clock="urgent_response") == "紧急工单响应已超时"
    assert (
        said(tellers["en"], FactType.ALERT, kind="breach", about="urgent_response")
        == "Urgent ticket answered is overdue"
    )
    assert said(tellers["zh"], FactType.CLOCK_BREACHED, clock="first_response") == "首次响应已超时"


@pytest.mark.parametrize(
    ("language", "reason", "sentence"),
    [
        ("zh", "escalation of urgent_response", "优先级：紧急 · 紧急工单响应已升级"),
        ("en", "ticket.update of complaint", "Priority: Urgent · by the process"),
        ("en", "Mr Wang is out of patience", "Priority: Urgent · Mr Wang is out of patience"),
        ("en", "", "Priority: Urgent"),
    ],
)
def test_why_a_priority_changed_is_told_in_words(
    tellers: dict[str, Teller], language: str, reason: str, sentence: str
) -> None:
    assert said(tellers[language], FactType.TICKET_PRIORITY, priority="urgent", reason=reason) == sentence
