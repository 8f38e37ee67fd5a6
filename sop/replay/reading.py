"""Reading a recording from a ticket's ledger: every fact that something outside the engine caused, told back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sop.engine import builtin
from sop.engine.lifecycle import CLOSED, OURS
from sop.events import (
    ActionDone,
    ActionFailed,
    Actor,
    ActorKind,
    CustomerChanged,
    FailureKind,
    GateLifted,
    GateSet,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PromiseKept,
    Remedy,
    StepAnswered,
    VoteCast,
)
from sop.facts import Fact, FactType
from sop.gate import Gate
from sop.replay.recording import (
    OVERSIZED,
    Arrival,
    Chosen,
    Coming,
    Occasion,
    Opened,
    Pinned,
    Place,
    Reaction,
    Recording,
    Said,
    Trigger,
)
from sop.replay.rungs import Rungs, moment
from sop.replay.telling import (
    NotRecorded,
    adoption_of,
    anybody,
    check_said,
    classified_of,
    corrected_of,
    dispatched_of,
    duty_of,
    mapping,
    migration_of,
    ordered_of,
    promise_said,
    seat_of,
)
from sop.state import Status
from sop.values import OPENING, Value, Values

ANSWERED = ("task", "approval")
CAUSES = frozenset({"command", "duty", "correction", "adoption", "migration"})
OF_TICKET = frozenset({Trigger.CLOSED, Trigger.NAMED})
_SYSTEM = Actor(ActorKind.SYSTEM, "system")


def recording_of(ticket: Values, facts: Sequence[Fact]) -> Recording:
    """The recording of a ticket from its whole ledger. ``ticket``: {no, channel, created_at, order, fields} as at
    intake, and its ``customer`` for ledgers that do not tell. Raises ``NotRecorded``."""
    if not facts or facts[0].type is not FactType.TICKET_OPENED:
        raise NotRecorded("the ledger does not begin with the ticket's opening")
    reader = _Reader(ticket)
    for fact in facts:
        reader.read(fact)
    return Recording(
        no=str(ticket["no"]),
        ticket={name: value for name, value in ticket.items() if name != "customer"},
        facts=tuple(facts),
        arrivals=tuple(reader.arrivals),
        occasions={place: tuple(one.told() for one in found) for place, found in reader.occasions.items()},
        rung={**reader.rungs.asked, **reader.rungs.rung},
        pinned=tuple(reader.pinned),
        adopted=tuple(reader.adopted),
        finished=reader.status is Status.CLOSED,
    )


@dataclass(slots=True)
class _Open:
    """An occasion that may still be reacted to; ``defaults``: of a form's fields."""

    key: str
    topic: str
    at: datetime
    visit: int | None = None
    reactions: list[Reaction] = field(default_factory=list)
    defaults: dict[str, Value] = field(default_factory=dict)

    def told(self) -> Occasion:
        return Occasion(self.key, self.topic, tuple(self.reactions))

    def add(self, fact: Fact, said: Said) -> None:
        self.reactions.append(Reaction(max(fact.at - self.at, timedelta()), fact.seq, said))


