"""A scenario played on a time-skipping Temporal server, beside the pure engine, act by act."""

from __future__ import annotations

import asyncio
import collections.abc
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.messages import Agreed, Choosing, Found, Merging, Taken, Writing, Written
from sop.definition import Compiled
from sop.desk import plain_desk
from sop.durations import parse
from sop.events import (
    ClockCorrected,
    CustomerChanged,
    DutyChanged,
    Event,
    GateLifted,
    GateSet,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PoliciesAdopted,
    PromiseKept,
    RunMigrated,
    StepAnswered,
    TicketCommanded,
    VoteCast,
)
from sop.facts import Fact
from sop.plain import fact_of
from sop.refusals import Refusal
from sop.scenario.script import Act, Case, Script
from sop.scenario.stage import (
    PERSONAL,
    Mocks,
    classification_of,
    desk_of,
    dispatched,
    event_for,
    failure_of,
    is_tried_again,
    starting,
)
from sop.scenario.stage import Stage as PureStage
from sop.values import decode, encode
from workflows.client import Refused, Tickets, register_attributes
from workflows.messages import TicketStart, encoded, workflow_id
from workflows.sandbox import runner
from workflows.ticket import TicketWorkflow


def executable(name: str) -> str:
    """A Temporal program of the virtual environment, or of the PATH."""
    here = Path(sys.executable).parent / name
    found = str(here) if here.exists() else shutil.which(name)
    assert found, f"{name} is not installed"
    return found


@dataclass
class World:
    """What surrounds the tickets of a test: connectors as the scenario says, a ledger, a dispatch; no decisions."""

    compiled: Compiled
    script: Script
    case: Case
    mocks: Mocks
    facts: dict[int, list[Fact]] = field(default_factory=dict)
    playbooks: Mapping[str, Compiled] = field(default_factory=dict)
    merges: list[str | None] = field(default_factory=list)

    def taken(self, ticket: dict[str, Any]) -> Taken:
        known = classification_of({k: decode(v) for k, v in ticket.items()})
        desk = desk_of(self.script, self.compiled)
        plain = plain_desk(desk) if desk else None
        return Taken(known.category, known.priority, known.team, known.rule, [self.compiled], [], plain)

    @activity.defn(name="choose")
    async def choose(self, asked: Choosing) -> Taken:
        if asked.playbook is None:
            scope = {n: {k: decode(v) for k, v in getattr(asked, n).items()} for n in ("ticket", "customer", "event")}
            return Taken("", "", definitions=list(starting(self.playbooks.values(), asked.on, scope)))
        named = self.playbooks.get(asked.playbook)
        return Taken("", "", definitions=[named] if named else [])

    @activity.defn(name="write")
    async def write(self, writing: Writing) -> Written:
        ledger = self.facts.setdefault(writing.ticket_id, [])
        found = []
        for fact in map(fact_of, writing.facts):
            assert fact.seq <= len(ledger) + 1, f"a gap before {fact}"
            del ledger[fact.seq - 1 :]  # a task whose end Temporal did not hear of is done again, and may end otherwise
            ledger.append(fact)
            answer = dispatched(fact, {**self.script.people, **(self.case.people or {})})
            if answer is not None:
                found.append(Found(answer.seq, answer.person, answer.pool, list(answer.approvers)))
        return Written(found)

    @activity.defn(name="agree")
    async def agree(self, asked: Merging) -> Agreed:
        self.merges.append(asked.into)
        return Agreed()

    @activity.defn(dynamic=True)
    async def call(self, given: collections.abc.Sequence[RawValue]) -> dict[str, object]:
        asked = activity.payload_converter().from_payload(given[0].payload)
        answer = self.mocks.answer(asked["action"])
        kind = failure_of(answer)
        if kind is not None:
            raise ApplicationError(f"the scenario says {answer}", type=kind, non_retryable=not is_tried_again(answer))
        return {"outputs": encode(answer or {})}


@asynccontextmanager
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server of its own, whose clock runs as fast as nothing is to be done."""
    path = executable("temporal-test-server")
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=path) as env:
        await register_attributes(env.client)
        yield env


async def next_monday(env: WorkflowEnvironment) -> datetime:
    """Let the server's clock run to Monday, nine in the morning, in Shanghai."""
    now = (await env.get_current_time()).astimezone(ZoneInfo("Asia/Shanghai"))
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=9, minute=0, second=0, microsecond=0)
    await env.sleep(monday - now)
    return await env.get_current_time()


def playbooks_of(script: Script, library: Mapping[str, Compiled]) -> dict[str, Compiled]:
    """The playbooks that a script's definition may start by name."""
    return {key: library[Path(file).name] for key, file in script.later.items()}


