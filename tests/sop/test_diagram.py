"""A definition as a picture: every arrow leads where the engine goes, and everything can be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop.definition import Compiled, Definition, definition_of
from sop.diagram import layered, mermaid, svg
from sop.diagram.conditions import resolved
from sop.diagram.exits import Way
from sop.diagram.figures import figure_of, label_lines, link_of
from sop.diagram.flow import Edge, Flow, flow_of
from sop.diagram.labels import around
from sop.diagram.layout import layout
from sop.diagram.overlays import Load, coverage_overlay, live_overlay, span
from sop.diagram.routes import END, START
from sop.diagram.shapes import Box, Direction, Drawing, Link, Place
from sop.diagram.text import width, wrapped
from sop.facts import Fact, FactType
from sop.loading import load_many
from sop.problems import Language
from sop.scenario.coverage import Part, Point, coverage_of
from tests.sop.engine_desk import CATALOG
from tests.sop.engine_stories import Story, definition
from tests.sop.tour import SUB, TOUR

SVG = "{http://www.w3.org/2000/svg}"
BOTH = [Language.ZH, Language.EN]


@pytest.fixture(scope="module")
def tour() -> Definition:
    return definition_of(load_many({"t.yaml": TOUR, "s.yaml": SUB}, CATALOG)["t.yaml"])


def arrows(flow: Flow, source: str) -> dict[str, tuple[Way, str]]:
    return {edge.target: (edge.way, edge.label) for edge in flow.edges if edge.source == source}


def test_every_exit_of_every_step_is_an_arrow(tour: Definition) -> None:
    flow = flow_of(tour, Language.EN)

    assert arrows(flow, START) == {"ask": (Way.NEXT, "")}
    assert [(e.target, e.way, e.label) for e in flow.edges if e.source == "ask"] == [
        ("allow", Way.OUTCOME, "Fine / Maybe"),
        ("nudge", Way.OUTCOME, "No"),
        ("nudge", Way.TIMEOUT, "timeout 3d"),
    ]
    assert arrows(flow, "allow") == {
        "pay": (Way.NEXT, "approved"),
        "explain": (Way.REJECT, "rejected"),
        ":incident/allow": (Way.TIMEOUT, "timeout 2d"),
    }
    assert arrows(flow, "pay") == {"make": (Way.NEXT, ""), "explain": (Way.ERROR, "error")}
    assert arrows(flow, "which") == {
        "nudge": (Way.CASE, "ticket.flag == 500"),
        "both": (Way.CASE, "ticket.flag in ['a', \"b\"]"),
        "parcel": (Way.OTHERWISE, "otherwise"),
    }
    assert arrows(flow, "parcel") == {
        "both": (Way.EVENT, "parcel.received"),
        "search": (Way.EVENT, "parcel.lost"),
        ":end/parcel": (Way.TIMEOUT, "timeout 5d"),
    }
    assert arrows(flow, "explain") == {"ask": (Way.NEXT, "")}
    assert arrows(flow, "other") == {END: (Way.NEXT, "")}


def test_a_path_comes_back_to_what_follows_each_of_its_callers(tour: Definition) -> None:
    flow = flow_of(tour, Language.EN)

    assert arrows(flow, "nudge") == {
        "allow": (Way.NEXT, "(via Ask the customer)"),
        "parcel": (Way.NEXT, "(via Which)"),
    }
    assert arrows(flow, "search") == {"both": (Way.NEXT, "(via parcel)"), ":handled/1": (Way.NEXT, "")}


def test_branches_meet_and_passes_come_round(tour: Definition) -> None:
    flow = flow_of(tour, Language.EN)

    assert arrows(flow, "both") == {"l1": (Way.BRANCH, ""), "r1": (Way.BRANCH, "ticket.flag == 1")}
    assert arrows(flow, "l2") == arrows(flow, "r1") == {":join/both": (Way.NEXT, "")}
    assert arrows(flow, ":join/both") == {"many": (Way.NEXT, "")}
    assert arrows(flow, "many") == {"o1": (Way.PASS, "each item"), "rest": (Way.NEXT, "when done")}
    assert arrows(flow, "o2") == {"o3": (Way.PASS, "again"), "many": (Way.NEXT, "when done")}


def test_handlers_of_events_stand_beside_the_main_line(tour: Definition) -> None:
    flow = flow_of(tour, Language.EN)
    says = {node.id: node.says for node in flow.nodes if node.kind == "whenever"}

    assert arrows(flow, ":whenever/0") == {"gone": (Way.NEXT, "")}
    assert arrows(flow, ":whenever/1") == {"search": (Way.NEXT, "")}
    assert arrows(flow, ":whenever/2") == {":end/:whenever/2": (Way.NEXT, "")}
    assert says[":whenever/0"].lines == ("interrupts the whole run",)
    assert (says[":whenever/1"].lines, says[":whenever/1"].condition) == (
        ("beside Ask the customer",),
        "event.no == 'P1'",
    )


def test_a_step_says_who_does_it_by_when_under_which_condition_and_how_it_is_undone(tour: Definition) -> None:
    says = {node.id: node.says for node in flow_of(tour, Language.EN).nodes}

    assert says["ask"].lines == ("customer · due 1d",)
    assert says["allow"].lines == ("role:boss + manager of owner · all agree · due 4wh",)
    assert says["allow"].condition == "ticket.flag > 500"
    assert says["pay"].marks == ("money",)
    assert says["make"].marks == ("undo erp.unmake",)
    assert says["gone"].marks == ("undoes what was done",)
    assert says["many"].lines == ("each of ticket.list", "2 at once")


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("", "2 branches · any one"),
        (", rest: cancel", "2 branches · any one"),
        (", rest: wait", "2 branches · any one · the others are awaited"),
        (", rest: beside", "2 branches · any one · the others go on beside"),
    ],
)
def test_a_join_says_what_becomes_of_the_others(rest: str, said: str) -> None:
    text = f"""
        dsl: 1
        sop: t
        steps: [{{id: both, type: parallel, branches: [x, y], join: any{rest}}}]
        paths: {{x: [{{id: a, type: wait, for: 1h}}], y: [{{id: b, type: wait, for: 2h}}]}}
    """

    says = {
        node.id: node.says
        for node in flow_of(definition_of(load_many({"t.yaml": text}, CATALOG)["t.yaml"]), Language.EN).nodes
    }

    assert says["both"].lines == (said,)


def test_a_skipped_step_has_an_arrow_of_its_own_only_where_skipping_leads_elsewhere() -> None:
    text = """
        dsl: 1
        sop: t
        steps:
          - {id: a, type: task, assign: owner, due: 1h, when: ticket.flag == 1}
          - {id: b, type: task, assign: owner, due: 1h, when: ticket.flag == 1, next: a}
          - {id: c, type: task, assign: owner, due: 1h}
    """
    flow = flow_of(definition_of(load_many({"t.yaml": text}, CATALOG)["t.yaml"]), Language.EN)

    assert arrows(flow, "a") == {"b": (Way.NEXT, "")}
    assert arrows(flow, "b") == {"a": (Way.NEXT, ""), "c": (Way.SKIP, "skipped")}


def steps_in_order(facts: Sequence[Fact], run: str) -> list[str]:
    """The steps that a run has left, in order; all its threads together."""
    over = (FactType.STEP_CLOSED, FactType.STEP_SKIPPED)
    told = [f for f in facts if f.run == run and f.type in over and f.data.get("status") != "cancelled"]
    return [str(fact.step) for fact in told]


def test_wherever_the_engine_goes_there_is_an_arrow() -> None:
    """Of random definitions that have one line of control; what people do about incidents is no exit."""
    chance, walked = Random(4), 0
    usual = (Story.answer, Story.answer, Story.call, Story.call, Story.found, Story.happening, Story.time, Story.vote)
    for _ in range(800):
        compiled = definition(chance)
        if "whenever" in compiled["document"] or "'parallel'" in str(compiled) or "'repeat'" in str(compiled):
            continue
        drawn = {(edge.source, edge.target) for edge in flow_of(definition_of(compiled), Language.EN).edges}
        story = Story(compiled, chance)
        for _ in range(60):
            story.tell(chance.choice(usual)(story))
        way = steps_in_order(story.facts, "t")
        assert [step for step in pairwise(way) if step not in drawn] == [], compiled["document"]
        walked += len(way)
    assert walked > 120, "the stories went nowhere"


def test_constants_stand_in_conditions_by_their_value() -> None:
    constants = {"limit": 500, "kind": "a'b", "list": [1]}

    assert resolved("steps.x.amount > vars.limit and vars.limits", constants) == (
        "steps.x.amount > 500 and vars.limits"
    )
    assert resolved("'vars.limit' == vars.kind", constants) == "'vars.limit' == \"a'b\""
    assert resolved("steps.x.amount in vars.list", constants, short=True) == "x.amount in vars.list"
    assert resolved("not ( readable", constants) == "not ( readable"


# The picture


def pictures(library: dict[str, Compiled], tour: Definition) -> list[Definition]:
    return [*(definition_of(compiled) for compiled in library.values()), tour]


@pytest.mark.parametrize("language", BOTH)
def test_a_picture_is_valid_svg_that_a_screen_reader_can_tell(
    library: dict[str, Compiled], tour: Definition, language: Language
) -> None:
    for each in pictures(library, tour):
        root = ElementTree.fromstring(svg.draw(flow_of(each, language)))  # noqa: S314 - our own text

        assert root.tag == SVG + "svg"
        assert root.get("role") == "img"
        named = {element.get("id"): element.text or "" for element in root.iter() if element.get("id")}
        assert [bool(named[name].strip()) for name in str(root.get("aria-labelledby")).split()] == [True, True]
        assert not [e for e in root.iter() if e.tag.removeprefix(SVG) in ("script", "foreignObject", "image", "a")]
        assert not [name for e in root.iter() for name in e.attrib if name.startswith("on") or "href" in name]
        drawn = {element.get("data-step") for element in root.iter()}
        assert set(each.steps) <= drawn


def test_without_its_style_a_picture_takes_the_colour_of_the_page(tour: Definition) -> None:
    text = svg.draw(flow_of(tour, Language.EN), standalone=False)

    assert "<style" not in text
    assert set(re.findall(r'(?:stroke|fill)="([^"]*)"', text)) == {"none", "currentColor"}


def test_ways_are_told_apart_without_colour(tour: Definition) -> None:
    root = ElementTree.fromstring(svg.draw(flow_of(tour, Language.EN)))  # noqa: S314 - our own text
    dashes = {}
    for group in root.iter(SVG + "g"):
        names = (group.get("class") or "").split()
        if names[:1] == ["edge"]:
            wire = group.find(SVG + "path")
            assert wire is not None
            dashes[names[1]] = (wire.get("stroke-dasharray"), wire.get("stroke-width"))

    assert set(dashes) == {"main", "side", "timeout", "reject", "error"}
    assert len(set(dashes.values())) == 5


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert svg.clean("a\x00b\x1bc\ufffed\te 电") == "abcd\te 电"


def drawing_of(flow: Flow) -> tuple[Drawing, list[Link]]:
    links = [link_of(edge) for edge in flow.edges]
    return layout([figure_of(node, None, flow.language).box for node in flow.nodes], links), links


def overlapping(places: Sequence[Place]) -> list[tuple[Place, Place]]:
    areas = [(place, around(place.centre, place.width, place.height)) for place in places]
    return [(a, b) for i, (a, one) in enumerate(areas) for b, other in areas[:i] if one.meets(other)]


@pytest.mark.parametrize("language", BOTH)
def test_no_box_lies_on_another_and_no_label_on_a_box_or_a_label(
    library: dict[str, Compiled], tour: Definition, language: Language
) -> None:
    for each in pictures(library, tour):
        flow = flow_of(each, language)
        drawing, links = drawing_of(flow)
        boxes = list(drawing.places.values())
        labels = [
            Place(line.label.x - link.label_width / 2, line.label.y - 9, link.label_width, 18)
            for line, link in zip(drawing.lines, links, strict=True)
            if link.label_width
        ]

        assert overlapping(boxes) == []
        assert [one for one in overlapping([*boxes, *labels]) if one[0] in labels] == [], each.key
        assert all(place.x >= 0 and place.x + place.width <= drawing.width for place in (*boxes, *labels)), each.key


def test_the_main_line_of_a_shipped_definition_is_one_straight_column(library: dict[str, Compiled]) -> None:
    bent = {}
    for name, compiled in library.items():
        each = definition_of(compiled)
        drawing, _ = drawing_of(flow_of(each, Language.EN))
        columns = {round(drawing.places[step.id].centre.x) for step in each.document.steps}
        if len(columns) > 1:
            bent[name] = sorted(columns)

    assert bent == {}


def test_lines_begin_and_end_at_the_borders_of_their_boxes(tour: Definition) -> None:
    flow = flow_of(tour, Language.ZH)
    drawing, links = drawing_of(flow)

    for link, line in zip(links, drawing.lines, strict=True):
        for name, point in ((link.source, line.points[0]), (link.target, line.points[-1])):
            place = drawing.places[name]
            assert place.x - 1 <= point.x <= place.x + place.width + 1
            assert place.y - 1 <= point.y <= place.y + place.height + 1


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[Link]]:
    count = draw(st.integers(1, 14))
    sizes = st.floats(10, 200)
    boxes = [Box(f"n{number}", draw(sizes), draw(sizes)) for number in range(count)]
    ends = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=25))
    return boxes, [Link(f"n{one}", f"n{other}", label_width=40, label_height=16) for one, other in pairs]


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(Direction))
def test_our_own_layers_take_any_graph(graph: tuple[list[Box], list[Link]], direction: Direction) -> None:
    boxes, links = graph
    drawing = layered.layout(boxes, links, direction)

    assert set(drawing.places) == {box.id for box in boxes}
    assert overlapping(list(drawing.places.values())) == []
    assert len(drawing.lines) == len(links)
    assert all(len(line.points) >= 2 for line in drawing.lines)


def test_layers_follow_the_longest_way_and_cross_little() -> None:
    boxes = [Box(name, 10, 10) for name in "abcdef"]
    links = [Link(*pair) for pair in ("ab", "ac", "bd", "ce", "df", "ef", "af", "fa")]
    places = layered.layout(boxes, links).places

    assert [places[name].y for name in "abcdef"] == [0, 66, 66, 132, 132, 198]
    assert (places["b"].x < places["c"].x) == (places["d"].x < places["e"].x)


def test_what_graphlay_refuses_is_laid_out_by_our_own_layers() -> None:
    boxes, links = [Box("a", 10, 10), Box("b", 10, 10)], [Link("a", "b", weight=0)]

    assert layout(boxes, links).places == layered.layout(boxes, links).places
    assert layout([], []).places == {}


def test_full_width_text_is_as_wide_as_it_is_high_and_lines_fit_their_room() -> None:
    assert width("退货退款", 10) == 40
    assert width("return", 10) < 60

    for text in ("客户要求退货并退款，请仓库尽快核对", "a_very_long_name_without_any_place_to_break_it_at_all", "短"):
        lines = wrapped(text, 12, 100, 3)
        assert all(width(line, 12) <= 100 for line in lines)
        assert "".join(lines) == text or lines[-1].endswith("…")
    assert wrapped("等待退件入库，再通知客户", 10, 60, 9)[0] == "等待退件入库"[:5], "no line begins with a comma"


# Mermaid


@pytest.mark.parametrize("language", BOTH)
def test_mermaid_names_every_node_once_and_quotes_what_it_would_read(tour: Definition, language: Language) -> None:
    flow = flow_of(tour, language)
    text = mermaid.written(flow)

    nodes = re.findall(r"^  (n\d+)\W", text, re.MULTILINE)
    arrows_written = re.findall(r"^  n\d+ (==>|-->|-\.->)(?:\|\"[^\"]*\"\|)? n\d+$", text, re.MULTILINE)
    assert len(arrows_written) == len(flow.edges)
    assert set(nodes) == {f"n{number}" for number in range(len(flow.nodes))}
    assert "#quot;b#quot;" in text
    assert "-.->" in text
    assert [line for line in text.splitlines() if line.count('"') % 2] == []


# What is laid over it


def test_coverage_shows_what_no_scenario_has_come_by(tour: Definition) -> None:
    flow = flow_of(tour, Language.EN)
    points = coverage_of(tour, []).points
    missing = {Point("pay", Part.STEP), Point("ask", Part.OUTCOME, "no"), Point("allow", Part.REJECT)}
    overlay = coverage_overlay(flow, points, points - missing)

    assert overlay.badges["pay"].text == "✗ not visited"
    assert overlay.badges["ask"].text == "✗ not taken: No"
    assert overlay.badges["make"].text == "✓ covered by scenarios"
    assert overlay.untaken == {("ask", "nudge", Way.OUTCOME), ("allow", "explain", Way.REJECT)}
    assert f"{len(points) - 3}/{len(points)}" in overlay.note
    assert "not visited" in svg.draw(flow, overlay)
    assert "✗" in mermaid.written(flow, overlay)


def test_every_point_of_coverage_has_its_place_in_the_picture(library: dict[str, Compiled]) -> None:
    for compiled in library.values():
        each = definition_of(compiled)
        flow = flow_of(each, Language.EN)
        points = coverage_of(each, []).points
        nothing = coverage_overlay(flow, points, ())
        shown = {edge for edge in flow.edges if (edge.source, edge.target, edge.way) in nothing.untaken}

        def has(point: Point, shown: set[Edge] = shown) -> bool:
            mine = [edge for edge in shown if edge.source == point.step]
            late = {Part.TIMEOUT: Way.TIMEOUT, Part.REJECT: Way.REJECT}.get(point.part)
            return any(point.name in edge.names if late is None else edge.way is late for edge in mine)

        assert [p for p in points if p.part is not Part.STEP and not has(p)] == []


def test_live_counts_and_medians_stand_on_their_steps(tour: Definition) -> None:
    flow = flow_of(tour, Language.ZH)
    overlay = live_overlay(flow, {"ask": Load(12, 3 * 3600), "pay": Load(0, 42), "unknown": Load(3)})

    assert overlay.badges["ask"].text == "在办 12 · 中位 3 小时"
    assert overlay.badges["pay"].text == "中位 42 秒"
    assert set(overlay.badges) == {"ask", "pay"}


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (0.34, "0.3 s"), (59.6, "60 s"), (90, "1.5 min"), (36_000, "10 h"), (86_400, "1 d"), (9e6, "104 d")],
)
def test_times_are_told_in_their_largest_unit(seconds: float, told: str) -> None:
    assert span(seconds, Language.EN) == told


def test_a_label_that_does_not_fit_is_told_in_full_by_its_tooltip() -> None:
    words = " or ".join(f"ticket.flag == {number}" for number in range(30))
    text = f"""
        dsl: 1
        sop: t
        steps:
          - {{id: a, type: decision, cases: [{{when: {words}, next: a}}], otherwise: end}}
    """
    flow = flow_of(definition_of(load_many({"t.yaml": text}, CATALOG)["t.yaml"]), Language.EN)
    shown = next(edge for edge in flow.edges if edge.way is Way.CASE)

    assert label_lines(shown)[-1].endswith("…")
    assert f"<title>{words}</title>" in svg.draw(flow)
