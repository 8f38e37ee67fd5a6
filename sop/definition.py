"""A definition ready to run: the file's model, its versions of everything it calls, and where each thing stands.

A definition travels as plain JSON (``Compiled``) in a ticket's history; ``definition_of`` turns it into the model once
a process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import (
    NewType,
    NotRequired,  # pydantic asks for this one before Python 3.12
)

from typing_extensions import TypedDict

from sop.model import ClockPolicy, Document, Kind, Step
from sop.values import decode

Sha256 = NewType("Sha256", str)
MAIN_LINE = ""


class ActionContract(TypedDict):
    """What a definition knows of an action it calls: names in and out, effect, idempotency, inverse."""

    takes: list[str]
    gives: list[str]
    effect: str
    idempotent: str
    undo: str | None


class Compiled(TypedDict):
    """A published definition as plain JSON. ``positions`` maps a JSON pointer to [line, column], both from 1.

    ``policies`` are the company's clocks that come with it; ``hours`` the calendars of teams and segments by name,
    where the file asks for them."""

    kind: str
    key: str
    version: int
    sha256: str
    file: str
    document: dict[str, object]
    positions: dict[str, list[int]]
    actions: dict[str, ActionContract]
    undo_takes: dict[str, list[str]]
    personal: list[str]
    sops: dict[str, Compiled]
    calendars: dict[str, dict[str, object]]
    policies: NotRequired[dict[str, object]]
    hours: NotRequired[dict[str, dict[str, str]]]


@dataclass(slots=True)
class Adopted:
    """The clocks' policies and calendars of a later version, taken over by a run that goes on with its own steps.
    All plain JSON, as a definition carries them; ``version`` and ``sha256`` are that definition's."""

    version: int
    sha256: str
    sla: dict[str, object]
    policies: dict[str, object]
    calendars: dict[str, dict[str, object]]
    hours: dict[str, dict[str, str]]


def adoptable(compiled: Compiled) -> Adopted:
    """What a run may take over of a version: its clocks and their calendars."""
    sla = compiled["document"].get("sla")
    return Adopted(
        compiled["version"],
        compiled["sha256"],
        {str(name): each for name, each in sla.items()} if isinstance(sla, Mapping) else {},
        dict(compiled.get("policies", {})),
        dict(compiled["calendars"]),
        dict(compiled.get("hours", {})),
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """A step and where it stands: its line (``""`` is the main line), its index on it, its JSON pointer."""

    step: Step
    line: str
    index: int
    pointer: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition the engine runs."""

    kind: Kind
    key: str
    version: int
    sha256: Sha256
    file: str
    document: Document
    steps: Mapping[str, Placed]
    lines: Mapping[str, tuple[Step, ...]]
    positions: Mapping[str, tuple[int, int]]
    actions: Mapping[str, ActionContract]
    undo_takes: Mapping[str, tuple[str, ...]]
    personal: frozenset[str]
    policies: Mapping[str, ClockPolicy]
    compiled: Compiled = field(repr=False)

    def where(self, pointer: str) -> str:
        """``file:line:col`` of a JSON pointer, or of the nearest thing around it."""
        while pointer and pointer not in self.positions:
            pointer = pointer.rpartition("/")[0]
        line, column = self.positions.get(pointer, (1, 1))
        return f"{self.file}:{line}:{column}"


def definition_of(compiled: Compiled) -> Definition:
    """The definition of its JSON; the same object every time within a process, by content."""
    content = (compiled["sha256"], compiled["version"])
    known = _known.get(content)
    if known is None:
        known = _known[content] = _build(compiled)
    return known


def policies_of(company: Mapping[str, object], document: Document) -> dict[str, ClockPolicy]:
    """The clocks of a definition by name: the company's, and its own, which come before those of the same name."""
    own = document.sla
    known = {name: ClockPolicy.model_validate(each) for name, each in company.items() if name not in own} | own
    return dict(sorted(known.items()))  # JSON on the way to a workflow keeps no other order


_known: dict[tuple[str, int], Definition] = {}


def _build(compiled: Compiled) -> Definition:
    document = Document.model_validate(decode(compiled["document"]))
    lines = {MAIN_LINE: document.steps, **document.paths}
    steps = {
        step.id: Placed(step, line, index, f"/paths/{line}/{index}" if line else f"/steps/{index}")
        for line, members in lines.items()
        for index, step in enumerate(members)
    }
    return Definition(
        kind=Kind(compiled["kind"]),
        key=compiled["key"],
        version=compiled["version"],
        sha256=Sha256(compiled["sha256"]),
        file=compiled["file"],
        document=document,
        steps=steps,
        lines=lines,
        positions={pointer: (at[0], at[1]) for pointer, at in compiled["positions"].items()},
        actions=compiled["actions"],
        undo_takes={name: tuple(takes) for name, takes in compiled["undo_takes"].items()},
        personal=frozenset(compiled["personal"]),
        policies=policies_of(compiled.get("policies", {}), document),
        compiled=compiled,
    )


def starts_on(compiled: Compiled, event: str) -> bool:
    """Whether it may start on an event."""
    start = definition_of(compiled).document.start
    return start is not None and start.event == event


def moves_money(compiled: Compiled) -> bool:
    """Whether it moves money, itself or through an SOP it runs."""
    own = any(contract["effect"] == "money" for contract in compiled["actions"].values())
    return own or any(moves_money(sub) for sub in compiled["sops"].values())
