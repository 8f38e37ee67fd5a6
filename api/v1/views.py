"""What is known of a ticket, as the JSON that ``api.v1.told`` describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from db.customers import KnownCustomer
from db.ledger import LedgerRow
from db.numbers import number_of
from db.queries.merged import MergedFacts
from db.queries.promises import PromiseFacts, Rate
from db.queries.queue import QueueRow
from db.queries.tickets import ClockFacts, FileFacts, RunFacts, StepFacts, TicketFacts
from db.queries.timeline import Said
from sop.events import Remedy
from sop.values import Value

Resolve = Callable[[Value], Value]
"""Puts the personal texts of one ticket where its references stand."""


def line(row: QueueRow) -> dict[str, object]:
    """A ticket in a list."""
    told = asdict(row)
    return {**told, "tags": list(row.tags), "light": row.light.value}


def ticket(facts: TicketFacts, said: list[Said], resolve: Resolve) -> dict[str, object]:
    """A ticket: where it stands, who owns it, what runs, and what can be done now."""
    return {
        "no": facts.no,
        "subject": facts.subject,
        "body": facts.body,
        "category": facts.category,
        "priority": facts.priority,
        "channel": facts.channel,
        "status": facts.status,
        "result": facts.result,
        "merged_into": facts.merged_into,
        "seq": facts.seq,
        "owner": {
            "person": facts.owner_person,
            "name": facts.owner_name,
            "team": facts.owner_team,
            "pool": facts.owner_pool,
        },
        "customer": customer(facts.customer) if facts.customer else None,
        "fields": facts.fields,
        "order": facts.order,
        "tags": facts.tags,
        "due_at": facts.due_at,
        "light": facts.light.value,
        "first_response_at": facts.first_response_at,
        "created_at": facts.created_at,
        "updated_at": facts.updated_at,
        "resolved_at": facts.resolved_at,
        "closed_at": facts.closed_at,
        "runs": [run(one) for one in facts.runs],
        "steps": [step(one, resolve) for one in facts.steps],
        "clocks": [clock(one) for one in facts.clocks],
        "promises": [promise(one) for one in facts.promises],
        "incidents": [
            {"step": one.address, **_mapping(one.incident)} for one in facts.steps if one.incident is not None
        ],
        "messages": [message(one) for one in said],
        "files": [file(one) for one in facts.files],
        "merged_from": [merged(one) for one in facts.merged],
    }


def customer(known: KnownCustomer) -> dict[str, object]:
    """The ticket's customer."""
    return asdict(known)


def run(facts: RunFacts) -> dict[str, object]:
    """One run."""
    return asdict(facts)


def step(facts: StepFacts, resolve: Resolve) -> dict[str, object]:
    """An open step, with the personal texts it mentions."""
    return {
        "key": facts.address,
        "run": facts.run,
        "step": facts.step,
        "visit": facts.visit,
        "type": facts.type,
        "title": resolve(facts.title),
        "assign": facts.assign,
        "person": facts.person,
        "person_name": facts.person_name,
        "pool": facts.pool,
        "approvers": facts.approvers,
        "votes": [asdict(vote) for vote in facts.votes],
        "form": [field(_mapping(one), resolve) for one in _list(facts.form)],
        "outcomes": facts.outcomes or [],
        "script": resolve(facts.script),
        "waits_for": facts.waits_for,
        "until": facts.until,
        "due_at": facts.due_at,
        "timeout_at": facts.timeout_at,
        "opened_at": facts.opened_at,
        "incident": incident(facts.incident),
        "gate": facts.gate,
    }


def field(kept: Mapping[str, Value], resolve: Resolve) -> dict[str, object]:
    """One question of a form."""
    return {
        "key": kept["key"],
        "type": kept["type"],
        "label": kept.get("label", kept["key"]),
        "required": not kept.get("optional", False),
        "options": kept.get("options", []),
        "default": resolve(kept.get("default")),
        "min": kept.get("min"),
        "max": kept.get("max"),
        "personal": bool(kept.get("personal", False)),
        "help": kept.get("help"),
    }


def incident(kept: Value) -> dict[str, object] | None:
    """Why a step waits, and what its owner may choose."""
    if kept is None:
        return None
    return {**_mapping(kept), "choices": [remedy.value for remedy in Remedy]}


def clock(facts: ClockFacts) -> dict[str, object]:
    """One clock."""
    return {**asdict(facts), "light": facts.light.value}


def promise(facts: PromiseFacts) -> dict[str, object]:
    """One promise."""
    told = {name: value for name, value in asdict(facts).items() if name not in ("ticket_id", "seq")}
    return {**told, "light": facts.light.value}


def rate(facts: Rate) -> dict[str, object]:
    """How the promises of one group went."""
    return {**asdict(facts), "rate": facts.rate}


def total(facts: Sequence[Rate]) -> dict[str, object]:
    """How they went in all."""
    kept, broken, still = (sum(getattr(one, name) for one in facts) for name in ("kept", "broken", "open"))
    return rate(Rate(None, kept, broken, still))


def message(said: Said) -> dict[str, object]:
    """One message."""
    return {**asdict(said), "visibility": said.visibility.value}


def file(facts: FileFacts) -> dict[str, object]:
    """One file, without its bytes."""
    told = {**asdict(facts), "ticket": number_of(facts.ticket_id), "url": f"/api/v1/files/{facts.id}"}
    return {name: value for name, value in told.items() if name != "ticket_id"}


def merged(facts: MergedFacts) -> dict[str, object]:
    """A ticket in whose place this one goes on."""
    return {"no": facts.no, "subject": facts.subject, "url": f"/api/v1/tickets/{facts.no}"}


def entry(row: LedgerRow) -> dict[str, object]:
    """One row of the ledger."""
    return asdict(row)


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Value) -> list[Value]:
    return list(value) if isinstance(value, (list, tuple)) else []
