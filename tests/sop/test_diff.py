"""What a change of a definition means, in words and as data."""

from __future__ import annotations

import json
from random import Random

import pytest

from sop.definition import Definition, definition_of
from sop.diff.changes import Difference, Risk
from sop.diff.compare import difference
from sop.diff.telling import narrowed, plain, told
from sop.loading import load_many
from sop.problems import Language
from tests.sop.engine_desk import CATALOG
from tests.sop.engine_stories import definition
from tests.sop.tour import SUB, TOUR

BASE = """
dsl: 1
sop: t
title: {zh: 付款, en: Payment}
vars: {limit: 500}
sla: {resolution: {target: 3d}}
steps:
  - id: ask
    type: task
    title: {zh: 询问, en: Ask}
    assign: role:agent
    due: 1d
    timeout: 3d
    on_timeout: late
    escalate: role:lead
    form:
      - {key: amount, type: money, label: {zh: 金额, en: Amount}}
      - {key: note, type: text, label: {zh: 备注, en: Note}, personal: true, optional: true}
    outcomes:
      - {key: ok, label: {zh: 好, en: Fine}}
      - {key: no, label: {zh: 不, en: "No"}, next: refused}
  - id: allow
    type: approval
    title: {zh: 审批, en: Allow}
    when: steps.ask.amount > vars.limit
    approvers: [role:boss, role:lead]
    rule: all
    due: 4wh
    timeout: 2d
    on_timeout: refused
    on_reject: refused
  - {id: make, type: action, title: {zh: 建单, en: Make}, action: erp.make, with: {a: 1}, undo: erp.unmake}
  - {id: pay, type: action, title: {zh: 付款, en: Pay}, action: erp.pay, with: {a: "{{ steps.ask.amount }}"}}
  - {id: last, type: wait, for: 1h}
paths:
  late:
    - {id: nudge, type: task, assign: owner, due: 1h}
  refused:
    - {id: sorry, type: end, result: rejected, undo: true}
"""


def defined(text: str) -> Definition:
    return definition_of(load_many({"t.yaml": text, "s.yaml": SUB}, CATALOG)["t.yaml"])


def changed(old: str, new: str, base: str = BASE) -> Difference:
    """The base with a text replaced, against the base."""
    assert old in base
    return difference(defined(base), defined(base.replace(old, new)), names=("t@1", "t@2"))


def said(found: Difference, language: Language = Language.EN) -> list[str]:
    return told(found, language)[1:]


def test_the_same_meaning_is_no_difference() -> None:
    rewritten = "# a comment\n" + BASE.replace("vars: {limit: 500}", "vars:\n    limit: 500   # yuan")

    found = difference(defined(BASE), defined(rewritten))

    assert found.same
    assert told(found, Language.EN) == ["t.yaml → t.yaml: no difference in meaning"]
    assert told(found, Language.ZH) == ["t.yaml → t.yaml：含义没有差别"]


def test_everything_is_the_same_as_itself() -> None:
    assert difference(defined(TOUR), defined(TOUR)).same


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("due: 1d", "due: 2d", "~ Ask (ask): due 1d → 2d"),
        ("assign: role:agent", "assign: team:care", "~ Ask (ask): assign role:agent → team:care"),
        ("type: money, label", "type: money, min: 5, label", "+ Ask (ask): new form amount min 5"),
        ("label: {zh: 好, en: Fine}", "label: {zh: 行, en: Fine}", "~ Ask (ask): outcomes ok label zh: 好 → 行"),
        ("{zh: 审批, en: Allow}", "审批", "~ 审批 (allow): title Allow → 审批"),
        ("{zh: 审批, en: Allow}", "Allow", '~ Allow (allow): title {"zh": "审批", "en": "Allow"} → "Allow"'),
        ("undo: true", "undo: true, when: ticket.flag == 1", "+ sorry: new when ticket.flag == 1"),
        ("with: {a: 1}, undo", "with: {a: 1, b: 2}, undo", "+ Make (make): new with b 2"),
        ("target: 3d", "target: 5d", "~ file: sla resolution target 3d → 5d"),
        ("for: 1h", "for: 2h", "~ last: for 1h → 2h"),
        ("[role:boss, role:lead]", "role:boss", "~ Allow (allow): approvers [role:boss, role:lead] → role:boss"),
    ],
)  # fmt: skip
def test_a_changed_key_is_told_with_what_it_was_and_is(old: str, new: str, sentence: str) -> None:
    lines = said(changed(old, new))

    assert sentence in lines


