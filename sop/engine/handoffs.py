"""Hand-offs, counted: a ticket that goes from hand to hand is told to the lead, with what was done and what is open."""

from __future__ import annotations

from sop.engine.turn import Turn
from sop.facts import FactType
from sop.values import Value

TRANSFER, RELEASE, LEASE, ESCALATION, AWAY = "transfer", "release", "lease", "escalation", "away"
ALERT = "handoffs"


def counted(turn: Turn, kind: str) -> None:
    """Count one hand-off, however many steps it has moved. More than the desk allows is told once, and again after as
    many more. The projection adds the hand-over bundle (``sop.handover``)."""
    desk = turn.state.desk
    if desk is None or kind not in desk.counted:
        return
    turn.state.handoffs = count = turn.state.handoffs + 1
    most = desk.max_handoffs
    if not most or count <= most or (count - 1) % most:
        return
    data: dict[str, Value] = {"kind": ALERT, "about": str(count), "to": desk.handoffs_to, "count": count, "most": most}
    turn.fact(FactType.ALERT, {**data, "due_at": None, "fired_at": turn.stamp, "reassign": False})
