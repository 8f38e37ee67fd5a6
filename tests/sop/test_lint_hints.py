"""What lint guesses somebody meant: titles instead of names, durations in words, yes for true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sop.catalog import Catalog
from sop.loading import examine
from sop.problems import Language
from sop.spoken_durations import meant_by

CATALOG = Catalog.from_plain(
    {
        "roles": ["after_sales_lead", "finance"],
        "teams": ["warehouse"],
        "events": {"ticket.created": [], "parcel.received": ["at"]},
        "actions": {"erp.refund.create": {"in": ["amount"], "out": [], "effect": "money", "idempotent": "key"}},
    }
)
TITLES = {
    "role:after_sales_lead": ("售后主管", "After-sales lead"),
    "team:warehouse": ("仓库", "Warehouse"),
    "event:parcel.received": ("退件入库", "Parcel received"),
}
TASK = "id: a, type: task, assign: owner, due: 1d, title: {zh: 拍照举证, en: Photo evidence}"


def hint_of(step: str, code: str) -> str:
    catalog = replace(CATALOG, titles=TITLES)
    text = "dsl: 1\nsop: x\nsteps:\n  - {" + TASK + "}\n  - {" + step + "}\n"
    [problem] = [one for one in examine(text, "x", catalog).problems if one.code == code]
    return problem.hint(Language.EN)


@pytest.mark.parametrize(
    ("step", "code", "meant"),
    [
        ("id: b, type: task, assign: 售后主管, due: 1d", "SOP302", "role:after_sales_lead"),
        ("id: b, type: task, assign: after-sales lead, due: 1d", "SOP302", "role:after_sales_lead"),
        ("id: b, type: task, assign: 客户, due: 1d", "SOP302", "customer"),
        ("id: b, type: task, assign: 'team:仓库', due: 1d", "SOP303", "team:warehouse"),
        ("id: b, type: wait, event: 退件入库, timeout: never", "SOP301", "parcel.received"),
        ("id: b, type: wait, for: 1h, next: 拍照举证", "SOP204", "a"),
        ("id: b, type: wait, for: 2天", "SOP105", "2d"),
        ("id: b, type: wait, for: 3 working days", "SOP105", "3wd"),
        ("id: b, type: end, when: ticket.order == yes", "SOP210", "true"),
    ],
)
def test_a_title_or_a_word_leads_to_the_name(step: str, code: str, meant: str) -> None:
    assert hint_of(step, code) == f"did you mean {meant}?"


@pytest.mark.parametrize(
    ("step", "code", "hint"),
    [
        ("id: b, type: wait, for: 1h, next: 完全不同", "SOP204", "there are: a, b; continue, end and incident may be"),
        ("id: b, type: wait, event: 没有的事, timeout: never", "SOP301", "there are: parcel.received, ticket.created;"),
        ("id: b, type: task, due: 1d", "SOP107", "assign: who does it"),
        ("id: b, type: end, when: ticket.no = 'x'", "SOP111", "equal is =="),
    ],
)
def test_where_nothing_is_near_the_hint_tells_what_there_is(step: str, code: str, hint: str) -> None:
    assert hint_of(step, code).startswith(hint)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("2 hours", "2h"),
        ("3天", "3d"),
        ("1 工作日", "1wd"),
        ("2个工作日", "2wd"),
        ("1 week", "1w"),
        ("soon", None),
        ("2 months", None),
        ("1d", None),
    ],
)
def test_a_duration_in_words_is_understood(said: str, written: str | None) -> None:
    assert meant_by(said) == written
