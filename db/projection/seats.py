"""Facts that want somebody: dispatch is asked once, and its answer stands in the ledger from then on."""

from __future__ import annotations

from collections.abc import Mapping

from db.dispatching import Ask, Dispatch
from db.projection.shadow import Shadow, Told, text_of, texts_of
from sop.events import Dispatched
from sop.facts import Fact, FactType
from sop.values import Value

ANSWER = "dispatched"


async def seated(shadow: Shadow, fact: Fact, told: Told, dispatch: Dispatch) -> None:
    """Fill in whom dispatch finds, where the fact asks for somebody."""
    if not asks(fact):
        return
    found = await dispatch(shadow.conn, _ask(shadow, fact))
    told[ANSWER] = {
        "person": found.person,
        "pool": found.pool,
        "approvers": list(found.approvers),
        "lead": found.lead,
    }
    told["person"] = found.person
    if fact.type is FactType.TICKET_OWNER:
        told["team"] = _team(found.pool) or _team(text_of(told, "wanted"))
    else:
        told["pool"] = found.pool
        told["approvers"] = list(found.approvers)


def asks(fact: Fact) -> bool:
    """Whether the fact leaves it to dispatch to find somebody."""
    data = fact.data
    if fact.type is FactType.TICKET_OWNER:
        return data.get("person") is None and data.get("team") is None
    if fact.type is not FactType.STEP_ASSIGNED:
        return False
    if data.get("approvals"):
        return not data.get("approvers")
    return data.get("person") is None and data.get("pool") is None


def answer_in(seq: int, data: Mapping[str, Value]) -> Dispatched | None:
    """The answer dispatch once gave to this row; None where the row asked nothing."""
    kept = data.get(ANSWER)
    if not isinstance(kept, Mapping):
        return None
    return Dispatched(
        seq,
        text_of(kept, "person"),
        text_of(kept, "pool"),
        tuple(texts_of(kept, "approvers")),
        lead=kept.get("lead") is True,
    )


def _ask(shadow: Shadow, fact: Fact) -> Ask:
    data = fact.data
    return Ask(
        seq=fact.seq,
        ticket_id=shadow.ticket_id,
        wanted=tuple(texts_of(data, "wanted")),
        skills=tuple(texts_of(data, "skills")),
        approvals=data.get("approvals") is True,
        expand=data.get("expand") is True,
        run=fact.run,
        step=fact.step,
        owner_person=shadow.owner_person,
        owner_team=shadow.owner_team,
        priority=shadow.priority,
        besides=text_of(data, "besides"),
        queue=data.get("queue") is True,
    )


def _team(seat: str | None) -> str | None:
    kind, _, name = (seat or "").partition(":")
    return name if kind == "team" else None
