"""Scenario files: what they can play, what they can expect, and what is said when a story goes otherwise."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from sop.definition import Compiled, definition_of
from sop.facts import Fact
from sop.scenario import Part, coverage_of, judge, play, read_scripts
from sop.scenario.script import NotAScenario
from tests.sop.engine_desk import compiled

SOP = """
    sla: {resolution: {target: 2h}}
    inputs: {limit: {type: integer, optional: true, default: 10}}
    outputs: {verdict: "{{ steps.ask.outcome }}", limit: "{{ inputs.limit }}"}
    steps:
      - id: ask
        type: task
        assign: role:agent
        due: 1h
        timeout: 3h
        on_timeout: end
        form: [{key: n, type: integer, label: 数量}, {key: day, type: date, label: 日期, optional: true}]
        outcomes: [{key: good, label: G}, {key: bad, label: B}]
      - id: way
        type: decision
        cases: [{when: steps.ask.n > inputs.limit, next: dear}]
        otherwise: cheap
      - {id: parcel, type: wait, any_of: [{event: parcel.received}, {event: parcel.lost}], timeout: never}
    paths:
      dear:
        - {id: ok, type: approval, approvers: role:boss, rule: any, due: 1h, on_reject: end}
        - {id: pay, type: action, action: erp.pay, with: {a: "{{ steps.ask.n }}"}}
      cheap: [{id: look, type: action, action: erp.look, with: {a: 1}, on_error: continue}]
