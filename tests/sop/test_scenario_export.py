"""A ticket that has ended becomes a scenario, without persons in it, that tells the same story."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from sop.definition import Compiled
from sop.facts import Fact
from sop.replay.export import NothingToExport, exported
from sop.replay.reading import recording_of
from sop.replay.recording import Recording
from sop.replay.scenario_text import text_of
from sop.scenario import Case, Script, judge, play, read_scripts
from tests.sop.engine_desk import compiled as compiled_of
from tests.sop.replay_desk import ROOT, TWINS, by_name, recorded, story
from worker.bench.lives import a_life

CASES = [
    pytest.param(script, case, id=f"{path.stem}-{number}-{case.name}")
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
    for script in read_scripts(path.read_text("utf-8"), path.name)
    if script.file.endswith(".sop.yaml")  # a playbook runs beside an SOP
    for number, case in enumerate(script.cases, 1)
    if not any(act.adopt for act in case.play)  # the policies of a version stand with that version
]


def replayed(recording: Recording, compiled: Compiled) -> tuple[str, list[Fact], list[str]]:
    """The text of the exported scenario, the facts it leads to, and what is wrong with it."""
    told = exported(recording, compiled, f"{compiled['key']}.yaml")
    text = text_of(told.script, [en for _, en in told.left_out])
    [script] = read_scripts(text, "exported.yaml")
    stage, wrong = play(script, script.cases[0], compiled)
    return text, stage.facts, [*wrong, *judge(script.cases[0].expect, stage.facts, compiled["key"])]


@pytest.mark.parametrize(("script", "case"), CASES)
def test_every_shipped_story_survives_its_export(script: Script, case: Case, library: Mapping[str, Compiled]) -> None:
    compiled = library[Path(script.file).name]
    stage, _ = play(script, case, compiled)
    customer = {k: v for k, v in script.customer_of(case).items() if k not in ("name", "phone", "email", "address")}
    ticket = {**script.ticket_of(case), "created_at": script.start_of(case).isoformat(), "customer": customer}
    recording = recording_of(ticket, stage.facts)

    _, facts, wrong = replayed(recording, compiled)

    assert wrong == []
    assert story(facts, compiled["key"]) == story(stage.facts, compiled["key"])


def test_a_made_up_life_becomes_a_scenario_that_goes_as_it_went(library: Mapping[str, Compiled]) -> None:
    alike = 0
    for key in ("return", "repair", "it_request", "general"):
        compiled = by_name(library, key)
        for number in range(1, 31):
            life = a_life(compiled, number)
            if any(name in fact.data for fact in life.facts for name in ("adoption", "untold")):
                continue  # what no scenario can say
            text, facts, wrong = replayed(recorded(life), compiled)
            alike += not wrong and story(facts, key) == story(life.facts, key)
            assert "字字字" not in text

    assert alike > 40


A_RETURN = """
file: return.sop.yaml
ticket: {no: T1, category: return, order: {no: O1, paid: 1999.50, receiver_name: 李雷, note: 请打 13812345678}}
mocks:
  erp.rma.create: {rma_no: R1}
  logistics.label.create: {tracking_no: SF1, label_url: u}
  erp.refund.create: {refund_no: F1}
cases:
  - name: it
    play:
      - after: 90m
        complete: photo_evidence
        by: customer
        with: {photos: [李雷.jpg, b.jpg], reason: 质量问题, remark: 我是李雷 13812345678}
      - {after: 26h, event: parcel.received, data: {tracking_no: SF1, signed_by: 李雷, weight: 1.20}}
      - {complete: inspect, by: wangfang, outcome: pass, with: {grade: A}}
      - {after: 61s, vote: refund_approval, by: zhaomin, choice: approve, comment: 李雷是老客户}
    expect: {result: resolved}