class Lockstep:
    """The pure stage and the workflow, told the same story."""

    def __init__(self, env: WorkflowEnvironment, world: World, pure: PureStage, ticket_id: int) -> None:
        self.env, self.world, self.pure, self.ticket_id = env, world, pure, ticket_id
        self.tickets = Tickets(env.client, task_queue=f"queue-{ticket_id}")
        self.deliveries = 0
        self.wrong: list[str] = []

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        env: WorkflowEnvironment,
        script: Script,
        case: Case,
        compiled: Compiled,
        number: int,
        playbooks: Mapping[str, Compiled] | None = None,
        **start: Any,
    ) -> AsyncIterator[Lockstep]:
        """Open the ticket of a case on both."""
        now = await next_monday(env)
        case = case.model_copy(update={"at": now.isoformat()})
        pure = PureStage.open(script, case, compiled, playbooks)
        world = World(compiled, script, case, Mocks({**script.mocks, **(case.mocks or {})}), playbooks=playbooks or {})
        step = cls(env, world, pure, number)
        async with Worker(
            env.client,
            task_queue=f"queue-{number}",
            workflows=[TicketWorkflow],
            activities=[world.choose, world.write, world.agree, world.call],
            workflow_runner=runner(),
        ):
            ticket = {"created_at": now.isoformat(), **script.ticket_of(case)}
            customer = {k: v for k, v in script.customer_of(case).items() if k not in PERSONAL}
            plain = {k: decode(v) for k, v in ticket.items()}, {k: decode(v) for k, v in customer.items()}
            facts, known = encoded(plain[0]), encoded(plain[1])
            await step.tickets.start(TicketStart(number, facts, known, taken=world.taken(facts), **start))
            await step.settle()
            yield step
            with suppress(RPCError):  # it has ended by itself
                await env.client.get_workflow_handle(workflow_id(number)).terminate("the scenario is over")

    async def settle(self) -> None:
        """Wait until the workflow has written down as much as the pure stage, and has had time to say so."""
        for look in range(1, 2000):
            await asyncio.sleep(0.01)
            if len(self.facts) >= len(self.pure.facts):
                break
            if look % 200 == 0:  # a failed call is tried again after a while, which passes only if it is let
                await self.env.sleep(timedelta(seconds=20))
                self.pure.advance("20s")
        await asyncio.sleep(0.04)

    @property
    def facts(self) -> list[Fact]:
        return self.world.facts.get(self.ticket_id, [])

    async def act(self, act: Act, number: int) -> None:
        """Let an act happen on both; a refusal must be the same."""
        if act.after:
            self.pure.advance(act.after)
            await self.env.sleep(parse(act.after).clock_time())
            await self.settle()
        event = event_for(act, number, self.pure.engine, self.pure.now)
        if event is None:
            return
        refusals: list[str | None] = [None, None]
        try:
            self.pure.tell(event)
        except Refusal as refusal:
            refusals[0] = refusal.en
        try:
            await self.tell(event, number)
        except Refused as refused:
            refusals[1] = refused.message["en"]
        if refusals[0] != refusals[1]:
            self.wrong.append(f"act {number}: engine says {refusals[0]}, workflow says {refusals[1]}")
        await self.settle()

    async def hear(self, event: GateSet | GateLifted | RunMigrated) -> None:
        """Let both hear what an operator has done."""
        self.pure.tell(event)
        if isinstance(event, RunMigrated):
            await self.tickets.migrate(self.ticket_id, event, "moved")
        else:
            self.deliveries += 1
            await self.tickets.signal(self.ticket_id, event, self.deliveries)
        await self.settle()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened, for ten seconds at the most."""
        for _ in range(500):
            if happened():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it does not happen")

    async def new_run(self, before: str) -> str:
        """Wait until the ticket goes on in another workflow run than this one; the run it goes on in."""
        handle = self.env.client.get_workflow_handle(workflow_id(self.ticket_id))
        for _ in range(1000):
            run = (await handle.describe()).run_id
            if run != before:
                return run
            await asyncio.sleep(0.02)
        raise AssertionError("the ticket stays in its run")

    async def tell(self, event: Event, number: int) -> None:  # noqa: C901 - one case an event
        key = f"act-{number}"
        match event:
            case StepAnswered():
                await self.tickets.answer(self.ticket_id, event, key)
            case VoteCast():
                await self.tickets.vote(self.ticket_id, event, key)
            case IncidentSettled():
                await self.tickets.settle_incident(self.ticket_id, event, key)
            case TicketCommanded():
                await self.tickets.command(self.ticket_id, event, key)
            case PromiseKept():
                await self.tickets.keep(self.ticket_id, event, key)
            case ClockCorrected():
                await self.tickets.correct(self.ticket_id, event, key)
            case PoliciesAdopted():
                await self.tickets.adopt(self.ticket_id, event, key)
            case Occurred() | MessagePosted() | DutyChanged() | CustomerChanged():
                self.deliveries += 1
                await self.tickets.signal(self.ticket_id, event, self.deliveries)
            case _:
                raise AssertionError(f"no act tells {event}")
