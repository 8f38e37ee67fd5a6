"""Loading a definition: what comes of a good file, of a bad one, and of several that run each other."""

import json
import random
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop.catalog import Catalog
from sop.definition import definition_of
from sop.loading import examine, load, load_many
from sop.problem_table import Severity
from sop.problems import Language, Refused, errors
from sop.yaml_text import read

CATALOG = Catalog.from_plain(
    {
        "roles": ["after_sales", "finance_manager"],
        "teams": ["warehouse"],
        "events": {"ticket.created": [], "ticket.classified": [], "parcel.received": ["tracking_no", "at"]},
        "actions": {
            "erp.rma.create": {"in": ["order_no"], "out": ["rma_no"], "idempotent": "key", "undo": "erp.rma.cancel"},
            "erp.rma.cancel": {"in": ["rma_no"], "out": [], "idempotent": "native"},
            "erp.refund.create": {"in": ["order_no", "amount"], "out": ["refund_no"], "effect": "money"},
        },
    }
)

RETURN = """\
dsl: 1
sop: return
title: {zh: 退货, en: Return}
start: {event: ticket.classified, when: ticket.category == 'return'}
vars: {limit: 500, share: 0.15}
sla:
  resolution: {target: 3wd}
steps:
  - id: photos
    type: task
    assign: customer
    due: 2d
    form:
      - {key: amount, type: money, label: 金额, max: 99.5}
  - {id: rma, type: action, action: erp.rma.create, with: {order_no: "{{ ticket.order.no }}"}, undo: erp.rma.cancel}
  - id: approve
    type: approval
    when: steps.photos.amount > vars.limit * vars.share
    approvers: role:finance_manager
    on_reject: refused
  - {id: pay, type: sop, sop: refund, with: {amount: "{{ steps.photos.amount }}"}}
  - {id: done, type: end, when: steps.pay.outputs.refund_no}
paths:
  refused:
    - {id: refused_end, type: end, result: rejected, undo: true}
"""
REFUND = """\
dsl: 1
sop: refund
inputs: {amount: {type: money}}
steps:
  - {id: pay, type: action, action: erp.refund.create, with: {amount: "{{ inputs.amount }}"}}
outputs: {refund_no: "{{ steps.pay.refund_no }}"}
"""


def a_refund() -> dict[str, object]:
    return {"refund": load(REFUND, "refund.sop.yaml", CATALOG)}


def test_a_definition_carries_all_it_needs_as_plain_json() -> None:
    refund = load(REFUND, "refund.sop.yaml", CATALOG)
    compiled = load(RETURN, "return.sop.yaml", CATALOG, {"refund": refund}, version=7)

    assert json.loads(json.dumps(compiled)) == compiled
    assert (compiled["kind"], compiled["key"], compiled["version"]) == ("sop", "return", 7)
    assert compiled["actions"]["erp.rma.create"]["undo"] == "erp.rma.cancel"
    assert compiled["undo_takes"] == {"erp.rma.cancel": ["rma_no"]}
    assert compiled["sops"] == {"refund": refund}
    assert list(compiled["calendars"]) == ["default"]
    assert compiled["personal"] == ["address", "email", "name", "phone"]


def test_a_definition_knows_where_its_steps_stand_and_keeps_decimals() -> None:
    definition = definition_of(load(RETURN, "return.sop.yaml", CATALOG, {"refund": load(REFUND, "r", CATALOG)}))

    assert definition.where(definition.steps["approve"].pointer + "/when") == "return.sop.yaml:18:11"
    assert definition.where("/paths/refused/0/nothing") == "return.sop.yaml:25:7"
    assert definition.document.vars["share"] == Decimal("0.15")
    assert definition.steps["photos"].step.form[0].max == Decimal("99.5")  # type: ignore[union-attr]  # it is the task


def test_only_the_content_makes_the_fingerprint() -> None:
    one = load(REFUND, "refund.sop.yaml", CATALOG)
    remarked = load("# a remark\n" + REFUND.replace("type: action, action", "type: 'action',  action"), "b", CATALOG)
    changed = load(REFUND.replace("refund_no:", "number:"), "refund.sop.yaml", CATALOG)

    assert one["sha256"] == remarked["sha256"]
    assert one["sha256"] != changed["sha256"]


def test_files_that_run_each_other_load_in_any_order() -> None:
    both = load_many({"return.sop.yaml": RETURN, "refund.sop.yaml": REFUND}, CATALOG)

    assert list(both) == ["return.sop.yaml", "refund.sop.yaml"]
    assert both["return.sop.yaml"]["sops"]["refund"] == both["refund.sop.yaml"]


def test_sops_that_run_each_other_in_a_circle_are_refused() -> None:
    circle = {
        f"{a}.yaml": f"dsl: 1\nsop: {a}\nsteps: [{{id: s, type: sop, sop: {b}}}]\n" for a, b in ("ab", "bc", "ca")
    }

    with pytest.raises(Refused) as refused:
        load_many(circle, CATALOG)

    [problem] = refused.value.problems
    assert (problem.name, problem.line, problem.column) == ("307.cycle", 3, 33)
    assert problem.words["name"] in ("a → b → c → a", "b → c → a → b", "c → a → b → c")


