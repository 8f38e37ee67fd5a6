"""A ticket's facts as its page shows them, in the reader's language, personal fields revealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.pages import words
from api.pages.handover_view import handover_view
from api.pages.promises_view import promises_of
from api.pages.step_view import Attempt, OpenSteps
from api.pages.views import (
    Attached,
    Choice,
    ClockView,
    Deeds,
    Due,
    Fact,
    Happening,
    MergedView,
    RunView,
    Stage,
    TicketView,
)
from api.pages.voice import Voice
from api.principal import Person
from db.queries.timeline import Happened, Said
from sop.clocks.wording import told
from sop.events import ActorKind
from sop.state import ENDED

FINISHED = {"done": "done", "skipped": "skipped", "timeout": "failed", "error": "failed", "cancelled": "skipped"}


@dataclass(frozen=True, slots=True)
class Composer:
    """Puts a ticket's page together for one reader; without a ``person`` it is the customer's."""

    voice: Voice
    now: datetime
    attempt: Attempt | None = None

    def view(self) -> TicketView:
        """The whole ticket."""
        row = self.voice.bundle.ticket
        return TicketView(
            no=row.no,
            subject=row.subject,
            status=row.status,
            priority=row.priority,
            chips=self._chips(),
            customer=self.voice.customer(),
            owner=self._owner(),
            token=row.public_token,
            seq=row.seq,
            stages=tuple(stages(self.voice)),
            timeline=tuple(self._timeline()),
            clocks=tuple(self._clocks()),
            steps=tuple(OpenSteps(self.voice, self.attempt).views()),
            facts=tuple(self._facts()),
            runs=tuple(self._runs()),
            deeds=self._deeds(),
            recipients=self._recipients(),
            handover=handover_view(self.voice) if self.voice.person else None,
            promises=tuple(promises_of(self.voice)),
            merged=tuple(self._merged()),
        )

    def _owner(self) -> str:
        row = self.voice.bundle.ticket
        return self.voice.teller.person(row.owner_person or row.owner_pool or _team(row.owner_team))

    def _chips(self) -> tuple[str, ...]:
        row = self.voice.bundle.ticket
        category = self.voice.named("categories", row.category)
        return tuple(chip for chip in (category, *row.tags) if chip)

    def _timeline(self) -> Iterator[Happening]:
        told = (
            self._said(item) if isinstance(item, Said) else self._happened(item) for item in self.voice.bundle.timeline
        )
        entries = [*(entry for entry in told if entry is not None), *self._files()]
        yield from sorted(entries, key=lambda entry: entry.at)

    def _said(self, item: Said) -> Happening:
        customer = item.author_kind == "customer"
        kind = "note" if item.visibility == "internal" else "customer" if customer else "staff"
        return Happening(kind, self._author(item), self.voice.text(item.body), item.at, channel=item.channel)

    def _author(self, item: Said) -> str:
        if item.author_kind == "customer":
            return item.author_name or self.voice.customer() or self.voice.say("The customer")
        if item.author_kind == "system":
            return self.voice.say("Gongdan")
        return item.author_name or self.voice.teller.person(item.author_id)

    def _happened(self, item: Happened) -> Happening | None:
        told = self.voice.teller.sentence(item, self.voice.text(item.title) or item.step or "")
        return None if told is None else Happening("event", "", self.voice.text(told[1]), item.at, icon=told[0])

    def _merged(self) -> Iterator[MergedView]:
        """The tickets in whose place this one goes on; a customer sees their own."""
        for one in self.voice.bundle.ticket.merged:
            if self.voice.person is not None or one.theirs:
                url = f"/tickets/{one.no}" if self.voice.person else f"/portal/t/{one.public_token}"
                yield MergedView(one.no, one.subject, url)

    def _files(self) -> Iterator[Happening]:
        """Files, those sent at once as one entry of whoever sent them; a customer sees their own."""
        sent: dict[tuple[str, datetime], list[Attached]] = {}
        others = {one.id for one in self.voice.bundle.ticket.merged if not one.theirs}
        for row in self.voice.bundle.ticket.files:
            if self.voice.person is None and row.ticket_id in others:
                continue
            sent.setdefault((row.uploaded_by, row.created_at), []).append(self.voice.attached(row))
        for (uploaded_by, at), files in sent.items():
            origin, _, sender = uploaded_by.partition(":")
            by_customer = origin == ActorKind.CUSTOMER
            if self.voice.person is None and not by_customer:
                continue
            name = self.voice.customer() if by_customer else self.voice.bundle.people.get(sender, sender)
            kind, who = ("customer" if by_customer else "note"), name or self.voice.say("A file")
            yield Happening(kind, who, "", at, files=tuple(files))

    def _clocks(self) -> Iterator[ClockView]:
        for row in self.voice.bundle.ticket.clocks:
            if row.state == "stopped" or not row.target:
                continue
            due = Due(row.due_at, row.warn_at, paused=row.state == "paused")
            address = f"{row.run}.{row.clock}"
            why = self.voice.bundle.reckonings.get(address)
            share = _share(self.voice.bundle.ticket.created_at, row.due_at, self.now)
            if why is None:
                yield ClockView(self._clock(row.clock), due, share)
                continue
            used = min(100, int(100 * (why.used / why.budget))) if why.budget else 100
            lines = tuple(told(why, "zh" if self.voice.speech.language == "zh" else "en"))
            yield ClockView(self._clock(row.clock), due, used, lines, address)

    def _clock(self, name: str) -> str:
        return self.voice.press.clock(name, self.voice.speech)

    def _facts(self) -> Iterator[Fact]:
        row, say, named = self.voice.bundle.ticket, self.voice.say, self.voice.press.named
        yield Fact(say("Priority"), named("priorities", row.priority, self.voice.speech), _chip(row.priority))
        yield Fact(say("Owner"), self._owner() or say("Unassigned"))
        if row.owner_team:
            yield Fact(say("Team"), named("teams", row.owner_team, self.voice.speech))
        yield from self._customer_facts()
        yield Fact(say("Channel"), named("channels", row.channel, self.voice.speech))
        yield Fact(say("Opened"), self.voice.speech.full(row.created_at))
        labels = {one.key: self.voice.speech.label(one.label) for one in self.voice.press.company.fields}
        for key, value in row.fields.items():
            if value in row.order.values():
                continue
            yield Fact(labels.get(key, key), self.voice.text(self.voice.speech.value(value)))
        for key, value in row.order.items():
            name = words.ORDER.get(key)
            yield Fact(say(name) if name else key, self.voice.text(self.voice.speech.value(value)))

    def _customer_facts(self) -> Iterator[Fact]:
        customer = self.voice.bundle.ticket.customer
        if customer is None:
            return
        tier = self.voice.named("segments", customer.tier)
        yield Fact(self.voice.say("Customer"), " · ".join(part for part in (self.voice.customer(), tier) if part))
        for name, value in (("phone", customer.phone), ("email", customer.email), ("address", customer.address)):
            if value:
                yield Fact(self.voice.say(words.CUSTOMER[name]), value)

    def _runs(self) -> Iterator[RunView]:
        for row in self.voice.bundle.ticket.runs:
            if row.parent_run is None:
                title, status = self.voice.text(row.title) or row.key, row.result or row.status
                yield RunView(row.kind, title, row.key, row.version, status)

    def _deeds(self) -> Deeds:
        row = self.voice.bundle.ticket
        status, open_ = row.status, row.status not in ENDED
        if self.voice.person is None:
            return Deeds(speak=status != "closed")
        running = open_ and row.seq > 0
        mine = row.owner_person == self.voice.person.id
        return Deeds(
            claim=running and not mine,
            release=running and mine,
            transfer=running,
            pause=running and status != "paused",
            resume=status == "paused",
            cancel=running,
            merge=running,
            reopen=status in ("resolved", "cancelled", "closed"),
            priority=running,
            speak=status != "closed",
            keep=row.seq > 0 and status != "closed",
            correct=running and self._leads(self.voice.person),
        )

    def _leads(self, person: Person) -> bool:
        return person.is_admin or any(team.lead == person.id for team in self.voice.press.company.teams.values())

    def _recipients(self) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
        if self.voice.person is None:
            return ()
        company, say = self.voice.press.company, self.voice.say
        people = tuple(
            Choice(f"user:{key}", name)
            for key, name in self.voice.bundle.people.items()
            if key in self.voice.bundle.colleagues
        )
        teams = tuple(Choice(f"team:{key}", self.voice.named("teams", key)) for key in company.teams)
        roles = tuple(Choice(f"role:{key}", self.voice.named("roles", key)) for key in company.roles)
        return ((say("Teams"), teams), (say("Roles"), roles), (say("People"), people))


def stages(voice: Voice) -> Iterator[Stage]:
    """The main line of the ticket's SOP as a bar: what is done, where it stands, what is to come."""
    main = voice.bundle.main
    last = {step.step: step for step in voice.bundle.steps if main is not None and step.run == main.run}
    for planned in voice.bundle.plan:
        if planned.get("type") in ("decision", "end"):
            continue
        key = str(planned.get("id"))
        step = last.get(key)
        yield Stage(voice.text(planned.get("title")) or key, FINISHED.get(step.status, "current") if step else "ahead")


def _team(key: str | None) -> str:
    return f"team:{key}" if key else ""


def _chip(priority: str) -> str:
    return words.PRIORITY_CLASSES.get(priority, "")


def _share(start: datetime, due: datetime | None, now: datetime) -> int:
    if due is None or due <= start:
        return 100
    return max(0, min(100, round(100 * (now - start) / (due - start))))
