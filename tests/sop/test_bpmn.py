"""A definition as BPMN: valid by the schema, whole by its references, and meaning the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
import SpiffWorkflow.bpmn.parser
from lxml import etree

from sop.bpmn.document import SPACES, written
from sop.bpmn.mapping import elements, model_of
from sop.bpmn.parts import Element, Model, Tag, Trigger
from sop.bpmn.places import Plan, plan_of
from sop.bpmn.steps import timer
from sop.definition import Compiled, Definition, definition_of
from sop.diagram.labels import Area, around
from sop.loading import load_many
from sop.problems import Language
from tests.sop.engine_desk import CATALOG
from tests.sop.engine_stories import definition
from tests.sop.tour import SUB, TOUR

SCHEMA = Path(SpiffWorkflow.bpmn.parser.__file__).parent / "schema" / "BPMN20.xsd"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def defined(text: str) -> Definition:
    head = "" if text.lstrip().startswith("dsl:") else "dsl: 1\nsop: t\n"
    return definition_of(load_many({"t.yaml": head + text, "s.yaml": SUB}, CATALOG)["t.yaml"])


@pytest.fixture(scope="module")
def tour() -> Definition:
    return defined(TOUR)


def found(model: Model) -> dict[str, Element]:
    return {element.id: element for element in elements(model.process)}


def leads(model: Model, source: str) -> dict[str, str]:
    """Where an element leads, with the condition."""
    scopes = [model.process, *(e.inner for e in elements(model.process) if e.inner is not None)]
    return {flow.target: flow.condition for scope in scopes for flow in scope.flows if flow.source == source}


def ids(document: etree._Element, *names: str) -> list[str]:
    return [str(value) for name in names for value in document.xpath(f"//@{name}")]


def complaints(document: etree._Element) -> list[str]:
    """References that lead nowhere, things without a shape, flows that leave their scope, elements nobody enters."""
    known = Counter(ids(document, "id"))
    wrong = [f"{name} stands {count} times" for name, count in known.items() if count > 1]
    named = ids(document, "sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement", "messageRef", "errorRef")
    named += [*ids(document, "escalationRef"), *document.xpath("//bpmn:incoming/text()", namespaces=SPACES)]
    wrong += [f"nothing is {name}" for name in named if name not in known]
    drawn = set(ids(document, "bpmnElement"))
    for node in document.iter(*[f"{{{SPACES['bpmn']}}}{tag}" for tag in (*Tag, "sequenceFlow", "association")]):
        if node.get("id") not in drawn:
            wrong.append(f"{node.get('id')} is not drawn")
    scope_of = {node.get("id"): node.getparent().get("id") for node in document.iterdescendants() if node.get("id")}
    for flow in document.iter(f"{{{SPACES['bpmn']}}}sequenceFlow"):
        if len({scope_of[flow.get(end)] for end in ("sourceRef", "targetRef")} | {flow.getparent().get("id")}) > 1:
            wrong.append(f"{flow.get('id')} leaves its scope")
    return wrong


def loose_ends(model: Model) -> list[str]:
    """Elements that nothing leads to, or that lead nowhere though they should."""
    wrong = []
    for scope in [model.process, *(e.inner for e in elements(model.process) if e.inner is not None)]:
        sources, targets = {flow.source for flow in scope.flows}, {flow.target for flow in scope.flows}
        for element in scope.elements.values():
            beside = element.by_event or element.undoes or element.trigger is Trigger.COMPENSATION
            if element.tag is not Tag.END and not beside and element.id not in sources:
                wrong.append(f"{element.id} leads nowhere")
            if element.tag not in (Tag.START, Tag.BOUNDARY) and not beside and element.id not in targets:
                wrong.append(f"nothing leads to {element.id}")
    return wrong


@pytest.mark.parametrize("language", list(Language))
def test_every_shipped_definition_is_valid_bpmn_with_a_diagram(
    library: dict[str, Compiled], tour: Definition, schema: etree.XMLSchema, language: Language
) -> None:
    for each in (*(definition_of(compiled) for compiled in library.values()), tour):
        document = etree.fromstring(written(each, language).encode())

        assert schema.validate(document), f"{each.key}: {schema.error_log}"
        assert complaints(document) == [], each.key
        assert loose_ends(model_of(each, language)) == [], each.key


def test_any_definition_is_valid_bpmn(schema: etree.XMLSchema) -> None:
    chance = Random(11)
    for _ in range(60):
        each = definition_of(definition(chance))
        document = etree.fromstring(written(each, Language.EN).encode())

        assert schema.validate(document), f"{each.document}: {schema.error_log}"
        assert complaints(document) == [], each.document


def test_every_type_of_step_has_its_own_element(tour: Definition) -> None:
    model = model_of(tour, Language.EN)
    tags = {name: element.tag for name, element in found(model).items()}

    assert {
        name: str(tags[name]) for name in ("ask", "allow", "pay", "which", "parcel", "both", "many", "rest", "other")
    } == {
        "ask": "userTask",
        "allow": "userTask",
        "pay": "serviceTask",
        "which": "exclusiveGateway",
        "parcel": "eventBasedGateway",
        "both": "inclusiveGateway",
        "many": "subProcess",
        "rest": "intermediateCatchEvent",
        "other": "callActivity",
    }
    assert tags["gone"] is Tag.END


def test_people_who_do_a_task_are_its_potential_owners(tour: Definition) -> None:
    document = etree.fromstring(written(tour, Language.EN).encode())
    owners = document.xpath("//bpmn:userTask[@id='allow']//bpmn:formalExpression/text()", namespaces=SPACES)

    assert owners == ["role:boss", "manager_of:owner"]


def test_an_approval_is_a_task_and_a_gateway_and_its_condition_another(tour: Definition) -> None:
    model = model_of(tour, Language.EN)

    assert leads(model, "allow_when") == {"allow": "ticket.flag > 500", "pay": ""}
    assert found(model)["allow_when"].default == "flow_allow_when_pay"
    assert leads(model, "allow") == {"allow_answer": ""}
    assert leads(model, "allow_answer") == {"pay": "steps.allow.approved", "explain": "not steps.allow.approved"}


def test_timeouts_and_errors_are_boundary_events(tour: Definition) -> None:
    events = found(model_of(tour, Language.EN))

    late, failed = events["ask_timeout"], events["pay_error"]
    assert (late.host, late.trigger, late.timer and late.timer.text) == ("ask", Trigger.TIMER, "P3D")
    assert (failed.host, failed.trigger) == ("pay", Trigger.ERROR)
    assert leads(model_of(tour, Language.EN), "pay_error") == {"explain": ""}


def test_a_wait_for_events_is_a_gateway_before_each_of_them(tour: Definition) -> None:
    model = model_of(tour, Language.EN)
    events = found(model)

    assert list(leads(model, "parcel")) == ["parcel_event_1", "parcel_event_2", "parcel_timeout"]
    assert [events[name].trigger for name in leads(model, "parcel")] == [
        Trigger.MESSAGE,
        Trigger.MESSAGE,
        Trigger.TIMER,
    ]
    assert leads(model, "parcel_event_1") == {"both": ""}
    assert leads(model, "parcel_event_2") == {"search": ""}


def test_an_action_that_can_be_undone_has_its_compensation(tour: Definition) -> None:
    document = etree.fromstring(written(tour, Language.EN).encode())

    def one(path: str) -> etree._Element:
        (only,) = document.xpath(path, namespaces=SPACES)
        return only

    assert one("//bpmn:boundaryEvent[@id='make_undo']/bpmn:compensateEventDefinition") is not None
    link = one("//bpmn:association")
    assert (link.get("sourceRef"), link.get("targetRef")) == ("make_undo", "make_undoing")
    assert one("//bpmn:serviceTask[@id='make_undoing']").get("isForCompensation") == "true"
    assert one("//bpmn:intermediateThrowEvent/bpmn:compensateEventDefinition") is not None


@pytest.mark.parametrize(
    ("branches", "join", "split", "joined"),
    [
        ("[p, q]", "all", "parallelGateway", "parallelGateway"),
        ("[p, {path: q, when: ticket.flag == 1}]", "all", "inclusiveGateway", "inclusiveGateway"),
        ("[p, q]", "any", "parallelGateway", "complexGateway"),
        ("[p, q]", "2", "parallelGateway", "complexGateway"),
    ],
)
def test_branches_split_and_join_by_the_gateway_that_means_it(
    branches: str, join: str, split: str, joined: str
) -> None:
    text = f"""