def test_a_sop_that_runs_itself_or_a_stranger_is_refused() -> None:
    text = "dsl: 1\nsop: a\nsteps: [{id: s, type: sop, sop: a}, {id: t, type: sop, sop: refnd}]\n"

    problems = examine(text, "a.yaml", CATALOG, {"refund": load(REFUND, "r", CATALOG)}).problems

    assert [(problem.name, problem.column, problem.meant) for problem in problems] == [
        ("307.cycle", 33, None),
        ("307", 61, "refund"),
    ]


def test_warnings_do_not_stop_a_file() -> None:
    loaded = examine(
        REFUND.replace("inputs.amount }", "20 }") + "vars: {unused: 1, flag: yes}\n", "refund.sop.yaml", CATALOG
    )

    assert loaded.compiled is not None
    assert {(problem.code, problem.severity) for problem in loaded.problems} == {
        ("SOP203", Severity.INFO),
        ("SOP005", Severity.WARNING),
    }


def test_many_warnings_never_hide_an_error() -> None:
    text = REFUND + "vars: {" + ", ".join(f"v{number}: 1" for number in range(700)) + "}\nzzz: 1\n"

    with pytest.raises(Refused) as refused:
        load(text, "refund.sop.yaml", CATALOG)

    assert [problem.code for problem in errors(refused.value.problems)] == ["SOP101"]


def test_a_refusal_shows_the_line_with_the_caret_under_full_width_text() -> None:
    text = "dsl: 1\nsop: a\ntitle: 退货\nsteps:\n  - {id: a, title: 拍照举证（含包装）, type: taks, assign: owner}\n"

    with pytest.raises(Refused) as refused:
        load(text, "退货.yaml", CATALOG)

    problem = next(problem for problem in refused.value.problems if problem.code == "SOP106")
    assert problem.render(text, Language.EN).split("\n") == [
        "退货.yaml:5:37: error SOP106: unknown type taks",
        "    5 |   - {id: a, title: 拍照举证（含包装）, type: taks, assign: owner}",
        "      | " + " " * 45 + "^",
        "      = hint: did you mean task?",
    ]
    assert problem.render(text, Language.ZH).startswith("退货.yaml:5:37: error SOP106: 未知的类型 taks\n")
    assert problem.to_json()["message"] == {"zh": "未知的类型 taks", "en": "unknown type taks"}


def test_a_misspelt_key_is_told_once_and_not_as_missing_too() -> None:
    text = "dsl: 1\nsop: a\nsteps: [{id: a, type: task, asign: owner, due: 1d}]\n"

    assert [problem.code for problem in examine(text, "a.yaml", CATALOG).problems] == ["SOP101"]


def _bomb(repeated: str, often: int) -> str:
    return "dsl: 1\nsop: x\nsteps: [" + ",".join(repeated.replace("N", str(n)) for n in range(often)) + "]\n"


@pytest.mark.parametrize(
    "text",
    [
        _bomb("1", 20_000),
        _bomb("{}", 20_000),
        _bomb("{id: a, type: end}", 4_000),
        _bomb("{id: aN, type: end, next: bN}", 3_000),
        _bomb("{id: aN, type: end, when: steps.bN.x == y}", 1_500),
        _bomb('{id: aN, type: end, when: "' + "(" * 100 + '"}', 1_000),
        "dsl: 1\nsop: x\nsteps: []\n" + "".join(f"k{n}: 1\n" for n in range(10_000)),
    ],
)
def test_a_file_full_of_mistakes_is_refused_quickly(text: str) -> None:
    began = time.process_time()
    loaded = examine(text, "bomb.yaml", CATALOG)

    assert loaded.compiled is None
    assert time.process_time() - began < 10


SOURCES = [RETURN, REFUND]
SPLICES = [
    *(
        "{{",
        "}}",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "'",
        '"',
        "\n",
        "  ",
        "\t",
        "退款",
        "&a ",
        "*a",
        "!",
        "|",
        "#",
        "null",
    ),
    *("null", "steps.", " == ", "1e9", "0x", ",", "\n  - 5\n", "when: ", "next: done", "$decimal: x", "type: wait", ""),
]


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_mutated_file_is_loaded_or_refused_at_a_place(seed: int, changes: int) -> None:
    """Nothing is raised, and every problem names a line and a column of the text."""
    chance = random.Random(seed)
    text = chance.choice(SOURCES)
    for _ in range(changes):
        begin, length = chance.randrange(len(text) + 1), chance.choice([0, 0, 1, 2, 5, 20])
        text = text[:begin] + chance.choice([*SPLICES, text[begin : begin + 30]]) + text[begin + length :]

    loaded = examine(text, "m.yaml", CATALOG, {"refund": load(REFUND, "r", CATALOG)})

    lines = read(text, "m.yaml").text.split("\n")
    for problem in loaded.problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert all(problem.message(language) and problem.render(text, language) for language in Language)
    assert (loaded.compiled is None) == bool(errors(loaded.problems))
    if loaded.compiled is not None:
        definition_of(loaded.compiled)


def test_the_shipped_files_are_clean_text(checkout: Path) -> None:
    files = [*checkout.glob("sop/library/*.yaml"), *checkout.glob("playbooks/library/*.yaml")]

    assert files
    assert [problem.head() for file in files for problem in read(file.read_text("utf-8"), file.name).problems] == []
