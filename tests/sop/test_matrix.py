"""The failure matrix: every fault on every step, and what has no defined outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from sop.definition import Compiled, definition_of
from sop.matrix import Fault, Finding, Matrix, matrix_of
from sop.matrix.explore import explored, played
from sop.matrix.faults import WORDS
from sop.matrix.ways import Tale, step_by_step
from sop.scenario import Script, coverage_of, read_scripts
from tests.sop.engine_desk import compiled

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


def matrix(sop: str, cases: str = "", **others: str) -> Matrix:
    """The matrix of a definition, reached by its cases and by made-up answers."""
    ready = compiled(sop, **others)
    scripts = read_scripts(f"file: t.yaml\ncases:\n{cases}", "s.yaml") if cases else []
    return matrix_of(ready, [Tale(script, case, ready) for script in scripts for case in script.cases])


def findings(found: Matrix) -> dict[tuple[str, Fault | None], Finding]:
    return {(cell.step, cell.fault): cell.finding for cell in found.cells if cell.finding}


def said(found: Matrix, step: str, fault: Fault) -> str:
    return next(cell.en for cell in found.cells if (cell.step, cell.fault) == (step, fault))


WHOLE = """
owner: role:boss
steps:
  - id: ask
    type: task
    assign: role:agent
    due: 1h
    outcomes: [{key: ok, label: O}, {key: again, label: A, next: ask}]
  - {id: ok, type: approval, approvers: role:boss, due: 1h, on_reject: end}
  - {id: make, type: action, action: erp.make, with: {a: 1}, undo: erp.unmake}
  - {id: look, type: action, action: erp.look, with: {a: 1}, on_error: continue}
  - {id: parcel, type: wait, event: parcel.received, timeout: 3d, on_timeout: end}
  - {id: detail, type: task, assign: customer, due: 1d, timeout: 2d, on_timeout: end}
