"""A desk with its pages: the real app, store, definitions, intake, dispatch, projection and engine on one SQLite file.

Only Temporal's shell is played here: the engines run in this process, and connectors answer as the test says."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import create_engine, select, update

from activities.dispatch import dispatch
from activities.intake import Intake, Rules
from activities.messages import Choosing
from api.app import create
from api.doors import Doors
from api.settings import Settings
from db import outbox
from db.outbox import event_of
from db.projection import project
from db.session import Store
from db.tables import OutboxKind, Person, Row, Step
from sop.commands import CallAction, ChooseDefinitions, Command, Project
from sop.definition import Compiled
from sop.desk import desk_in
from sop.engine import Engine
from sop.events import (
    ActionDone,
    ActionFailed,
    Classified,
    ClockCorrected,
    DefinitionsChosen,
    Event,
    FailureKind,
    IncidentSettled,
    PromiseKept,
    RunMigrated,
    StepAnswered,
    Tick,
    TicketCommanded,
    VoteCast,
)
from sop.facts import Fact
from sop.loading import load_many
from sop.refusals import Refusal
from sop.values import Value, decode
from worker.definitions.publishing import Edition
from worker.definitions.stocking import publish
from worker.definitions.workspace import fingerprint, parse_texts, read_texts
from worker.serving.starts import start_of
from workflows.client import Refused, TemporalUnavailable, TicketNotRunning
from workflows.messages import Outlook, Receipt, encoded
from workflows.wording import outlook

PASSWORD = "correct horse battery"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
OUTPUTS: Mapping[str, Mapping[str, Value]] = {
    "erp.rma.create": {"rma_no": "RMA-77"},
    "logistics.label.create": {"tracking_no": "SF123456", "label_url": "https://carrier.example/label/SF123456"},
    "erp.refund.create": {"refund_no": "RF-1", "paid_at": "2026-05-06T01:30:00+00:00"},
    "notify.customer": {"message_id": "M-1"},
    "notify.staff": {"message_id": "M-2"},
}


def prepared(checkout: Path) -> Edition:
    """The workspace of this repository, compiled; its scenarios are played elsewhere."""
    texts = read_texts(checkout)
    space = parse_texts(texts)
    return Edition(space, load_many(space.definitions, space.catalog), space.definitions, fingerprint(texts), 0)


def empty_database(file: Path) -> Path:
    """A SQLite file with every table and no row."""
    engine = create_engine(f"sqlite:///{file}")
    Row.metadata.create_all(engine)
    engine.dispose()
    return file


@dataclass
class InProcess:
    """Every ticket's engine in this process. ``failing``: actions that their systems refuse; ``before``: the ticket
    that has not been told yet of the last call that failed."""

    store: Store
    intake: Intake
    failing: set[str] = field(default_factory=set)
    before: Engine | None = None
    away: bool = False
    engines: dict[int, Engine] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    heard: list[Event] = field(default_factory=list)

    async def start(self, ticket: int) -> None:
        async with self.store.read() as conn:
            start = await start_of(conn, ticket, {}, self.intake)
        facts = {key: decode(value) for key, value in start.ticket.items()}
        known = {key: decode(value) for key, value in start.customer.items()}
        engine, commands = Engine.opened(facts, known, datetime.now(UTC), seq=start.seq)
        self.engines[ticket] = engine
        await self.carry_out(ticket, commands)
        taken = start.taken
        assert taken is not None
        await self.tell(ticket, Classified(taken.category, taken.priority, taken.team, taken.rule, desk_in(taken.desk)))
        engine.state.starters = taken.starters
        await self.tell(ticket, DefinitionsChosen("ticket.created", tuple(taken.definitions)))

    async def tell(self, ticket: int, event: Event) -> None:
        self.heard.append(event)
        await self.carry_out(ticket, self.engines[ticket].handle(event, datetime.now(UTC)))

    async def carry_out(self, ticket: int, commands: Sequence[Command]) -> None:
        engine, queue = self.engines[ticket], deque(commands)
        while queue:
            facts: list[Fact] = []
            others: list[Command] = []
            while queue:
                command = queue.popleft()
                if isinstance(command, Project):
                    facts.append(command.fact)
                else:
                    others.append(command)
            async with self.store.write() as conn:
                answers = await project(conn, ticket, facts, dispatch)
            for answer in answers:
                queue.extend(engine.handle(answer, datetime.now(UTC)))
            for command in others:
                queue.extend(await self.do(ticket, engine, command))

    async def do(self, ticket: int, engine: Engine, command: Command) -> list[Command]:
        now = datetime.now(UTC)
        if isinstance(command, CallAction):
            if command.action in self.failing:
                self.before = deepcopy(engine)
                failed = ActionFailed(command.call, FailureKind.REFUSED, "the system says no", command.attempts)
                return engine.handle(failed, now)
            return engine.handle(ActionDone(command.call, dict(OUTPUTS.get(command.action, {}))), now)
        if isinstance(command, ChooseDefinitions):
            state = engine.state
            asked = Choosing(
                ticket, command.on, encoded(state.ticket), encoded(state.customer), encoded(dict(command.event))
            )
            taken = await self.intake.choose(asked)
            return engine.handle(DefinitionsChosen(command.on, tuple[Compiled, ...](taken.definitions)), now)
        return []

    async def _ask(self, ticket: int, event: Event, key: str) -> Receipt:
        if self.away:
            raise TemporalUnavailable(3.0)
        if key in self.receipts:
            return self.receipts[key]
        engine = self.engines.get(ticket)
        if engine is None:
            raise TicketNotRunning(str(ticket))
        try:
            await self.tell(ticket, event)
        except Refusal as refusal:
            words = {"en": refusal.en, "zh": refusal.zh}
            raise Refused(refusal.code, words, refusal.status, refusal.fields, engine.state.seq) from None
        self.receipts[key] = receipt = Receipt(engine.state.seq, engine.state.status)
        return receipt

    async def answer(self, ticket_id: int, event: StepAnswered, key: str) -> Receipt:
        return await self._ask(ticket_id, event, key)

    async def vote(self, ticket_id: int, event: VoteCast, key: str) -> Receipt:
        return await self._ask(ticket_id, event, key)

    async def settle_incident(self, ticket_id: int, event: IncidentSettled, key: str) -> Receipt:
        return await self._ask(ticket_id, event, key)

    async def command(self, ticket_id: int, event: TicketCommanded, key: str) -> Receipt:
        return await self._ask(ticket_id, event, key)

    async def correct(self, ticket_id: int, event: ClockCorrected, key: str) -> Receipt:
        return await self._ask(ticket_id, event, key)

    async def keep(self, ticket_id: int, event: PromiseKept, key: str) -> Receipt:
        return await self._ask(ticket_id, event, key)

    async def migrate(self, ticket_id: int, event: RunMigrated, key: str) -> Receipt:
        return await self._ask(ticket_id, event, key)

    async def outlook(self, ticket_id: int, event: RunMigrated, now: datetime) -> Outlook:
        if self.away:
            raise TemporalUnavailable(3.0)
        if ticket_id not in self.engines:
            raise TicketNotRunning(str(ticket_id))
        return outlook(self.engines[ticket_id].plan(event, now))


@dataclass
class PageDesk:
    """The app with its pages, and ways to prepare and look."""

    app: FastAPI
    temporal: InProcess
    delivering: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def store(self) -> Store:
        return self.temporal.store

    async def relay(self) -> None:
        """Deliver what the doors have accepted, as the relay does."""
        async with self.delivering:
            await self._deliver()

    async def _deliver(self) -> None:
        while True:
            async with self.store.write() as conn:
                rows = await outbox.pending(conn, 20, datetime.now(UTC))
            if not rows:
                return
            for row in rows:
                if row.kind is OutboxKind.START:
                    await self.temporal.start(row.ticket_id)
                elif row.kind is OutboxKind.SIGNAL and row.ticket_id in self.temporal.engines:
                    await self.temporal.tell(row.ticket_id, event_of(row.payload))
            async with self.store.write() as conn:
                await outbox.delivered(conn, [row.id for row in rows], datetime.now(UTC))

    async def tick(self, ticket: int) -> None:
        """Time has come."""
        await self.temporal.tell(ticket, Tick())

    async def holder(self, ticket: int = 1) -> str:
        """Whom dispatch has given the ticket's open step to."""
        wanted = select(Step.person).where(Step.ticket_id == ticket, Step.status == "open", Step.person.is_not(None))
        async with self.store.read() as conn:
            found: str = (await conn.execute(wanted)).scalars().one()
        return found

    async def address(self, person: str) -> str:
        """Somebody's e-mail address."""
        async with self.store.read() as conn:
            found: str = (await conn.execute(select(Person.email).where(Person.id == person))).scalar_one()
        return found

    async def password(self, person: str, *, one_time: bool = False) -> None:
        """Let somebody in."""
        values = {"password_hash": HASHED, "must_change_password": one_time}
        async with self.store.write() as conn:
            await conn.execute(update(Person).where(Person.id == person).values(values))

    def browser(self, language: str = "en") -> httpx.AsyncClient:
        """A browser without JavaScript."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"Accept": "text/html", "Accept-Language": language}
        return httpx.AsyncClient(transport=transport, base_url="http://desk", headers=headers, follow_redirects=True)


def desk_of(database_url: str, edition: Edition, public_url: str = "http://desk") -> PageDesk:
    """The app on a database; ``stock`` fills it."""
    settings = Settings(database_url, public_url=public_url, identity_cache=0.0)
    company = edition.workspace.company

    async def connect() -> InProcess:
        return temporal

    app = create(settings, connect=connect, company=company, catalog=edition.workspace.catalog)
    doors: Doors = app.state.doors
    temporal = InProcess(doors.store, Intake(doors.store, Rules.of(edition.workspace)))
    return PageDesk(app, temporal)


async def stock(desk: PageDesk, edition: Edition) -> None:
    """People, teams and definitions of the workspace; everybody has the same password."""
    async with desk.store.write() as conn:
        await publish(conn, edition, "test", datetime.now(UTC))
        await conn.execute(update(Person).values(password_hash=HASHED))


def fields_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form on a page that posts to ``action``."""
    for form in re.findall(r"<form[^>]*>.*?</form>", page, re.S):
        if f'action="{action}"' in form:
            hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
            return {name: unescape(value) for name, value in hidden}
    raise AssertionError(f"no form posts to {action}")
