"""A ticket's rows as its page shows them, in the reader's language, personal fields revealed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.pages import words
from api.pages.forms import Sent, by_hand, fields_of, shown
from api.pages.language import Speech
from api.pages.reading import Bundle
from api.pages.rendering import Press
from api.pages.sentences import Teller
from api.pages.views import (
    Attached,
    Choice,
    ClockView,
    Deeds,
    Due,
    Fact,
    Happening,
    IncidentView,
    RunView,
    Stage,
    StepView,
    TicketView,
    VoteView,
)
from api.principal import Person
from db.queries.tickets import FileFacts, StepFacts
from db.queries.timeline import Happened, Said
from sop.events import ActorKind
from sop.model import FormField
from sop.state import ENDED
from sop.values import CLOSING, OPENING, Value

_REFERENCE = re.compile(f"{OPENING}([^{CLOSING}]*){CLOSING}")
FINISHED = {"done": "done", "skipped": "skipped", "timeout": "failed", "error": "failed", "cancelled": "skipped"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a person has just tried on one step and was refused."""

    slot: str
    error: str = ""
    sent: Sent | None = None
    entering: bool = False


@dataclass(frozen=True, slots=True)
class Composer:
    """Puts a ticket's page together for one reader; without a ``person`` it is the customer's."""

    bundle: Bundle
    press: Press
    speech: Speech
    now: datetime
    person: Person | None = None
    attempt: Attempt | None = None
    teller: Teller = field(init=False)

    def __post_init__(self) -> None:
        teller = Teller(self.press, self.speech, self.bundle.people)
        object.__setattr__(self, "teller", teller)

    def view(self) -> TicketView:
        """The whole ticket."""
        row = self.bundle.ticket
        steps = tuple(self._steps())
        return TicketView(
            no=row.no,
            subject=row.subject,
            status=row.status,
            priority=row.priority,
            chips=self._chips(),
            customer=self._customer(),
            owner=self._owner(),
            token=row.public_token,
            seq=row.seq,
            stages=tuple(stages(self.bundle, self.text)),
            timeline=tuple(self._timeline()),
            clocks=tuple(self._clocks()),
            steps=steps,
            facts=tuple(self._facts()),
            runs=tuple(self._runs()),
            deeds=self._deeds(),
            recipients=self._recipients(),
        )

    # ---------------------------------------------------------------- texts

    def text(self, value: object) -> str:
        """A label in the reader's language, its references replaced by what they stand for."""
        return _REFERENCE.sub(lambda mark: self._revealed(mark[1]), self.speech.label(value))

    def _revealed(self, name: str) -> str:
        root, _, key = name.partition(".")
        if root == "customer" and self.bundle.ticket.customer is not None:
            return str(getattr(self.bundle.ticket.customer, key, None) or "")
        return self.speech.value(self.bundle.personal.get(name))

    def _customer(self) -> str:
        customer = self.bundle.ticket.customer
        return "" if customer is None else customer.name or customer.email or customer.phone or ""

    def _owner(self) -> str:
        row = self.bundle.ticket
        return self.teller.person(row.owner_person or row.owner_pool or _team(row.owner_team))

    def _chips(self) -> tuple[str, ...]:
        row = self.bundle.ticket
        category = self.press.named("categories", row.category, self.speech)
        return tuple(chip for chip in (category, *row.tags) if chip)

    def _file(self, key: str) -> Attached | None:
        row = next((one for one in self.bundle.ticket.files if one.id == key), None)
        return None if row is None else self._attached(row)

    def _attached(self, row: FileFacts) -> Attached:
        place = "/files" if self.person else f"/portal/t/{self.bundle.ticket.public_token}/files"
        return Attached(row.name, f"{place}/{row.id}", row.media_type.startswith("image/"))

    # ---------------------------------------------------------------- steps

    def _steps(self) -> Iterator[StepView]:
        for row in sorted(self.bundle.steps, key=self._urgency):
            if row.status == "open" and (self.person is not None or self._for_customer(row)):
                yield self._step(row)

    def _urgency(self, row: StepFacts) -> tuple[bool, bool, datetime]:
        """The reader's own first, then what people do, then what machines do."""
        return not self._mine(row), row.type not in ("task", "approval") and row.incident is None, row.opened_at

    def _step(self, row: StepFacts) -> StepView:
        attempt = self.attempt if self.attempt is not None and self.attempt.slot in (row.address, row.step) else None
        fields = tuple(self._field(one) for one in fields_of(row.form))
        sent = attempt.sent if attempt and not attempt.entering else None
        person = row.person or row.pool or row.assign or ""
        return StepView(
            slot=row.address,
            type=row.type,
            title=self.text(row.title) or row.step,
            assigned=self.teller.person(person) if person else "",
            mine=self._mine(row),
            for_customer=self._for_customer(row),
            claimable=self.person is not None and row.person is None and not self._for_customer(row),
            script=self.text(row.script),
            form=shown(fields, self.speech, sent, self._file),
            outcomes=tuple(self._outcomes(row.outcomes)),
            due=Due(row.due_at, _warning(row.opened_at, row.due_at)),
            waits_for=tuple(self.press.named("events", name, self.speech) for name in row.waits_for),
            until=_instant(row.until),
            approvers=self._asked(row),
            votes=tuple(VoteView(self.teller.person(v.person), v.approve, v.comment) for v in row.votes),
            incident=self._incident(row, fields, attempt),
            entering=bool(attempt and attempt.entering),
            error=attempt.error if attempt else "",
        )

    def _field(self, one: FormField) -> FormField:
        """A field whose default is the person's real data, not a reference to it."""
        return one.model_copy(update={"default": self.text(one.default)}) if isinstance(one.default, str) else one

    def _incident(self, row: StepFacts, fields: Sequence[FormField], attempt: Attempt | None) -> IncidentView | None:
        incident = row.incident
        if not isinstance(incident, Mapping):
            return None
        sent = attempt.sent if attempt and attempt.entering else None
        asked = fields or by_hand(self.bundle.gives.get(row.address, ()))
        form = shown(asked, self.speech, sent, self._file)
        return IncidentView(str(incident.get("code", "")), self.text(incident.get("message")), form)

    def _outcomes(self, outcomes: Value) -> Iterator[Choice]:
        for one in outcomes if isinstance(outcomes, (list, tuple)) else ():
            if isinstance(one, Mapping):
                yield Choice(str(one["key"]), self.text(one["label"]))

    def _asked(self, row: StepFacts) -> tuple[str, ...]:
        voted = {f"user:{vote.person}" for vote in row.votes} | {vote.person for vote in row.votes}
        return tuple(self.teller.person(seat) for seat in row.approvers if seat not in voted)

    def _mine(self, row: StepFacts) -> bool:
        """Whether the reader is asked for a step; the ticket itself has the last word when they answer."""
        if self.person is None or self._for_customer(row):
            return self.person is None
        person = self.person
        if row.type == "approval":
            voted = any(vote.person == person.id for vote in row.votes)
            return not voted and any(_holds(person, seat) for seat in row.approvers)
        holders = (row.person, self.bundle.ticket.owner_person)
        return person.id in holders or any(_holds(person, seat) for seat in (row.pool, row.assign) if seat)

    @staticmethod
    def _for_customer(row: StepFacts) -> bool:
        return row.type == "task" and "customer" in (row.pool, row.assign)

    # ---------------------------------------------------------------- the rest

    def _timeline(self) -> Iterator[Happening]:
        told = (self._said(item) if isinstance(item, Said) else self._happened(item) for item in self.bundle.timeline)
        entries = [*(entry for entry in told if entry is not None), *self._files()]
        yield from sorted(entries, key=lambda entry: entry.at)

    def _said(self, item: Said) -> Happening:
        customer = item.author_kind == "customer"
        kind = "note" if item.visibility == "internal" else "customer" if customer else "staff"
        return Happening(kind, self._author(item), self.text(item.body), item.at, channel=item.channel)

    def _author(self, item: Said) -> str:
        if item.author_kind == "customer":
            return item.author_name or self._customer() or self.speech.say("The customer")
        if item.author_kind == "system":
            return self.speech.say("Gongdan")
        return item.author_name or self.teller.person(item.author_id)

    def _happened(self, item: Happened) -> Happening | None:
        told = self.teller.sentence(item, self.text(item.title) or item.step or "")
        return None if told is None else Happening("event", "", self.text(told[1]), item.at, icon=told[0])

    def _files(self) -> Iterator[Happening]:
        """Files, those sent at once as one entry of whoever sent them; a customer sees their own."""
        sent: dict[tuple[str, datetime], list[Attached]] = {}
        for row in self.bundle.ticket.files:
            sent.setdefault((row.uploaded_by, row.created_at), []).append(self._attached(row))
        for (uploaded_by, at), files in sent.items():
            origin, _, sender = uploaded_by.partition(":")
            by_customer = origin == ActorKind.CUSTOMER
            if self.person is None and not by_customer:
                continue
            name = self._customer() if by_customer else self.bundle.people.get(sender, sender)
            kind, who = ("customer" if by_customer else "note"), name or self.speech.say("A file")
            yield Happening(kind, who, "", at, files=tuple(files))

    def _clocks(self) -> Iterator[ClockView]:
        for row in self.bundle.ticket.clocks:
            if row.state == "stopped":
                continue
            name = words.CLOCKS.get(row.clock)
            title = self.speech.say(name) if name else row.clock
            due = Due(row.due_at, row.warn_at, paused=row.state == "paused")
            yield ClockView(title, due, _share(self.bundle.ticket.created_at, row.due_at, self.now))

    def _facts(self) -> Iterator[Fact]:
        row, say, named = self.bundle.ticket, self.speech.say, self.press.named
        yield Fact(say("Priority"), named("priorities", row.priority, self.speech), _chip(row.priority))
        yield Fact(say("Owner"), self._owner() or say("Unassigned"))
        if row.owner_team:
            yield Fact(say("Team"), named("teams", row.owner_team, self.speech))
        yield from self._customer_facts()
        yield Fact(say("Channel"), named("channels", row.channel, self.speech))
        yield Fact(say("Opened"), self.speech.full(row.created_at))
        labels = {one.key: self.speech.label(one.label) for one in self.press.company.fields}
        for key, value in row.fields.items():
            if value in row.order.values():
                continue
            yield Fact(labels.get(key, key), self.text(self.speech.value(value)))
        for key, value in row.order.items():
            name = words.ORDER.get(key)
            yield Fact(say(name) if name else key, self.text(self.speech.value(value)))

    def _customer_facts(self) -> Iterator[Fact]:
        customer = self.bundle.ticket.customer
        if customer is None:
            return
        tier = self.press.named("segments", customer.tier, self.speech)
        yield Fact(self.speech.say("Customer"), " · ".join(part for part in (self._customer(), tier) if part))
        for name, value in (("phone", customer.phone), ("email", customer.email), ("address", customer.address)):
            if value:
                yield Fact(self.speech.say(words.CUSTOMER[name]), value)

    def _runs(self) -> Iterator[RunView]:
        for row in self.bundle.ticket.runs:
            if row.parent_run is None:
                title, status = self.text(row.title) or row.key, row.result or row.status
                yield RunView(row.kind, title, row.key, row.version, status)

    def _deeds(self) -> Deeds:
        row = self.bundle.ticket
        status, open_ = row.status, row.status not in ENDED
        if self.person is None:
            return Deeds(speak=status != "closed")
        running = open_ and row.seq > 0
        mine = row.owner_person == self.person.id
        return Deeds(
            claim=running and not mine,
            release=running and mine,
            transfer=running,
            pause=running and status != "paused",
            resume=status == "paused",
            cancel=running,
            reopen=status in ("resolved", "cancelled", "closed"),
            priority=running,
            speak=status != "closed",
        )

    def _recipients(self) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
        if self.person is None:
            return ()
        company, say = self.press.company, self.speech.say
        people = tuple(Choice(f"user:{key}", name) for key, name in self.bundle.people.items())
        teams = tuple(Choice(f"team:{key}", self.press.named("teams", key, self.speech)) for key in company.teams)
        roles = tuple(Choice(f"role:{key}", self.press.named("roles", key, self.speech)) for key in company.roles)
        return ((say("Teams"), teams), (say("Roles"), roles), (say("People"), people))


