"""The life of a ticket: a thin shell that tells the engine what happens and carries out what it decides.

Nothing is decided here. One loop writes facts down, starts calls, keeps one timer, and goes on in a new run when the
history has grown long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from activities.messages import CHOOSE, CREATED, NAMED, REOPENED, WRITE, Choosing, Taken, Writing, Written
from sop.clocks.left import left_in
from sop.commands import CallAction, ChooseDefinitions, ClearTimer, Command, Finish, Project, SetTimer, StartPlaybook
from sop.desk import desk_in
from sop.engine import Engine
from sop.events import (
    ActionDone,
    Classified,
    Dispatched,
    Event,
    PlaybookFound,
    Tick,
)
from sop.facts import Fact
from sop.plain import plain_fact
from sop.state import dump, load
from sop.values import decode
from workflows import attributes, messages
from workflows.hearing import Hearing
from workflows.lag import lag
from workflows.messages import TicketStart
from workflows.wording import chosen, failed

PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=20))
LOCAL = timedelta(seconds=10)
AT_ONCE = timedelta(milliseconds=1)
SILENCE = timedelta(seconds=10)  # of a worker that calls, after which another one takes over (activities/calls.py)


@workflow.defn(name=messages.WORKFLOW)
class TicketWorkflow(Hearing):
    """One ticket."""

    @workflow.init
    def __init__(self, start: TicketStart) -> None:
        self._start = start
        self._unwritten: list[Fact] = []
        self._choices: list[ChooseDefinitions | StartPlaybook] = []
        self._calls: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Task[None] | None = None
        self._armed: datetime | None = None
        self._lag = timedelta()
        self._delivered = start.delivered
        self._receipts = dict(start.receipts)
        self._written = self._moved = 0
        self._finished = self._moved_on = False
        if start.state is not None:
            self._engine = Engine(load(start.state))
            return
        self._engine, commands = Engine.opened(
            {k: decode(v) for k, v in start.ticket.items()},
            {k: decode(v) for k, v in start.customer.items()},
            workflow.now(),
            seq=start.seq,
            reopened_at=start.reopened_at,
        )
        self._engine.state.left = left_in(start.left)
        self._take(commands)
        if start.taken is None:
            raise ApplicationError("a new ticket is started with what intake found of it", non_retryable=True)
        self._take_in(start.taken)

    @workflow.run
    async def run(self, start: TicketStart) -> str:
        """The ticket's whole life; its last status."""
        while True:
            await self._write()
            if self._finished:
                await workflow.wait_condition(workflow.all_handlers_finished)
                return self._engine.state.status
            self._arm()
            if self._must_roll_over():
                workflow.continue_as_new(self._onward())
            await workflow.wait_condition(lambda: self._stirred() or self._must_roll_over())

    def _stirred(self) -> bool:
        return bool(self._unwritten or self._choices or self._finished or self._must_arm())

    # What the engine decides

    def _tell(self, event: Event) -> None:
        self._take(self._engine.handle(event, workflow.now()))

    def _take(self, commands: Sequence[Command]) -> None:
        self._moved += 1
        for command in commands:
            match command:
                case Project():
                    self._unwritten.append(command.fact)
                case CallAction():
                    self._begin(command)
                case ChooseDefinitions() | StartPlaybook():
                    self._choices.append(command)
                case Finish():
                    self._finished = True
                case SetTimer() | ClearTimer():
                    pass  # _arm() reads the nearest deadline once the activation is over

    def _take_in(self, taken: Taken) -> None:
        """Tell what intake has found."""
        self._tell(Classified(taken.category, taken.priority, taken.team, taken.rule, desk_in(taken.desk)))
        self._engine.state.starters = taken.starters
        self._tell(chosen(REOPENED if self._start.reopened else CREATED, taken))

    def _asking(self, on: str, event: dict[str, object] | None = None, playbook: str | None = None) -> Choosing:
        state = self._engine.state
        return Choosing(
            self._start.ticket_id,
            on,
            messages.encoded(state.ticket),
            messages.encoded(state.customer),
            messages.encoded(event or {}),
            self._start.sop,
            playbook,
        )

    async def _write(self) -> None:
        """Choose what starts, and write facts down, until nothing is left of either."""
        while self._choices or self._unwritten:
            if self._choices:
                await self._choose(self._choices.pop(0))
                continue
            facts, self._unwritten = self._unwritten, []
            written: Written = await workflow.execute_local_activity(
                WRITE,
                Writing(self._start.ticket_id, [plain_fact(fact) for fact in facts]),
                result_type=Written,
                start_to_close_timeout=LOCAL,
                retry_policy=PATIENT,
            )
            self._lag = lag(written.at, workflow.now())
            for answer in written.found:
                self._tell(Dispatched(answer.seq, answer.person, answer.pool, tuple(answer.approvers), answer.lead))
            self._written = facts[-1].seq
            self._show()

    async def _choose(self, choice: ChooseDefinitions | StartPlaybook) -> None:
        if isinstance(choice, StartPlaybook):
            named = await self._found(self._asking(NAMED, playbook=choice.key))
            self._tell(PlaybookFound(choice.key, choice.cause, next(iter(named.definitions), None), choice.inputs))
        else:
            self._tell(chosen(choice.on, await self._found(self._asking(choice.on, dict(choice.event)))))

    async def _found(self, asking: Choosing) -> Taken:
        taken: Taken = await workflow.execute_local_activity(
            CHOOSE,
            asking,
            result_type=Taken,
            start_to_close_timeout=LOCAL,
            retry_policy=PATIENT,
        )
        return taken

    def _begin(self, call: CallAction) -> None:
        task = asyncio.create_task(self._call(call))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _call(self, call: CallAction) -> None:
        try:
            answer = await workflow.execute_activity(
                call.action,
                _asked(self._start.ticket_id, call),
                result_type=dict,
                start_to_close_timeout=timedelta(seconds=call.timeout),
                heartbeat_timeout=SILENCE,
                retry_policy=RetryPolicy(
                    initial_interval=timedelta(seconds=call.interval),
                    maximum_interval=timedelta(seconds=call.max_interval),
                    maximum_attempts=call.attempts,
                ),
                summary=f"{call.run}.{call.step}",
            )
        except ActivityError as error:
            self._tell(failed(call, error))
        else:
            self._tell(ActionDone(call.call, {k: decode(v) for k, v in answer["outputs"].items()}))

    # Time

    def _must_arm(self) -> bool:
        """Whether the timer is to be set anew. While calls are under way the ticket is about to move, and only a nearer
        deadline is worth it: where it rests, the timer is the nearest deadline's, so that nothing wakes it before."""
        due = self._engine.next_deadline()
        if self._calls and self._armed is not None and (due is None or due > self._armed):
            return False
        return due != self._armed

    def _arm(self) -> None:
        """Keep one timer, for the nearest deadline."""
        if not self._must_arm():
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed = due = self._engine.next_deadline()
        self._timer = asyncio.create_task(self._ring(due, self._lag)) if due is not None else None
        self._lag = timedelta()

    async def _ring(self, due: datetime, behind: timedelta) -> None:
        """Wake the ticket at a moment. A timer counts from when the task that sets it is done, and until then the
        ticket's own time stands still: a busy desk would be late by as much, were it not for ``behind``."""
        while (left := due - workflow.now()) > timedelta():
            await workflow.sleep(max(left - behind, AT_ONCE))
            behind = timedelta()
        self._armed = self._timer = None
        self._tell(Tick())

    # New runs

    def _must_roll_over(self) -> bool:
        if self._calls or self._stirred() or not self._moved or not workflow.all_handlers_finished():
            return False
        info, limit = workflow.info(), self._start.history_limit
        if self._moved_on:
            return True
        return info.is_continue_as_new_suggested() or (limit is not None and info.get_current_history_length() >= limit)

    def _onward(self) -> TicketStart:
        return TicketStart(
            self._start.ticket_id,
            sop=self._start.sop,
            history_limit=self._start.history_limit,
            state=dump(self._engine.state),
            delivered=self._delivered,
            receipts=self._receipts,
        )

    def _show(self) -> None:
        """Keep what Temporal's own list and page show."""
        state = self._engine.state
        if changed := attributes.updates(attributes.shown(state), workflow.info().typed_search_attributes):
            workflow.upsert_search_attributes(changed)
        workflow.set_current_details(attributes.details(state))


def _asked(ticket_id: int, call: CallAction) -> dict[str, object]:
    """The input of a call's activity (``activities.calls.Asked``)."""
    asked: dict[str, object] = {
        "ticket_id": ticket_id,
        "call": call.call,
        "action": call.action,
        "arguments": call.arguments,
        "key": call.key,
        "gives": call.gives,
    }
    if call.reads:
        asked["reads"] = True
    if call.promised_at is not None:
        asked["promised_at"] = call.promised_at.isoformat()
    return messages.encoded(asked)
