"""Who answers for the ticket: in every open state one person, or one team that has somebody on duty.

Dispatch alone knows who is here. What it is asked for it finds, or not: then the next seat is asked for, down to the
company's administrators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sop.engine import handoffs
from sop.engine.turn import Turn
from sop.events import SYSTEM, Actor, Dispatched
from sop.facts import FactType
from sop.state import RUN_ENDED, Asked, State
from sop.values import Value

ADMIN = "admin"
AT_ONCE = frozenset({"claim", "transfer"})
"""Why a person owns the ticket without dispatch being asked: a door knows that they are here."""


def own(
    turn: Turn,
    wanted: str,
    reason: str,
    note: str = "",
    by: Actor = SYSTEM,
    *,
    besides: str | None = None,
    queue: bool = False,
    tried: Sequence[str] = (),
    until: str | None = None,
) -> None:
    """Give the ticket another accountable owner: a person at once, anybody else through dispatch.

    ``besides``: who has just had it, and gets it only where nobody else can; ``queue``: it waits in the team's queue
    for somebody to take it; ``tried``: the seats that have nobody; ``until``: how long a claim holds."""
    state = turn.state
    kind, _, name = wanted.partition(":")
    person = name if kind == "user" and reason in AT_ONCE else None
    data: dict[str, Value] = {"wanted": wanted, "person": person, "team": None, "reason": reason, "note": note}
    more: dict[str, Value] = {"besides": besides, "queue": queue or None, "until": until}
    seq = turn.fact(FactType.TICKET_OWNER, {**data, **{k: v for k, v in more.items() if v is not None}}, by=by)
    state.owner_person = state.ticket["owner"] = person
    state.stranded = False
    if kind == "team":
        state.owner_team = name
    state.asked = {q: asked for q, asked in state.asked.items() if asked.run}
    if person is None:
        state.asked[seq] = Asked("", 0, 0, tried=[*tried, wanted])
    if reason == handoffs.ESCALATION:
        handoffs.counted(turn, handoffs.ESCALATION)


def found(turn: Turn, asked: Asked, answer: Dispatched) -> None:
    """Dispatch has found somebody for the ticket, or its team's queue; or nobody, and the next seat is asked for."""
    state = turn.state
    if answer.person is None and answer.pool is None:
        _nobody(turn, asked)
        return
    state.owner_person = state.ticket["owner"] = answer.person
    if answer.pool and answer.pool.startswith("team:"):
        state.owner_team = answer.pool.partition(":")[2]


def _nobody(turn: Turn, asked: Asked) -> None:
    state = turn.state
    seat = next((seat for seat in _fallbacks(state) if seat not in asked.tried), None)
    if seat is not None:
        own(turn, seat, "nobody", tried=asked.tried)
        return
    state.owner_person = state.ticket["owner"] = None
    state.stranded = True
    data: dict[str, Value] = {"kind": "nobody", "about": "ticket", "to": ADMIN, "tried": list(asked.tried)}
    turn.fact(FactType.ALERT, {**data, "due_at": None, "fired_at": turn.stamp, "reassign": False})


def home(state: State) -> str:
    """The seat a ticket goes back to: its team, else the desk's fallback, else the administrators."""
    return next(_fallbacks(state), ADMIN)


def _fallbacks(state: State) -> Iterator[str]:
    """Who answers for the ticket where nobody else does. One that was taken in before there was a desk has none."""
    if state.owner_team:
        yield f"team:{state.owner_team}"
    if state.desk is None:
        return
    if state.desk.fallback:
        yield state.desk.fallback
    for run in state.runs.values():
        if not run.is_playbook and run.phase is not RUN_ENDED and run.model.document.owner:
            yield run.model.document.owner
    yield ADMIN