@dataclass(slots=True)
class _Reader:
    """Goes through the facts once. ``_settled``: approvals and incidents whose closing follows from what was said."""

    ticket: Values
    arrivals: list[Arrival] = field(default_factory=list)
    occasions: dict[Place, list[_Open]] = field(default_factory=dict)
    rungs: Rungs = field(default_factory=Rungs)
    pinned: list[Pinned] = field(default_factory=list)
    adopted: list[Pinned] = field(default_factory=list)
    status: Status = Status.NEW
    _kinds: dict[str, tuple[str, str]] = field(default_factory=dict)
    _calls: dict[Value, _Open] = field(default_factory=dict)
    _promises: dict[Value, _Open] = field(default_factory=dict)
    _planned: dict[Value, tuple[datetime | None, datetime | None, str]] = field(default_factory=dict)
    _settled: set[tuple[str | None, str | None]] = field(default_factory=set)
    _starting: tuple[Fact, Chosen | None] | None = None

    def read(self, fact: Fact) -> None:
        self.rungs.read(fact)
        if not fact.type.startswith(("clock.", "alert", "run.started")):
            self._starting = None
        self._caused(fact)
        read = _READ.get(fact.type)
        if read is not None:
            read(self, fact)

    def arrive(self, fact: Fact, event: Coming) -> None:
        self.arrivals.append(Arrival(fact.at, fact.seq, event))

    def occasion(self, fact: Fact, trigger: Trigger, topic: str, name: str | None = None) -> _Open:
        run = "" if trigger in OF_TICKET else fact.run or ""
        place = Place(trigger, run, (fact.step or "") if name is None else name)
        opened = _Open(self._kinds.get(place.run, ("", ""))[1], topic, fact.at, fact.visit)
        self.occasions.setdefault(place, []).append(opened)
        return opened

    def latest(self, fact: Fact, trigger: Trigger, name: str | None = None) -> _Open | None:
        found = self.occasions.get(Place(trigger, fact.run or "", (fact.step or "") if name is None else name))
        return next((each for each in reversed(found or ()) if each.visit == fact.visit), found[-1] if found else None)

    # The ticket

    def opened(self, fact: Fact) -> None:
        data = fact.data
        known = data.get("customer_facts", self.ticket.get("customer"))
        facts = {**(known if isinstance(known, Mapping) else {}), "id": data.get("customer")}
        tags = data.get("tags", self.ticket.get("tags"))
        again = moment(data.get("reopened_at"))
        self.arrive(fact, Opened(data.get("category"), data.get("priority"), tags, facts, again))

    def classified(self, fact: Fact) -> None:
        self.arrive(fact, classified_of(fact.data))

    def standing(self, fact: Fact) -> None:
        self.status = Status(str(fact.data["status"]))

    def _caused(self, fact: Fact) -> None:
        """What the engine was told that has no fact of its own; ``untold``: what left no fact when it came."""
        untold = fact.data.get("untold")
        for told in map(mapping, untold if isinstance(untold, (list, tuple)) else ()):
            self._caused(fact._replace(at=moment(told["at"]) or fact.at, data=told))
        for name in CAUSES.intersection(fact.data):
            self.arrive(fact, self._cause(name, fact.data[name]))

    def _cause(self, name: str, told: Value) -> Coming:
        match name:
            case "command":
                return ordered_of(told)
            case "duty":
                return duty_of(told)
            case "correction":
                return corrected_of(told)
            case "migration":
                migration = migration_of(told)
                self.adopted.append(migration.target)
                return migration
            case _:
                adoption = adoption_of(told, *self._kinds[str(mapping(told).get("run"))])
                self.adopted.append(adoption.policies)
                return adoption

    def event(self, fact: Fact) -> None:
        data = fact.data
        if data["source"] != OURS:  # what the desk itself tells follows from what is recorded
            self.arrive(fact, Occurred(str(data["type"]), str(data["source"]), str(data["id"]), mapping(data["data"])))

    def message(self, fact: Fact) -> None:
        by, visibility = anybody(fact.by or _SYSTEM), str(fact.data.get("visibility", "public"))
        accepted = moment(fact.data.get("accepted_at"))
        self.arrive(fact, MessagePosted(str(fact.data["message"]), by, visibility, at=accepted))

    def customer(self, fact: Fact) -> None:
        self.arrive(fact, CustomerChanged(dict(fact.data)))

    def held(self, fact: Fact) -> None:
        """A gate is heard of without a fact; it held the step from when the ticket came to it, at the latest."""
        data, (_, key) = fact.data, self._kinds[fact.run or ""]
        clocks, why, by = (str(data.get(name)) for name in ("clocks", "why", "set_by"))
        gate = Gate(int(str(data["gate"])), key, str(fact.step).partition("#")[0], clocks=clocks, why=why, by=by)
        self.arrivals.append(Arrival(fact.at, 0, GateSet(gate)))

    def released(self, fact: Fact) -> None:
        gate, note = int(str(fact.data["gate"])), str(fact.data.get("note") or "")
        self.arrive(fact, GateLifted(gate, anybody(fact.by or _SYSTEM), note))

    # Runs

    def run_started(self, fact: Fact) -> None:
        data = fact.data
        self._kinds[fact.run or ""] = (str(data["kind"]), str(data["key"]))
        if data.get("parent_run") is not None:
            return
        pinned = Pinned(*self._kinds[fact.run or ""], int(str(data["version"])))
        self.pinned.append(pinned)
        if data.get("cause") is not None:
            self.occasion(fact, Trigger.NAMED, "", pinned.key).add(fact, Chosen("", (pinned,)))
        else:
            tried = {pinned.key: data["candidate"]} if "candidate" in data else {}
            self._chosen(fact, Chosen(str(data.get("on", "")), (pinned,), mapping(data.get("inputs")), tried))

    def _chosen(self, fact: Fact, chosen: Chosen) -> None:
        """Runs that start together were chosen together: the first goes only as soon as all have started."""
        first, before = self._starting or (fact, None)
        if before is not None and (before.on, first.at) == (chosen.on, fact.at):
            tried = {**before.candidates, **chosen.candidates}
            chosen = replace(before, definitions=(*before.definitions, *chosen.definitions), candidates=tried)
            self._forget(first, before)
        else:
            first = fact
        self._starting = (first, chosen)
        if chosen.on == CLOSED:
            self.occasion(first, Trigger.CLOSED, "", CLOSED).add(first, chosen)
        else:
            self.arrivals.append(Arrival(first.at, first.seq, chosen))

    def _forget(self, first: Fact, before: Chosen) -> None:
        if before.on == CLOSED:
            self.occasions[Place(Trigger.CLOSED, "", CLOSED)].pop()
        else:
            self.arrivals.remove(Arrival(first.at, first.seq, before))

    # Steps

    def step_opened(self, fact: Fact) -> None:
        if fact.data.get("type") not in ANSWERED:
            return
        opened = self.occasion(fact, Trigger.OPENED, str(fact.data["type"]))
        self._settled.discard((fact.run, fact.step))
        form = fact.data.get("form")
        fields = [one for one in form if isinstance(one, Mapping)] if isinstance(form, (list, tuple)) else []
        opened.defaults = {str(one.get("key")): one.get("default") for one in fields}

    def asked(self, fact: Fact) -> None:
        given = fact.data.get("dispatched")
        if isinstance(given, Mapping):
            self.occasion(fact, Trigger.ASKED, seat_of(fact.data)).add(fact, dispatched_of(given))

    def step_closed(self, fact: Fact) -> None:
        outputs, outcome = mapping(fact.data.get("outputs")), fact.data.get("outcome")
        self._answered(fact, outputs, None if outcome is None else str(outcome))

    def _answered(self, fact: Fact, outputs: dict[str, Value], outcome: str | None) -> None:
        """A person's answer, unless the step closes because of what they said before: a vote, a remedy."""
        opened = self.latest(fact, Trigger.OPENED)
        place = (fact.run, fact.step)
        if fact.by is None or opened is None or place in self._settled:
            self._settled.discard(place)
            return
        by, step = anybody(fact.by), f"{fact.run}.{fact.step}"
        values = {name: value for name, value in outputs.items() if not _confirmed(value, opened.defaults.get(name))}
        opened.add(fact, StepAnswered(step, by, outcome, values))

    def voted(self, fact: Fact) -> None:
        opened = self.latest(fact, Trigger.OPENED)
        if opened is None:
            raise NotRecorded(f"row {fact.seq}: a vote on a step that was not open")
        comment = str(fact.data.get("comment") or "")
        by, step = anybody(fact.by or _SYSTEM), f"{fact.run}.{fact.step}"
        opened.add(fact, VoteCast(step, by, fact.data.get("approve") is True, comment))
        self._settled.add((fact.run, fact.step))

    def incident_opened(self, fact: Fact) -> None:
        outputs = mapping(fact.data.get("outputs"))
        outcome = outputs.pop("outcome", None)
        self._answered(fact, outputs, None if outcome is None else str(outcome))
        if fact.data.get("code") == "SOP_OUTPUT" and (call := self.latest(fact, Trigger.CALLED)) is not None:
            last = call.reactions[-1]
            call.reactions[-1] = replace(last, said=ActionDone("", {OVERSIZED: True}))
        self.occasion(fact, Trigger.TROUBLED, str(fact.data.get("code")), _name(fact))

    def incident_closed(self, fact: Fact) -> None:
        opened = self.latest(fact, Trigger.TROUBLED, _name(fact))
        if opened is None:
            raise NotRecorded(f"row {fact.seq}: an incident was settled that was not open")
        choice = Remedy(str(fact.data["choice"]))
        values = mapping(fact.data.get("values"))
        opened.add(fact, IncidentSettled(f"{fact.run}.{fact.step}", anybody(fact.by or _SYSTEM), choice, values))
        if choice is Remedy.ENTER:
            self._settled.add((fact.run, fact.step))

    # Promises

    def promised(self, fact: Fact) -> None:
        """A promise is made: by a step, or by a message, which has come as the arrival before."""
        data = fact.data
        self._promises[data["promise"]] = self.occasion(fact, Trigger.PROMISED, "")
        planned = moment(data.get("warn_at")), moment(data.get("due_at"))
        self._planned[data["promise"]] = (*planned, str(data.get("check")))
        for number, arrival in enumerate(self.arrivals):
            posted = arrival.event
            if isinstance(posted, MessagePosted) and posted.message == data.get("message"):  # a step's has none
                self.arrivals[number] = replace(arrival, event=replace(posted, promise=promise_said(data)))

    def promise_kept(self, fact: Fact) -> None:
        if fact.data.get("how") == "person":
            note, by = str(fact.data.get("note") or ""), anybody(fact.by or _SYSTEM)
            self._promises[fact.data["promise"]].add(fact, PromiseKept(str(fact.data["promise"]), by, note))
        else:
            self.checked(fact)

    def checked(self, fact: Fact) -> None:
        """What the check of a promise answered, and how long after it was to be asked."""
        if fact.data.get("reason") == "nobody_said":
            return
        warn, due, check = self._planned[fact.data["promise"]]
        early = fact.type is FactType.PROMISE_WARNED or (due is not None and fact.at < due)
        planned = (warn if early else due) or fact.at
        heard = self.rungs.rung.get(planned)
        asked = fact._replace(at=heard.at if heard else planned)
        call = self.occasion(asked, Trigger.CALLED, check, f"{fact.step or ''}/{'warn' if early else 'due'}")
        call.add(fact, check_said(fact.data))

    # Calls

    def called(self, fact: Fact) -> None:
        action = str(fact.data["action"])
        if not builtin.knows(action):
            self._calls[fact.data["call"]] = self.occasion(fact, Trigger.CALLED, action, _name(fact))

    def done(self, fact: Fact) -> None:
        if call := self._calls.get(fact.data["call"]):
            call.add(fact, ActionDone("", mapping(fact.data.get("outputs"))))

    def failed(self, fact: Fact) -> None:
        if call := self._calls.get(fact.data["call"]):
            data = fact.data
            kind, attempts = FailureKind(str(data["kind"])), int(str(data.get("attempts") or 1))
            call.add(fact, ActionFailed("", kind, str(data.get("message", "")), attempts))


