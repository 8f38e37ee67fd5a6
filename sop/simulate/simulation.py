"""A whole simulation in one call: what to walk through and every move, in; what came of them, out. Keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from sop.definition import Compiled
from sop.problems import Language
from sop.refusals import Refusal
from sop.scenario.script import Case, Expected, Plain, Script
from sop.simulate.bounds import Bounds
from sop.simulate.drawing import as_mermaid
from sop.simulate.moves import Move
from sop.simulate.told import told
from sop.simulate.walk import Walk

CUSTOMER: Mapping[str, object] = {"name": "张三", "phone": "13800000000", "email": "zhang@example.com", "address": "—"}
ORDER: Mapping[str, object] = {"no": "O-1001", "paid": 199, "tracking_no": "SF900001"}


class Surroundings(BaseModel):
    """The ticket a definition is walked through with, and the world around it; what is not said is made up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str | None = None
    ticket: dict[str, Plain] = Field(default_factory=dict)
    customer: dict[str, Plain] = Field(default_factory=dict)
    mocks: dict[str, Plain] = Field(default_factory=dict)
    people: dict[str, list[str]] = Field(default_factory=dict)
    inputs: dict[str, Plain] = Field(default_factory=dict)


def simulate(
    compiled: Compiled,
    around: Surroundings,
    moves: Sequence[Move],
    bounds: Bounds | None = None,
    playbooks: Mapping[str, Compiled] | None = None,
    language: Language = Language.ZH,
) -> dict[str, object]:
    """Make the moves one after the other; one the engine refuses changes nothing, and is told in ``refused``.
    ``playbooks`` are those that may be wanted by name; ``language`` is the diagram's.

    Raises ``TooMuch`` at the bounds, ``ValueError`` for a moment or duration that is none."""
    script = Script(
        file=compiled["file"],
        at=around.at,
        ticket={"category": compiled["key"], "order": ORDER, **around.ticket},
        customer={**CUSTOMER, **around.customer},
        mocks=around.mocks,
        people=around.people,
        cases=[],
    )
    case = Case(name="simulation", inputs=around.inputs, play=[], expect=Expected())
    walk = Walk.of(compiled, script, bounds, case, playbooks)
    refused = [one for number, move in enumerate(moves, 1) if (one := _made(walk, number, move))]
    return {**told(walk, script.customer), "refused": refused, "diagram": as_mermaid(walk, language)}


def _made(walk: Walk, number: int, move: Move) -> dict[str, object] | None:
    try:
        walk.make(move)
    except Refusal as refusal:
        said = {"zh": refusal.zh, "en": refusal.en}
        return {"move": number, "code": refusal.code, "message": said, "fields": dict(refusal.fields)}
    return None
