"""What people may order for the whole ticket: claim, release, transfer, priority, pause, resume, ends, reopen."""

from __future__ import annotations

from collections.abc import Iterator

from sop.commands import ChooseDefinitions
from sop.engine import alarms, builtin, endings, handing, handoffs, leases, lifecycle, owners, people, standing
from sop.engine.address import find
from sop.engine.lifecycle import OURS, open_threads, over
from sop.engine.seats import CUSTOMER, may_answer
from sop.engine.turn import Turn
from sop.events import ActorKind, Command, Occurred, TicketCommanded
from sop.model import Task
from sop.refusals import NotAllowed, NotPossible, TicketOver
from sop.state import Run, State, Thread
from sop.values import Value

REOPENED = "ticket.reopened"
HANDING = frozenset({Command.CLAIM, Command.RELEASE, Command.TRANSFER})
PEOPLE = ("user", "team", "role")


def check(state: State, event: TicketCommanded) -> None:
    """Raise the refusal of a command that cannot be followed now."""
    if event.by.kind is ActorKind.CUSTOMER and event.command is not Command.CANCEL:
        raise NotAllowed("this is for staff", "仅限员工操作")
    if event.command is Command.REOPEN:
        if state.finished:
            raise TicketOver("the ticket is closed for good: it starts anew", "工单已关闭，需重新开始")
        if not over(state):
            raise NotPossible("the ticket is open", "工单未结束，无需重开")
        return
    if over(state):
        raise TicketOver("the ticket has ended; reopen it first", "工单已结束，请先重开")
    endings.check(state, event)
    if event.command in HANDING:
        _check_hands(state, event)
    else:
        _check_ticket(state, event)


def _check_ticket(state: State, event: TicketCommanded) -> None:
    if event.command is Command.PRIORITY and not event.to:
        raise NotPossible("say which priority: `to`", "请填写 to（新的优先级）")
    if event.command is Command.PAUSE and state.paused_at is not None:
        raise NotPossible("the ticket is paused", "工单已暂停")
    if event.command is Command.RESUME and state.paused_at is None:
        raise NotPossible("the ticket is not paused", "工单未暂停")


def _check_hands(state: State, event: TicketCommanded) -> None:
    kind, _, name = (event.to or "").partition(":")
    if event.command is Command.CLAIM and event.by.kind is not ActorKind.STAFF:
        raise NotAllowed("only a person can claim", "只有员工可以认领")
    if event.command is Command.TRANSFER and not (kind in PEOPLE and name):
        raise NotPossible("say to whom: `to`, such as user:x, team:x, role:x", "请填写 to（user:x、team:x 或 role:x）")
    if event.step is None:
        return
    _, thread = find(state, event.step, Task)
    opened = standing.opened_of(thread)
    if opened.wanted == CUSTOMER:
        raise NotPossible("the step is the customer's", "这一步由客户完成")
    if event.command is Command.CLAIM and not may_answer(state, opened, event.by):
        raise NotAllowed(f"the step is for {opened.wanted}", f"这一步由 {opened.wanted} 完成")


def commanded(turn: Turn, event: TicketCommanded) -> None:
    """Follow a command; raises what ``check`` raises, and then nothing has changed."""
    check(turn.state, event)
    match event.command:
        case Command.CLAIM:
            _claim(turn, event)
        case Command.RELEASE | Command.TRANSFER:
            _hand_over(turn, event)
        case Command.PRIORITY:
            builtin.set_priority(turn, event.to or "", event.note, event.by)
        case Command.PAUSE:
            _pause(turn)
        case Command.RESUME:
            lifecycle.unpause(turn)
        case Command.CANCEL | Command.MERGE:
            endings.end(turn, event)
        case Command.REOPEN:
            _reopen(turn, event)


def _tasks(turn: Turn, event: TicketCommanded) -> Iterator[tuple[Run, Thread]]:
    """The open tasks of staff that a command is about: the one it names, or all."""
    for run, thread in open_threads(turn.state):
        opened = standing.opened_of(thread)
        named = event.step in (None, opened.slot, f"{run.id}.{opened.slot}")
        task = isinstance(standing.step_of(run, thread), Task)
        if named and task and opened.wanted != CUSTOMER and not (opened.incident or opened.held):
            yield run, thread


def _claim(turn: Turn, event: TicketCommanded) -> None:
    alone = event.step is not None
    for run, thread in _tasks(turn, event):
        if may_answer(turn.state, standing.opened_of(thread), event.by):
            people.give(turn, run, thread, event.by, event.note, leased=alone)
    if not alone:
        person = event.by.acting_for or event.by.id
        until = leases.claimed(turn, person)
        owners.own(turn, f"user:{person}", "claim", event.note, event.by, until=until)


def _hand_over(turn: Turn, event: TicketCommanded) -> None:
    """Give the named step, or the owner's and one's own steps and the ticket itself, to somebody else or back."""
    state = turn.state
    theirs = {state.owner_person, event.by.id, event.by.acting_for} - {None}
    known = _tasks(turn, event)
    tasks = [each for each in known if event.step or standing.opened_of(each[1]).person in theirs]
    release = event.command is Command.RELEASE
    if event.step is None and not release:
        owners.own(turn, event.to or "", handoffs.TRANSFER, event.note, event.by)
    elif event.step is None:
        had = state.owner_person
        owners.own(
            turn, owners.home(state), handoffs.RELEASE, event.note, event.by, besides=had, queue=bool(state.owner_team)
        )
    for run, thread in tasks:
        reason = handoffs.RELEASE if release else handoffs.TRANSFER
        wanted = handing.seat_of(run, thread) if release else event.to or ""
        had = standing.opened_of(thread).person if release else None
        people.assign(turn, run, thread, wanted, reason, note=event.note, by=event.by, besides=had)
    handoffs.counted(turn, handoffs.RELEASE if release else handoffs.TRANSFER)


def _pause(turn: Turn) -> None:
    turn.state.paused_at = turn.now
    for _, thread in open_threads(turn.state):
        alarms.stand_still(standing.opened_of(thread), turn)


def _reopen(turn: Turn, event: TicketCommanded) -> None:
    state = turn.state
    state.result, state.cancelling, state.merged_into = None, False, None
    state.reopened_at = turn.now
    lifecycle.silence_close(state)
    _owned_again(turn)
    said: dict[str, Value] = {"by": event.by.id, "note": event.note}
    lifecycle.occurred(turn, Occurred(REOPENED, OURS, f"{REOPENED}.{state.seq}", said))
    if REOPENED not in state.starters:  # published since the ticket was opened
        turn.commands.append(ChooseDefinitions(REOPENED, dict(said)))


def _owned_again(turn: Turn) -> None:
    """Whoever answered for the ticket may have left since it was resolved: dispatch knows."""
    state = turn.state
    if state.desk is not None:
        person = f"user:{state.owner_person}" if state.owner_person else owners.home(state)
        owners.own(turn, person, "reopen")
