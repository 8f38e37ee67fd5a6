"""Facts as plain JSON and back: how they travel from the workflow to the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sop.events import Actor, ActorKind
from sop.facts import Fact, FactType
from sop.values import decode, encode


def plain_fact(fact: Fact) -> dict[str, object]:
    """A fact as plain JSON."""
    return {
        "seq": fact.seq,
        "type": fact.type.value,
        "at": fact.at.isoformat(),
        "run": fact.run,
        "step": fact.step,
        "visit": fact.visit,
        "by": plain_actor(fact.by),
        "data": encode(fact.data),
    }


def fact_of(plain: Mapping[str, Any]) -> Fact:  # Any: JSON as it arrived; every field is converted below
    """The fact of its plain JSON; raises ``KeyError`` or ``ValueError`` on anything else."""
    data = decode(plain["data"])
    if not isinstance(data, dict):
        raise ValueError("a fact's data is a mapping")
    return Fact(
        seq=plain["seq"],
        type=FactType(plain["type"]),
        at=datetime.fromisoformat(plain["at"]),
        run=plain["run"],
        step=plain["step"],
        visit=plain["visit"],
        by=actor_of(plain["by"]),
        data=data,
    )


def plain_actor(actor: Actor | None) -> dict[str, object] | None:
    """Who did it, as the ledger keeps it: without the roles they had."""
    if actor is None:
        return None
    return {"kind": actor.kind.value, "id": actor.id, "acting_for": actor.acting_for, "via": actor.via}


def actor_of(plain: Mapping[str, Any] | None) -> Actor | None:  # Any: as above
    """The actor of its plain JSON."""
    if plain is None:
        return None
    return Actor(ActorKind(plain["kind"]), plain["id"], acting_for=plain.get("acting_for"), via=plain.get("via"))
