"""Random stories at a desk whose people come, go and leave: dispatch answers from its roster, as the real one does."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from sop.catalog import office_hours
from sop.definition import Compiled
from sop.desk import Desk as Pinned
from sop.engine.handoffs import AWAY, ESCALATION, LEASE, RELEASE, TRANSFER
from sop.events import Command, Dispatched, Duty, DutyChanged, Event, TicketCommanded
from sop.facts import Fact, FactType
from sop.state import ENDED, AlarmKind, Status
from tests.sop.engine_desk import CUSTOMER, staff
from tests.sop.engine_stories import Story, definition

TEAMS = {"care": ("ann", "bob"), "desk": ("eve",)}
LEAD, ROOT = "dan", "root"
HOURS = {"version": "office", **office_hours()}


def pinned(chance: Random) -> Pinned:
    """Some desk's rules; a fallback is always there."""
    lease = chance.choice([None, "30m", "4h", "2wh", "1wd"])
    kinds = tuple(kind for kind in (TRANSFER, RELEASE, LEASE, ESCALATION, AWAY) if chance.random() < 0.7)
    calendar = HOURS if lease and "w" in lease else {}
    return Pinned(lease, calendar, chance.choice([0, 1, 3]), "lead", kinds, chance.choice(["team:desk", "team:none"]))


@dataclass
class Roster:
    """Who works here, and who of them is on duty. Root never leaves."""

    here: set[str] = field(default_factory=lambda: {"ann", "bob", "eve", LEAD, ROOT})
    on_duty: set[str] = field(default_factory=lambda: {"ann", "bob", "eve", LEAD, ROOT})

    def of(self, team: str) -> list[str]:
        """The members of a team who are on duty."""
        return [name for name in TEAMS.get(team, ()) if name in self.on_duty]

    def change(self, person: str, duty: Duty) -> DutyChanged:
        """Somebody comes, goes or leaves; what tickets are told of it."""
        if duty is Duty.ON:
            self.on_duty.add(person)
            return DutyChanged(person, duty)
        self.on_duty.discard(person)
        if duty is Duty.GONE:
            self.here.discard(person)
        return DutyChanged(person, duty, tuple(t for t, all_ in TEAMS.items() if person in all_ and not self.of(t)))

    def answer(self, fact: Fact) -> Dispatched:
        """Whom dispatch finds for a ticket (``activities.owners``)."""
        wanted, besides = str(fact.data["wanted"]), fact.data.get("besides")
        kind, _, name = wanted.partition(":")
        lead = LEAD if LEAD in self.on_duty else None
        if wanted == "admin":
            return Dispatched(fact.seq, ROOT if ROOT in self.on_duty else LEAD if LEAD in self.here else ROOT)
        if kind == "user":
            return Dispatched(fact.seq, name if name in self.on_duty else None)
        found = self.of(name) if kind == "team" else []
        if not found:
            return Dispatched(fact.seq, lead)
        others = [one for one in found if one != besides]
        return Dispatched(fact.seq, others[0] if others and not fact.data.get("queue") else None, wanted)


@dataclass
class OwnedStory(Story):
    """A story that ends, at every look, with somebody who answers for the ticket."""

    roster: Roster = field(default_factory=Roster)
    unheard: list[DutyChanged] = field(default_factory=list)

    @classmethod
    def of(cls, chance: Random) -> OwnedStory:
        """A story of some definition at some desk."""
        return cls(_owned(chance), chance, pinned(chance), chance.choice(["care", "desk", "none", None]))

    def go_on(self) -> None:
        """As other stories do; and people come and go, which the ticket hears of a little later."""
        draw = self.chance.random()
        if draw < 0.15:
            self._somebody_comes_or_goes()
        elif draw < 0.3 and self.unheard:
            self.tell(self.unheard.pop(0))
        elif draw < 0.45:
            self.tell(self._handing())
        else:
            super().go_on()

    def _somebody_comes_or_goes(self) -> None:
        person = self.chance.choice(sorted(self.roster.here))
        duty = self.chance.choice([Duty.ON, Duty.OFF, Duty.OFF, *([Duty.GONE] if person != ROOT else [])])
        self.unheard.append(self.roster.change(person, duty))

    def _handing(self) -> Event:
        to = self.chance.choice(
            [f"user:{self.chance.choice(sorted(self.roster.here))}", "team:care", "team:none", "role:boss"]
        )
        command = self.chance.choice([Command.CLAIM, Command.RELEASE, Command.TRANSFER, Command.REOPEN])
        return TicketCommanded(command, self._who(), to, step=self.chance.choice([None, None, self._step()]))

    def order(self) -> Event:
        """What people order; nobody hands a ticket to somebody whom the door knows to have left."""
        given = super().order()
        return self._handing() if isinstance(given, TicketCommanded) and given.command is Command.TRANSFER else given

    def _who(self) -> Any:
        """Somebody who still works here, or the customer."""
        return CUSTOMER if self.chance.random() < 0.2 else staff(self.chance.choice(sorted(self.roster.here)))

    def found(self) -> Event:
        """Dispatch answers for the ticket from its roster; for steps, anything."""
        answer = super().found()
        fact = next((one for one in self.asked if isinstance(answer, Dispatched) and one.seq == answer.seq), None)
        return self.roster.answer(fact) if fact and fact.type is FactType.TICKET_OWNER else answer

    def look(self) -> None:
        """What people are told has arrived, and dispatch has answered: somebody answers for the ticket."""
        while self.unheard:
            self.tell(self.unheard.pop(0))
        while pending := [seq for seq, asked in self.engine.state.asked.items() if not asked.run]:
            self.tell(self.roster.answer(next(fact for fact in self.facts if fact.seq == pending[0])))
        self._somebody_answers_for_it()
        self._leases_stand_where_they_should()

    def _somebody_answers_for_it(self) -> None:
        state = self.engine.state
        if state.status in ENDED:
            return
        assert state.status is not Status.NEW
        assert not state.stranded
        assert state.ticket["owner"] == state.owner_person
        if state.owner_person is not None:
            assert state.owner_person in self.roster.here, f"{state.owner_person} has left"
        else:
            assert self.roster.of(str(state.owner_team)), f"nobody of {state.owner_team} is here"

    def _leases_stand_where_they_should(self) -> None:
        state = self.engine.state
        alarms = [alarm.at for alarm in state.alarms if alarm.kind is AlarmKind.LEASE]
        assert sorted(alarms) == sorted(lease.until for lease in state.leases if lease.until)
        for lease in state.leases:
            assert (lease.until is not None) is (state.status is Status.OPEN), f"{lease} of a ticket {state.status}"
            assert lease.run or lease.person == state.owner_person


def _owned(chance: Random) -> Compiled:
    compiled = definition(chance)
    compiled["document"]["owner"] = chance.choice([None, "role:boss", "user:bob"])
    return compiled