"""


def test_nobody_can_be_known_from_the_file_and_the_waits_are_exact(library: Mapping[str, Compiled]) -> None:
    compiled = by_name(library, "return")
    [script] = read_scripts(A_RETURN, "a.yaml")
    stage, wrong = play(script, script.cases[0], compiled)
    recording = recording_of({**script.ticket_of(script.cases[0]), "customer": {"name": "李雷"}}, stage.facts)

    text, facts, told = replayed(recording, compiled)

    assert (wrong, told) == ([], [])
    assert [one for one in ("李雷", "1381234", "wangfang", "zhaomin", "老客户") if one in text] == []
    assert "reason: 质量问题" in text  # the form's own word, which a condition may read
    assert "tracking_no: SF1" in text
    assert "paid: 1999.5" in text
    assert "weight: 1.20" in text
    assert [act.get("after") for act in _acts(text)] == ["1h30m", "1d2h", None, "1m1s"]
    assert [fact.at for fact in facts] == [fact.at for fact in stage.facts]
    assert "erp.refund.create: 1" in text
    assert "result: resolved" in text


def _acts(text: str) -> list[Mapping[str, object]]:
    [script] = read_scripts(text, "a.yaml")
    return [act.model_dump(exclude_none=True) for act in script.cases[0].play]


BOARD = """
steps: [{id: ok, type: approval, approvers: [role:agent, role:boss], rule: 2, due: 1d, on_reject: end}]
"""


def an_exported(text: str, acts: str, people: str = "{}") -> tuple[str, list[Fact], list[Fact], list[str]]:
    """The exported text of a story about a definition, the story's facts, those of the export, and what is wrong."""
    definition = compiled_of(text)
    [script] = read_scripts(
        f"file: t.yaml\npeople: {people}\ncases: [{{name: it, play: {acts}, expect: {{}}}}]", "s.yaml"
    )
    stage, wrong = play(script, script.cases[0], definition)
    assert wrong == []
    ticket = {"no": "T1", "created_at": stage.facts[0].at.isoformat(), "customer": {}}
    dispatched = {"approvers": ["user:ann", "user:bob"]}
    facts = [
        fact._replace(data={**fact.data, "dispatched": dispatched}) if fact.data.get("expand") else fact
        for fact in stage.facts
    ]
    told, again, wrong = replayed(recording_of(ticket, facts), definition)
    return told, stage.facts, again, wrong


def test_two_branches_on_one_step_are_told_apart() -> None:
    first = "{complete: x1, by: a}, {complete: y1, by: a}"
    acts = f"[{first}, {{complete: look@2, by: a, with: {{n: y}}}}, {{complete: look, by: a, with: {{n: x}}}}]"

    text, facts, again, wrong = an_exported(TWINS, acts)

    assert wrong == []
    assert story(again, "t") == story(facts, "t")
    assert "complete: look@2" in text
    assert text.count("look@") == 1


def test_members_that_several_seats_were_given_are_asked_once() -> None:
    acts = "[{vote: ok, by: ann}, {vote: ok, by: bob}]"

    text, facts, again, wrong = an_exported(BOARD, acts, "{role:agent: [ann], role:boss: [bob]}")

    assert 'people: {"role:agent": [agent1, agent2], "role:boss": []}' in text
    assert wrong == []
    assert [f.data.get("result") for f in again][-1] == [f.data.get("result") for f in facts][-1] == "resolved"


def test_a_ticket_without_an_sop_is_no_scenario(library: Mapping[str, Compiled]) -> None:
    compiled = by_name(library, "general")
    recording = recorded(a_life(compiled, 1))
    facts = tuple(fact for fact in recording.facts if fact.run is None)

    with pytest.raises(NothingToExport):
        exported(recording_of(recording.ticket, facts), compiled, "x.yaml")


TEXTS = [
    "no",
    "on",
    "1e3",
    "007",
    "12:30",
    "2026-01-05",
    "null",
    "3d",
    "it's",
    '"',
    "\\",
    "{{x}}",
    "a:b",
    "-",
    "#",
    "[x]",
]


@pytest.mark.parametrize("value", [*TEXTS, "a: b", "# x", "", " ", "你 好"])
def test_every_text_reads_back_as_it_was(value: str) -> None:
    text = text_of({"file": "x", "cases": [{"name": value, "play": [{"say": value, "by": value}], "expect": {}}]})
    [script] = read_scripts(text, "x.yaml")

    assert (script.cases[0].name, script.cases[0].play[0].say, script.cases[0].play[0].by) == (value, value, value)
