"""The parts of a BPMN process, before they are XML: elements, sequence flows, scopes, and what they refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sop.definition import Definition
from sop.diagram.names import Names
from sop.problems import Language


class Tag(StrEnum):
    """The elements that we write."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    USER_TASK = "userTask"
    SERVICE_TASK = "serviceTask"
    CALL = "callActivity"
    SUB_PROCESS = "subProcess"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    COMPLEX = "complexGateway"
    EVENT_BASED = "eventBasedGateway"


class Trigger(StrEnum):
    """What an event is about."""

    MESSAGE = "message"
    TIMER = "timer"
    ERROR = "error"
    ESCALATION = "escalation"
    COMPENSATION = "compensate"
    TERMINATE = "terminate"


ACTIVITIES = frozenset((Tag.USER_TASK, Tag.SERVICE_TASK, Tag.CALL, Tag.SUB_PROCESS))
GATEWAYS = frozenset((Tag.EXCLUSIVE, Tag.PARALLEL, Tag.INCLUSIVE, Tag.COMPLEX, Tag.EVENT_BASED))


@dataclass(frozen=True, slots=True)
class Timer:
    """When a timer fires: after a duration, or at a date."""

    text: str
    date: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """How a sub-process is done again: for each of a list, or until a condition."""

    each: str | None = None
    until: str | None = None
    at_once: int = 1
    most: int | None = None
    enough: int = 0  # so many instances complete the list; none: all of them


@dataclass(slots=True)
class Element:
    """One flow node. ``about``: the message, error or escalation of its event. ``host``: what a boundary event is on;
    ``performers``: who does a user task; ``undoes``: the compensation event that leads to it."""

    id: str
    tag: Tag
    name: str = ""
    documentation: str = ""
    trigger: Trigger | None = None
    about: str = ""
    timer: Timer | None = None
    host: str = ""
    interrupting: bool = True
    performers: tuple[str, ...] = ()
    called: str = ""
    condition: str = ""
    undoes: str = ""
    default: str = ""
    inner: Scope | None = None
    loop: Loop | None = None
    by_event: bool = False


@dataclass(frozen=True, slots=True)
class SequenceFlow:
    """From one element to another of the same scope."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass(slots=True)
class Scope:
    """A process or a sub-process: its elements and flows. ``lines`` are the lines of the definition that it holds.

    ``holder``: the sub-process it is in; ``repeat``: the step whose passes it is. ``entries``: the element at which a
    step or another node of the flow is entered; ``own``: a step's own first element, behind its condition."""

    lines: tuple[str, ...]
    parent: Scope | None = None
    holder: str = ""
    repeat: str = ""
    elements: dict[str, Element] = field(default_factory=dict)
    flows: list[SequenceFlow] = field(default_factory=list)
    entries: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """What all scopes of one document share: the definition, the reader, the ids given, and the things referred to."""

    definition: Definition
    language: Language
    names: Names
    used: set[str] = field(default_factory=set)
    references: dict[tuple[Trigger, str], str] = field(default_factory=dict)

    def new_id(self, wanted: str) -> str:
        """An id that nothing has yet."""
        name, number = wanted, 1
        while name in self.used:
            number += 1
            name = f"{wanted}_{number}"
        self.used.add(name)
        return name

    def reference(self, trigger: Trigger, name: str) -> str:
        """The id of a message, error or escalation of this name."""
        known = self.references.get((trigger, name))
        if known is None:
            plain = "".join(one if one.isascii() and one.isalnum() else "_" for one in name)
            known = self.references[trigger, name] = self.new_id(f"{trigger}_{plain}")
        return known


@dataclass(frozen=True, slots=True)
class Model:
    """A whole document."""

    book: Book
    process: Scope
    title: str