def test_a_field_that_is_new_or_gone_is_told_as_a_whole() -> None:
    entry = "      - {key: note, type: text, label: {zh: 备注, en: Note}, personal: true, optional: true}\n"

    gone, new = changed(entry, ""), difference(defined(BASE.replace(entry, "")), defined(BASE))

    assert said(gone)[-1].startswith("- Ask (ask): removed form note (key note, type text, label Note, optional true")
    assert said(new)[-1].startswith("+ Ask (ask): new form note (key note, type text, label Note")


def test_a_constant_is_told_with_the_conditions_that_read_it() -> None:
    found = changed("limit: 500", "limit: 1000")

    assert said(found) == [
        "! approval Allow (allow) is asked for less: limit 500 → 1000",
        "~ file: vars limit 500 → 1000",
        "~ Allow (allow): when steps.ask.amount > 500 → 1000",
    ]
    assert said(found, Language.ZH)[2] == "~ 审批 (allow)：when steps.ask.amount > 500 → 1000"


def test_a_new_step_is_told_with_its_neighbours() -> None:
    step = "  - {id: check, type: task, title: {zh: 复核, en: Check}, assign: owner, due: 1h}\n"
    found = changed("  - id: allow\n", step + "  - id: allow\n")

    assert said(found) == ["+ Check (check): new step between Ask (ask) and Allow (allow)"]
    assert said(found, Language.ZH) == ["+ 复核 (check)：新步骤，在 询问 (ask) 与 审批 (allow) 之间"]


def test_a_removed_step_is_told_with_where_it_stood() -> None:
    found = changed("  - {id: last, type: wait, for: 1h}\n", "")

    assert said(found) == ["- last: removed step, was after Pay (pay)"]


def test_a_step_that_only_changed_its_place_is_moved_and_the_others_are_not() -> None:
    step = "  - {id: last, type: wait, for: 1h}\n"
    found = difference(
        defined(BASE), defined(BASE.replace(step, "").replace("  - id: allow\n", step + "  - id: allow\n"))
    )

    assert said(found) == ["> last: moved: was after Pay (pay), now between Ask (ask) and Allow (allow)"]


def test_a_step_on_another_line_is_moved() -> None:
    step = "  - {id: last, type: wait, for: 1h}\n"
    moved = BASE.replace(step, "").replace("  late:\n", "  late:\n  " + step)

    assert said(difference(defined(BASE), defined(moved))) == [
        "> last: moved: was after Pay (pay), now before nudge (path late)"
    ]


def test_a_renamed_path_moves_none_of_its_steps_and_changes_none_of_its_callers() -> None:
    found = difference(defined(BASE), defined(BASE.replace("refused", "turned_down")))

    assert said(found) == ["= file: paths turned_down: renamed from refused"]


def test_an_id_that_changed_without_was_is_another_step_but_one_is_asked() -> None:
    found = difference(defined(BASE), defined(BASE.replace("id: last", "id: pause")))

    assert said(found) == [
        "+ pause: new step after Pay (pay); looks like last renamed: if so, write was: last",
        "- last: removed step, was after Pay (pay)",
    ]


def test_a_step_that_was_another_is_renamed_and_whatever_leads_to_it_is_the_same() -> None:
    base = BASE.replace("on_timeout: late", "on_timeout: last")
    new = base.replace("{id: last, type: wait, for: 1h}", "{id: pause, was: last, type: wait, for: 2h}")
    new = new.replace("on_timeout: last", "on_timeout: pause")
    found = difference(defined(base), defined(new), {"last": frozenset((1, 2))})

    assert said(found) == [
        "= pause: renamed from last",
        "~ pause: for 1h → 2h",
        "2 running tickets stand on changed steps: last 2",
    ]
    assert said(found, Language.ZH)[0] == "= pause：由 last 改名"


