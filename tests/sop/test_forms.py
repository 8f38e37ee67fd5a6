"""Forms: which answers are complete, typed and in range, and which words a wrong one gets."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop.forms import chosen, completed, text_of
from sop.model import FieldType, FormField, Outcome
from sop.refusals import WrongAnswer
from sop.values import reference


def field(type: str, **more: Any) -> FormField:  # noqa: A002 - the form's own word
    return FormField.model_validate({"key": "x", "type": type, "label": "项", **more})


def read(form_field: FormField, value: Any, default: Any = None) -> Any:
    return completed([form_field], {"x": default}, {"x": value})["x"]


@pytest.mark.parametrize(
    ("type", "more", "given", "kept"),
    [
        ("text", {}, "好", "好"),
        ("text", {"min": 2, "max": 3}, "abc", "abc"),
        ("long_text", {}, "a\nb", "a\nb"),
        ("number", {}, 3, Decimal(3)),
        ("number", {}, "2.50", Decimal("2.50")),
        ("integer", {}, 3, 3),
        ("integer", {}, "7", 7),
        ("integer", {}, Decimal("7.0"), 7),
        ("money", {}, "19.9", Decimal("19.9")),
        ("money", {"min": 0}, 0, Decimal(0)),
        ("choice", {"options": ["a", "b"]}, "a", "a"),
        ("choice", {"options": [{"value": "v", "label": {"zh": "甲", "en": "A"}}]}, "v", "v"),
        ("choices", {"options": ["a", "b"], "min": 1, "max": 2}, ["a", "b"], ["a", "b"]),
        ("boolean", {}, True, True),
        ("boolean", {}, "on", True),
        ("boolean", {}, "0", False),
        ("boolean", {}, False, False),
        ("date", {}, "2026-02-28", "2026-02-28"),
        ("datetime", {}, "2026-02-28T10:00:00+08:00", "2026-02-28T10:00:00+08:00"),
        ("file", {}, "f1", "f1"),
        ("file", {}, ["f1"], ["f1"]),
        ("photo", {"min": 1}, "f1", ["f1"]),
        ("photo", {"min": 2}, ["f1", "f2"], ["f1", "f2"]),
        ("email", {}, "a@b.cn", "a@b.cn"),
        ("phone", {}, "+86 138 0000 1001", "+86 138 0000 1001"),
        ("phone", {"personal": True}, reference("form.x"), reference("form.x")),
    ],
)
def test_a_fitting_value_is_kept(type: str, more: dict[str, Any], given: Any, kept: Any) -> None:  # noqa: A002
    assert read(field(type, **more), given) == kept


@pytest.mark.parametrize(
    ("type", "more", "given", "words"),
    [
        ("text", {}, None, "missing: 项"),
        ("text", {}, "", "missing: 项"),
        ("choices", {}, [], "missing: 项"),
        ("text", {}, 3, "not text"),
        ("text", {}, "x" * 20_001, "too long"),
        ("text", {"max": 2}, "abc", "too long"),
        ("text", {"min": 2}, "a", "too short"),
        ("number", {}, "three", "not a number"),
        ("number", {}, True, "not a number"),
        ("number", {}, [1], "not a number"),
        ("number", {}, "NaN", "not a number"),
        ("number", {}, "-Infinity", "not a number"),
        ("number", {}, "1e999999", "not a number"),
        ("number", {"max": 5}, 6, "too large"),
        ("number", {"min": 5}, 4, "too small"),
        ("integer", {}, "2.5", "not a whole number"),
        ("integer", {}, Decimal("1e999999"), "not a number"),
        ("money", {}, "-1", "not an amount"),
        ("money", {}, "1.005", "not an amount"),
        ("money", {}, Decimal("1e20"), "not an amount"),
        ("money", {}, "0.00000000000000000000000000000000000000000001", "not a number"),
        ("number", {}, "0." + "1" * 60, "not a number"),
        ("choice", {"options": ["a"]}, "b", "not one of"),
        ("choice", {"options": ["a"]}, ["a"], "not one of"),
        ("choices", {"options": ["a"]}, "a", "not a list"),
        ("choices", {"options": ["a"]}, ["a", "c"], "not one of"),
        ("choices", {}, ["a"] * 201, "too many"),
        ("boolean", {}, "maybe", "not yes or no"),
        ("boolean", {}, 1, "not yes or no"),
        ("date", {}, "2026-02-30", "not a date"),
        ("date", {}, 20260228, "not a date"),
        ("datetime", {}, "soon", "not a time"),
        ("file", {}, [1], "not a list of file ids"),
        ("file", {}, "f" * 201, "not a list of file ids"),
        ("photo", {}, [""], "not a list of file ids"),
        ("photo", {"min": 2}, ["a"], "too few"),
        ("email", {}, "a@b", "not an e-mail"),
        ("email", {}, "@b.cn", "not an e-mail"),
        ("phone", {}, "12", "not a phone"),
        ("phone", {}, 13800001001, "not text"),
    ],
)
def test_a_value_that_does_not_fit_is_named(type: str, more: dict[str, Any], given: Any, words: str) -> None:  # noqa: A002
    with pytest.raises(WrongAnswer, match=words) as refused:
        read(field(type, **more), given)

    assert list(refused.value.fields) == ["x"]
    assert "项" in refused.value.zh


def test_an_optional_field_may_be_left_out_and_a_default_fills_in() -> None:
    assert read(field("text", optional=True), None) is None
    assert read(field("money"), None, default=Decimal(5)) == 5
    assert read(field("integer"), "", default=7) == 7
    assert read(field("boolean"), False, default=True) is False


def test_a_default_that_is_a_personal_field_stays_a_reference() -> None:
    assert read(field("phone"), None, default=reference("customer.phone")) == reference("customer.phone")
    assert read(field("text", max=3), None, default=reference("customer.name")) == reference("customer.name")


def test_nobody_can_type_a_reference() -> None:
    assert read(field("text"), reference("customer.phone")) == "customer.phone"


def test_all_mistakes_are_told_at_once_in_both_languages() -> None:
    form = [
        FormField(key="a", type=FieldType.TEXT, label={"zh": "原因", "en": "Reason"}),
        FormField(key="b", type=FieldType.INTEGER, max=3),
    ]

    with pytest.raises(WrongAnswer) as refused:
        completed(form, {}, {"b": 4, "c": 1})

    assert refused.value.en == "unknown field: c; missing: Reason; too large: b (≤ 3)"
    assert refused.value.zh == "没有这个字段: c；缺少: 原因；太大: b (≤ 3)"
    assert sorted(refused.value.fields) == ["a", "b", "c"]


def test_an_outcome_is_chosen_where_there_are_any() -> None:
    outcomes = [Outcome(key="ok", label="好"), Outcome(key="bad", label="坏", next="end")]

    assert chosen(outcomes, "bad") is outcomes[1]
    assert chosen([], None) is None
    assert chosen([], "done") is None
    for wrong in (None, "nothing", ""):
        with pytest.raises(WrongAnswer, match="ok, bad"):
            chosen(outcomes, wrong)
    with pytest.raises(WrongAnswer):
        chosen([], "ok")


def test_a_label_is_read_in_the_language_there_is() -> None:
    assert text_of({"zh": "好", "en": "OK"}, "en") == "OK"
    assert text_of({"en": "OK"}) == "OK"
    assert text_of("both") == "both"
    assert text_of({}) == ""


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(FieldType), st.booleans(), ANYTHING, st.none() | st.integers(-5, 50))
def test_whatever_is_sent_is_kept_or_refused(kind: FieldType, optional: bool, value: Any, bound: int | None) -> None:
    form_field = FormField(key="x", type=kind, optional=optional, min=bound, options=("a", "b"))

    kept: dict[str, Any] = {}
    with suppress(WrongAnswer):
        kept = completed([form_field], {}, {"x": value})

    assert list(kept) in ([], ["x"])
