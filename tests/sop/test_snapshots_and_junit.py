"""Snapshots and JUnit's XML of scenarios."""

from __future__ import annotations

from xml.etree import ElementTree

from sop.scenario import play, read_scripts
from sop.scenario.junit import Case, junit
from sop.scenario.snapshot import difference, lines_of, read_snapshot, written
from tests.sop.engine_desk import compiled

SOP = "steps: [{id: ask, type: task, assign: role:agent, due: 1d, timeout: 3d, on_timeout: end}]"


def story(acts: str) -> list[str]:
    [script] = read_scripts(f"file: t.yaml\ncases: [{{name: it, play: {acts}, expect: {{}}}}]", "s.yaml")
    return lines_of(play(script, script.cases[0], compiled(SOP))[0].facts)


def test_a_snapshot_tells_when_each_thing_happened_since_the_beginning() -> None:
    lines = story("[{after: 26h, complete: ask, by: ann}]")

    assert "+00:00       run.started t" in lines[5]
    assert [line for line in lines if "step.closed" in line] == [
        '+1d 02:00    step.closed t.ask#1 by ann {"outcome": null, "outputs": {}, "status": "done"}'
    ]


def test_a_snapshot_is_read_as_it_was_written() -> None:
    cases = {"甲: 一": story("[{after: 4d}]"), "甲: 二": story("[]")}

    assert read_snapshot(written(cases)) == cases


def test_a_story_that_goes_another_way_is_shown_as_a_difference() -> None:
    kept, now = story("[{complete: ask, by: ann}]"), story("[{complete: ask, by: bob}]")

    found = difference(kept, now)

    assert difference(kept, kept) == []
    assert found[0].startswith("snapshot: it goes another way")
    assert [line[0] for line in found if "step.closed" in line] == ["-", "+"]
    assert difference(None, now) == ["snapshot: this case has none yet; --update-snapshots writes it"]


def test_junit_tells_what_failed_and_survives_every_character() -> None:
    cases = [Case("好 <&>", [], 0.1), Case('坏 "x"', ["first\x00 <line>", "second & last"], 0.25)]

    root = ElementTree.fromstring(junit({"a/b.yaml": cases}))  # noqa: S314 - our own text

    assert root.attrib == {"tests": "2", "failures": "1", "errors": "0", "time": "0.350"}
    [suite] = root
    assert [(case.get("classname"), case.get("name")) for case in suite] == [
        ("a/b.yaml", "好 <&>"),
        ("a/b.yaml", '坏 "x"'),
    ]
    [failure] = suite[1]
    assert failure.get("message") == "first� <line>"
    assert failure.text == "first� <line>\nsecond & last"