"""


def test_every_action_and_every_task_is_tried_in_every_way() -> None:
    found = matrix(WHOLE)

    assert {(cell.step, cell.fault) for cell in found.cells} == {
        *((step, fault) for step in ("make", "look") for fault in list(Fault)[:6]),
        *((step, fault) for step in ("ask", "ok") for fault in (Fault.UNANSWERED, Fault.TWICE, Fault.GONE)),
        *(("detail", fault) for fault in (Fault.UNANSWERED, Fault.TWICE)),  # a customer does not leave the company
        ("parcel", Fault.NEVER_COMES),
    }
    assert found.undefined == []
    assert said(found, "make", Fault.TIMEOUT) == "becomes an incident, role:boss is told"
    assert said(found, "look", Fault.REFUSED) == "goes to continue"
    assert said(found, "make", Fault.DUPLICATE) == said(found, "look", Fault.LATE) == "is taken no notice of"
    assert said(found, "make", Fault.OUT_OF_ORDER) == "the event is kept until it is wanted"
    assert said(found, "ask", Fault.UNANSWERED) == "is escalated to lead and stays open"
    assert said(found, "ask", Fault.GONE) == "goes to lead"
    assert said(found, "ok", Fault.TWICE).startswith("the second is refused: ")
    assert said(found, "ok", Fault.GONE) == "becomes an incident, role:boss is told"
    assert said(found, "parcel", Fault.NEVER_COMES) == "times out and goes on as on_timeout says"


@pytest.mark.parametrize(
    ("steps", "cell", "finding"),
    [
        ("- {id: a, type: task, assign: role:agent}", ("a", Fault.UNANSWERED), Finding.STANDS_FOR_EVER),
        (
            "- {id: a, type: approval, approvers: role:boss, on_reject: end}",
            ("a", Fault.UNANSWERED),
            Finding.STANDS_FOR_EVER,
        ),
        ("- {id: a, type: wait, event: parcel.lost, timeout: never}", ("a", Fault.NEVER_COMES), Finding.WAITS_FOR_EVER),
        (
            "- {id: a, type: action, action: erp.pay, with: {a: 1}, on_error: continue}",
            ("a", Fault.LATE),
            Finding.EFFECT_LOST,
        ),
        (
            "- {id: b, type: decision, cases: [{when: ticket.no == 'X', next: c}], otherwise: end}\n"
            "paths:\n  c: [{id: a, type: task, assign: role:agent, due: 1h}]",
            ("a", None),
            Finding.NOT_REACHED,
        ),
        (
            "- {id: a, type: action, action: erp.make, with: {a: 1}}\n"
            "- {id: w, type: wait, event: parcel.lost, match: steps.a.no == 'gone' and event.no == 'x', timeout: 1d,"
            " on_timeout: continue}\n"
            "whenever: [{event: called.off, within: [w], interrupt: true, next: end}]",
            ("a", Fault.OUT_OF_ORDER),
            Finding.EVENT_LOST,
        ),
    ],
)
def test_what_has_no_defined_outcome_is_found(steps: str, cell: tuple[str, Fault | None], finding: Finding) -> None:
    cases = "  - {name: it, play: [{event: called.off}], expect: {}}" if finding is Finding.EVENT_LOST else ""

    assert findings(matrix(f"owner: role:boss\nsteps:\n{steps}", cases))[cell] is finding


def test_a_clock_of_the_ticket_tells_somebody_of_what_nobody_does() -> None:
    sop = "owner: role:boss\nsla: {resolution: {target: 2h, escalate: role:lead}}\n"
    found = matrix(f"{sop}steps: [{{id: a, type: task, assign: role:agent}}]")

    assert said(found, "a", Fault.UNANSWERED) == "only the ticket's clocks tell role:lead"
    assert found.undefined == []


def test_an_answer_that_opens_the_same_step_again_counts_for_the_next_visit() -> None:
    cases = "  - {name: it, play: [{complete: ask, outcome: again}], expect: {}}"

    assert said(matrix(WHOLE, cases), "ask", Fault.TWICE) == "the second counts for the next visit"


def test_a_timer_within_an_act_is_an_act_of_its_own() -> None:
    ready = compiled(WHOLE)
    [script] = read_scripts(
        "file: t.yaml\ncases: [{name: it, play: [{after: 2h, complete: ask, outcome: ok}], expect: {}}]", "s"
    )
    tale = step_by_step(Tale(script, script.cases[0], ready))

    assert [(act.after, act.complete) for act in tale.case.play] == [
        ("48m", None), ("12m", None), ("1h", None), (None, "ask"),
    ]  # fmt: skip


def test_a_sub_sop_is_reached_through_its_caller() -> None:
    sub = "owner: role:boss\nsteps: [{id: pay, type: action, action: erp.pay, with: {a: 1}}]"
    caller = "owner: role:boss\nsteps: [{id: refund, type: sop, sop: refund}]"
    ready = compiled(caller, refund=sub)
    [script] = read_scripts("file: t.yaml\ncases: [{name: it, play: [], expect: {}}]", "s.yaml")
    found = matrix_of(ready["sops"]["refund"], [Tale(script, script.cases[0], ready)])

    assert len(found.cells) == 6
    assert found.undefined == []


def test_made_up_answers_reach_what_forms_and_matches_allow() -> None:
    sop = """
    owner: role:boss
    vars: {limit: 500}
    steps:
      - id: ask
        type: task
        assign: role:agent
        due: 1h
        form:
          - {key: kind, type: choice, label: K, options: [a, b, c]}
          - {key: many, type: choices, label: M, options: [a, b], min: 2}
          - {key: n, type: money, label: N, min: 5}
          - {key: sure, type: boolean, label: Y}
          - {key: day, type: date, label: D}
          - {key: when_at, type: datetime, label: T}
          - {key: proof, type: photo, label: P, min: 2}
          - {key: mail, type: email, label: E}
          - {key: call, type: phone, label: F}
          - {key: note, type: text, label: X, min: 3, optional: true}
      - {id: ok, type: approval, approvers: role:boss, when: steps.ask.n > vars.limit, due: 1h, on_reject: refused}
      - id: kinds
        type: decision
        cases: [{when: steps.ask.kind == 'a', next: one}, {when: steps.ask.kind == 'b', next: two}]
        otherwise: continue
      - {id: parcel, type: wait, any_of: [{event: parcel.lost, match: event.no == ticket.no}, {event: called.off}],
         timeout: 2d, on_timeout: refused}
    paths:
      one: [{id: make, type: action, action: erp.make, with: {a: 1}}]
      two: [{id: look, type: action, action: erp.look, with: {a: 1}}]
      refused: [{id: refused_end, type: end, result: rejected}]
    """
    ready = compiled(sop)
    told = [played(tale).facts for tale in explored(ready)]

    assert [str(point) for point in coverage_of(definition_of(ready), told).missing] == []


@pytest.mark.parametrize("name", ["general", "it_request", "lost_parcel", "refund", "reopened", "return"])
def test_made_up_answers_alone_come_by_all_of_a_shipped_definition(library: dict[str, Compiled], name: str) -> None:
    ready = library[f"{name}.sop.yaml"]
    told = [played(tale).facts for tale in explored(ready)]

    assert [str(point) for point in coverage_of(definition_of(ready), told).missing] == []


def test_an_incident_that_nobody_answers_for_is_found() -> None:
    people = "people: {'team:after_sales': []}\n"
    ready = compiled("steps: [{id: pay, type: action, action: erp.pay, with: {a: 1}}]")
    [script] = read_scripts(f"file: t.yaml\n{people}cases: [{{name: it, play: [], expect: {{}}}}]", "s.yaml")
    found = matrix_of(ready, [Tale(script, script.cases[0], ready)])

    assert findings(found) == {
        ("pay", fault): Finding.NOBODY_TOLD for fault in (Fault.TIMEOUT, Fault.FAILING, Fault.REFUSED)
    }


def named(script: Script, library: dict[str, Compiled]) -> dict[str, Compiled]:
    return {key: library[Path(file).name] for key, file in script.later.items()}


def test_the_shipped_definitions_have_an_outcome_for_everything(library: dict[str, Compiled]) -> None:
    tales = [
        Tale(script, case, library[Path(script.file).name], playbooks=named(script, library))
        for path in sorted(SCENARIOS.glob("*.yaml"))
        for script in read_scripts(path.read_text("utf-8"), path.name)
        for case in script.cases
    ]
    every = [matrix_of(ready, tales) for ready in library.values()]

    assert [(found.key, cell) for found in every for cell in found.undefined] == []
    assert sum(len(found.cells) for found in every) >= 250


def test_every_finding_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(Finding)
    assert all(zh != en for zh, en in WORDS.values())
