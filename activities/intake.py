"""Intake's hand: what kind of ticket this is, and which definitions start for it.

Both are decided by pure functions (``playbooks``); the hand only reads what they need, for a library is too large to
travel with every ticket, and a ticket's text never leaves the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.messages import CHOOSE, CLASSIFIED, CREATED, INTAKE, REOPENED, Choosing, Taken
from db import definitions
from db.session import Store
from db.tables import Customer, DefinitionState, Published, Ticket
from playbooks.choosing import choose
from playbooks.classify import Request, classify
from sop.company import CategoryShape, RuleShape
from sop.definition import Compiled
from sop.desk import Desk, plain_desk
from sop.model import Kind
from sop.values import Value, Values, decode

USUAL_PRIORITY = "normal"
PLAYBOOK = str(Kind.PLAYBOOK)
COMPLAINT = "complaint"
"""The category whose tickets ``customer.complaint_count`` counts."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The company's words for classification, and the desk that tickets are pinned to."""

    rules: Sequence[RuleShape]
    categories: Mapping[str, CategoryShape]
    desk: Desk = field(default_factory=Desk)


class Intake:
    """Classifies tickets and finds what starts for them."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store, self._rules = store, rules
        self._read: dict[definitions.Content, Compiled] = {}
        self._log = structlog.get_logger("intake")

    @activity.defn(name=INTAKE)
    async def intake(self, asked: Choosing) -> Taken:
        """Classify a new ticket; the definitions that start on its creation and its classification, or, when it had
        closed and lives again, on that."""
        ticket, customer = _mapping(asked.ticket), _mapping(asked.customer)
        async with self._store.read() as conn:
            request = await self._request(conn, asked.ticket_id, ticket, customer)
            said = classify(request, self._rules.rules, self._rules.categories)
            known: Values = {**ticket, "category": said.category, "priority": said.priority}
            if said.category == COMPLAINT:
                customer["complaint_count"] = await _complaints(conn, asked.ticket_id)
            chosen: list[Compiled] = []
            for event in (REOPENED,) if asked.on == REOPENED else (CREATED, CLASSIFIED):
                chosen += await self._chosen(conn, replace(asked, on=event), known, customer)
            starters = await _starters(conn)
        desk = plain_desk(self._rules.desk)
        return Taken(said.category, said.priority, said.team, said.rule, list(chosen), starters, desk)

    @activity.defn(name=CHOOSE)
    async def choose(self, asked: Choosing) -> Taken:
        """The definitions that start on an event of a ticket under way, or the playbook that is wanted by name."""
        async with self._store.read() as conn:
            if asked.playbook is not None:
                named = await definitions.definition(conn, PLAYBOOK, asked.playbook)
                chosen = [named] if named else []
            else:
                chosen = await self._chosen(conn, asked, _mapping(asked.ticket), _mapping(asked.customer))
        return Taken(str(asked.ticket.get("category")), str(asked.ticket.get("priority")), definitions=list(chosen))

    async def _chosen(self, conn: AsyncConnection, asked: Choosing, ticket: Values, customer: Values) -> list[Compiled]:
        candidates = await definitions.starting_on(conn, asked.on, self._read)
        choice = choose(candidates, asked.on, {"ticket": ticket, "customer": customer, "event": _mapping(asked.event)})
        for fault in choice.faults:
            self._log.error("start_condition_failed", key=fault.key, where=fault.where, error=str(fault.error))
        if asked.sop is None or asked.on != CLASSIFIED:
            return list(choice.definitions)
        wanted = await definitions.definition(conn, "sop", asked.sop)
        playbooks = [known for known in choice.definitions if known["kind"] != "sop"]
        return [wanted, *playbooks] if wanted else list(choice.definitions)

    async def _request(self, conn: AsyncConnection, ticket_id: int, ticket: Values, customer: Values) -> Request:
        row = (await conn.execute(select(Ticket.subject, Ticket.body).where(Ticket.id == ticket_id))).one()
        fields = ticket.get("fields")
        priority = ticket.get("priority")
        return Request(
            subject=row.subject,
            body=row.body,
            channel=str(ticket.get("channel") or "web"),
            fields=fields if isinstance(fields, Mapping) else {},
            tier=_text(customer.get("tier")),
            category=_text(ticket.get("category")),
            priority=None if priority == USUAL_PRIORITY else _text(priority),
        )


async def _complaints(conn: AsyncConnection, ticket_id: int) -> int:
    """How many complaints its customer has made with this ticket, those from before the desk included."""
    customer = select(Ticket.customer_id).where(Ticket.id == ticket_id).scalar_subquery()
    here = select(func.count()).where(
        Ticket.customer_id == customer, Ticket.category == COMPLAINT, Ticket.id < ticket_id
    )
    before = select(Customer.complaint_count).where(Customer.id == customer)
    return 1 + ((await conn.scalar(here)) or 0) + ((await conn.scalar(before)) or 0)


async def _starters(conn: AsyncConnection) -> list[str]:
    """The other events on which a definition may start."""
    rows = await conn.execute(
        select(Published.start_event)
        .distinct()
        .where(
            Published.state == DefinitionState.DEFAULT.value,
            Published.start_event.is_not(None),
            Published.start_event.not_in((CREATED, CLASSIFIED)),
        )
    )
    return sorted(event for event in rows.scalars() if event)


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and value else None


def _mapping(plain: Mapping[str, object]) -> dict[str, Value]:
    return {key: decode(value) for key, value in plain.items()}
