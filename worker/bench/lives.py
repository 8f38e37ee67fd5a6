"""Made-up lives of tickets on the production engine, in virtual time: people who answer, wait, reject and err, systems
that fail now and then. What they leave is the ledger that a live desk would have left."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import TypeAlias

from db.numbers import number_of
from sop.commands import CallAction, Command, Project, StartPlaybook
from sop.definition import Compiled, adoptable
from sop.desk import Desk
from sop.engine import Engine
from sop.events import (
    ActionDone,
    ActionFailed,
    Actor,
    ActorKind,
    Classified,
    ClockCorrected,
    CustomerChanged,
    DefinitionsChosen,
    Dispatched,
    Duty,
    DutyChanged,
    Event,
    FailureKind,
    GateLifted,
    GateSet,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PlaybookFound,
    PoliciesAdopted,
    PromiseKept,
    PromiseSaid,
    Remedy,
    RunMigrated,
    StepAnswered,
    Tick,
    TicketCommanded,
    VoteCast,
)
from sop.events import Command as Ordered
from sop.facts import Fact, FactType
from sop.gate import Gate
from sop.model import Approval, FieldType, FormField, Task
from sop.refusals import Refusal
from sop.values import Value, Values

EPOCH = datetime(2026, 1, 5, 1, tzinfo=UTC)
CUSTOMER = Actor(ActorKind.CUSTOMER, "customer")
Later: TypeAlias = tuple[datetime, int, Event]
CHECK = "erp.refund.get"
NAMES = ("ann", "bob", "cai", "dan", "eve", "fei")
HALF_A_DAY = 43_200
TO = {Ordered.PRIORITY: "urgent", Ordered.TRANSFER: "role:finance_manager", Ordered.MERGE: "GD-99999"}


def somebody(rng: Random) -> Actor:
    """One of the people of the desk."""
    return Actor(ActorKind.STAFF, rng.choice(NAMES), roles=("*",))


@dataclass(slots=True)
class Life:
    """One ticket from its opening to its close. ``answers`` are dispatch's, by the fact that asked."""

    ticket: Values
    customer: Values
    compiled: Compiled
    rng: Random
    now: datetime
    desk: Desk | None = None
    moves_to: Compiled | None = None
    facts: list[Fact] = field(default_factory=list)
    answers: dict[int, Dispatched] = field(default_factory=dict)
    known: dict[str, Value] = field(default_factory=dict)
    engine: Engine = field(init=False)
    _heard: dict[datetime, datetime] = field(default_factory=dict)
    _later: list[Later] = field(default_factory=list)
    _asked: deque[Fact] = field(default_factory=deque)
    _count: int = 0

    def lived(self) -> Life:
        """Live it, as a workflow would: dispatch answers once the facts of an activation are written."""
        self.engine, commands = Engine.opened(self.ticket, self.customer, self.now)
        self._carry_out(commands)
        category, priority = str(self.ticket["category"]), str(self.ticket["priority"])
        classified = Classified(category, priority, "after_sales", "given", self.desk)
        self._carry_out(self.engine.handle(classified, self.now))
        self._tell(DefinitionsChosen("ticket.created", (self.compiled,)))
        self._what_people_do()
        self._what_else_happens()
        while self._goes_on():
            pass
        return self

    def _goes_on(self) -> bool:
        due = self.engine.next_deadline()
        if due is None and not self._later:
            if self.engine.state.finished:
                return False
            self._after(400_000, TicketCommanded(Ordered.CANCEL, somebody(self.rng), None, "nobody answers"))
        if due is not None and (not self._later or self._heard_at(due) <= self._later[0][0]):
            self.now = self._heard_at(due)
            self._tell(Tick())
            return True
        self.now, _, event = heappop(self._later)
        with suppress(Refusal):  # somebody else was faster
            self._tell(event)
        return True

    def _heard_at(self, due: datetime) -> datetime:
        """A timer is heard at once, but for a few while the workers were away."""
        if due not in self._heard:
            minutes = self.rng.randint(1, 90) if self.rng.random() < 0.02 else 0
            self._heard[due] = due + timedelta(minutes=minutes, milliseconds=3)
        return max(self._heard[due], self.now)

    def _what_people_do(self) -> None:
        rng = self.rng
        for _ in range(rng.choice((0, 0, 1, 2))):
            by, visibility = rng.choice((CUSTOMER, somebody(rng))), rng.choice(("public", "internal"))
            after = rng.expovariate(1 / 90_000)
            accepted = self.now + timedelta(seconds=after - rng.choice((0, 0.2, 900)))
            said = MessagePosted(f"m{self._count}", by, visibility, self._promise(), max(accepted, self.now))
            self._after(after, said)
        if rng.random() < 0.3:
            order = rng.choice((Ordered.CLAIM, Ordered.PRIORITY, Ordered.TRANSFER, Ordered.RELEASE, Ordered.CANCEL))
            soon = rng.expovariate(1 / rng.choice((3_000, 200_000)))
            order = Ordered.MERGE if order is Ordered.CANCEL and soon > HALF_A_DAY else order
            self._after(soon, TicketCommanded(order, somebody(rng), TO.get(order), "so"))
        if rng.random() < 0.1:
            since = rng.expovariate(1 / 150_000)
            self._after(since, TicketCommanded(Ordered.PAUSE, somebody(rng)))
            self._after(since + rng.expovariate(1 / 90_000), TicketCommanded(Ordered.RESUME, somebody(rng)))

    def _what_else_happens(self) -> None:
        rng = self.rng
        if rng.random() < 0.15:
            step = rng.choice(sorted(step["id"] for step in _steps_of(self.compiled)))
            gate = Gate(rng.randint(1, 99), self.compiled["key"], step, clocks=rng.choice(("run", "pause")), why="盘点")
            since = rng.expovariate(1 / 30_000)
            self._after(since, GateSet(gate))
            self._after(since + rng.expovariate(1 / 90_000), GateLifted(gate.id, somebody(rng), "盘点完成"))
        if rng.random() < 0.1:
            self._after(rng.expovariate(1 / 90_000), CustomerChanged({"tier": rng.choice(("vip", "regular"))}))
        if rng.random() < 0.1:
            start = self.now + timedelta(minutes=rng.randint(0, 60))
            wrong = ClockCorrected("*", somebody(rng), start, start + timedelta(hours=3), rng.random() < 0.5, "停电")
            self._after(rng.expovariate(1 / 90_000), wrong)
        if rng.random() < 0.1:
            adopted = PoliciesAdopted(self.compiled["key"], somebody(rng), adoptable(self.compiled))
            self._after(rng.expovariate(1 / 90_000), adopted)
        if self.moves_to is not None:
            key, version = self.compiled["key"], self.compiled["version"]
            moved = RunMigrated(key, version, self.moves_to, somebody(rng), note="better")
            self._after(rng.expovariate(1 / 60_000), moved)
        if rng.random() < 0.2:
            gone = DutyChanged(rng.choice(NAMES), rng.choice(tuple(Duty)), ("after_sales",))
            self._after(rng.expovariate(1 / 90_000), gone)

    def _promise(self) -> PromiseSaid | None:
        if self.rng.random() < 0.7:
            return None
        return PromiseSaid(self.rng.choice(("2h", "1wd", "20d")), self.rng.choice((None, CHECK)), broken="sorry")

    def _after(self, seconds: float, event: Event) -> None:
        self._count += 1
        heappush(self._later, (self.now + timedelta(milliseconds=int(seconds * 1000) + 7), self._count, event))

    def _tell(self, event: Event) -> None:
        self._carry_out(self.engine.handle(event, self.now))
        while self._asked:
            fact = self._asked.popleft()
            self.answers[fact.seq] = answer = self._dispatched(fact)
            self._carry_out(self.engine.handle(answer, self.now))

    def _carry_out(self, commands: Sequence[Command]) -> None:
        for command in commands:
            if isinstance(command, Project):
                self._write(command.fact)
            elif isinstance(command, CallAction):
                self._call(command)
            elif isinstance(command, StartPlaybook):
                self._carry_out(self.engine.handle(PlaybookFound(command.key, command.cause, None), self.now))

    def _write(self, fact: Fact) -> None:
        self.facts.append(fact)
        if fact.seq in self.engine.state.asked:
            self._asked.append(fact)
        if fact.type in (FactType.STEP_OPENED, FactType.STEP_CHANGED):
            self._step(fact)
        elif fact.type is FactType.PROMISE_MADE and self.rng.random() < 0.3:
            said = PromiseKept(str(fact.data["promise"]), somebody(self.rng), "已办")
            self._after(self.rng.expovariate(1 / 50_000), said)
        elif fact.type is FactType.INCIDENT_OPENED:
            choice = self.rng.choice((Remedy.RETRY, Remedy.RETRY, Remedy.SKIP, Remedy.ENTER, Remedy.STOP))
            settled = IncidentSettled(f"{fact.run}.{fact.step}", somebody(self.rng), choice)
            self._after(self.rng.expovariate(1 / 9_000), settled)

    def _dispatched(self, fact: Fact) -> Dispatched:
        wanted, rng = fact.data["wanted"], self.rng
        if isinstance(wanted, list):
            return Dispatched(fact.seq, approvers=tuple(map(str, wanted)))
        if rng.random() < 0.02:
            return Dispatched(fact.seq)
        return Dispatched(fact.seq, person=rng.choice(NAMES), pool=str(wanted))

    def _call(self, call: CallAction) -> None:
        if self.rng.random() < 0.04:
            kind = self.rng.choice((FailureKind.REFUSED, FailureKind.TIMEOUT))
            self._after(self.rng.uniform(1, 300), ActionFailed(call.call, kind, "no", call.attempts))
            return
        if call.reads:
            paid = self.rng.choice(("paid", "open"))
            self._after(self.rng.uniform(0.05, 4), ActionDone(call.call, {"status": paid}))
            return
        outputs: dict[str, Value] = {name: f"{name}-{self.rng.randint(1, 10**6)}" for name in call.gives or ()}
        self.known |= outputs
        seconds = self.rng.uniform(60, 4_000) if self.rng.random() < 0.1 else self.rng.uniform(0.05, 4)
        self._after(seconds, ActionDone(call.call, outputs))
        if self.rng.random() < 0.01:
            self._after(seconds / 2, TicketCommanded(Ordered.CANCEL, CUSTOMER))

    def _step(self, fact: Fact) -> None:
        run, rng = self.engine.state.runs[fact.run or ""], self.rng
        step = run.model.steps[str(fact.step).partition("#")[0]].step
        address = f"{fact.run}.{fact.step}"
        patient = 1 / rng.choice((3_000, 30_000, 200_000, 900_000))
        if isinstance(step, Task):
            by = CUSTOMER if step.assign == "customer" else somebody(rng)
            outcome = rng.choice(step.outcomes).key if step.outcomes else None
            values: dict[str, Value] = {
                each.key: value for each in step.form if (value := self._value(each)) is not None
            }
            self._after(rng.expovariate(patient), StepAnswered(address, by, outcome, values))
        elif isinstance(step, Approval):
            for _ in range(3):
                self._after(rng.expovariate(patient), VoteCast(address, somebody(rng), rng.random() < 0.75, "看过了"))
        else:
            for awaited in fact.data.get("waits_for") or ():  # type: ignore[union-attr]  # a list in the facts of waits
                event = Occurred(str(awaited), "carrier", f"e{self._count}", {**self.known})
                self._after(rng.expovariate(patient), event)

    def _value(self, asked: FormField) -> Value:
        """An answer that fits its field; those with a default are left as they are, some optional ones too."""
        rng = self.rng
        if asked.default is not None or (asked.optional and rng.random() < 0.5):
            return None
        least = int(asked.min or 1)
        options = [option if isinstance(option, str) else option.value for option in asked.options]
        made: Mapping[FieldType, Value] = {
            FieldType.CHOICE: rng.choice(options or ["x"]),
            FieldType.CHOICES: options[:1],
            FieldType.BOOLEAN: rng.random() < 0.5,
            FieldType.MONEY: least + rng.randint(0, 1500),
            FieldType.NUMBER: least,
            FieldType.INTEGER: least,
            FieldType.DATE: self.now.date().isoformat(),
            FieldType.DATETIME: self.now.isoformat(),
            FieldType.PHOTO: ["a.jpg", "b.jpg", "c.jpg"],
            FieldType.FILE: ["a.pdf"],
            FieldType.EMAIL: "a@example.com",
            FieldType.PHONE: "13800000000",
        }
        return made.get(asked.type, "字" * max(least, 3))


