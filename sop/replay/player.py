"""The player: a recording runs again on the production engine, in virtual time, with what was said to it then."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import heappop, heappush

from sop.clocks.left import Left, left_of
from sop.commands import CallAction, ChooseDefinitions, Command, Project, StartPlaybook
from sop.definition import adoptable
from sop.engine import Engine
from sop.engine.lifecycle import CLOSED, over
from sop.events import (
    ActionDone,
    ActionFailed,
    Classified,
    ClockCorrected,
    DefinitionsChosen,
    Event,
    IncidentSettled,
    PlaybookFound,
    PoliciesAdopted,
    PromiseKept,
    RunMigrated,
    StepAnswered,
    Tick,
    TicketCommanded,
    VoteCast,
)
from sop.facts import Fact, FactType
from sop.refusals import Refusal
from sop.replay import standing
from sop.replay.habits import Usual
from sop.replay.memory import Memory, moved
from sop.replay.played import Divergence, Diverges, Library, Played
from sop.replay.reading import ANSWERED
from sop.replay.recording import (
    OVERSIZED,
    Adoption,
    Chosen,
    Coming,
    Migration,
    Opened,
    Place,
    Recording,
    Rung,
    Said,
    Trigger,
)
from sop.replay.standing import Verdict
from sop.state import Promise
from sop.values import Value

OPENING = frozenset({FactType.STEP_OPENED, FactType.STEP_CHANGED})
LAST = 2**31
"""Comes after everything recorded for the same moment."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """Something said at a place: at that visit of its step, or to that call."""

    place: Place
    visit: int | None
    call: str
    said: Said | Verdict


@dataclass(slots=True)
class Player:
    """Plays one recording once. ``library`` gives the definitions; ``usual`` what is assumed where it is silent; they
    are those it ran on if ``same``."""

    recording: Recording
    library: Library
    usual: Usual | None = None
    same: bool = False
    now: datetime = field(init=False)
    engine: Engine | None = field(default=None, init=False)
    facts: list[Fact] = field(default_factory=list, init=False)
    assumed: list[str] = field(default_factory=list, init=False)
    unheard: int = field(default=0, init=False)
    overtaken: dict[datetime, Rung] = field(default_factory=dict, init=False)
    _coming: list[tuple[datetime, int, int, Coming | PromiseKept | _Reply]] = field(default_factory=list, init=False)
    _pushed: int = field(default=0, init=False)
    _memory: Memory = field(init=False)
    _asked: deque[Fact] = field(default_factory=deque, init=False)
    _wanted: deque[ChooseDefinitions | StartPlaybook] = field(default_factory=deque, init=False)

    def play(self) -> Played:
        """Play it to its end, or to where it diverges."""
        self.now, self._memory = self.recording.facts[0].at, Memory(self.recording)
        for arrival in self.recording.arrivals:
            self._push(arrival.at, arrival.seq, arrival.event)
        diverged: Divergence | None = None
        try:
            while self._goes_on():
                pass
        except Diverges as why:
            diverged = Divergence(self.now, why.where, why.zh, why.en, why.unrecorded)
        return Played(tuple(self.facts), diverged, tuple(self.assumed), self.unheard, self.overtaken)

    # What comes next

    def _push(self, at: datetime, seq: int, event: Coming | PromiseKept | _Reply) -> None:
        self._pushed += 1
        heappush(self._coming, (at, seq, self._pushed, event))

    def _goes_on(self) -> bool:
        """Do what is next in time; false when nothing is left."""
        ring = min(map(self._heard_at, standing.deadlines(self.engine.state)), default=None) if self.engine else None
        if ring is None and not self._coming:
            return self._wakes()
        timer = ring is not None and (not self._coming or ring < self._coming[0][:2])
        at = ring[0] if ring is not None and timer else self._coming[0][0]
        if self._is_enough(at):
            return False
        self.now = max(at, self.now)
        if timer:
            self._tell(Tick())
        else:
            self._happens(heappop(self._coming)[3])
        return True

    def _heard_at(self, due: datetime) -> tuple[datetime, int]:
        """When a timer is heard: as late as then. On the version it ran on, one that nothing is recorded of was
        overtaken by what is recorded next: the workers were away."""
        known = self.recording.rung.get(due)
        if known is None and self.same and len(self.facts) < len(self.recording.facts):
            following = self.recording.facts[len(self.facts)]
            if following.at > due:
                self.overtaken[due] = Rung(following.at, following.seq)
                return self.overtaken[due]
        return known or (due, 0)

    def _is_enough(self, at: datetime) -> bool:
        """Whether the recording ends here: a ticket that was not closed yet is not played until it is."""
        late = not self.recording.finished and at > self.recording.ends_at
        return late and self.engine is not None and over(self.engine.state)

    def _wakes(self) -> bool:
        """Nothing is due and nobody comes: whoever kept silent then is assumed to say what others said."""
        if self.engine is None or over(self.engine.state):
            return False
        waiting = list(standing.waiting(self.engine.state))
        for where, visit in waiting:
            self._assume(where.place, where.key, where.topic, visit, where.call)
        if not waiting:
            raise Diverges("", "没有什么能让工单继续", "nothing makes the ticket go on")
        return True

    def _happens(self, event: Coming | PromiseKept | _Reply) -> None:
        match event:
            case _Reply():
                self._replies(event)
            case Opened():
                self._opens(event)
            case Chosen():
                self._tell(self._chosen(event))
            case Classified():
                self._classified(event)
            case TicketCommanded() | ClockCorrected() | PromiseKept():
                self._heard(event)
            case Adoption() | Migration():
                self._heard_of_version(event)
            case _:
                self._tell(event)

    def _classified(self, event: Classified) -> None:
        """What follows at once is chosen before anything is written down."""
        desk = event.desk
        if desk is not None and (version := desk.calendar.get("version")) is not None:
            event = replace(event, desk=replace(desk, calendar=self.library.calendar(version)))
        self._tell(event, hold=bool(self._coming) and isinstance(self._coming[0][3], Chosen))

    def _chosen(self, chosen: Chosen) -> DefinitionsChosen:
        found = [self.library[pinned] for pinned in chosen.definitions]
        tried = {each["sha256"]: chosen.candidates[each["key"]] for each in found if each["key"] in chosen.candidates}
        return DefinitionsChosen(chosen.on, tuple(found), {**chosen.inputs}, tried)

    def _opens(self, opened: Opened) -> None:
        ticket: dict[str, Value] = {**self.recording.ticket, "category": opened.category, "priority": opened.priority}
        seq = len(self.facts)
        self.engine, commands = Engine.opened(
            {**ticket, "tags": opened.tags}, opened.customer, self.now, seq=seq, reopened_at=opened.reopened_at
        )
        self.engine.state.left = self._left()
        if self._memory.has(Place(Trigger.CLOSED, "", CLOSED)):
            self.engine.state.starters = [CLOSED]
        self._carry_out(commands)

    def _left(self) -> dict[str, Left]:
        """What is left of the clocks of the ticket's lives before this one."""
        found = left_of(self.facts)
        for left in found.values():
            uses = left.clock.calendars if left.clock else ()
            left.calendars = {use.version: self.library.calendar(use.version) for use in uses}
        return found

    # Telling the engine

    def _running(self) -> Engine:
        if self.engine is None:
            raise Diverges("", "工单还没有开", "the ticket is not open yet")
        return self.engine

    def _tell(self, event: Event, *, hold: bool = False) -> None:
        """Tell the engine; dispatch answers what it asks, unless more is told before the facts are written down."""
        self._carry_out(self._running().handle(event, self.now))
        while not hold and self._asked:
            answer = self._memory.dispatched(self._asked.popleft())
            self._carry_out(self._running().handle(answer, self.now))

    def _carry_out(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Project():
                    self._write(command.fact)
                case CallAction():
                    self._call(command)
                case ChooseDefinitions(on=on) if on == CLOSED:
                    self._wanted.append(command)
                case StartPlaybook():
                    self._wanted.append(command)
                case _:
                    pass
        while self._wanted:
            self._carry_out(self._running().handle(self._found(self._wanted.popleft()), self.now))

    def _found(self, wanted: ChooseDefinitions | StartPlaybook) -> Event:
        """The definitions that were found then: for the closed ticket, or a playbook by its name."""
        if isinstance(wanted, ChooseDefinitions):
            return self._chosen(self._next_chosen(Place(Trigger.CLOSED, "", CLOSED), wanted.on))
        chosen = self._next_chosen(Place(Trigger.NAMED, "", wanted.key))
        found = self.library[chosen.definitions[0]] if chosen.definitions else None
        return PlaybookFound(wanted.key, wanted.cause, found, wanted.inputs)

    def _next_chosen(self, place: Place, on: str = "") -> Chosen:
        occasion = self._memory.next(place)
        said = occasion.reactions[0].said if occasion else None
        return said if isinstance(said, Chosen) else Chosen(on, ())

    def _write(self, fact: Fact) -> None:
        self.facts.append(fact)
        if fact.seq in self._running().state.asked:
            self._asked.append(fact)
        if fact.type in OPENING and fact.data.get("type") in ANSWERED:
            self._await(Place(Trigger.OPENED, fact.run or "", fact.step or ""), str(fact.data["type"]), fact.visit)
        elif fact.type is FactType.INCIDENT_OPENED:
            undo = "/undo" if fact.data.get("undo") is True else ""
            place = Place(Trigger.TROUBLED, fact.run or "", f"{fact.step}{undo}")
            self._await(place, str(fact.data.get("code")), fact.visit)
        elif fact.type is FactType.PROMISE_MADE:
            self._promised(fact)

    def _promised(self, fact: Fact) -> None:
        """Whoever said then that a promise is kept says so of this one."""
        occasion = self._memory.next(Place(Trigger.PROMISED, fact.run or "", fact.step or ""))
        for reaction in occasion.reactions if occasion else ():
            if isinstance(reaction.said, PromiseKept):
                said = replace(reaction.said, promise=str(fact.data["promise"]))
                self._push(self.now + reaction.after, reaction.seq, said)

    def _call(self, call: CallAction) -> None:
        state = self._running().state
        made = state.calls[call.call]
        if made.promise:
            self._check(call, state.promises[made.promise])
        else:
            place = Place(Trigger.CALLED, call.run, f"{call.step}{'/undo' if made.undo else ''}")
            self._await(place, call.action, None, call)

    def _check(self, call: CallAction, promise: Promise) -> None:
        """A promise's check answers as it did. Where no answer is recorded of one that ran, none was of use: the
        promise was over by then, or its time had come, and the check was asked again."""
        step = promise.step or ""
        place = Place(Trigger.CALLED, promise.run, f"{step}/{'due' if promise.deciding else 'warn'}")
        if self._memory.has_more(place) or not self._memory.has(Place(Trigger.PROMISED, promise.run, step)):
            self._await(place, call.action, None, call)
        elif not promise.deciding:
            not_yet = ActionDone(call.call, {"kept": False})
            self._push(promise.due_at, LAST, _Reply(place, None, call.call, not_yet))

    # What is said to it

    def _await(self, place: Place, topic: str, visit: int | None, call: CallAction | None = None) -> None:
        """Whoever spoke at this place then will speak again after as long; silence is kept as well."""
        run = self._running().state.runs.get(place.run)
        occasion = self._memory.next(place, topic, run.model if run else None)
        if occasion is None:
            key = run.definition["key"] if run else ""
            self._assume(place, key, topic, visit, call.call if call else "", call)
            return
        for reaction in occasion.reactions:
            reply = _Reply(place, visit, call.call if call else "", _given(reaction.said, call))
            self._push(self.now + reaction.after, reaction.seq, reply)

    def _assume(
        self, place: Place, key: str, topic: str, visit: int | None, call: str, made: CallAction | None = None
    ) -> None:
        where = f"{place.run}.{place.name}"
        usual = self.usual.at(place, key, topic) if self.usual is not None else None
        if usual is None:
            zh, en = standing.SILENT[place.trigger]
            raise Diverges(where, zh.format(topic=topic), en.format(topic=topic), unrecorded=True)
        self.assumed.append(where)
        last = usual.reactions[-1]
        said = standing.anew(last.said, place, topic)
        self._push(self.now + last.after, LAST, _Reply(place, visit, call, _given(said, made)))

    def _replies(self, reply: _Reply) -> None:
        said = reply.said
        if isinstance(said, ActionDone | ActionFailed):
            self._tell(replace(said, call=reply.call))
        elif isinstance(said, Verdict):
            self._decides(reply, said)
        elif isinstance(said, StepAnswered | VoteCast | IncidentSettled):
            state = self._running().state
            if standing.is_there(state, reply.place, reply.visit):
                step = standing.address_of(state, reply.place, reply.visit)
                self._says(said if said.step == step else replace(said, step=step), step)
            else:
                self.unheard += 1

    def _decides(self, reply: _Reply, verdict: Verdict) -> None:
        """As many votes as the approval needs, for one whose approvers nobody knows."""
        number = 0
        while standing.is_there(state := self._running().state, reply.place, reply.visit):
            number += 1
            step = standing.address_of(state, reply.place, reply.visit)
            self._says(verdict.vote(step, number), step)

    def _says(self, said: StepAnswered | VoteCast | IncidentSettled, where: str) -> None:
        try:
            self._tell(said)
        except Refusal as refusal:
            raise Diverges(
                where, f"当时的回答现在被拒绝：{refusal.zh}", f"the answer given then is refused: {refusal.en}"
            ) from None

    def _heard_of_version(self, told: Adoption | Migration) -> None:
        """What runs went on with then is no part of a version that is tried."""
        target = told.policies if isinstance(told, Adoption) else told.target
        if self.library.tries(target):
            self.unheard += 1
        elif isinstance(told, Adoption):
            self._heard(PoliciesAdopted(told.run, told.by, adoptable(self.library[target])))
        else:
            self._heard(moved(told, self.library))

    def _heard(self, ordered: TicketCommanded | ClockCorrected | PoliciesAdopted | RunMigrated | PromiseKept) -> None:
        """A command comes when it came; one that is no longer possible changes nothing."""
        try:
            self._tell(ordered)
        except Refusal:
            self.unheard += 1


def _given(said: Said | Verdict, call: CallAction | None) -> Said | Verdict:
    """An answer; one that was too large for the ledger is made as large again."""
    if isinstance(said, ActionDone) and OVERSIZED in said.outputs and call is not None:
        return replace(said, outputs=dict.fromkeys(call.gives or ("outputs",), "x" * 20_000))
    return said


def play(recording: Recording, library: Library, usual: Usual | None = None, *, same: bool = False) -> Played:
    """Play a recording with these definitions; ``same``: they are those it ran on."""
    return Player(recording, library, usual, same).play()
