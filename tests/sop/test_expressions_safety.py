"""What a hostile or careless author may write: it is refused with a code, at load wherever that is possible."""

import time
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop.expressions import ExpressionError, evaluate, holds, render, static_problems


class Trap:
    """Something that must never be reached into."""

    secret = "reached"

    def __call__(self) -> str:
        return self.secret


SCOPE: dict[str, object] = {
    "ticket": {"no": "T1", "items": [1, 2], "text": "x" * 1000, "nested": {"a": [1]}, "long": ["y" * 100] * 400},
    "steps": {"a": {"x": None, "n": 5}},
    "trap": Trap(),
    "big": {"exp": Decimal("1E+999999"), "nan": Decimal("NaN"), "inf": Decimal("Infinity"), "n": 10**59},
}

ESCAPES = [
    "''.__class__",
    "''.__class__.__mro__[1].__subclasses__()",
    "[].__class__.__base__.__subclasses__()",
    "''['__class__']",
    "''['\\x5f\\x5fclass__']",
    "ticket['__class__']",
    "ticket.no['__cl' ~ 'ass__']",
    "ticket['_' ~ '_class__']",
    "''|attr('__class__')",
    "ticket|attr('items')",
    "ticket.items()",
    "ticket.no.format(ticket)",
    "'{0.__class__}'.format(ticket)",
    "'%s' % ticket.no",
    "'{0}'|format(1)",
    "ticket.no.upper()",
    "self.__init__.__globals__",
    "cycler.__init__.__globals__.os",
    "lipsum.__globals__['os'].popen('id')",
    "joiner('x')",
    "namespace(a=1)",
    "dict(a=1)",
    "range(10)",
    "request.application",
    "config",
    "trap.secret",
    "trap()",
    "get_flashed_messages.__globals__",
    "ticket.＿＿class＿＿",
    "ticket['＿＿class＿＿']",
    "_private",
    "ticket._private",
    "ticket|map(attribute='__class__')|list",
    "[ticket]|map('attr', '__class__')|list",
    "[ticket]|map(attribute='_x')|list",
    "[ticket]|selectattr('__class__')|list",
    "ticket.items|select('callable')",
    "ticket.items|sort(attribute='__class__')",
    "ticket|pprint",
    "ticket|tojson",
    "ticket|xmlattr",
    "ticket|random",
    "2 ** 100",
    "'x' * 1000000",
    "[0] * 1000000",
    "date.__globals__",
    "date(*ticket.items)",
    "date(**ticket)",
    "date(x=1, y=2)",
    "(date)(ticket)(1)",
    "ticket.items[::-1]",
    "ticket.no is callable",
    "ticket.items is filter",
    "caller()",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_no_way_leads_out_of_the_sandbox(source: str) -> None:
    for attempt in (lambda: evaluate(source, SCOPE), lambda: render("{{ " + source + " }}", SCOPE)):
        with pytest.raises(ExpressionError):
            attempt()


@pytest.mark.parametrize(
    "text",
    [
        "{% macro f() %}{% endmacro %}",
        "{% import 'x' as y %}",
        "{% from 'x' import y %}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% block x %}{% endblock %}",
        "{% set x = 1 %}",
        "{% set x %}a{% endset %}",
        "{% call f() %}{% endcall %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with a = 1 %}{% endwith %}",
        "{% autoescape true %}{% endautoescape %}",
        "{% do ticket.no %}",
        "{% for x in [1, 2] %}{% endfor %}",
        "{% for x in 'abc' %}{% endfor %}",
        "{% for x in range(9) %}{% endfor %}",
        "{% for x in ticket.items recursive %}{% endfor %}",
        "{% for a, b in ticket.items %}{% endfor %}",
        "{% for _x in ticket.items %}{% endfor %}",
        "{% break %}",
        "{% raw %}{% endraw",
    ],
)
def test_statements_that_are_not_part_of_the_language_are_refused_at_load(text: str) -> None:
    assert {found.code for found in static_problems(text, bare=False)} <= {"SOP111", "SOP113", "SOP114"}
    with pytest.raises(ExpressionError):
        render(text, SCOPE)


@pytest.mark.parametrize(
    "source",
    [
        "'x' * 10",
        "2 ** 3",
        "ticket|random",
        "range(3)",
        "''.__class__",
        "ticket.no()",
        "'%s' % 1",
        "_x",
        "1 == 'a'",
        "ticket.items|select('nonsense')",
        "ticket.no|replace('a')",
        "{1: 2}",
    ],
)
def test_refusals_come_at_load_with_a_code_and_words_in_both_languages(source: str) -> None:
    [found, *_] = static_problems(source, bare=True)

    assert found.code in {"SOP113", "SOP114", "SOP115"}
    assert found.message.zh != found.message  # type: ignore[attr-defined]  # every message here is a Wording


@pytest.mark.parametrize(
    "source",
    [
        " ~ ".join(["ticket.text"] * 40),
        " + ".join(["ticket.text"] * 40),
        "ticket.long|join('" + "z" * 200 + "')",
        "ticket.text|replace('x', '" + "y" * 100 + "')",
        "ticket.long ~ ticket.long",
        "ticket.long",
        "[ticket.long, ticket.long]",
        "big.exp|int",
        "big.exp ~ ''",
        "big.n * big.n",
        "big.nan > 1",
        "big.inf + 1",
        "1e999999 ~ ''",
        "9" * 5000,
        "not " * 500 + "true",
        "(" * 500 + "1" + ")" * 500,
        "-" * 500 + "1",
        "1" + " + 1" * 5000,
        "a" + ".b" * 3000,
        "1 if " * 300 + "1",
        "[" * 400,
    ],
)
def test_growth_and_depth_are_bounded(source: str) -> None:
    started = time.process_time()
    with pytest.raises(ExpressionError):
        evaluate(source, SCOPE)

    assert time.process_time() - started < 5


def test_loops_in_text_make_no_more_passes_than_a_text_may() -> None:
    text = "{% for a in t.l %}{% for b in t.l %}{% for c in t.l %}{% endfor %}{% endfor %}{% endfor %}"

    with pytest.raises(ExpressionError, match="passes"):
        render(text, {"t": {"l": list(range(500))}})
    with pytest.raises(ExpressionError, match="32 kB"):
        render("{% for a in t.l %}" + "x" * 1000 + "{% endfor %}", {"t": {"l": list(range(500))}})


@pytest.mark.parametrize("text", ["{{ ticket }} x", "x {{ ticket.nested }}", "{{ [ticket] }} x", "{{ [[1]] }} x"])
def test_objects_are_not_printed(text: str) -> None:
    with pytest.raises(ExpressionError, match="object"):
        render(text, SCOPE)


WORDS = st.sampled_from(
    (
        *("ticket", "steps", "vars", "now", "x", "_a", "__class__", "items", "no", "none", "true", "退", "\x00", "\\"),
        *(".", "[", "]", "(", ")", "{", "}", ",", ":", "|", "~", "{{", "}}", "{%", "%}", "{#", "#}"),
        *("+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">", "in", "not", "and", "or", "is", "if", "else"),
        *("'a'", '"b"', "1", "0.5", "1e9", "date(", "length", "default", "join(", "map(", "for", "endfor", "range"),
    )
)


@settings(max_examples=300, deadline=None)
@given(words=st.lists(WORDS, max_size=14))
def test_any_soup_of_words_gives_a_value_or_an_expression_error(words: list[str]) -> None:
    source = " ".join(words)
    for attempt in (lambda: evaluate(source, SCOPE), lambda: holds(source, SCOPE), lambda: render(source, SCOPE)):
        with suppress(ExpressionError):
            attempt()
    for bare in (True, False):
        for found in static_problems(source, bare=bare):
            assert 0 <= found.offset <= len(source)


@settings(max_examples=200, deadline=None)
@given(source=st.text(max_size=60))
def test_any_text_at_all_gives_a_value_or_an_expression_error(source: str) -> None:
    for attempt in (lambda: evaluate(source, SCOPE), lambda: render("{{" + source + "}}", SCOPE)):
        with suppress(ExpressionError):
            attempt()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=8) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
OPERATIONS = st.sampled_from(
    (
        *("a == b", "a != b", "a < b", "a >= b", "a in b", "a not in b", "a + b", "a - b", "a * b", "a / b", "a // b"),
        *(
            "a % b",
            "-a",
            "+a",
            "not a",
            "a and b",
            "a or b",
            "a ~ b",
            "a.x",
            "a[b]",
            "a[0]",
            "a[0:b]",
            "[a, b]",
            "{'x': a}",
        ),
        *("a|length", "a|sort", "a|unique", "a|sum", "a|join(b)", "a|int", "a|float", "a|round", "a|round(b)", "a|abs"),
        *("a|first", "a|last", "a|min", "a|max", "a|default(b)", "a|string", "a|upper", "a|trim", "a|list", "a|title"),
        *("a|replace(a, b)", "a|truncate(b)", "a|map(attribute='x')", "a|select", "a|selectattr('x', 'gt', b)"),
        *("a is odd", "a is divisibleby(b)", "a is none", "[a]|sort", "[a, b]|unique", "[a, b]|min", "a|map('int')"),
        *("money(a)", "date(a)", "add(a, b)", "days_between(a, b)", "label(a, b)", "a if b else a", "a == none"),
    )
)


@settings(max_examples=500, deadline=None)
@given(source=OPERATIONS, a=VALUES, b=VALUES)
def test_any_operation_on_any_values_gives_a_value_or_an_expression_error(source: str, a: object, b: object) -> None:
    try:
        result = evaluate(source, {"a": a, "b": b})
    except ExpressionError:
        return
    assert not isinstance(result, float)
