"""A ticket's open steps as a reader sees them: what to say, what to fill in, whom it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.pages.forms import Sent, by_hand, fields_of, shown
from api.pages.views import Choice, Due, IncidentView, StepView, VoteView
from api.pages.voice import Voice
from api.principal import Person
from db.queries.tickets import StepFacts
from sop.model import FormField
from sop.values import Value


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a person has just tried on one step and was refused."""

    slot: str
    error: str = ""
    sent: Sent | None = None
    entering: bool = False


@dataclass(frozen=True, slots=True)
class OpenSteps:
    """The open steps of one ticket, with what its reader has just tried."""

    voice: Voice
    attempt: Attempt | None = None

    def views(self) -> Iterator[StepView]:
        """The steps this reader sees, their own first."""
        for row in sorted(self.voice.bundle.steps, key=self._urgency):
            if row.status == "open" and (self.voice.person is not None or self._for_customer(row)):
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
            title=self.voice.text(row.title) or row.step,
            assigned=self.voice.teller.person(person) if person else "",
            mine=self._mine(row),
            for_customer=self._for_customer(row),
            claimable=self.voice.person is not None and row.person is None and not self._for_customer(row),
            script=self.voice.text(row.script),
            form=shown(fields, self.voice.speech, sent, self.voice.file),
            outcomes=tuple(self._outcomes(row.outcomes)),
            due=Due(row.due_at, _warning(row.opened_at, row.due_at)),
            waits_for=tuple(self.voice.named("events", name) for name in row.waits_for),
            until=_instant(row.until),
            approvers=self._asked(row),
            votes=tuple(VoteView(self.voice.teller.person(v.person), v.approve, v.comment) for v in row.votes),
            incident=self._incident(row, fields, attempt),
            gate=row.gate,
            entering=bool(attempt and attempt.entering),
            error=attempt.error if attempt else "",
        )

    def _field(self, one: FormField) -> FormField:
        """A field whose default is the person's real data, not a reference to it."""
        return one.model_copy(update={"default": self.voice.text(one.default)}) if isinstance(one.default, str) else one

    def _incident(self, row: StepFacts, fields: Sequence[FormField], attempt: Attempt | None) -> IncidentView | None:
        incident = row.incident
        if not isinstance(incident, Mapping):
            return None
        sent = attempt.sent if attempt and attempt.entering else None
        asked = fields or by_hand(self.voice.bundle.gives.get(row.address, ()))
        form = shown(asked, self.voice.speech, sent, self.voice.file)
        return IncidentView(str(incident.get("code", "")), self.voice.text(incident.get("message")), form)

    def _outcomes(self, outcomes: Value) -> Iterator[Choice]:
        for one in outcomes if isinstance(outcomes, (list, tuple)) else ():
            if isinstance(one, Mapping):
                yield Choice(str(one["key"]), self.voice.text(one["label"]))

    def _asked(self, row: StepFacts) -> tuple[str, ...]:
        voted = {f"user:{vote.person}" for vote in row.votes} | {vote.person for vote in row.votes}
        return tuple(self.voice.teller.person(seat) for seat in row.approvers if seat not in voted)

    def _mine(self, row: StepFacts) -> bool:
        """Whether the reader is asked for a step; the ticket itself has the last word when they answer."""
        if self.voice.person is None or self._for_customer(row):
            return self.voice.person is None
        person = self.voice.person
        if row.type == "approval":
            voted = any(vote.person == person.id for vote in row.votes)
            return not voted and any(_holds(person, seat) for seat in row.approvers)
        holders = (row.person, self.voice.bundle.ticket.owner_person)
        return person.id in holders or any(_holds(person, seat) for seat in (row.pool, row.assign) if seat)

    @staticmethod
    def _for_customer(row: StepFacts) -> bool:
        return row.type == "task" and "customer" in (row.pool, row.assign)


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


def _warning(opened: datetime, due: datetime | None) -> datetime | None:
    """A step reminds when 80 % of its time has gone."""
    return opened + (due - opened) * 0.8 if due else None


def _instant(value: Value) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
