"""Intake's hand: what kind of ticket this is, and which definitions start for it.

Both are decided by pure functions (``playbooks``); the hand only reads what they need, for a library is too large to
travel with every ticket, and a ticket's text never leaves the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.messages import CHOOSE, CLASSIFIED, CREATED, REOPENED, Choosing, Taken
from db import definitions, gates
from db.session import Store
from db.tables import Customer, Ticket
from playbooks.choosing import choose
from playbooks.classify import Request, classify
from playbooks.picking import Picked, content_of, pick
from sop.company import CategoryShape, RuleShape
from sop.definition import Compiled
from sop.desk import Desk, desk_of, plain_desk
from sop.expressions import ExpressionError, Scope
from sop.model import Kind
from sop.values import Value, Values, decode, encode
from sop.workspace import Workspace

USUAL_PRIORITY = "normal"
SOP, PLAYBOOK = str(Kind.SOP), str(Kind.PLAYBOOK)
COMPLAINT = "complaint"
"""The category whose tickets ``customer.complaint_count`` counts."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The company's words for classification, and the desk that tickets are pinned to: of a team, or of none."""

    rules: Sequence[RuleShape]
    categories: Mapping[str, CategoryShape]
    desk: Desk = field(default_factory=Desk)
    desks: Mapping[str, Desk] = field(default_factory=dict)

    @classmethod
    def of(cls, workspace: Workspace) -> Rules:
        """Those of a workspace."""
        company = workspace.company
        desks = {team: desk_of(company, workspace.calendars, team) for team in company.teams}
        return cls(company.rules, company.categories, desk_of(company, workspace.calendars), desks)


class Intake:
    """Classifies tickets and finds what starts for them."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store, self._rules = store, rules
        self._read: dict[definitions.Content, Compiled] = {}
        self._log = structlog.get_logger("intake")

    async def take_in(self, conn: AsyncConnection, asked: Choosing) -> Taken:
        """Classify a new ticket; the definitions that start on its creation and its classification, or, when it had
        closed and lives again, on that."""
        ticket, customer = _mapping(asked.ticket), _mapping(asked.customer)
        request = await self._request(conn, asked.ticket_id, ticket, customer)
        said = classify(request, self._rules.rules, self._rules.categories)
        known: Values = {**ticket, "category": said.category, "priority": said.priority}
        if said.category == COMPLAINT:
            customer["complaint_count"] = await _complaints(conn, asked.ticket_id)
        chosen: list[Picked] = []
        for event in (REOPENED,) if asked.on == REOPENED else (CREATED, CLASSIFIED):
            chosen += await self._chosen(conn, replace(asked, on=event), known, customer)
        starters = [event for event in await definitions.starters(conn) if event not in (CREATED, CLASSIFIED)]
        return Taken(
            said.category,
            said.priority,
            said.team,
            said.rule,
            _compiled(chosen),
            starters,
            plain_desk(self._rules.desks.get(said.team or "", self._rules.desk)),
            _how(chosen),
            [asdict(gate) for gate in await gates.holding(conn)],
        )

    @activity.defn(name=CHOOSE)
    async def choose(self, asked: Choosing) -> Taken:
        """The definitions that start on an event of a ticket under way, or the playbook that is wanted by name."""
        ticket, customer = _mapping(asked.ticket), _mapping(asked.customer)
        async with self._store.read() as conn:
            if asked.playbook is not None:
                named = await definitions.definition(conn, PLAYBOOK, asked.playbook)
                chosen = [Picked(named)] if named else []
            else:
                chosen = await self._chosen(conn, asked, ticket, customer)
        category, priority = str(ticket.get("category")), str(ticket.get("priority"))
        return Taken(category, priority, definitions=_compiled(chosen), candidates=_how(chosen))

    async def _chosen(self, conn: AsyncConnection, asked: Choosing, ticket: Values, customer: Values) -> list[Picked]:
        facts: Scope = {"ticket": ticket, "customer": customer, "event": _mapping(asked.event)}
        offers = await definitions.offered(conn, asked.on, self._read)
        picked = {one.content: one for offer in offers if (one := self._pick(offer, facts))}
        choice = choose([one.compiled for one in picked.values()], asked.on, facts)
        for fault in choice.faults:
            self._log.error("start_condition_failed", key=fault.key, where=fault.where, error=str(fault.error))
        chosen = [picked[content_of(compiled)] for compiled in choice.definitions]
        if asked.sop is None or asked.on != CLASSIFIED:
            return chosen
        found = await definitions.offer(conn, SOP, asked.sop, self._read)
        wanted = self._pick(found, facts) if found else None
        return [wanted, *(one for one in chosen if one.compiled["kind"] != SOP)] if wanted else chosen

    def _pick(self, offer: definitions.Offer, facts: Scope) -> Picked | None:
        try:
            return pick(offer.default, offer.candidate, offer.share, offer.segment, facts)
        except ExpressionError as error:  # whoever made it the candidate is told by the log; nobody's ticket waits
            self._log.error("segment_failed", segment=offer.segment, error=str(error))
            return pick(offer.default, None, None, None, facts)

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


def _compiled(chosen: Sequence[Picked]) -> list[object]:
    return [one.compiled for one in chosen]


def _how(chosen: Sequence[Picked]) -> dict[str, object]:
    """How each candidate among them was picked, by its sha256."""
    return {one.compiled["sha256"]: encode(one.how) for one in chosen if one.how is not None}


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and value else None


def _mapping(plain: Mapping[str, object]) -> dict[str, Value]:
    return {key: decode(value) for key, value in plain.items()}
