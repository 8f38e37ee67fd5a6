"""The XML of a BPMN process with its diagram, in the order that the schema asks for."""

from __future__ import annotations

from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import SubElement, indent, register_namespace, tostring

from sop.bpmn.mapping import model_of
from sop.bpmn.parts import Element, Loop, Model, Scope, Tag, Trigger
from sop.bpmn.places import Plan, plan_of
from sop.definition import Definition
from sop.diagram.names import Names
from sop.diagram.shapes import Place, Point
from sop.diagram.svg import clean
from sop.problems import Language

SPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
OURS = "urn:gongdan:sop"
EXPRESSIONS = "urn:gongdan:expression"
for _prefix, _uri in SPACES.items():
    register_namespace(_prefix, _uri)


def written(definition: Definition, language: Language, names: Names | None = None) -> str:
    """A definition as a BPMN 2.0 document, diagram included."""
    model = model_of(definition, language, names)
    attributes = {
        "id": "definitions",
        "name": clean(model.title),
        "targetNamespace": OURS,
        "expressionLanguage": EXPRESSIONS,
        "exporter": "Gongdan",
    }
    root = Xml(_bpmn("definitions"), attributes)
    process = SubElement(
        root, _bpmn("process"), {"id": definition.key, "name": clean(model.title), "isExecutable": "false"}
    )
    told = names.text(definition.document.description, language) if names else ""
    _document(process, told)
    _Writer(model).scope(process, model.process)
    for position, (what, name) in enumerate(model.book.references):
        root.insert(position, _reference(what, name, model.book.references[what, name]))
    _diagram(root, definition.key, model.process, plan_of(model.process))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _bpmn(name: str) -> str:
    return f"{{{SPACES['bpmn']}}}{name}"


def _di(prefix: str, name: str) -> str:
    return f"{{{SPACES[prefix]}}}{name}"


def _reference(what: Trigger, name: str, given: str) -> Xml:
    code = {Trigger.ERROR: "errorCode", Trigger.ESCALATION: "escalationCode"}.get(what)
    return Xml(_bpmn(what), {"id": given, "name": clean(name), **({code: clean(name)} if code else {})})


def _document(parent: Xml, text: str) -> None:
    if text:
        SubElement(parent, _bpmn("documentation")).text = clean(text)


class _Writer:
    """Writes scopes; what their events are about is noted in the book."""

    def __init__(self, model: Model) -> None:
        self._book = model.book

    def scope(self, parent: Xml, scope: Scope) -> None:
        """The elements and flows of a scope, then its associations."""
        for element in scope.elements.values():
            self._element(parent, scope, element)
        for flow in scope.flows:
            attributes = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
            xml = SubElement(parent, _bpmn("sequenceFlow"), {**attributes, **_named(flow.name)})
            if flow.condition:
                _expression(xml, "conditionExpression", flow.condition)
        for element in scope.elements.values():
            if element.undoes:
                ends = {"sourceRef": element.undoes, "targetRef": element.id, "associationDirection": "One"}
                SubElement(parent, _bpmn("association"), {"id": f"undo_{element.id}", **ends})

    def _element(self, parent: Xml, scope: Scope, element: Element) -> None:
        xml = SubElement(parent, _bpmn(element.tag), {"id": element.id, **_named(element.name), **_attributes(element)})
        _document(xml, element.documentation)
        _ends(xml, "incoming", [flow.id for flow in scope.flows if flow.target == element.id])
        _ends(xml, "outgoing", [flow.id for flow in scope.flows if flow.source == element.id])
        for performer in element.performers:
            _performer(xml, performer)
        if element.loop is not None:
            _loop(xml, element.loop)
        if element.trigger is not None:
            self._trigger(xml, element, element.trigger)
        if element.condition:
            _expression(xml, "activationCondition", element.condition)
        if element.inner is not None:
            self.scope(xml, element.inner)

    def _trigger(self, parent: Xml, element: Element, trigger: Trigger) -> None:
        attributes = {"id": self._book.new_id(f"{element.id}_{trigger}")}
        if trigger in (Trigger.MESSAGE, Trigger.ERROR, Trigger.ESCALATION):
            attributes[f"{trigger}Ref"] = self._book.reference(trigger, element.about)
        xml = SubElement(parent, _bpmn(f"{trigger}EventDefinition"), attributes)
        if element.timer is not None:
            _expression(xml, "timeDate" if element.timer.date else "timeDuration", element.timer.text)


