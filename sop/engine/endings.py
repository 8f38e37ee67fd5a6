"""How people end a whole ticket: it is cancelled and what was done undone, or merged into another that goes on."""

from __future__ import annotations

from sop.clocks.left import MERGED
from sop.engine import clocks, flow, lifecycle, promises
from sop.engine.clock_arms import GOING
from sop.engine.turn import Turn
from sop.events import Command, TicketCommanded
from sop.facts import FactType
from sop.model import Result
from sop.refusals import NotPossible
from sop.state import State


def check(state: State, event: TicketCommanded) -> None:
    """Raise the refusal of a merge that cannot be followed, and of any command while one is under way."""
    if state.merged_into is not None:
        raise NotPossible("the ticket is being merged", "工单正在合并")
    if event.command is not Command.MERGE:
        return
    if not event.to:
        raise NotPossible("say into which ticket: `to`", "请填写 to（并入的工单号）")
    if event.to == state.ticket["no"]:
        raise NotPossible("a ticket is not merged into itself", "工单不能并入自身")


def end(turn: Turn, event: TicketCommanded) -> None:
    """End everything: undo what was done, or, where another ticket goes on in this one's place, leave it done. A call
    under way is awaited either way, and undone with its cancelled step."""
    if event.command is Command.MERGE:
        _merge(turn, event)
    else:
        _end_all(turn, "cancelled", undo=True)


def _merge(turn: Turn, event: TicketCommanded) -> None:
    state = turn.state
    state.merged_into = event.to
    turn.fact(FactType.TICKET_MERGED, {"into": event.to, "note": event.note}, by=event.by)
    for run in state.runs.values():
        for clock in run.clocks.values():
            if clock.phase in GOING:
                clocks.stop(turn, run, clock, void=True, cut=MERGED)
    _end_all(turn, "merged", undo=False)


def _end_all(turn: Turn, reason: str, *, undo: bool) -> None:
    """A ticket without an SOP has its result at once."""
    state = turn.state
    state.paused_at = None
    promises.withdraw_all(turn, reason)
    main = bool(lifecycle.main_runs(state))
    for run in list(state.runs.values()):
        if run.parent_run is None:
            flow.end_run(turn, run, Result.CANCELLED, undo=undo)
    if not main:
        lifecycle.resolved(turn, Result.CANCELLED, "order")