steps: [{{id: both, type: parallel, branches: {branches}, join: {join}}}]
paths:
  p: [{{id: a, type: wait, for: 1h}}]
  q: [{{id: b, type: wait, for: 2h}}]
"""
    model = model_of(defined(text), Language.EN)
    events = found(model)

    assert (str(events["both"].tag), str(events["both_join"].tag)) == (split, joined)
    assert leads(model, "a") == leads(model, "b") == {"both_join": ""}


def test_a_repeat_is_a_sub_process_that_knows_how_it_is_done_again(tour: Definition) -> None:
    document = etree.fromstring(written(tour, Language.EN).encode())
    many = document.xpath("//bpmn:subProcess[@id='many']/bpmn:multiInstanceLoopCharacteristics", namespaces=SPACES)
    again = document.xpath("//bpmn:subProcess[@id='o2']/bpmn:standardLoopCharacteristics", namespaces=SPACES)

    assert [one.get("isSequential") for one in many] == ["false"]
    assert [one.get("loopMaximum") for one in again] == ["20"]
    assert again[0][0].text == "not (steps.o3.visits > 2)"
    assert document.xpath("//bpmn:subProcess[@id='many']/bpmn:subProcess/@id", namespaces=SPACES) == ["o2"]


def test_a_repeat_that_joins_some_of_its_passes_is_complete_with_them() -> None:
    text = """
