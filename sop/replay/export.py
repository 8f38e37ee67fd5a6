"""A ticket that has ended, as a scenario: what came in and when, what systems answered, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sop.definition import Compiled, definition_of
from sop.events import (
    Classified,
    ClockCorrected,
    CustomerChanged,
    DutyChanged,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PromiseKept,
    PromiseSaid,
    StepAnswered,
    TicketCommanded,
    VoteCast,
)
from sop.events import Command as Ordered
from sop.facts import Fact, FactType
from sop.model import FormField
from sop.replay.answers import mocks_of
from sop.replay.expectations import expected_of
from sop.replay.family import Family, family_of
from sop.replay.neutral import Neutral
from sop.replay.recording import Chosen, Coming, Opened, Recording, Said, Trigger
from sop.values import Value, Values

Acting = dict[str, object]
MESSAGE = "message"
"""What ``keep`` names a promise by that no step has made."""

OF_INTAKE = frozenset({"no", "channel", "category", "priority", "created_at", "tags", "title", "status", "owner"})
"""What is said otherwise, or decided by the desk."""
RINGING = frozenset({FactType.ALERT, FactType.CLOCK_WARNED, FactType.CLOCK_BREACHED})
"""What a timer leaves: for it to be heard, time must pass."""


class NothingToExport(ValueError):
    """No SOP has run for this ticket."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A scenario as plain values, and in two languages what of the ticket it does not hold."""

    script: Mapping[str, object]
    left_out: tuple[tuple[str, str], ...]


def main_run(recording: Recording) -> tuple[str, str, int]:
    """The first SOP that ran for a ticket: its run, key and version. Raises ``NothingToExport``."""
    for fact in recording.facts:
        if fact.type is FactType.RUN_STARTED and fact.data["kind"] == "sop" and fact.data.get("parent_run") is None:
            return fact.run or "", str(fact.data["key"]), int(str(fact.data["version"]))
    raise NothingToExport(f"{recording.no}: no SOP has run")


def exported(recording: Recording, compiled: Compiled, file: str) -> Exported:
    """The scenario of a ticket's first SOP, in the version it ran on; ``file`` is where that stands for whoever plays
    it. Raises ``NothingToExport``."""
    return _Exporter(
        recording, family_of(recording.facts, main_run(recording)[0]), Neutral.of(definition_of(compiled))
    ).told(compiled, file)


