"""What would happen if a ticket were moved to another version: tried on a copy of its state by the engine itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sop.engine.address import unsettled
from sop.engine.alarms import iso
from sop.engine.lifecycle import open_threads
from sop.engine.standing import opened_of, step_of
from sop.events import RunMigrated
from sop.refusals import CannotMigrate, NeedsMapping, NotOnThisVersion, Refusal
from sop.state import State, dump, load
from sop.values import Value

OK = "ok"
Trying = Callable[[State, RunMigrated, datetime], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would become of a ticket. ``verdict``: ok, needs_mapping, not_on_this_version or refused; ``en`` and ``zh``
    say why not. ``before`` and ``after`` are its open steps and its clocks, each with its moments:
    {step, type, due_at, timeout_at} or {clock, due_at}."""

    verdict: str
    en: str = ""
    zh: str = ""
    before: list[dict[str, Value]] = field(default_factory=list)
    after: list[dict[str, Value]] = field(default_factory=list)


def plan(state: State, event: RunMigrated, now: datetime, move: Trying) -> Plan:
    """What would become of the ticket; nothing changes."""
    before = standing(state)
    try:
        after = standing(tried(state, event, now, move))
    except NeedsMapping as refusal:
        return Plan(refusal.code, refusal.en, refusal.zh, before)
    except NotOnThisVersion as refusal:
        return Plan(refusal.code, refusal.en, refusal.zh, before)
    except Refusal as refusal:
        return Plan("refused", refusal.en, refusal.zh, before)
    return Plan(OK, before=before, after=after)


def tried(state: State, event: RunMigrated, now: datetime, move: Trying) -> State:
    """The state as it would be. Raises the refusal of a move that cannot be, or that would end in an incident."""
    ahead = load(dump(state))
    before = unsettled(ahead)
    move(ahead, event, now)
    new = [incident for name, incident in unsettled(ahead).items() if name not in before]
    if new:
        raise CannotMigrate(
            f"it would stop: {new[0].where}: {new[0].message}", f"将会卡住：{new[0].where}：{new[0].message}"
        )
    return ahead


def standing(state: State) -> list[dict[str, Value]]:
    """The open steps and the clocks of a ticket, with their moments."""
    found: list[dict[str, Value]] = []
    for run, thread in open_threads(state):
        opened = opened_of(thread)
        moments = {"due_at": iso(opened.due_at), "timeout_at": iso(opened.timeout_at)}
        found.append({"step": f"{run.id}.{opened.slot}", "type": step_of(run, thread).type, **moments})
    for run in state.runs.values():
        found += (
            {"clock": f"{run.id}.{clock.name}", "due_at": iso(clock.due_at)}
            for clock in run.clocks.values()
            if clock.due_at is not None
        )
    return found
