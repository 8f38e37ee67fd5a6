"""Random definitions from a small grammar of the language, and random stories told of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from sop.commands import CallAction, Command, Finish, Project
from sop.definition import Compiled
from sop.desk import Desk as Pinned
from sop.engine import Engine
from sop.events import (
    ActionDone,
    ActionFailed,
    Classified,
    DefinitionsChosen,
    Dispatched,
    Event,
    FailureKind,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PlaybookFound,
    PromiseKept,
    PromiseSaid,
    Remedy,
    StepAnswered,
    Tick,
    TicketCommanded,
    VoteCast,
)
from sop.events import Command as Order
from sop.facts import Fact, FactType
from sop.loading import load_many
from sop.refusals import Refusal
from sop.state import dump, load
from tests.sop.engine_desk import CATALOG, CUSTOMER, MONDAY, check_state, playbook, staff

SUB = """
dsl: 1
sop: s
steps:
  - {id: s_make, type: action, action: erp.make, with: {a: 1}, undo: erp.unmake}
  - {id: s_wait, type: wait, event: parcel.lost, timeout: 2h, on_timeout: continue}
  - {id: s_ask, type: task, assign: role:agent, due: 1h}
outputs: {no: "{{ steps.s_make.no }}"}
"""
GIFT = playbook("gift", "steps: [{id: g_wait, type: wait, for: 1h}, {id: g_make, type: action, action: erp.see}]")
PEOPLE = (staff("ann"), staff("bob"), staff("eve", "agent"), CUSTOMER)
EVENTS = ("parcel.received", "parcel.lost", "called.off", "ticket.customer_message")


class Grammar:
    """Draws one definition; every path is entered by the step that was drawn with it."""

    def __init__(self, chance: Random) -> None:
        self.chance, self.count = chance, 0
        self.paths: dict[str, list[dict[str, Any]]] = {}
        self.main: list[str] = []

    def document(self) -> dict[str, Any]:
        steps = self.line(0, self.chance.randint(1, 4))
        document = {"dsl": 1, "sop": "t", "steps": steps, "paths": self.paths}
        if self.chance.random() < 0.5:
            handler = {"event": "called.off", "interrupt": self.chance.random() < 0.5, "next": self.path(1)}
            if self.chance.random() < 0.5:
                handler["within"] = [self.chance.choice(self.main)]
            document["whenever"] = [handler]
        if self.chance.random() < 0.5:
            document["sla"] = {"resolution": {"target": "3h", "pause": "ticket.status == 'waiting_customer'"}}
        return document

    def line(self, depth: int, length: int) -> list[dict[str, Any]]:
        kinds = ["task", "approval", "action", "decision", "wait", "sop"] * 3 + ["end"]
        kinds += ["parallel", "repeat"] * 4 if depth < 2 else []
        steps = []
        for _ in range(length):
            kind = self.chance.choice(kinds)
            step = {"id": self.name("x"), "type": kind, **getattr(self, kind)(depth)}
            if self.chance.randint(0, 5) == 0:
                step["when"] = self.chance.choice(["ticket.flag == 1", "ticket.flag > 1", False])
            steps.append(step)
            if depth == 0:
                self.main.append(step["id"])
        return steps

    def name(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def path(self, depth: int) -> str:
        name = self.name("p")
        self.paths[name] = []
        self.paths[name] = self.line(depth + 1, self.chance.randint(1, 2))
        return name

    def target(self, depth: int, *, silent: bool = True) -> str:
        choices = ["end", "incident", "incident"] + (["continue"] * 6 if silent else [])
        choices += self.main[-3:] if depth == 0 else []
        if depth < 2 and self.chance.random() < 0.5:
            return self.path(depth)
        return str(self.chance.choice(choices))

    def timeout(self, depth: int, *, silent: bool = True) -> dict[str, Any]:
        return {"timeout": self.chance.choice(["1h", "5wh"]), "on_timeout": self.target(depth, silent=silent)}

    def task(self, depth: int) -> dict[str, Any]:
        who = self.chance.choice(["customer", "role:agent", "owner", "user:bob"])
        outcomes = [{"key": "ok", "label": "O"}, {"key": "no", "label": "N", "next": self.target(depth)}]
        more = self.timeout(depth) if self.chance.random() < 0.5 else {}
        return {"assign": who, "due": "2h", "outcomes": outcomes, **more}

    def approval(self, depth: int) -> dict[str, Any]:
        rule = self.chance.choice(["any", "all", 2, "60%"])
        more = {"on_reject": self.target(depth), **self.timeout(depth, silent=False)}
        return {"approvers": ["user:bob", "user:eve", "role:boss"], "rule": rule, "due": "1h", **more}

    def action(self, depth: int) -> dict[str, Any]:
        a = self.chance.choice([1, "{{ ticket.flag }}", "{{ ticket.flag + 1 }}"])
        more: dict[str, Any] = {"on_error": self.target(depth)} if self.chance.random() < 0.5 else {}
        if self.chance.random() < 0.5:
            checked = {"check": "erp.see", "kept": "check.found == 'yes'"} if self.chance.random() < 0.7 else {}
            more["promise"] = {"within": self.chance.choice(["2h", "5wh"]), "broken": "gift", **checked}
        return {"action": "erp.make", "with": {"a": a}, "undo": "erp.unmake", **more}

    def decision(self, depth: int) -> dict[str, Any]:
        return {"cases": [{"when": "ticket.flag == 1", "next": self.target(depth)}], "otherwise": self.target(depth)}

    def wait(self, depth: int) -> dict[str, Any]:
        kind = self.chance.choice(["for", "event", "any_of"])
        if kind == "for":
            return {"for": self.chance.choice(["30m", "2wh"])}
        if kind == "event":
            match = self.chance.choice(["event.no == 'P1'", "event.no == 'P2'", "event.no > 1"])
            return {"event": "parcel.received", "match": match, **self.timeout(depth)}
        either = [{"event": "parcel.received"}, {"event": "parcel.lost", "next": self.target(depth)}]
        return {"any_of": either, **self.timeout(depth)}

    def parallel(self, depth: int) -> dict[str, Any]:
        branches: list[Any] = [self.path(2), {"path": self.path(2), "when": "ticket.flag == 1"}, self.path(2)]
        return {"branches": branches, "join": self.chance.choice(["all", "any", 2]), **self.rest()}

    def repeat(self, depth: int) -> dict[str, Any]:
        many = self.chance.choice([{"each": "ticket.list"}, {"each": "ticket.list", "at_once": 2}])
        if self.chance.random() < 0.5:
            many |= {"join": self.chance.choice(["all", "any", 2])}
        until = {"until": self.chance.choice(["ticket.flag == 1", "loop.done == 2"]), "max": 2}
        rounds = many if self.chance.random() < 0.5 else {**until, "at_once": self.chance.choice([1, 2])}
        return {"do": self.path(depth), **rounds, **self.rest()}

    def rest(self) -> dict[str, Any]:
        return self.chance.choice([{}, {"rest": "cancel"}, {"rest": "wait"}, {"rest": "beside"}])

    def sop(self, depth: int) -> dict[str, Any]:
        return {"sop": "s"}

    def end(self, depth: int) -> dict[str, Any]:
        return {"result": self.chance.choice(["resolved", "cancelled"]), "undo": self.chance.random() < 0.5}


def definition(chance: Random) -> Compiled:
    """A definition that loads."""
    document = Grammar(chance).document()
    return load_many({"t.yaml": json.dumps(document), "s.yaml": SUB}, CATALOG)["t.yaml"]


@dataclass
class Story:
    """Two engines told the same: one lives on, the other is stored as JSON and read again before every event."""

    definition: Compiled
    chance: Random
    pinned: Pinned | None = None
    team: str | None = "care"
    facts: list[Fact] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    calls: dict[str, CallAction] = field(default_factory=dict)
    asked: list[Fact] = field(default_factory=list)
    finished: bool = False

    def __post_init__(self) -> None:
        self.now = MONDAY
        flag = self.chance.choice([None, 1, 2, "x"])
        ticket = {"no": "T1", "flag": flag, "list": self.chance.choice([[], ["a"], ["a", "b", "c"], "x"])}
        self.engine, commands = Engine.opened(ticket, {"id": "C1"}, self.now)
        self._note(commands)
        self.tell(Classified("general", "normal", self.team, desk=self.pinned))
        self.tell(DefinitionsChosen("ticket.created", (self.definition,)))

    def tell(self, event: Event) -> None:
        """Tell both; they must say the same, and a refusal must change nothing."""
        before = dump(self.engine.state)
        twin = Engine(load(json.loads(json.dumps(before))))
        refused = [self._checked(engine, event) for engine in (self.engine, twin)]
        assert dump(self.engine.state) == before, "checking has changed the state"
        said: list[list[Command]] = []
        for engine, check in zip((self.engine, twin), refused, strict=True):
            commands, refusal = self._handled(engine, event)
            assert check is refusal, f"checked {check} but handled {refusal}"
            assert refusal is None or dump(engine.state) == before, "a refusal has changed the state"
            said.append(commands)
        assert said[0] == said[1], "the stored engine says something else"
        assert dump(self.engine.state) == dump(twin.state)
        check_state(self.engine.state)
        self._note(said[0])

    def _checked(self, engine: Engine, event: Event) -> type[Refusal] | None:
        try:
            engine.check(event, self.now)
        except Refusal as refusal:
            return type(refusal)
        return None

    def _handled(self, engine: Engine, event: Event) -> tuple[list[Command], type[Refusal] | None]:
        try:
            return engine.handle(event, self.now), None
        except Refusal as refusal:
            return [], type(refusal)

    def _note(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Project):
                self.facts.append(command.fact)
                assert command.fact.seq == len(self.facts), "a gap in the ledger"
                if command.fact.type in (FactType.STEP_ASSIGNED, FactType.TICKET_OWNER):
                    self.asked.append(command.fact)
            elif isinstance(command, CallAction):
                before = self.keys.get(command.key)
                assert before is None or before in self.failed, f"{command.key} is called twice"
                self.keys[command.key] = command.call
                self.calls[command.call] = command
            elif isinstance(command, Finish):
                self.finished = True

    # What may happen

    def go_on(self) -> None:
        """Something happens: most often what somebody waits for, sometimes what nobody does."""
        self.tell(getattr(self, self.chance.choice(_HAPPENINGS).__name__)())  # as a story of another kind has it

    def _steps(self) -> list[str]:
        return sorted({str(f.step) for f in self.facts if f.step} | {"x1", "nothing"})

    def _opened(self) -> list[str]:
        runs = self.engine.state.runs
        opened = [f"{r.id}.{t.open.slot}" for r in runs.values() for t in r.threads.values() if t.open]
        opened += [f"{u.run}.{u.slot}" for r in runs.values() for u in r.failed_undo]
        return opened or ["x1"]

    def _step(self) -> str:
        often = self.chance.randint(0, 4) > 0
        return str(self.chance.choice(self._opened() if often else self._steps()))

    def _who(self) -> Any:
        return self.chance.choice(PEOPLE)

    def answer(self) -> Event:
        return StepAnswered(self._step(), self._who(), self.chance.choice(["ok", "no", "ok", None]))

    def vote(self) -> Event:
        return VoteCast(self._step(), self._who(), self.chance.random() < 0.5)

    def settle(self) -> Event:
        values = self.chance.choice([{}, {"no": "R9"}, {"approved": True}, {"outcome": "ok"}, {"taken": "end"}])
        return IncidentSettled(self._step(), self._who(), self.chance.choice(list(Remedy)), values)

    def order(self) -> Event:
        to = self.chance.choice([None, "user:bob", "team:care", "urgent"])
        step = self._step() if self.chance.random() < 0.5 else None
        orders = list(Order) if self.chance.random() < 0.3 else [Order.CLAIM, Order.TRANSFER, Order.PAUSE, Order.RESUME]
        return TicketCommanded(self.chance.choice(orders), self._who(), to, step=step)

    def happening(self) -> Event:
        number, kind = self.chance.randint(1, 6), self.chance.choice(EVENTS)
        return Occurred(kind, "test", str(number), {"no": self.chance.choice(["P1", "P2"])})

    def message(self) -> Event:
        visibility = self.chance.choice(["public", "internal"])
        promise = PromiseSaid("3h", self.chance.choice([None, "erp.see"]), {}, self.chance.choice([None, "gift"]))
        said = self.chance.choice([None, promise])
        return MessagePosted(f"m{self.chance.randint(1, 9)}", self._who(), visibility, said)

    def kept(self) -> Event:
        return PromiseKept(self.chance.choice([*self.engine.state.promises, "p999"]), self._who())

    def playbook(self) -> Event:
        wanted = self.engine.state.wanted
        return PlaybookFound(self.chance.choice([*wanted, "other"]), "promise", self.chance.choice([None, GIFT]))

    def call(self) -> Event:
        if not self.calls:
            return ActionDone("c999", {})
        name = self.chance.choice(sorted(self.calls))  # one that was answered before is a duplicate
        if self.chance.randint(0, 3) == 0 and name in self.engine.state.calls:
            self.failed.add(name)
            return ActionFailed(name, FailureKind.TIMEOUT, "no answer", 5)
        return ActionDone(name, {"no": f"R-{name}", "found": self.chance.choice(["yes", "no"])})

    def found(self) -> Event:
        if not self.asked:
            return Dispatched(999, person="bob")
        fact = self.chance.choice(self.asked[-4:])
        if self.chance.randint(0, 4) == 0:
            return Dispatched(fact.seq)
        wanted = fact.data["wanted"]
        seats = tuple(str(seat) for seat in wanted) if isinstance(wanted, list) else ()
        return Dispatched(fact.seq, person=None if seats else "bob", approvers=seats)

    def time(self) -> Event:
        self.now += timedelta(minutes=self.chance.choice([0, 1, 30, 60, 600, 3000, 20_000]))
        return Tick()

    def late(self) -> Event:
        """Time passes, but the timer has not rung yet when something else comes."""
        self.now += timedelta(minutes=self.chance.choice([1, 90, 3000]))
        return self.happening()

    def chosen_again(self) -> Event:
        return DefinitionsChosen("ticket.reopened", (self.definition,))

    # How it ends

    def wind_up(self) -> None:
        """Whatever has happened, a ticket that is cancelled, and whose calls are answered, comes to its end."""
        self.tell(TicketCommanded(Order.CANCEL, staff("ann")))
        for _ in range(300):
            state = self.engine.state
            troubled = [f"{u.run}.{u.slot}" for run in state.runs.values() for u in run.failed_undo]
            stuck = [(r.id, t.open.slot) for r in state.runs.values() for t in r.threads.values() if t.open]
            if state.calls:
                self.tell(ActionDone(next(iter(state.calls)), {"no": "R"}))
            elif troubled:
                self.tell(IncidentSettled(troubled[0], staff("ann"), Remedy.SKIP))
            elif stuck and not state.alarms:  # a playbook of a ticket that was resolved waits for its owner
                self.tell(IncidentSettled(".".join(stuck[0]), staff("ann"), Remedy.STOP))
            elif state.wanted:
                self.tell(PlaybookFound(state.wanted[0], "promise", None))
            elif self.finished:
                break
            else:
                self.now += timedelta(days=8)
                self.tell(Tick())
        assert self.finished, "a cancelled ticket does not come to its end"
        assert self.facts[-1].data["status"] == "closed"


_HAPPENINGS = (
    *[Story.answer] * 5, *[Story.call] * 5, *[Story.found] * 3, *[Story.happening] * 3, *[Story.time] * 2,
    *[Story.settle] * 2, Story.vote, Story.vote, Story.order, *[Story.message] * 2, Story.late, Story.chosen_again,
    Story.kept, *[Story.playbook] * 2,
)  # fmt: skip
