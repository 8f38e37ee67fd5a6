"""Actions the engine does itself, because the ticket is its own: ``ticket.update``."""

from __future__ import annotations

from sop.engine.turn import Turn
from sop.events import SYSTEM, Actor
from sop.facts import FactType
from sop.state import Asked, Run
from sop.values import Value, Values

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


def own(turn: Turn, wanted: str, reason: str, note: str = "", by: Actor = SYSTEM) -> None:
    """Give the ticket another accountable owner: a person at once, a team or role through dispatch."""
    kind, _, name = wanted.partition(":")
    person = name if kind == "user" else None
    data: dict[str, Value] = {"wanted": wanted, "person": person, "team": None, "reason": reason, "note": note}
    if reason == "release":
        data["team"] = name
    seq = turn.fact(FactType.TICKET_OWNER, data, by=by)
    turn.state.owner_person = person
    turn.state.ticket["owner"] = person
    if kind == "team":
        turn.state.owner_team = name
    if person is None and reason != "release":
        turn.state.asked[seq] = Asked("", 0, 0)
