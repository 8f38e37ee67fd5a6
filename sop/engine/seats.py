"""Who may do what: whether somebody holds the seat that a step is for."""

from __future__ import annotations

from sop.events import Actor, ActorKind
from sop.state import OpenStep, State

ANYBODY = "*"
CUSTOMER, OWNER = "customer", "owner"


def may_answer(state: State, opened: OpenStep, by: Actor) -> bool:
    """Whether a task is for this actor: its assignee, a member of the role or team it is for, the ticket's owner."""
    if opened.wanted == CUSTOMER or opened.pool == CUSTOMER:
        return True
    if by.kind is ActorKind.CUSTOMER:
        return False
    mine = {opened.person, state.owner_person} & {by.id, by.acting_for}
    return bool(mine - {None}) or any(holds_seat(by, seat) for seat in (opened.wanted, opened.pool) if seat)


def holds_seat(by: Actor, seat: str) -> bool:
    """Whether an actor is the person, or has the role or team, that ``seat`` names, or acts for that person."""
    kind, _, name = seat.partition(":")
    if seat == CUSTOMER or by.kind is ActorKind.CUSTOMER:
        return seat == CUSTOMER and by.kind is ActorKind.CUSTOMER
    if ANYBODY in by.roles:
        return True
    return name in {"user": (by.id, by.acting_for), "role": by.roles, "team": by.teams}.get(kind, ())