@dataclass(slots=True)
class _Exporter:
    recording: Recording
    family: Family
    neutral: Neutral
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def told(self, compiled: Compiled, file: str) -> Exported:
        facts = self.family.facts
        acts = list(self._play())
        case = {
            "name": f"{compiled['key']}@{compiled['version']}: {facts[-1].data.get('result') or 'open'}",
            "at": self.family.started_at.isoformat(),
            **self._opening(),
            "people": self._people(),
            "mocks": mocks_of(self.recording, self.family, compiled, self.neutral),
            "play": acts,
            "expect": expected_of(self.family),
        }
        if self.family.others:
            names = ", ".join(self.family.others)
            self.left_out.append((f"同时运行的 {names}", f"what ran besides: {names}"))
        kept = {name: value for name, value in case.items() if value or name in ("play", "expect")}
        return Exported({"file": file, "cases": [kept]}, tuple(dict.fromkeys(self.left_out)))

    def _opening(self) -> dict[str, object]:
        """The ticket and its customer as the SOP started."""
        opened = next(a.event for a in self.recording.arrivals if isinstance(a.event, Opened))
        known = next((a.event for a in self.recording.arrivals if isinstance(a.event, Classified)), None)
        raw = self.recording.ticket
        ticket: dict[str, object] = {"no": "T1", "channel": raw.get("channel")}
        ticket |= {"category": known.category, "priority": known.priority} if known else {}
        more = {name: value for name, value in raw.items() if value and name not in OF_INTAKE}
        ticket |= {name: self.neutral.value(name, value) for name, value in more.items()}
        if opened.tags:
            ticket["tags"] = self.neutral.value("tags", opened.tags)
        if self._earlier() is not None:
            ticket["created_at"] = self._earlier()
        known_of = {name: value for name, value in opened.customer.items() if value is not None}
        customer = {name: self.neutral.value(name, value) for name, value in known_of.items()} | {"id": "C1"}
        inputs = next((a.event.inputs for a in self.recording.arrivals if isinstance(a.event, Chosen)), {})
        return {"ticket": ticket, "customer": customer, "inputs": self.neutral.value("", inputs)}

    def _earlier(self) -> str | None:
        """When the ticket was opened, where that was before its SOP started."""
        created = str(self.recording.ticket.get("created_at") or self.recording.facts[0].at.isoformat())
        early = self.family.started_at - datetime.fromisoformat(created) >= timedelta(seconds=1)
        return created if early else None

    def _people(self) -> dict[str, list[str]]:
        """The seats that dispatch had nobody for, and those it gave to several people one by one."""
        people: dict[str, list[str]] = {}
        for fact in self.family.facts:
            given, wanted = fact.data.get("dispatched"), fact.data.get("wanted")
            if not isinstance(given, Mapping) or fact.type is not FactType.STEP_ASSIGNED:
                continue
            seats = [str(each) for each in given.get("approvers") or ()]  # type: ignore[union-attr]  # a list in the ledger
            if fact.data.get("expand") is True and isinstance(wanted, (list, tuple)):
                members = [self.neutral.colleague(seat.partition(":")[2]) for seat in seats]
                people |= {str(seat): [] if number else members for number, seat in enumerate(wanted)}
            elif given.get("person") is None and given.get("pool") is None and not seats:
                people[str(wanted)] = []
        return people

    # What happened

    def _play(self) -> Iterator[Acting]:
        """Every act with the wait before it, in whole seconds; at the end the rest of the time."""
        now = self.family.started_at
        for at, _, act in sorted(self._happened(), key=lambda each: each[:2]):
            seconds = round((at - now).total_seconds())
            now += timedelta(seconds=max(seconds, 0))
            yield {**({"after": duration(seconds)} if seconds > 0 else {}), **act}
        rest = round((self.family.ends_at - now).total_seconds())
        if rest > 0 or self.family.facts[-1].type in RINGING:
            yield {"after": duration(max(rest, 1))}

    def _happened(self) -> Iterator[tuple[datetime, int, Acting]]:
        for arrival in self.recording.arrivals:
            if self.family.covers(arrival.at, arrival.seq) and (act := self._arrival(arrival.event, arrival.at)):
                yield arrival.at, arrival.seq, act
        for place, occasions in self.recording.occasions.items():
            if place.run not in self.family.runs and place.trigger is not Trigger.PROMISED:
                continue
            for reaction in (each for occasion in occasions for each in occasion.reactions):
                fact = self.recording.facts[reaction.seq - 1]
                if act := self._reaction(reaction.said, fact):
                    yield fact.at, reaction.seq, act

    def _arrival(self, event: Coming, at: datetime) -> Acting | None:
        match event:
            case Occurred():
                return {"event": event.type, "data": self.neutral.value("", event.data)}
            case MessagePosted():
                return self._said(event)
            case TicketCommanded():
                return self._ordered(event)
            case DutyChanged():
                return {"duty": event.duty.value, "by": self.neutral.colleague(event.person)}
            case CustomerChanged():
                return {"change": self.neutral.value("", event.facts)}
            case ClockCorrected():
                return self._corrected(event, at)
            case Opened() | Classified() | Chosen():
                return None
            case _:
                name = type(event).__name__
                self.left_out.append((f"场景无法表达的事件 {name}", f"what no scenario can say: {name}"))
                return None

    def _said(self, event: MessagePosted) -> Acting:
        act: Acting = {"say": "…", "by": self.neutral.person(event.by)}
        act |= {"visibility": event.visibility} if event.visibility != "public" else {}
        return act | ({"promise": self._promise(event.promise)} if event.promise else {})

    def _promise(self, said: PromiseSaid) -> dict[str, object]:
        given = self.neutral.value("", said.arguments)
        plain = {"within": said.within, "check": said.check, "with": given, "broken": said.broken}
        return {name: value for name, value in plain.items() if value}

    def _corrected(self, event: ClockCorrected, at: datetime) -> Acting:
        """An interval, as so long before: to the second."""
        since, until = (duration(round((at - moment).total_seconds())) for moment in (event.since, event.until))
        interval = {"since": since, "until": until, "count": "running" if event.counts else "paused"}
        act: Acting = {"correct": event.clock, "with": interval, "by": self.neutral.person(event.by)}
        return act | {"comment": self.neutral.words(event.reason)}

    def _ordered(self, event: TicketCommanded) -> Acting:
        by, step = self.neutral.person(event.by), self.family.bare(event.step) if event.step else None
        if event.command is Ordered.CLAIM:
            return {"claim": step or True, "by": by}
        kind, _, name = (event.to or "").partition(":")
        to = f"user:{self.neutral.colleague(name)}" if kind == "user" else event.to
        act: Acting = {"order": event.command.value, "step": step, "by": by, "to": to}
        act["comment"] = self.neutral.words(event.note)
        return {name: value for name, value in act.items() if value}

    def _reaction(self, said: Said, fact: Fact) -> Acting | None:
        match said:
            case StepAnswered():
                values = self._filled(fact, said.values)
                act: Acting = {"complete": self.family.address(fact), "by": self.neutral.person(said.by)}
                return act | ({"outcome": said.outcome} if said.outcome else {}) | ({"with": values} if values else {})
            case VoteCast():
                act = {"vote": self.family.address(fact), "by": self.neutral.person(said.by)}
                act |= {"choice": "approve" if said.approve else "reject"}
                return act | ({"comment": self.neutral.words(said.comment)} if said.comment else {})
            case IncidentSettled():
                act = {"settle": self.family.address(fact), "by": self.neutral.person(said.by)}
                values = self._filled(fact, said.values)
                return act | {"choice": said.choice.value} | ({"with": values} if values else {})
            case PromiseKept():
                act = {"keep": fact.step or MESSAGE, "by": self.neutral.person(said.by)}
                return act | ({"comment": self.neutral.words(said.note)} if said.note else {})
            case _:
                return None

    def _filled(self, fact: Fact, values: Values) -> dict[str, Value]:
        """What was filled in, without what was left out."""
        form = self._form_of(fact)
        given = {name: value for name, value in values.items() if value is not None}
        return {name: self.neutral.answer(form.get(name), name, value) for name, value in given.items()}

    def _form_of(self, fact: Fact) -> dict[str, FormField]:
        place = (fact.run, fact.step, fact.visit)
        opened = (f for f in self.family.facts if f.type is FactType.STEP_OPENED and (f.run, f.step, f.visit) == place)
        form = next((f.data.get("form") for f in opened), None)
        fields = form if isinstance(form, (list, tuple)) else ()
        asked = [FormField.model_validate(one) for one in fields if isinstance(one, Mapping)]
        return {each.key: each for each in asked}


def duration(seconds: int) -> str:
    """A duration as scenarios write it: ``2d3h``, ``1h5s``."""
    parts: list[str] = []
    for letter, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        many, seconds = divmod(seconds, size)
        parts += [f"{many}{letter}"] if many else []
    return "".join(parts) or "0s"
