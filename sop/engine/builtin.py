"""Actions the engine does itself, because the ticket is its own: ``ticket.update``."""

from __future__ import annotations

from sop.engine.owners import own as own
from sop.engine.turn import Turn
from sop.events import SYSTEM, Actor
from sop.facts import FactType
from sop.state import Run
from sop.values import Values

UPDATE = "ticket.update"


def knows(action: str) -> bool:
    """Whether the engine does this action itself."""
    return action == UPDATE


def perform(turn: Turn, action: str, arguments: Values, run: Run) -> None:
    """Change the ticket: ``priority``, ``owner`` (``user:x``, ``team:x``, ``role:x``), ``tags``."""
    reason = f"{action} of {run.id}"
    if priority := arguments.get("priority"):
        set_priority(turn, str(priority), reason)
    if owner := arguments.get("owner"):
        own(turn, str(owner), "update", reason)
    tags = arguments.get("tags")
    if isinstance(tags, list):
        turn.state.ticket["tags"] = tags
        turn.fact(FactType.TICKET_TAGS, {"tags": tags})


def set_priority(turn: Turn, priority: str, reason: str, by: Actor = SYSTEM) -> None:
    """Give the ticket another priority; its clocks follow at the end of the activation."""
    turn.state.ticket["priority"] = priority
    turn.fact(FactType.TICKET_PRIORITY, {"priority": priority, "reason": reason}, by=by)


def watch(turn: Turn, who: str, reason: str) -> None:
    """Have somebody (``user:x``, ``role:x``, ``team:x``) watch the ticket: its alerts reach them too."""
    if who not in turn.state.watchers:
        turn.state.watchers.append(who)
        turn.fact(FactType.TICKET_WATCHED, {"who": who, "reason": reason})
