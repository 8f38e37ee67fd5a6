"""One activation of the engine: the state, the moment, what has been decided so far, and the words to decide with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sop import expressions
from sop.commands import CallAction, Command, Project
from sop.durations import parse
from sop.engine import remembered
from sop.engine.hours import own_calendar
from sop.engine.views import ClocksView, StepsView
from sop.events import Actor
from sop.facts import Fact, FactType
from sop.model import Step
from sop.state import Alarm, AlarmKind, Call, Run, State, Thread
from sop.values import Value

_new = tuple.__new__
"""Makes a named tuple without its own constructor: facts are what the engine makes most."""


@dataclass(slots=True)
class Turn:
    """What the step types, clocks and commands need in common.

    ``enter`` and the two ``ended`` hooks tie the step types together without one importing the other; ``ready`` are
    the threads that go on once what is being decided now is decided; ``part`` is the key of the step that is being
    evaluated, for the position of an incident."""

    state: State
    now: datetime
    enter: Callable[[Turn, Run, Thread, Step], None]
    thread_ended: Callable[[Turn, Run, Thread], None]
    run_ended: Callable[[Turn, Run], None]
    commands: list[Command] = field(default_factory=list)
    ready: deque[tuple[Run, Thread]] = field(default_factory=deque)
    part: str = ""
    _stamp: str = ""

    @property
    def stamp(self) -> str:
        """The moment as text in facts and outputs."""
        if not self._stamp:
            self._stamp = self.now.isoformat()
        return self._stamp

    def fact(
        self,
        kind: FactType,
        data: dict[str, Value] | None = None,
        *,
        run: Run | None = None,
        step: str | None = None,
        visit: int | None = None,
        by: Actor | None = None,
    ) -> int:
        """Decide a fact; its number in the ledger."""
        self.state.seq = seq = self.state.seq + 1
        row = (seq, kind, self.now, run.id if run else None, step, visit, by, data or {})
        self.commands.append(_new(Project, (_new(Fact, row),)))
        return seq

    def tell(
        self, kind: FactType, run: Run, thread: Thread, data: dict[str, Value] | None = None, by: Actor | None = None
    ) -> int:
        """Decide a fact about the step a thread stands on; its number in the ledger."""
        opened = thread.open
        if opened is None:
            return self.fact(kind, data, run=run, by=by)
        return self.fact(kind, data, run=run, step=opened.slot, visit=opened.visit, by=by)

    def new_id(self) -> int:
        """A number not used before in this ticket (threads, calls)."""
        number = self.state.next_id
        self.state.next_id = number + 1
        return number

    def scope(self, run: Run, thread: Thread | None, event: Mapping[str, Value] | None = None) -> dict[str, Value]:
        """The names an expression of this run may read now."""
        state = self.state
        scope: dict[str, object] = {
            "ticket": state.ticket,
            "customer": state.customer,
            "steps": StepsView(run, thread.suffix if thread else ""),
            "vars": run.model.document.vars,
            "inputs": run.inputs,
            "sla": ClocksView(run, self.now),
            "now": self.now,
            expressions.CALENDAR: own_calendar(state, run),
        }
        if thread is not None and thread.local:
            scope.update(thread.local)
        if event is not None:
            scope["event"] = event
        return scope  # type: ignore[return-value]  # views and the moment are readable like values

    def holds(
        self, run: Run, thread: Thread | None, condition: str | bool, event: Mapping[str, Value] | None = None
    ) -> bool:
        """Whether a condition of this run is true now; raises ``ExpressionError``."""
        if isinstance(condition, bool):
            return condition
        if thread is not None or event is not None:
            return expressions.holds(condition, self.scope(run, thread, event))
        state = self.state
        return remembered.answer(
            condition, state.ticket, state.customer, lambda asked: expressions.holds(asked, self.scope(run, None))
        )

    def deadline(self, run: Run, text: str) -> datetime:
        """The moment that is a duration from now, on the run's calendar when it counts working time."""
        return own_calendar(self.state, run).add(self.now, parse(text))

    def alarm(
        self, at: datetime, kind: AlarmKind, run: Run, thread: Thread | None = None, clock: str = "", rung: int = 0
    ) -> None:
        """Note that something is due."""
        self.state.alarms.append(Alarm(at, kind, run.id, thread.id if thread else 0, clock, rung))

    def silence(self, run: Run, thread: Thread) -> None:
        """Nothing is due and nobody is asked any more for the step a thread stands on."""
        state, name, number = self.state, run.id, thread.id
        if state.alarms:
            state.alarms = [a for a in state.alarms if a.thread != number or a.run != name]
        if state.asked:
            state.asked = {q: a for q, a in state.asked.items() if a.thread != number or a.run != name}

    def call(self, call: CallAction, run: Run, thread: int, *, undo: bool = False) -> None:
        """Have a system do something for a run."""
        self.state.calls[call.call] = Call(call.action, run.id, thread, undo)
        self.commands.append(call)
