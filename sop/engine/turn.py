"""One activation of the engine: the state, the moment, what has been decided so far, and the words to decide with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sop import expressions
from sop.calendars import Calendar
from sop.commands import CallAction, Command, Project
from sop.durations import parse
from sop.engine.outputs import nulls_of
from sop.events import Actor
from sop.facts import Fact, FactType
from sop.model import Step
from sop.state import Alarm, AlarmKind, Call, Clock, Run, State, Thread
from sop.values import Value


class StepsView(Mapping[str, Value]):
    """``steps`` as an expression sees it: what a step gave, or its declared outputs as nulls until it has run."""

    __slots__ = ("_nulls", "_run", "_suffix")

    def __init__(self, run: Run, suffix: str) -> None:
        self._run, self._suffix = run, suffix
        self._nulls = nulls_of(run.model)

    def __getitem__(self, step: str) -> Value:
        known = self._run.steps
        found = known.get(step + self._suffix) if self._suffix else None
        return found or known.get(step) or self._nulls[step]  # type: ignore[return-value]  # outputs are values

    def __iter__(self) -> Iterator[str]:
        return iter(self._nulls)

    def __len__(self) -> int:
        return len(self._nulls)


class ClocksView(Mapping[str, Value]):
    """``sla`` as an expression sees it: ``sla.<clock>.{due_at, remaining, breached}``; ``remaining`` is in seconds."""

    __slots__ = ("_clocks", "_now")

    def __init__(self, clocks: Mapping[str, Clock], now: datetime) -> None:
        self._clocks, self._now = clocks, now

    def __getitem__(self, name: str) -> Value:
        clock = self._clocks[name]
        due = clock.due_at
        return {
            "due_at": due and due.isoformat(),
            "remaining": int((due - self._now).total_seconds()) if due else None,
            "breached": clock.breached,
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._clocks)

    def __len__(self) -> int:
        return len(self._clocks)


@dataclass(slots=True)
class Turn:
    """What the step types, clocks and commands need in common. ``enter`` and the two ``ended`` hooks tie the step
    types together without one importing the other."""

    state: State
    now: datetime
    enter: Callable[[Turn, Run, Thread, Step], None]
    thread_ended: Callable[[Turn, Run, Thread], None]
    run_ended: Callable[[Turn, Run], None]
    commands: list[Command] = field(default_factory=list)

    def fact(
        self,
        type: FactType,
        data: dict[str, Value] | None = None,
        *,
        run: Run | None = None,
        step: str | None = None,
        visit: int | None = None,
        by: Actor | None = None,
    ) -> int:
        """Decide a fact; its number in the ledger."""
        self.state.seq += 1
        seq = self.state.seq
        self.commands.append(Project(Fact(seq, type, self.now, run.id if run else None, step, visit, by, data or {})))
        return seq

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
            "sla": ClocksView(run.clocks, self.now),
            "now": self.now,
            expressions.CALENDAR: calendar_of(run, "default"),
        }
        if thread is not None and thread.local:
            scope.update(thread.local)
        if event is not None:
            scope["event"] = event
        return scope  # type: ignore[return-value]  # views and the moment are readable like values

    def holds(self, run: Run, thread: Thread | None, condition: str | bool, event: Mapping[str, Value] | None = None) -> bool:
        """Whether a condition of this run is true now; raises ``ExpressionError``."""
        if isinstance(condition, bool):
            return condition
        return expressions.holds(condition, self.scope(run, thread, event))

    def deadline(self, run: Run, text: str, calendar: str = "default") -> datetime:
        """The moment that is a duration from now, on the run's calendar when it counts working time."""
        return calendar_of(run, calendar).add(self.now, parse(text))

    def alarm(self, at: datetime, kind: AlarmKind, run: Run, thread: Thread | None = None, clock: str = "", rung: int = 0) -> None:
        """Note that something is due."""
        self.state.alarms.append(Alarm(at, kind, run.id, thread.id if thread else 0, clock, rung))

    def silence(self, run: Run, thread: Thread) -> None:
        """Nothing is due any more for the step a thread stands on."""
        self.state.alarms = [a for a in self.state.alarms if a.thread != thread.id or a.run != run.id]

    def call(self, call: CallAction, thread: int, *, undo: bool = False) -> None:
        """Have a system do something."""
        self.state.calls[call.call] = Call(call.action, call.run, thread, undo)
        self.commands.append(call)


_CALENDARS: dict[tuple[str, str], Calendar] = {}
_ROUND_THE_CLOCK: dict[str, object] = {"week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ["00:00-24:00"])}


def calendar_of(run: Run, name: str) -> Calendar:
    """A calendar the run is pinned to, built once a process; round the clock where the definition names none."""
    known = _CALENDARS.get((run.definition["sha256"], name))
    if known is None:
        plain = run.definition["calendars"].get(name) or {"name": name, "tz": "UTC", **_ROUND_THE_CLOCK}
        known = _CALENDARS[run.definition["sha256"], name] = Calendar.from_plain(plain)
    return known
