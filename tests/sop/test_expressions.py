from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sop.calendars import Calendar
from sop.expressions import CALENDAR, ExpressionError, evaluate, holds, paths_read, reads, render, static_problems
from sop.values import reference

OFFICE_HOURS = ["09:00-12:00", "13:30-18:00"]
OFFICE = Calendar({"tz": "Asia/Shanghai", "week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE_HOURS)})
SCOPE = {
    "ticket": {"no": "T1", "category": "return", "order": {"no": "O1", "paid": Decimal("199.10")},
               "items": ["a", "b"], "tags": []},
    "customer": {"id": "C1", "tier": "vip", "name": reference("customer.name"), "phone": reference("customer.phone")},
    "steps": {
        "inspect": {"grade": "A", "refund_amount": Decimal("500.00"), "values": 3, "at": "2026-01-05T10:00:00+08:00"},
        "skipped": {"x": None, "y": None},
        "parcels": {"list": [{"no": "P1", "kg": Decimal("1.5"), "bad": True}, {"no": "P2", "kg": 2, "bad": False}]},
    },
    "vars": {"limit": 500},
    "sla": {"resolution": {"remaining": 3600, "breached": False}},
    "now": datetime(2026, 1, 5, 1, tzinfo=UTC),
    CALENDAR: OFFICE,
}  # fmt: skip


@pytest.mark.parametrize(
    "condition",
    [
        "ticket.category == 'return'",
        "ticket.category in ['return', 'repair'] and customer.tier == 'vip'",
        "not ticket.tags",
        "steps.inspect.refund_amount == 500",
        "steps.inspect.refund_amount >= vars.limit",
        "0.1 + 0.2 == 0.3",
        "ticket.order.paid * 2 == 398.20",
        "1 / 4 == 0.25",
        "7 // 2 == 3 and 7 % 2 == 1 and -7 < -6",
        "1 < 2 < 3",
        "steps['inspect']['grade'] == 'A'",
        "ticket.items[0] == 'a' and ticket.items[-1] == 'b' and ticket.items[0:1] == ['a']",
        "ticket.items|length == 2",
        "steps.inspect.values == 3",
        "steps.skipped.x == none and steps.skipped.x is none",
        "steps.inspect.grade != none",
        "steps.skipped.x != 'A'",
        "steps.nothing.here is undefined and ticket.no is defined",
        "'P' ~ 1 == 'P1'",
        "{'A': 10, 'B': 5}[steps.inspect.grade] == 10",
        "(steps.parcels.list|map(attribute='kg')|sum) == 3.5",
        "steps.parcels.list|selectattr('bad')|map(attribute='no')|join(',') == 'P1'",
        "steps.parcels.list|rejectattr('kg', 'gt', 1.6)|length == 1",
        "[3, 1, 2]|sort == [1, 2, 3] and [3, 1]|max == 3 and []|first is none",
        "'12.50'|float == 12.5 and '7'|int == 7 and 2.5|round == 3 and -2|abs == 2",
        "['b', 'a', 'b']|unique|list == ['b', 'a']",
        "' Ab '|trim|lower == 'ab' and 'ab'|title == 'Ab' and 'aXa'|replace('X', '-') == 'a-a'",
        "'一二三四'|truncate(3) == '一二…'",
        "date('2026-01-06') > now",
        "steps.inspect.at > '2026-01-05' and now < '2026-01-06'",
        "add('2026-01-09T10:00:00+08:00', '1wd') == date('2026-01-12T10:00:00+08:00')",
        "days_between('2026-01-05', '2026-01-07') == 2 and days_between('2026-01-07', '2026-01-05') == -2",
        "money('199') == 199 and money(1.005) == 1.01",
        "label({'zh': '退货', 'en': 'Return'}, 'en') == 'Return' and label('x') == 'x'",
        "customer.phone != none",
        "true and 'no' and not false",
    ],
)
def test_these_hold(condition: str) -> None:
    assert holds(condition, SCOPE)
    assert static_problems(condition, bare=True) == []


@pytest.mark.parametrize(
    "condition",
    [
        "steps.skipped.x == steps.skipped.y",
        "steps.skipped.x != steps.skipped.y",
        "steps.skipped.x in [steps.skipped.y]",
        "steps.skipped.x == 'A'",
        "steps.inspect.values == '3'",
        "steps.inspect.values == true",
        "steps.skipped.x",
    ],
)
def test_what_is_not_known_chooses_no_branch(condition: str) -> None:
    assert not holds(condition, SCOPE)


def test_a_default_stands_in_for_what_is_undeclared_or_empty() -> None:
    assert evaluate("steps.skipped.x|default('-')", SCOPE) == "-"
    assert evaluate("steps.nowhere.x|default('-')", SCOPE) == "-"
    assert evaluate("steps.inspect.grade|default('-')", SCOPE) == "A"


@pytest.mark.parametrize(
    ("condition", "code", "said"),
    [
        ("ticket.categry == 'x'", "SOP217", "did you mean ticket.category?"),
        ("stps.inspect.grade", "SOP210", "did you mean steps?"),
        ("steps.inspct.grade", "SOP211", "did you mean steps.inspect?"),
        ("steps.inspect.grad", "SOP212", "did you mean steps.inspect.grade?"),
        ("vars.limmit > 1", "SOP215", "did you mean vars.limit?"),
        ("steps.skipped.x.deeper", "SOP212", "is empty"),
        ("ticket.no.upper", "SOP217", "plain value"),
        ("steps.skipped.x > 500", "SOP115", "empty value"),
        ("ticket.no > 5", "SOP115", "text cannot be ordered"),
        ("ticket.no * 3", "SOP115", "not a number"),
        ("1 / 0", "SOP115", "cannot be calculated"),
        ("'x' in steps.skipped.y", "SOP115", "cannot hold"),
        ("'abc'|int", "SOP115", "not a number"),
        ("add(now, '2 days')", "SOP105", "not a duration"),
        ("date('soon')", "SOP115", "not a date"),
        ("customer.name == '王'", "SOP117", "personal"),
        ("customer.name|upper", "SOP117", "personal"),
    ],
)
def test_a_mistake_at_run_time_says_where_and_what_was_meant(condition: str, code: str, said: str) -> None:
    with pytest.raises(ExpressionError, match=said.replace("?", r"\?")) as error:
        evaluate(condition, SCOPE)

    assert error.value.code == code
    assert error.value.zh != str(error.value)


def test_text_that_is_one_expression_keeps_its_type() -> None:
    assert render("{{ steps.inspect.refund_amount }}", SCOPE) == Decimal("500.00")
    assert render("{{ ticket.items }}\n", SCOPE) == ["a", "b"]
    assert render("{{ steps.skipped.x }}", SCOPE) is None
    assert render("{{ now }}", SCOPE) == "2026-01-05T01:00:00+00:00"


def test_text_around_expressions_is_text() -> None:
    assert render("{{ ticket.no }}：{{ ticket.order.paid }} 元{{ steps.skipped.x }}", SCOPE) == "T1：199.10 元"
    assert render("{{ ticket.items }} {{ true }}", SCOPE) == "a, b true"
    assert render("no braces { here }", SCOPE) == "no braces { here }"


def test_loops_and_conditions_stand_in_text() -> None:
    text = (
        "{% for p in steps.parcels.list %}{{ loop.index }}.{{ p.no }}{% if p.bad %}!{% endif %}"
        "{{ '' if loop.last else ';' }}{% endfor %}"
    )

    assert render(text, SCOPE) == "1.P1!;2.P2"
    assert render("{% for t in ticket.tags %}x{% else %}none{% endfor %}", SCOPE) == "none"
    assert static_problems(text, bare=False) == []


def test_every_text_of_a_value_is_rendered_once_and_only_once() -> None:
    scope = {"ticket": {"no": "{{ ticket.secret }}"}}

    assert render({"a": ["{{ ticket.no }}", 5, None], "b": {"c": "x"}}, scope) == {
        "a": ["{{ ticket.secret }}", 5, None],
        "b": {"c": "x"},
    }


def test_a_personal_field_is_printed_as_its_reference() -> None:
    assert render("{{ customer.name }}您好", SCOPE) == f"{reference('customer.name')}您好"
    assert render("{{ customer.name }}", SCOPE) == reference("customer.name")


def test_floats_never_come_out() -> None:
    assert evaluate("x.a", {"x": {"a": 0.1}}) == Decimal("0.1")
    assert evaluate("x.a + 0.2", {"x": {"a": 0.1}}) == Decimal("0.3")
    assert holds("x.a == 0.1", {"x": {"a": 0.1}})


def test_paths_read_names_what_an_expression_needs() -> None:
    assert paths_read("steps.inspect.grade == vars['limit'] or f(ticket.no)") == [
        ("steps", "inspect", "grade"),
        ("vars", "limit"),
        ("ticket", "no"),
    ]
    assert paths_read("{% for p in steps.a.list %}{{ p.no ~ loop.index ~ ticket.no }}{% endfor %}") == [
        ("steps", "a", "list"),
        ("ticket", "no"),
    ]
    assert paths_read("date(steps.a.at)") == [("steps", "a", "at")]


def test_paths_and_problems_have_their_place_in_the_text() -> None:
    text = "您好 {{ ticket.no }} {{ steps.a.b|attr('x') }}"

    assert [text[read.offset :].split(".")[0] for read in reads(text)] == ["ticket", "steps"]
    [(code, _, offset)] = static_problems(text, bare=False)
    assert (code, text[offset:].startswith("attr")) == ("SOP114", True)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ ticket.no }} == 1", "SOP110"),
        ("ticket.no ==", "SOP111"),
        ("", "SOP111"),
        ("a b", "SOP111"),
        ("'x", "SOP111"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(source: str, code: str) -> None:
    assert [found.code for found in static_problems(source, bare=True)] == [code]
    with pytest.raises(ExpressionError):
        evaluate(source, SCOPE)
