"""What the tests of the store say over and over: tickets, facts and people of the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.customers import NewCustomer
from db.dispatching import Ask
from db.intake import Accepted, NewTicket, accept_ticket
from db.people import NewPerson, put_person, put_team, set_duty
from db.projection import project
from db.session import Store
from db.tables import Row
from sop.events import SYSTEM, Actor, ActorKind, Dispatched
from sop.facts import Fact, FactType
from sop.values import Value

NINE = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
ANNA = Actor(ActorKind.STAFF, "anna", ("after_sales",), ("care",))


def after(**passed: int) -> datetime:
    """A moment after nine."""
    return NINE + timedelta(**passed)


def a_return(**said: object) -> NewTicket:
    """A customer wants to send something back."""
    known: dict[str, object] = {
        "subject": "申请退货：台灯不亮",
        "channel": "web",
        "created_at": NINE,
        "body": "昨天收到的台灯不亮，想退货。",
        "customer": NewCustomer(external_id="C-1", name="李雷", phone="13800000000", email="Lilei@Example.com"),
        "order": {"no": "SO-1", "paid": Decimal("199.50")},
    }
    return NewTicket(**{**known, **said})  # type: ignore[arg-type]  # a test says what it needs


async def opened(store: Store, **said: object) -> Accepted:
    """A ticket accepted."""
    async with store.write() as conn:
        return await accept_ticket(conn, a_return(**said))


class Facts:
    """Facts in order, numbered, a minute apart."""

    def __init__(self, start: int = 1) -> None:
        self.all: list[Fact] = []
        self._next = start

    def add(
        self,
        fact_type: FactType,
        step: str | None = None,
        /,
        by: Actor = SYSTEM,
        run: str | None = "return",
        **data: Value,
    ) -> Facts:
        """Add a fact; one with a step is of its first visit."""
        at, visit = after(minutes=self._next), 1 if step else None
        self.all.append(Fact(self._next, fact_type, at, run, step, visit, by, data))
        self._next += 1
        return self


def a_started_return() -> Facts:
    """The ticket's first minutes: classified, owned, a run with a clock, its first task open and assigned."""
    due = after(days=2).isoformat()
    return (
        Facts()
        .add(FactType.TICKET_OPENED, run=None, channel="web", category=None, priority="normal", customer="1")
        .add(FactType.TICKET_CLASSIFIED, run=None, category="return", priority="high", team="care", rule="r1")
        .add(FactType.TICKET_OWNER, run=None, wanted="team:care", person=None, team=None, reason="dispatch", note="")
        .add(FactType.TICKET_STATUS, run=None, status="open", result=None)
        .add(
            FactType.RUN_STARTED,
            kind="sop",
            key="return",
            version=3,
            sha256="abc",
            title={"zh": "退货", "en": "Return"},
            parent_run=None,
            parent_step=None,
        )
        .add(
            FactType.CLOCK_STARTED,
            clock="resolution",
            target="7wd",
            calendar="default",
            due_at=after(days=7).isoformat(),
            warn_at=after(days=5).isoformat(),
        )
        .add(
            FactType.STEP_OPENED,
            "inspect",
            type="task",
            title={"zh": "质检", "en": "Inspect"},
            assign="role:after_sales",
            skills=["lamps"],
            form=[{"key": "refund_amount", "type": "money", "default": Decimal("199.50")}],
            outcomes=[{"key": "pass", "label": "合格"}],
            script="您好",
            due_at=due,
            timeout_at=None,
        )
        .add(
            FactType.STEP_ASSIGNED,
            "inspect",
            wanted="role:after_sales",
            skills=["lamps"],
            person=None,
            pool=None,
            reason="opened",
        )
    )


class AnnaTakesAll:
    """Dispatch that finds Anna, every time it is asked."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    async def __call__(self, conn: AsyncConnection, ask: Ask) -> Dispatched:
        """Anna."""
        self.asked.append(ask)
        return Dispatched(ask.seq, person="anna", pool=ask.wanted[0], approvers=ask.wanted if ask.approvals else ())


async def projected(store: Store, ticket_id: int, facts: Facts) -> list[Dispatched]:
    """Facts projected, with Anna for everything."""
    async with store.write() as conn:
        return await project(conn, ticket_id, facts.all, AnnaTakesAll())


async def staffed(store: Store) -> None:
    """Anna and Bo of the team care, whose lead is Bo; Chen is off duty."""
    async with store.write() as conn:
        await put_team(conn, "care", {"zh": "客服", "en": "Care"}, "bo")
        await put_person(
            conn, NewPerson("anna", "Anna", "anna@desk.example", roles=("after_sales",), teams=("care",)), NINE
        )
        await put_person(conn, NewPerson("bo", "Bo", roles=("lead",), teams=("care",), skills=("lamps",)), NINE)
        await put_person(conn, NewPerson("chen", "Chen", roles=("after_sales",), skills=("lamps",)), NINE)
        await set_duty(conn, "chen", on_duty=False)


async def rows(conn: AsyncConnection, table: type[Row], *leaving: str) -> list[dict[str, object]]:
    """Everything in a table, in a stable order."""
    columns = [column for column in table.__table__.columns if column.name not in leaving]
    found = await conn.execute(select(*columns))
    return sorted((dict(row._mapping) for row in found), key=repr)