def a_life(compiled: Compiled, number: int, moves_to: Compiled | None = None) -> Life:
    """The life of ticket ``number``, the same every time; at some moment it is moved to another version."""
    rng = Random(number)  # noqa: S311 - the same life every time, no secret
    paid = rng.choice((59, 199, 899, 2400))
    now = EPOCH + timedelta(minutes=17 * number, milliseconds=rng.randint(0, 999))
    ticket: dict[str, Value] = {
        "no": number_of(number),
        "channel": "web",
        "category": compiled["key"],
        "priority": rng.choice(("low", "normal", "high")),
        "created_at": now.isoformat(),
        "order": {"no": f"O-{number}", "paid": paid, "tracking_no": f"SF{number}"},
        "fields": {"asset_no": "AC-7", "fault": "不制冷", "order_no": f"O-{number}"},
        "tags": [],
    }
    customer: dict[str, Value] = {"id": str(number), "tier": rng.choice(("regular", "vip")), "complaint_count": 1}
    return Life(ticket, customer, compiled, rng, now, _desk(compiled), moves_to).lived()


def _steps_of(compiled: Compiled) -> Sequence[Mapping[str, str]]:
    steps: Sequence[Mapping[str, str]] = compiled["document"]["steps"]  # type: ignore[assignment]  # a document has them
    return steps


def _desk(compiled: Compiled) -> Desk:
    """A desk whose claims last half a working day."""
    return Desk(
        "4wh", compiled["calendars"]["default"], 2, "lead", ("transfer", "release", "lease"), "team:after_sales"
    )