_READ: Mapping[FactType, Callable[[_Reader, Fact], None]] = {
    FactType.TICKET_OPENED: _Reader.opened,
    FactType.TICKET_CLASSIFIED: _Reader.classified,
    FactType.TICKET_STATUS: _Reader.standing,
    FactType.TICKET_CUSTOMER: _Reader.customer,
    FactType.TICKET_OWNER: _Reader.asked,
    FactType.RUN_STARTED: _Reader.run_started,
    FactType.STEP_OPENED: _Reader.step_opened,
    FactType.STEP_HELD: _Reader.held,
    FactType.STEP_RELEASED: _Reader.released,
    FactType.STEP_CHANGED: _Reader.step_opened,
    FactType.STEP_ASSIGNED: _Reader.asked,
    FactType.STEP_CLOSED: _Reader.step_closed,
    FactType.ACTION_CALLED: _Reader.called,
    FactType.ACTION_DONE: _Reader.done,
    FactType.ACTION_FAILED: _Reader.failed,
    FactType.INCIDENT_OPENED: _Reader.incident_opened,
    FactType.INCIDENT_CLOSED: _Reader.incident_closed,
    FactType.VOTE_CAST: _Reader.voted,
    FactType.EVENT_RECEIVED: _Reader.event,
    FactType.MESSAGE_POSTED: _Reader.message,
    FactType.PROMISE_MADE: _Reader.promised,
    FactType.PROMISE_WARNED: _Reader.checked,
    FactType.PROMISE_KEPT: _Reader.promise_kept,
    FactType.PROMISE_BROKEN: _Reader.checked,
}


def _name(fact: Fact) -> str:
    """A step's slot; what is undone of it is another place."""
    return f"{fact.step}/undo" if fact.data.get("undo") is True else fact.step or ""


def _confirmed(value: Value, default: Value) -> bool:
    """Whether an answer is the form's own reference, which nobody can type."""
    return isinstance(value, str) and OPENING in value and value == default