def test_expressions_that_read_a_renamed_step_by_its_new_name_are_the_same() -> None:
    new = BASE.replace("id: ask", "id: asked\n    was: ask").replace("steps.ask.", "steps.asked.")

    assert said(difference(defined(BASE), defined(new))) == ["= Ask (asked): renamed from ask"]


def test_a_step_may_have_had_several_names_before() -> None:
    new = BASE.replace("{id: last,", "{id: pause, was: [older, last],")

    assert said(difference(defined(BASE), defined(new))) == ["= pause: renamed from last"]


def test_another_type_of_step_is_told_once_with_its_keys() -> None:
    found = changed("{id: last, type: wait, for: 1h}", "{id: last, type: end}")

    assert "~ last: type wait → end" in said(found)


def risks(found: Difference) -> dict[Risk, str]:
    return {one.risk: one.step for one in found.consequences}


APPROVAL = BASE[BASE.index("  - id: allow") : BASE.index("  - {id: make")]


@pytest.mark.parametrize(
    ("old", "new", "risk", "step"),
    [
        (APPROVAL, "", Risk.MONEY_UNCHECKED, "pay"),
        (APPROVAL, "", Risk.APPROVAL_REMOVED, "allow"),
        ("  - {id: make", "  - {id: again, type: action, action: erp.look, with: {a: 1}}\n  - {id: make", None, ""),
        ("limit: 500", "limit: 1000", Risk.LIMIT_RAISED, "allow"),
        ("limit: 500", "limit: 400", None, ""),
        ("    rule: all\n", "    rule: any\n", Risk.APPROVAL_WEAKER, "allow"),
        ("    rule: all\n", "    rule: 2\n", Risk.APPROVAL_WEAKER, "allow"),
        ("    rule: all\n", "    rule: all\n    self_approval: true\n", Risk.APPROVAL_WEAKER, "allow"),
        ("on_reject: refused", "on_reject: late", Risk.REJECT_CHANGED, "allow"),
        ("    timeout: 3d\n    on_timeout: late\n", "", Risk.TIMEOUT_REMOVED, "ask"),
        ("timeout: 3d", "timeout: never", Risk.TIMEOUT_REMOVED, "ask"),
        ("on_timeout: late", "on_timeout: continue", Risk.TIMEOUT_PASSES, "ask"),
        ("undo: erp.unmake", "undo: none", Risk.UNDO_LOST, "make"),
        ("result: rejected, undo: true", "result: rejected", Risk.UNDO_LOST, "sorry"),
        ("    due: 4wh\n", "", Risk.DUE_REMOVED, "allow"),
        ("    escalate: role:lead\n", "", Risk.ESCALATION_REMOVED, "ask"),
        ("personal: true, ", "", Risk.PERSONAL_LOST, "ask"),
        ("sla: {resolution: {target: 3d}}\n", "", Risk.CLOCK_REMOVED, "resolution"),
    ],
)  # fmt: skip
def test_what_a_change_means_for_safety_comes_first(old: str, new: str, risk: Risk | None, step: str) -> None:
    found = changed(old, new)

    if risk is None:
        assert found.consequences == ()
    else:
        assert risks(found).get(risk) == step
        for language in Language:
            assert said(found, language)[0].startswith("! ")


def test_money_that_was_never_checked_is_no_news() -> None:
    unchecked = BASE.replace(APPROVAL, "")

    assert difference(defined(unchecked), defined(unchecked.replace("for: 1h", "for: 2h"))).consequences == ()


def test_money_behind_a_way_around_the_approval_is_unchecked() -> None:
    found = changed(
        '{key: no, label: {zh: 不, en: "No"}, next: refused}', '{key: no, label: {zh: 不, en: "No"}, next: make}'
    )

    assert risks(found) == {Risk.MONEY_UNCHECKED: "pay"}


