"""Asking whether a promise is kept: a call that only reads, and what its answer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sop import expressions
from sop.commands import CallAction
from sop.durations import parse
from sop.engine.turn import Turn
from sop.events import ActionDone, ActionFailed
from sop.expressions import ExpressionError
from sop.model import Retry
from sop.state import Call, Promise, State
from sop.values import Value, Values, unmarked

TRIES = Retry()
TIMEOUT_SECONDS = 30.0
LARGEST = 4_000  # characters of a check's outputs that a fact keeps
DONE = frozenset(
    {"paid", "done", "completed", "complete", "delivered", "received", "signed", "resolved", "closed", "success"}
)
"""The words of an output ``status`` that mean: it has happened."""


class Reason(StrEnum):
    """Why a promise does not count as kept."""

    NOT_KEPT = "not_kept"
    CHECK_FAILED = "check_failed"
    CONDITION_FAILED = "condition_failed"
    NOBODY_SAID = "nobody_said"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a promise; without a ``reason`` it is kept. ``problem``: what went wrong in asking."""

    reason: Reason | None = None
    outputs: Values = field(default_factory=dict)
    problem: str = ""

    def data(self) -> dict[str, Value]:
        """As facts say it."""
        return {"reason": self.reason.value if self.reason else None, "outputs": self.outputs, "problem": self.problem}


def ask_with(state: State, promise: Promise, check: str, given: Values) -> None:
    """Fix which check is asked with what. An argument that is not given is the newest output of that name of any step
    of the ticket, else a field of its order, where the definitions of its runs know what the check takes."""
    contracts = (run.model.actions.get(check) for run in state.runs.values())
    contract = next((found for found in contracts if found is not None), None)
    promise.check, promise.arguments = check, dict(given)
    if contract is None:
        return
    promise.gives = list(contract["gives"])
    for name in contract["takes"]:
        if name not in given and (value := _known_of(state, name)) is not None:
            promise.arguments[name] = value


def _known_of(state: State, name: str) -> Value:
    steps = [outputs for run in state.runs.values() for outputs in run.steps.values()]
    told = [outputs for outputs in steps if outputs.get(name) is not None]
    if told:
        return max(told, key=lambda outputs: str(outputs.get("at") or "~"))[name]  # one without a time is just closing
    order = state.ticket.get("order")
    of_order = name.removeprefix("order_")
    return order.get(of_order) if isinstance(order, Mapping) else None


def ask(turn: Turn, promise: Promise) -> None:
    """Ask the check once; each asking has a key of its own."""
    if promise.check is None:
        return
    promise.asked += 1
    promise.deciding = promise.come
    promise.call = call = f"c{turn.new_id()}"
    turn.state.calls[call] = Call(promise.check, promise.run, 0, promise=promise.id)
    turn.commands.append(
        CallAction(
            call=call,
            action=promise.check,
            arguments=dict(promise.arguments),
            key=f"{turn.state.ticket['no']}/promise/{promise.id}/{promise.asked}",
            gives=None if promise.gives is None else tuple(promise.gives),
            timeout=TIMEOUT_SECONDS,
            attempts=TRIES.attempts,
            interval=parse(TRIES.interval).clock_time().total_seconds(),
            max_interval=parse(TRIES.max_interval).clock_time().total_seconds(),
            run=promise.run or "promise",
            step=promise.id,
            reads=True,
        )
    )


def read(turn: Turn, promise: Promise, event: ActionDone | ActionFailed) -> Answer:
    """What the answer means."""
    if isinstance(event, ActionFailed):
        return Answer(Reason.CHECK_FAILED, problem=f"{event.kind.value}: {event.message}")
    names = event.outputs if promise.gives is None else promise.gives
    outputs: dict[str, Value] = {name: unmarked(event.outputs.get(name)) for name in names}
    shown = outputs if len(repr(outputs)) <= LARGEST else {}
    try:
        kept = _holds(turn, promise, outputs)
    except ExpressionError as error:
        return Answer(Reason.CONDITION_FAILED, shown, str(error))
    return Answer(None if kept else Reason.NOT_KEPT, shown)


def _holds(turn: Turn, promise: Promise, outputs: Values) -> bool:
    run = turn.state.runs.get(promise.run)
    if promise.kept_when is None or run is None:
        return says_kept(outputs)
    return expressions.holds(promise.kept_when, {**turn.scope(run, None), "check": outputs})


def says_kept(outputs: Values) -> bool:
    """What an answer means where no condition says so: an output ``kept`` decides, else a ``status`` that is one of
    ``DONE``, else it is enough that no output is empty."""
    if "kept" in outputs:
        return outputs["kept"] is True
    if "status" in outputs:
        return str(outputs["status"]).strip().lower() in DONE
    return all(value not in (None, "", False) for value in outputs.values())