def _ends(parent: Xml, name: str, flows: list[str]) -> None:
    for flow in flows:
        SubElement(parent, _bpmn(name)).text = flow


def _attributes(element: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    if element.default:
        found["default"] = element.default
    if element.called:
        found["calledElement"] = element.called
    if element.undoes:
        found["isForCompensation"] = "true"
    if element.by_event:
        found["triggeredByEvent"] = "true"
    if element.host:
        found["attachedToRef"] = element.host
    if not element.interrupting:
        found["cancelActivity" if element.host else "isInterrupting"] = "false"
    return found


def _named(name: str) -> dict[str, str]:
    return {"name": clean(name)} if name else {}


def _expression(parent: Xml, name: str, text: str) -> None:
    kind = {f"{{{SPACES['xsi']}}}type": "bpmn:tFormalExpression"}
    SubElement(parent, _bpmn(name), kind).text = clean(text)


def _performer(parent: Xml, who: str) -> None:
    owner = SubElement(parent, _bpmn("potentialOwner"))
    assignment = SubElement(owner, _bpmn("resourceAssignmentExpression"))
    SubElement(assignment, _bpmn("formalExpression")).text = clean(who)


def _loop(parent: Xml, loop: Loop) -> None:
    if loop.each is None:
        attributes = {"testBefore": "false"} | ({"loopMaximum": str(loop.most)} if loop.most else {})
        xml = SubElement(parent, _bpmn("standardLoopCharacteristics"), attributes)
        if loop.until is not None:
            _expression(xml, "loopCondition", f"not ({loop.until})")
        return
    sequential = {"isSequential": "true" if loop.at_once <= 1 else "false"}
    xml = SubElement(parent, _bpmn("multiInstanceLoopCharacteristics"), sequential)
    _expression(xml, "loopCardinality", f"({loop.each}) | length")
    counted = f"numberOfCompletedInstances >= {loop.enough}" if loop.enough else None
    conditions = [each for each in (counted, loop.until) if each is not None]
    if conditions:
        _expression(xml, "completionCondition", " or ".join(conditions))


# The diagram


def _diagram(root: Xml, key: str, process: Scope, plan: Plan) -> None:
    diagram = SubElement(root, _di("bpmndi", "BPMNDiagram"), {"id": "diagram"})
    plane = SubElement(diagram, _di("bpmndi", "BPMNPlane"), {"id": "plane", "bpmnElement": key})
    _shapes(plane, process, plan)


def _shapes(plane: Xml, scope: Scope, plan: Plan) -> None:
    for element in scope.elements.values():
        attributes = {"id": f"{element.id}_shape", "bpmnElement": element.id}
        if element.tag is Tag.SUB_PROCESS:
            attributes["isExpanded"] = "true" if element.inner is not None else "false"
        if element.tag is Tag.EXCLUSIVE:
            attributes["isMarkerVisible"] = "true"
        shape = SubElement(plane, _di("bpmndi", "BPMNShape"), attributes)
        _bounds(shape, plan.places[element.id])
        _label(shape, plan.labels.get(element.id))
        if element.inner is not None:
            _shapes(plane, element.inner, plan)
    for name in (*(flow.id for flow in scope.flows), *(f"undo_{e.id}" for e in scope.elements.values() if e.undoes)):
        edge = SubElement(plane, _di("bpmndi", "BPMNEdge"), {"id": f"{name}_edge", "bpmnElement": name})
        for point in plan.ways[name]:
            SubElement(edge, _di("di", "waypoint"), _xy(point))
        _label(edge, plan.labels.get(name))


def _label(parent: Xml, place: Place | None) -> None:
    if place is not None:
        _bounds(SubElement(parent, _di("bpmndi", "BPMNLabel")), place)


def _bounds(parent: Xml, place: Place) -> None:
    size = {"width": f"{place.width:.0f}", "height": f"{place.height:.0f}"}
    SubElement(parent, _di("dc", "Bounds"), {**_xy(Point(place.x, place.y)), **size})


def _xy(point: Point) -> dict[str, str]:
    return {"x": f"{point.x:.0f}", "y": f"{point.y:.0f}"}