def test_running_tickets_are_counted_once_on_the_steps_that_changed() -> None:
    standing = {"ask": frozenset((1, 2, 3)), "allow": frozenset((3, 4)), "last": frozenset((5,))}
    new = BASE.replace("due: 1d", "due: 2d").replace("due: 4wh", "due: 8wh")
    found = difference(defined(BASE), defined(new), standing)

    assert found.standing == {1, 2, 3, 4}
    assert said(found)[-1] == "4 running tickets stand on changed steps: Ask (ask) 3, Allow (allow) 2"
    assert said(found, Language.ZH)[-1] == "4 张在办工单停在改动的步骤上：询问 (ask) 3, 审批 (allow) 2"
    assert said(difference(defined(BASE), defined(new), {}))[-1] == "no running ticket stands on a changed step"


def test_tickets_on_a_removed_step_are_stranded() -> None:
    new = BASE.replace("  - {id: last, type: wait, for: 1h}\n", "")
    found = difference(defined(BASE), defined(new), {"last": frozenset((7, 8))})

    assert said(found) == [
        "! 2 tickets stand on last, which is removed",
        "- last: removed step, was after Pay (pay)",
        "2 running tickets stand on changed steps: last 2",
    ]


def test_json_tells_all_of_it_in_both_languages() -> None:
    found = difference(
        defined(BASE), defined(BASE.replace("limit: 500", "limit: 1000")), {"allow": frozenset((1,))}, ("t@1", "t@2")
    )
    data = json.loads(json.dumps(plain(found), default=str))

    assert (data["old"], data["new"], data["same"]) == ("t@1", "t@2", False)
    assert data["tickets"] == {"total": 1, "steps": {"allow": 1}}
    assert [one["risk"] for one in data["safety"]] == ["limit_raised"]
    when = data["changes"][1]
    assert (when["kind"], when["step"], when["key"]) == ("changed", "allow", ["when"])
    assert (when["old"], when["new"]) == ("steps.ask.amount > 500", "steps.ask.amount > 1000")
    assert when["zh"].startswith("审批 (allow)：when ")
    assert when["en"].startswith("Allow (allow): when ")
    assert plain(difference(defined(BASE), defined(BASE)))["tickets"] is None


def test_an_action_that_means_something_else_is_told() -> None:
    from dataclasses import replace

    from sop.catalog import Effect

    other = replace(
        CATALOG, actions={**CATALOG.actions, "erp.make": replace(CATALOG.actions["erp.make"], effect=Effect.MONEY)}
    )
    new = definition_of(load_many({"t.yaml": BASE}, other)["t.yaml"])

    assert "~ file: actions erp.make effect write → money" in said(difference(defined(BASE), new))


def test_a_changed_sub_sop_is_told() -> None:
    text = "dsl: 1\nsop: t\nsteps: [{id: x, type: sop, sop: s}]\n"
    new = definition_of(load_many({"t.yaml": text, "s.yaml": SUB.replace("due: 1h", "due: 2h")}, CATALOG)["t.yaml"])
    (line,) = said(difference(defined(text), new))

    assert line.startswith("~ file: sops s ")


@pytest.mark.parametrize(
    ("old", "new", "means"),
    [
        ("a.b > 500", "a.b > 1000", "a.b > 500 → 1000"),
        ("a > 500 and c", "a > 1000 and c", "a > [500 → 1000] and c"),
        ("1d", "2d", "1d → 2d"),
        ("", "x", "— → x"),
        ("completely different", "words", "completely different → words"),
    ],
)
def test_what_two_texts_share_is_said_once(old: str, new: str, means: str) -> None:
    assert narrowed(old, new) == means


def test_any_two_definitions_can_be_compared() -> None:
    chance = Random(5)
    before = definition_of(definition(chance))
    for _ in range(60):
        after = definition_of(definition(chance))
        found = difference(before, after, {"x1": frozenset((1,))})

        assert difference(after, after).same
        assert len(json.dumps(plain(found), default=str)) > 50
        assert all(line.strip() for language in Language for line in told(found, language))
        before = after
