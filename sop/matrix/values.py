"""Made-up answers: values that fit a form, and the data of an event that a wait is for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sop import expressions
from sop.engine import Engine
from sop.engine.standing import step_of
from sop.engine.turn import Turn
from sop.expressions import ExpressionError
from sop.model import Wait
from sop.simulate import OpenStep
from sop.state import Run, Thread
from sop.values import Value, Values

LARGE = 1_000_000
_EQUALS = re.compile(r"event\.(\w+)\s*==\s*(.+?)(?=\s+and\s|$)")
_TEXTS: Mapping[str, str] = {"email": "a@example.com", "phone": "13800000000"}


def variants(step: OpenStep, now: datetime) -> list[dict[str, Value]]:
    """Values that fit the form of a task: as many kinds as its widest choice has options, two at least."""
    many = max([2, *(len(_options(field)) for field in step.form)])
    return [{str(f["key"]): _value(f, number, now) for f in step.form if _wanted(f, number)} for number in range(many)]


def _wanted(field: Values, number: int) -> bool:
    """The first kind is the least that can be said; the others say everything."""
    return number > 0 or not (field.get("optional") or "default" in field)


def _options(field: Values) -> Sequence[Value]:
    options = field.get("options")
    return [o["value"] for o in options if isinstance(o, Mapping)] if isinstance(options, (list, tuple)) else []


def _value(field: Values, number: int, now: datetime) -> Value:
    kind, options = str(field["type"]), _options(field)
    least = field.get("min")
    count = int(least) if isinstance(least, int) else 1
    match kind:
        case "choice" if options:
            return options[number % len(options)]
        case "choices" if options:
            return list(options[: max(count, 1)])
        case "number" | "integer" | "money":
            return _number(field, number)
        case "boolean":
            return number % 2 == 0
        case "date":
            return now.date().isoformat()
        case "datetime":
            return now.isoformat()
        case "file" | "photo":
            return [f"file-{each}" for each in range(max(count, 1))]
        case _:
            return _TEXTS.get(kind, "x" * max(count, 1))


def _number(field: Values, number: int) -> Value:
    least, most = field.get("min"), field.get("max")
    if number % 2 == 0:
        return least if least is not None else most if most is not None else 1
    return most if most is not None else LARGE


def event_data(engine: Engine, now: datetime, step: OpenStep, event: str) -> dict[str, Value]:
    """The data of an event that the open wait takes, as far as its ``match`` says what it must equal."""
    run, thread = _standing(engine, step)
    if run is None or thread is None:
        return {}
    wait = step_of(run, thread)
    if not isinstance(wait, Wait):
        return {}
    match = wait.match if wait.event == event else next((a.match for a in wait.any_of if a.event == event), None)
    scope = Turn(engine.state, now, _nothing, _nothing, _nothing).scope(run, thread)
    return {name: _evaluated(text, scope) for name, text in _EQUALS.findall(match or "")}


def _nothing(*_: object) -> None:
    """A turn that only reads needs no hooks."""


def _evaluated(text: str, scope: dict[str, Value]) -> Value:
    try:
        return expressions.evaluate(text.strip(), scope)
    except ExpressionError:
        return None


def _standing(engine: Engine, step: OpenStep) -> tuple[Run | None, Thread | None]:
    run = engine.state.runs.get(step.address.partition(".")[0])
    slot = step.address.partition(".")[2]
    if run is None:
        return None, None
    return run, next((t for t in run.threads.values() if t.open and t.open.slot == slot), None)
