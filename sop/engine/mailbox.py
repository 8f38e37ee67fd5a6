"""The ticket's mailbox: events come in once each, and go to whoever waits or listens."""

from __future__ import annotations

from sop.engine import flow, incidents, listening, standing
from sop.engine.turn import Turn
from sop.engine.waiting import consumed_by, take
from sop.events import Occurred
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import Wait
from sop.state import RUN_ACTIVE, Letter, Run, Thread
from sop.values import Value, unmarked

MAX_LETTERS = 500


def receive(turn: Turn, event: Occurred, *, quiet: bool = False) -> bool:
    """Put an event into the mailbox and give it to whoever waits. A duplicate changes nothing and is False."""
    state = turn.state
    if any(letter.id == event.id and letter.source == event.source for letter in state.mailbox):
        return False
    data = {key: unmarked(value) for key, value in event.data.items()}
    letter = Letter(turn.new_id(), event.type, event.source, event.id, dict(data))
    state.mailbox.append(letter)
    if len(state.mailbox) > MAX_LETTERS:
        _throw_away(turn)
    if not quiet:
        said: dict[str, Value] = {"type": event.type, "source": event.source, "id": event.id, "data": data}
        turn.fact(FactType.EVENT_RECEIVED, said)
    for run in list(state.runs.values()):
        if run.phase is RUN_ACTIVE:
            _deliver(turn, run, letter)
    return True


def _throw_away(turn: Turn) -> None:
    """The oldest letters go, and with them what runs remember of them."""
    state = turn.state
    del state.mailbox[:-MAX_LETTERS]
    oldest = state.mailbox[0].number
    for run in state.runs.values():
        run.consumed = [number for number in run.consumed if number >= oldest]


def _deliver(turn: Turn, run: Run, letter: Letter) -> None:
    read = consumed_by(turn.state, run)
    for thread in list(run.threads.values()):
        if letter.number in read:
            return
        if thread.open is None or thread.open.incident or thread.open.held or thread.cancelled:
            continue
        step = standing.step_of(run, thread)
        if isinstance(step, Wait) and _offered(turn, run, thread, step, letter):
            flow.proceed(turn, run, thread)
    for number, handler in enumerate(run.model.document.whenever):
        if letter.number in read or run.phase is not RUN_ACTIVE:
            return
        if handler.event == letter.type:
            listening.listen(turn, run, number, letter)


def _offered(turn: Turn, run: Run, thread: Thread, wait: Wait, letter: Letter) -> bool:
    try:
        return take(turn, run, thread, wait, letter)
    except ExpressionError as error:
        incidents.open_incident(turn, run, thread, error.code, str(error), turn.part)
        return False
