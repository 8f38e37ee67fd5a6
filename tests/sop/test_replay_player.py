"""A recorded ticket runs again: on the same version exactly as it did, on another with what was recorded of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from sop.catalog import Catalog
from sop.definition import Compiled
from sop.facts import FactType
from sop.replay.comparison import Comparison
from sop.replay.habits import learnt
from sop.replay.played import Library
from sop.replay.player import play
from sop.replay.reading import recording_of
from sop.replay.telling import NotRecorded
from sop.replay.verdict import Limits, exceeded
from sop.scenario import play as act_out
from sop.scenario import read_scripts
from tests.sop.engine_desk import compiled
from tests.sop.replay_desk import TWINS, by_name, changed, library_of, recorded, recordings, tried
from worker.bench.lives import a_life

KEYS = ("return", "complaint", "repair", "it_request", "lost_parcel", "general")
MOVED = {FactType.RUN_MIGRATED, FactType.STEP_CHANGED}
NEVER = MOVED | {  # nothing that ships does these
    FactType.TICKET_TAGS,
}
CAUSES = {"command", "duty", "untold", "correction", "adoption", "accepted_at"}
NEW_STEP = """
  - {id: photo_check, type: task, assign: team:warehouse_qc, due: 1wd, outcomes: [{key: pass, label: 合格}]}

  - id: create_rma """
WITHOUT_APPROVAL = ("approval_above: 500 ", "approval_above: 500000 ")


@pytest.mark.parametrize("key", KEYS)
def test_on_the_same_version_every_ticket_runs_exactly_as_it_did(key: str, library: Mapping[str, Compiled]) -> None:
    compiled = by_name(library, key)

    for number in range(1, 121):
        life = a_life(compiled, number)
        played = play(recorded(life), library_of(compiled), same=True)
        assert played.diverged is None, (number, played.diverged)
        assert list(played.facts) == life.facts, number
        assert tried(recorded(life), compiled).difference is None


def test_these_lives_have_everything_in_them(library: Mapping[str, Compiled]) -> None:
    facts = [fact for key in KEYS for number in range(1, 121) for fact in a_life(by_name(library, key), number).facts]
    choices = {fact.data["choice"] for fact in facts if fact.type is FactType.INCIDENT_CLOSED}

    assert set(FactType) - {fact.type for fact in facts} <= NEVER
    assert {
        cause for fact in facts for cause in CAUSES if cause in fact.data or f"'{cause}'" in str(fact.data)
    } == CAUSES
    assert choices == {"retry", "skip", "enter", "stop"}


def test_a_ticket_that_was_moved_to_another_version_runs_as_it_did(
    library: Mapping[str, Compiled], library_catalog: Catalog
) -> None:
    compiled = by_name(library, "return")
    renamed = ("- id: photo_evidence ", "- id: photos\n    was: photo_evidence\n    ")
    text = [renamed, ("steps.photo_evidence", "steps.photos"), ("due: 2d\n", "due: 3d\n"), ("due: 1wd", "due: 2wd")]
    target: Compiled = {**changed("return.sop.yaml", library_catalog, *text), "version": 1}
    both = Library({**library_of(compiled).recorded, **library_of(target).recorded})
    kinds = Counter[FactType]()

    for number in range(1, 151):
        life = a_life(compiled, number, target)
        played = play(recorded(life), both, same=True)
        assert played.diverged is None, (number, played.diverged)
        assert list(played.facts) == life.facts, number
        kinds.update(fact.type for fact in life.facts)

    assert kinds.keys() >= MOVED


def test_a_renamed_step_is_answered_as_the_one_it_was(
    library: Mapping[str, Compiled], library_catalog: Catalog
) -> None:
    compiled = by_name(library, "return")
    renamed = ("- id: photo_evidence ", "- id: photos\n    was: photo_evidence\n    ")
    other = changed("return.sop.yaml", library_catalog, renamed, ("steps.photo_evidence", "steps.photos"))
    told = [tried(recording, compiled, other) for recording in recordings(compiled, 60)]

    assert [one.diverged for one in told if one.diverged] == []
    assert [one.no for one in told if one.before != one.after] == []


def test_a_ledger_that_was_changed_plays_otherwise(library: Mapping[str, Compiled]) -> None:
    compiled = by_name(library, "return")
    recording = recorded(a_life(compiled, 2))
    late = [fact._replace(at=fact.at + timedelta(seconds=2)) if fact.seq == 12 else fact for fact in recording.facts]

    told = tried(replace(recording, facts=tuple(late)), compiled)

    assert told.difference is not None
    assert late[11].type in told.difference.was


def test_without_the_approval_its_answer_is_not_heard_and_the_refund_comes_sooner(
    library: Mapping[str, Compiled], library_catalog: Catalog
) -> None:
    compiled = by_name(library, "return")
    other = changed("return.sop.yaml", library_catalog, WITHOUT_APPROVAL)
    told = [tried(recording, compiled, other) for recording in recordings(compiled, 150)]
    approved = [one for one in told if one.diverged is None and one.difference is not None]

    assert approved
    assert [one.difference for one in approved if one.difference and "refund_approval" not in one.difference.was] == []
    sooner = [(one.before.resolution_seconds or 0) - (one.after.resolution_seconds or 0) for one in approved]
    assert sum(sooner) > 0
    assert {one.before for one in told if one not in approved} == {one.after for one in told if one not in approved}


def test_a_step_nobody_has_answered_yet_stops_the_ticket_there_and_says_so(
    library: Mapping[str, Compiled], library_catalog: Catalog
) -> None:
    compiled = by_name(library, "return")
    other = changed("return.sop.yaml", library_catalog, ("\n  - id: create_rma ", NEW_STEP))
    asked = [one for one in recordings(compiled, 40) if any(fact.step == "create_rma" for fact in one.facts)]
    played = [tried(recording, compiled, other) for recording in asked]

    assert {one.diverged.where for one in played if one.diverged} == {"return.photo_check"}
    assert all(one.diverged and one.diverged.unrecorded for one in played)
    assert "nothing recorded" in played[0].diverged.en  # type: ignore[union-attr]  # asserted above


def test_what_others_usually_said_stands_in_where_a_ticket_is_silent(
    library: Mapping[str, Compiled], library_catalog: Catalog
) -> None:
    compiled = by_name(library, "return")
    other = changed("return.sop.yaml", library_catalog, ("approval_above: 500 ", "approval_above: 100 "))
    known = recordings(compiled, 150)
    usual = learnt(known).usual()
    silent = [one for one in known if tried(one, compiled, other).diverged]
    told = [tried(recording, compiled, other, usual) for recording in silent]

    assert told
    assert [one.diverged for one in told if one.diverged] == []
    assert all("return.refund_approval" in one.assumed for one in told)
    assert all(one.after.answers == one.before.answers + 1 for one in told)


def test_a_tighter_promise_is_broken_more_often_and_a_looser_one_less(
    library: Mapping[str, Compiled], library_catalog: Catalog
) -> None:
    compiled = by_name(library, "return")
    known = recordings(compiled, 100)

    def over(target: str) -> Comparison:
        other = changed("return.sop.yaml", library_catalog, ("target: 7wd", f"target: {target}"))
        return Comparison([tried(recording, compiled, other) for recording in known])

    tighter, looser, same = over("4wh"), over("60wd"), over("7wd")

    assert len(tighter.breaches_added) > 10
    assert tighter.breaches_removed == []
    assert looser.breaches_added == []
    assert len(looser.breaches_removed) > 5
    assert (same.breaches_added, same.breaches_removed, same.changed, same.diverged) == ([], [], [], [])
    assert [each.name for each in exceeded(tighter, Limits(breaches_added=3, diverged=0))] == ["max-breaches-added"]
    assert exceeded(looser, Limits(breaches_added=0, cost_percent=0, slower_percent=0)) == []


def test_an_answer_the_new_form_refuses_is_where_the_ticket_diverges(
    library: Mapping[str, Compiled], library_catalog: Catalog
) -> None:
    compiled = by_name(library, "return")
    other = changed("return.sop.yaml", library_catalog, ("label: 商品照片, min: 2}", "label: 商品照片, min: 20}"))
    told = [tried(one, compiled, other).diverged for one in recordings(compiled, 30)]
    refused = [one for one in told if one is not None]

    assert refused
    assert {one.where for one in refused} == {"return.photo_evidence"}
    assert all("too few" in one.en and "太少" in one.zh and not one.unrecorded for one in refused)


def test_a_ledger_without_its_beginning_is_no_recording(library: Mapping[str, Compiled]) -> None:
    life = a_life(by_name(library, "return"), 1)

    with pytest.raises(NotRecorded, match="opening"):
        recording_of(life.ticket, life.facts[3:])


def test_two_branches_on_one_step_are_answered_as_they_were() -> None:
    definition = compiled(TWINS)
    acts = "{after: 1h, complete: x1, by: a}, {after: 1h, complete: y1, by: a}, "
    acts += "{after: 1h, complete: look@2, by: a, with: {n: y}}, {after: 1h, complete: look, by: a, with: {n: x}}"
    [script] = read_scripts(f"file: t.yaml\ncases: [{{name: it, play: [{acts}], expect: {{}}}}]", "s.yaml")
    stage, wrong = act_out(script, script.cases[0], definition)
    ticket = {"no": "T1", "created_at": stage.facts[0].at.isoformat(), "customer": {}}

    played = play(recording_of(ticket, stage.facts), library_of(definition), same=True)

    assert (wrong, played.diverged, played.unheard) == ([], None, 0)
    assert [(f.type, f.step, f.visit, f.at) for f in played.facts] == [
        (f.type, f.step, f.visit, f.at) for f in stage.facts
    ]