def stages(bundle: Bundle, text: Callable[[object], str]) -> Iterator[Stage]:
    """The main line of the ticket's SOP as a bar: what is done, where it stands, what is to come."""
    main = bundle.main
    last = {step.step: step for step in bundle.steps if main is not None and step.run == main.run}
    for planned in bundle.plan:
        if planned.get("type") in ("decision", "end"):
            continue
        key = str(planned.get("id"))
        step = last.get(key)
        yield Stage(text(planned.get("title")) or key, FINISHED.get(step.status, "current") if step else "ahead")


def _holds(person: Person, seat: str) -> bool:
    kind, _, name = seat.partition(":")
    match kind:
        case "team":
            return name in person.teams
        case "role":
            return name in person.roles
        case "user":
            return name == person.id
        case _:
            return seat == person.id


def _team(key: str | None) -> str:
    return f"team:{key}" if key else ""


def _chip(priority: str) -> str:
    return words.PRIORITY_CLASSES.get(priority, "")


def _warning(opened: datetime, due: datetime | None) -> datetime | None:
    """A step reminds when 80 % of its time has gone."""
    return opened + (due - opened) * 0.8 if due else None


def _share(start: datetime, due: datetime | None, now: datetime) -> int:
    if due is None or due <= start:
        return 100
    return max(0, min(100, round(100 * (now - start) / (due - start))))


def _instant(value: Value) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