"""


def told(story: str, expect: str, sop: str = SOP) -> list[str]:
    """What a case says is wrong with its story."""
    text = f"file: t.yaml\nticket: {{no: T1}}\ncases:\n  - name: it\n    play: {story}\n    expect: {expect}\n"
    [script] = read_scripts(text, "s.yaml")
    definition = compiled(sop)
    stage, wrong = play(script, script.cases[0], definition)
    return [*wrong, *judge(script.cases[0].expect, stage.facts, definition["key"])]


DEAR = "{complete: ask, outcome: good, by: ann, with: {n: 50}}"
CHEAP = "{complete: ask, outcome: bad, by: ann, with: {n: 5, day: x}}"


@pytest.mark.parametrize(
    ("story", "expect"),
    [
        (f"[{DEAR}]", "{open: [ok], status: open, visited: [ask, way], not_visited: [look]}"),
        (f"[{DEAR}, {{vote: ok, by: bob}}]", "{called: {erp.pay: {a: 50}}, open: [parcel]}"),
        ("[{complete: ask, outcome: good, with: {n: 50}}, {vote: ok}]", "{called: {erp.pay: {a: 50}}, open: [parcel]}"),
        (f"[{DEAR}, {{vote: ok, by: bob, choice: reject}}]", "{not_called: [erp.pay], result: resolved}"),
        (f"[{DEAR}, {{complete: ok, outcome: rejected, by: bob, comment: no}}]", "{not_called: [erp.pay]}"),
        (f"[{DEAR}, {{vote: ok, by: ann, rejected: own work}}]", "{open: [ok]}"),
        (f"[{CHEAP}, {{event: parcel.lost}}]", "{result: resolved, outputs: {verdict: bad, limit: 10}}"),
        (f"[{CHEAP}]", "{called: {erp.look: 1}, order: [erp.look]}"),
        ("[{after: 61m}]", "{alerts: [overdue ask -> lead], reminders: [remind ask -> role:agent]}"),
        ("[{after: 4h}]", "{result: resolved, sla: {resolution: red}}"),
        ("[{after: 4h}]", "{sla: {resolution: breached}}"),
        (f"[{CHEAP}, {{event: parcel.lost}}]", "{sla: {resolution: met}}"),
        ("[{after: 100m}]", "{sla: {resolution: yellow}}"),
        ("[{order: priority, to: urgent}, {claim: true, by: eve}, {claim: ask, by: eve}]", "{priority: urgent}"),
        ("[{order: pause}, {after: 9h}, {order: resume}, {after: 59m}]", "{open: [ask]}"),
        ("[{order: cancel}]", "{result: cancelled, status: cancelled, incident: false}"),
        ("[{say: hello, by: customer}, {say: secret, visibility: internal}]", "{incident: false}"),
        ("[{complete: ask, outcome: good, with: {n: x}, rejected: 不是数字}]", "{open: [ask]}"),
    ],
)
def test_a_story_that_goes_as_it_says(story: str, expect: str) -> None:
    assert told(story, expect) == []


@pytest.mark.parametrize(
    ("story", "expect", "said"),
    [
        ("[]", "{result: resolved}", "result: expected resolved, got still running"),
        ("[]", "{status: resolved}", "status: expected resolved, got open"),
        ("[]", "{visited: [ask]}", "visited: ask was not"),
        (f"[{CHEAP}]", "{not_visited: [ask]}", "not_visited: ask was"),
        ("[]", "{skipped: [ask]}", "skipped: ask was not"),
        ("[]", "{open: []}", "open: expected [], got ['ask']"),
        ("[]", "{called: {erp.pay: {a: 1}}}", "called: erp.pay with {'a': 1}, got no call"),
        (f"[{CHEAP}]", "{called: {erp.look: 2}}", "called: erp.look 1 times, expected 2"),
        (f"[{CHEAP}]", "{not_called: [erp.look]}", "not_called: erp.look was called"),
        (f"[{CHEAP}]", "{order: [erp.pay, erp.look]}", "order: expected ['erp.pay', 'erp.look'], got ['erp.look']"),
        ("[]", "{alerts: [overdue ask -> lead]}", "alerts: expected ['overdue ask -> lead'], got []"),
        ("[]", "{priority: urgent}", "priority: expected urgent, got no change"),
        ("[]", "{sla: {resolution: red}}", "sla: resolution expected red, got green running"),
        ("[]", "{incident: true}", "incident: expected True, got []"),
        ("[]", "{incident: ask}", "incident: expected ask, got []"),
        (
            "[{order: cancel}]",
            "{outputs: {verdict: good}}",
            "outputs: expected {'verdict': 'good'}, got {'verdict': None, 'limit': 10}",
        ),
        ("[{complete: nothing}]", "{}", "act 1: refused: there is no step nothing"),
        (f"[{{{CHEAP[1:-1]}, rejected: wrong}}]", "{}", "act 1: was accepted, but should have been rejected: wrong"),
        (
            "[{complete: ask, rejected: that}]",
            "{}",
            "act 1: refused: outcome: choose one of good, bad (expected: that)",
        ),
    ],
)
def test_a_story_that_goes_otherwise_is_told_in_a_sentence(story: str, expect: str, said: str) -> None:
    assert told(story, expect) == [said]


def test_connectors_answer_in_turn_fail_and_refuse() -> None:
    text = f"""
    file: t.yaml
    mocks: {{erp.pay: [fail, fail, {{paid: P1}}], erp.look: refuse}}
    people: {{role:boss: [bob, eve]}}
    cases:
      - {{name: third time, play: [{DEAR}, {{vote: ok, by: bob}}], expect: {{called: {{erp.pay: 1}}, open: [parcel]}}}}
      - {{name: refused, play: [{CHEAP}], expect: {{open: [parcel]}}}}
      - {{name: nobody, people: {{role:boss: []}}, play: [{DEAR}], expect: {{incident: ok}}}}
      - name: down
        mocks: {{erp.pay: fail}}
        play: [{DEAR}, {{vote: ok, by: eve}}, {{settle: pay, choice: enter, with: {{paid: P2}}}}]
        expect: {{incident: pay, open: [parcel]}}
      - {{name: limit, inputs: {{limit: 99}}, play: [{DEAR}], expect: {{not_visited: [pay], open: [parcel]}}}}
    """
    [script] = read_scripts(dedent(text), "s.yaml")

    for case in script.cases:
        stage, wrong = play(script, case, compiled(SOP))
        assert wrong + judge(case.expect, stage.facts, "t") == [], case.name


@pytest.mark.parametrize(
    "text",
    [
        "cases: []",
        "file: a\ncases: [{name: x, play: [{oops: 1}], expect: {}}]",
        "file: [",
        "just text",
        "file: a\ncases: 3",
    ],
)
def test_what_is_no_scenario_is_refused(text: str) -> None:
    with pytest.raises(NotAScenario):
        read_scripts(text, "s.yaml")


def stories(*plays: str) -> list[list[Fact]]:
    cases = "\n".join(f"  - {{name: c{n}, play: {story}, expect: {{}}}}" for n, story in enumerate(plays))
    [script] = read_scripts(f"file: t.yaml\ncases:\n{cases}\n", "s.yaml")
    definition = compiled(SOP)
    return [play(script, case, definition)[0].facts for case in script.cases]


def test_coverage_counts_steps_outcomes_cases_timeouts_and_rejections() -> None:
    definition = definition_of(compiled(SOP))

    none = coverage_of(definition, [])
    some = coverage_of(definition, stories(f"[{DEAR}, {{vote: ok, by: bob}}, {{event: parcel.received}}]"))
    everything = coverage_of(
        definition,
        stories(
            f"[{DEAR}, {{vote: ok, by: bob}}, {{event: parcel.received}}]",
            f"[{DEAR}, {{vote: ok, by: bob, choice: reject}}]",
            f"[{CHEAP}, {{event: parcel.lost}}]",
            "[{after: 3h}]",
        ),
    )

    assert (len(none.points), none.percent) == (14, 0)
    assert [str(point) for point in some.missing] == [
        "outcome ask bad", "timeout ask", "step look", "reject ok", "case parcel parcel.lost", "case way cheap",
    ]  # fmt: skip
    assert everything.missing == []
    assert everything.percent == 100


def test_the_library_is_covered_by_its_stories(library: dict[str, Compiled]) -> None:
    """Every step, outcome, case, timeout and rejection of the shipped definitions has a story."""
    told_of: dict[str, list[list[Fact]]] = {}
    for path in sorted((Path(__file__).resolve().parents[1] / "scenarios").glob("*.yaml")):
        for script in read_scripts(path.read_text("utf-8"), path.name):
            for case in script.cases:
                facts = play(script, case, library[Path(script.file).name])[0].facts
                for name in {Path(script.file).name, *(Path(sub).name for sub in script.subs.values())}:
                    told_of.setdefault(name, []).append(facts)

    missing = {
        name: coverage_of(definition_of(definition), told_of.get(name, [])).missing
        for name, definition in library.items()
    }

    assert {name: [str(point) for point in points] for name, points in missing.items() if points} == {}


def test_a_step_that_leads_to_an_incident_is_covered_by_what_led_there() -> None:
    sop = """
    steps:
      - {id: ok, type: approval, approvers: role:boss, timeout: 2h, on_timeout: incident, on_reject: incident}
      - {id: ask, type: task, assign: role:agent, due: 1h, timeout: 2h, on_timeout: incident,
         outcomes: [{key: bad, label: B, next: incident}]}
    """
    definition = compiled(sop)
    [script] = read_scripts(
        "file: t.yaml\ncases:\n"
        "  - {name: late, play: [{after: 3h}], expect: {}}\n"
        "  - {name: no, play: [{vote: ok, by: bob, choice: reject}], expect: {}}\n"
        "  - {name: bad, play: [{vote: ok, by: bob}, {complete: ask, outcome: bad}], expect: {}}\n"
        "  - {name: never, play: [{vote: ok, by: bob}, {after: 3h}], expect: {}}\n",
        "s.yaml",
    )
    told = [play(script, case, definition)[0].facts for case in script.cases]

    coverage = coverage_of(definition_of(definition), told)

    assert [str(point) for point in coverage.missing] == ["step ask"]
    assert coverage.of(Part.TIMEOUT, Part.OUTCOME, Part.REJECT).percent == 100
