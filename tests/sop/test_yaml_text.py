"""Strict YAML: what a word means, what is refused and where, and that nothing hostile takes long."""

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop.problems import Language
from sop.unquoted import meant_at
from sop.yaml_text import read


def told(text: str) -> list[tuple[str, int, int]]:
    return [(problem.name, problem.line, problem.column) for problem in read(text, "a.yaml").problems]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("12:30", "12:30"),
        ("2026-10-01", "2026-10-01"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1,000", "1,000"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("12.50", Decimal("12.50")),
        ("1e3", Decimal("1e3")),
        ("'12'", "12"),
        ('"true"', "true"),
        ("4wh", "4wh"),
        ("60%", "60%"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_a_word_means_what_yaml_1_2_says(word: str, value: object) -> None:
    data = read(f"a: {word}\n", "a.yaml").data

    assert data == {"a": value}
    assert isinstance(data, dict)
    assert type(data["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [("001.empty", 1, 1)]),
        ("a: 1\n---\nb: 2\n", [("001.documents", 2, 1)]),
        ("a: [1, 2\n", [("001", 1, 4)]),
        ('a: "b" c\n', [("001", 1, 8)]),
        ("a: 1\nb: 2\na: 3\n", [("002", 3, 1)]),
        ("a: {b: 1, b: 2, b: 3}\n", [("002", 1, 11), ("002", 1, 17)]),
        ("a: {{ x }}\n", [("003", 1, 4)]),
        ("a: {{ x }} b\n", [("003", 1, 4)]),
        ("a: {{ x['y'] }}\n", [("003", 1, 4)]),
        ("a: [{{ x }}, {{ y }}]\n", [("003", 1, 5), ("003", 1, 14)]),
        ("a: {b: {{ x }}, b: 2}\n", [("003", 1, 8), ("002", 1, 17)]),
        ("a: {b: 名 {{ x }}}\n", [("003", 1, 10)]),
        ("{{ x }}: 1\n", [("003", 1, 1)]),
        ("a:\n\tb: 1\n", [("004", 2, 1)]),
        ("a: [1,\n \t2]\n", [("004", 2, 2)]),
        ("a: &x {b: 1}\nc: {<<: *x}\n", [("004.merge", 2, 5)]),
        ("a: yes\nb: [12:30, 1_000]\n", [("005", 1, 4), ("005", 2, 5), ("005", 2, 12)]),
        ("a: 007\n", [("005", 1, 4)]),
        ("a: *x\n", [("001.alias", 1, 4)]),
        ("a: &x [*x]\n", [("001.alias", 1, 8)]),
        ("a: !!python/object:os.system x\n", [("001.tag", 1, 4)]),
        ("a: .inf\n", [("001.number", 1, 4)]),
        ("a: 1e999999999\n", [("001.number", 1, 4)]),
        ("[1, 2]: 3\n", [("001.key", 1, 1)]),
        ("a: 退款\x07\n", [("001.character", 1, 6)]),
        ("a: 退款 \ue000customer.name\ue001\n", [("001.character", 1, 7)]),
        ('a: "\\uE000"\n', [("001.character", 1, 4)]),
        ("a: \ud800\n", [("001.character", 1, 4)]),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, problems: list[tuple[str, int, int]]) -> None:
    assert told(text) == problems


def test_a_text_may_hold_tabs_where_they_indent_nothing() -> None:
    assert told("a: |\n  one\n  \ttwo\nb: 'x\ty'\t# a remark\n") == []


def test_keys_are_text_whatever_they_look_like() -> None:
    assert read("no: 1\n12: {on: 2}\n", "a.yaml").data == {"no": 1, "12": {"on": 2}}


def test_unquoted_braces_are_read_as_the_text_that_was_meant() -> None:
    assert read("a: {{ vars.big }}\nb: {c: {{ x }}, d: 1}\n", "a.yaml").data == {
        "a": "{{ vars.big }}",
        "b": {"c": "{{ x }}", "d": 1},
    }


def test_every_value_and_key_has_a_place() -> None:
    tree = read("标题: 退货\nsteps:\n  - id: a\n    with: {x/y: [1, 2]}\n", "a.yaml")

    assert tree.at("/标题") == (1, 5)
    assert tree.at("/steps/0") == (3, 5)
    assert tree.at("/steps/0/with/x~1y/1") == (4, 21)
    assert tree.key_at("/steps/0/with/x~1y") == (4, 12)
    assert tree.at("/steps/0/with/missing/deeper") == (4, 11)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("a: 数量 == x\n", (1, 10)),
        ("a: '数量 == x'\n", (1, 11)),
        ("a: |\n  数量\n  == x\n", (3, 6)),
        ('a: "\\u6570量 == x"\n', (1, 4)),  # escaped: only the whole is known
    ],
)
def test_a_place_within_a_text_is_found(written: str, place: tuple[int, int]) -> None:
    tree = read(written, "a.yaml")
    value = tree.data["a"] if isinstance(tree.data, dict) else ""

    assert tree.at("/a", value.index("x")) == place


BOMBS = {
    "many laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "one long text, often": f"a: &a {'x' * 100_000}\nb: [{','.join(['*a'] * 20_000)}]\n",
    "deep brackets": "a: " + "[" * 100_000,
    "deep braces": "a: " + "{" * 100_000,
    "deep keys": "\n".join(" " * level + "a:" for level in range(700)),
    "deep by aliases": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60)),
    "wide": "[" + "1," * 120_000 + "1]",
    "large": "a: " + "x" * 300_000,
    "large in bytes": "a: " + "退" * 90_000,
    "many duplicates": "a: 1\n" * 50_000,
    "many questions": "? " * 100_000,
    "a long number": "a: " + "9" * 200_000,
    "many tabs": "a: '" + "\t" * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once(name: str) -> None:
    began = time.process_time()
    tree = read(BOMBS[name], "bomb.yaml")

    assert tree.problems
    assert time.process_time() - began < 5


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab:-{}[]&*!|>'\"%@`#,? \n\t~<0189.退款\r\x85"), max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    tree = read(text, "a.yaml")

    assert tree.data is not None or tree.problems
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + 2
    assert all(1 <= problem.line <= lines and problem.column >= 1 for problem in tree.problems)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("with: {order_no: {{ ticket.no }}}", "{{ ticket.no }}"),
        ("a: {{ x }} b # why", "{{ x }} b"),
        ("a: [{{ x }}, {{ y }}]", "{{ x }}"),
        ("- {{ x }}, and {{ y }}", "{{ x }}, and {{ y }}"),
        ("    b: {{ x }}, c: 2}", "{{ x }}"),
        ("    b: {{ x }},", "{{ x }}"),
        ("a: {b: 名 {{ x }}}", "名 {{ x }}"),
        ("{{ x }}: 1", "{{ x }}"),
        ("a: {{ x | default('}}') }} z", "{{ x | default('}}') }} z"),
        ("a: {b: {{ money(x, y) }} 元, c: 1}", "{{ money(x, y) }} 元"),
        ("a: {{ x", "{{ x"),
    ],
)
def test_what_has_to_be_quoted_is_the_whole_value_and_no_more(line: str, value: str) -> None:
    assert meant_at(line, line.index("{{")) == value


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: 1\nb: [1,\n  2\n", 2, 4, "the list is not closed with ], or a comma is missing"),
        ("a: {b: 1\nc: 2\n", 1, 4, "the mapping is not closed with }, or a comma is missing"),
        ("a: 'x\nb: 1\n", 1, 4, "the quote is not closed"),
        ("steps:\n- id: a\n   type: task\n", 3, 8, "another key: value cannot stand here"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "the indentation is not that of the keys above"),
        ("- a\nb: 1\n", 2, 1, "every item of a list begins with -"),
        ("a: @x\n", 1, 4, "text that begins with this character is quoted"),
        ("a: - x\n", 1, 4, "a list begins on a line of its own"),
        ("a: 1\nassign：customer\ndue: 1d\n", 2, 1, "after a key stands a plain colon"),
        ("- id: a, type: end\n", 1, 14, "several keys of one line in { }"),
    ],
)
def test_what_the_parser_could_not_read_is_said_in_words_and_where_it_begins(
    text: str, line: int, column: int, said: str
) -> None:
    [problem] = [one for one in read(text, "a.yaml").problems if one.name == "001"]

    assert (problem.line, problem.column) == (line, column)
    assert said in problem.message(Language.EN)
    assert any("\u4e00" <= char <= "\u9fff" for char in problem.message(Language.ZH).partition("：")[2])