steps: [{id: many, type: repeat, do: one, each: ticket.list, at_once: 3, join: 2, until: loop.done > 1}]
paths:
  one: [{id: nap, type: wait, for: 1d}]
"""
    document = etree.fromstring(written(defined(text), Language.EN).encode())
    condition = document.xpath("//bpmn:subProcess[@id='many']//bpmn:completionCondition", namespaces=SPACES)

    assert [one.text for one in condition] == ["numberOfCompletedInstances >= 2 or loop.done > 1"]


def test_leaving_a_repeat_interrupts_it() -> None:
    text = """
steps:
  - {id: many, type: repeat, do: one, each: ticket.list}
  - {id: after, type: wait, for: 1h}
  - {id: last, type: wait, for: 1h}
paths:
  one:
    - {id: look, type: decision, cases: [{when: item, next: last}, {when: item, next: stop}], otherwise: continue}
  stop:
    - {id: over, type: end, result: cancelled}
"""
    model = model_of(defined(text), Language.EN)
    left = [e for e in found(model).values() if e.host == "many" and e.trigger is Trigger.ESCALATION]
    thrown = [e for e in found(model).values() if e.tag is Tag.END and e.trigger is Trigger.ESCALATION]

    assert sorted(event.about for event in left) == sorted(event.about for event in thrown)
    targets = [target for event in left for target in leads(model, event.id)]
    assert sorted(str(found(model)[target].tag) for target in targets) == ["endEvent", "intermediateCatchEvent"]
    assert "last" in targets


def test_a_path_that_repeats_itself_ends() -> None:
    text = """
steps: [{id: outer, type: repeat, do: tree, each: ticket.list}]
paths:
  tree:
    - {id: leaf, type: wait, for: 1h}
    - {id: inner, type: repeat, do: tree, each: item}
"""
    model = model_of(defined(text), Language.EN)

    assert found(model)["inner"].inner is not None
    assert found(model)["inner_2"].inner is None


def test_handlers_are_boundary_events_of_their_steps_or_sub_processes_of_their_own(tour: Definition) -> None:
    model = model_of(tour, Language.EN)
    events = found(model)

    beside = events["whenever_2"]
    assert (beside.tag, beside.host, beside.interrupting) == (Tag.BOUNDARY, "ask", False)
    assert leads(model, "whenever_2") == {"search": ""}
    whole = events["whenever_1_process"]
    assert whole.by_event
    assert whole.inner is not None
    assert [str(e.tag) for e in whole.inner.elements.values()] == ["endEvent", "intermediateThrowEvent", "startEvent"]


def test_a_path_of_several_callers_asks_from_where_it_was_entered(tour: Definition) -> None:
    model = model_of(tour, Language.EN)

    assert list(leads(model, "nudge")) == ["nudge_back"]
    assert set(leads(model, "nudge_back")) == {"allow_when", "parcel"}


@pytest.mark.parametrize(
    ("written_as", "means"),
    [
        ("3d", "P3D"),
        ("1d2h", "P1DT2H"),
        ("90s", "PT1M30S"),
        ("1w", "P7D"),
        ("0s", "P0D"),
        ("4wh", "4wh"),
        ("{{ x }}", "{{ x }}"),
    ],
)
def test_clock_time_is_iso_8601_and_working_time_stays_as_written(written_as: str, means: str) -> None:
    assert timer(written_as).text == means


# The diagram


def askew(model: Model) -> list[str]:
    """Flows that do not touch their shapes, events off their hosts, and shapes on each other."""
    plan, known, wrong = plan_of(model.process), found(model), []
    for scope in [model.process, *(e.inner for e in known.values() if e.inner is not None)]:
        for flow in scope.flows:
            for name, point in ((flow.source, plan.ways[flow.id][0]), (flow.target, plan.ways[flow.id][-1])):
                place = plan.places[name]
                if not around(place.centre, place.width, place.height, 2).meets(around(point, 1, 1)):
                    wrong.append(f"{flow.id} does not touch {name}")
        hosted = [element for element in scope.elements.values() if element.host]
        wrong += [f"{e.id} is off {e.host}" for e in hosted if not _areas(plan, e.id).meets(_areas(plan, e.host))]
        solid = [element.id for element in scope.elements.values() if not element.host]
        areas = {name: _areas(plan, name) for name in solid}
        wrong += [f"{a} on {b}" for i, a in enumerate(solid) for b in solid[:i] if areas[a].meets(areas[b])]
    return wrong


def _areas(plan: Plan, name: str) -> Area:
    place = plan.places[name]
    return around(place.centre, place.width, place.height)


def test_flows_touch_their_shapes_and_shapes_stand_apart(library: dict[str, Compiled], tour: Definition) -> None:
    for each in (*(definition_of(compiled) for compiled in library.values()), tour):
        for language in Language:
            assert askew(model_of(each, language)) == [], each.key


def test_the_diagram_of_any_definition_is_straight() -> None:
    chance = Random(12)
    for _ in range(40):
        each = definition_of(definition(chance))

        assert askew(model_of(each, Language.EN)) == [], each.document
