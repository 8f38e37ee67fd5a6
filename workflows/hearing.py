"""What a ticket's workflow hears: what people say (updates), what happens (signals), what it is asked (queries).

The life of the ticket is in ``workflows.ticket``."""

from __future__ import annotations

from abc import abstractmethod

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from sop.engine import Engine
from sop.engine.clock_preview import preview
from sop.events import Command, Event
from sop.refusals import NotPossible, Refusal
from workflows import merging
from workflows.messages import (
    Adopting,
    Answer,
    Ballot,
    Correcting,
    CustomerNews,
    DutyNews,
    GateNews,
    Happening,
    Keeping,
    Migration,
    Order,
    Outlook,
    Posting,
    Previewed,
    Receipt,
    Said,
    Settlement,
    Signal,
    TicketStart,
)
from workflows.wording import outlook, refused, spoken

KEPT_RECEIPTS = 100


class Hearing:
    """The doors of a ticket's workflow: each tells the engine, and what people say gets a receipt."""

    _start: TicketStart
    _engine: Engine
    _receipts: dict[str, Receipt]
    _delivered: int
    _written: int
    _moved_on: bool
    _merging: bool = False

    @abstractmethod
    def _tell(self, event: Event) -> None: ...

    @workflow.update
    async def answer(self, said: Answer) -> Receipt:
        """A person completes a task."""
        return await self._accept(said)

    @workflow.update
    async def vote(self, said: Ballot) -> Receipt:
        """A person decides on an approval."""
        return await self._accept(said)

    @workflow.update
    async def settle_incident(self, said: Settlement) -> Receipt:
        """A person chooses how an incident goes on."""
        return await self._accept(said)

    @workflow.update
    async def command(self, said: Order) -> Receipt:
        """A person's command on the ticket."""
        if said.command is Command.MERGE and said.key not in self._receipts and workflow.patched(merging.AGREED):
            return await self._merge(said)
        return await self._accept(said)

    @workflow.update
    async def keep(self, said: Keeping) -> Receipt:
        """A person says that a promise is kept."""
        return await self._accept(said)

    @workflow.update
    async def correct(self, said: Correcting) -> Receipt:
        """A person says that a clock has counted wrongly."""
        return await self._accept(said)

    @workflow.update
    async def adopt(self, said: Adopting) -> Receipt:
        """A run's clocks go on by other policies and calendars."""
        return await self._accept(said)

    @workflow.query
    def preview(self, asked: Adopting) -> list[Previewed]:
        """What adopting these policies at ``asked.now`` would do; nothing is changed."""
        moves = preview(self._engine.state, asked.event(), asked.now or workflow.now())
        return [Previewed(m.clock, m.before.target, m.after.target, m.before.due, m.after.due, m.fires) for m in moves]

    @correct.validator
    def _check_correction(self, said: Correcting) -> None:
        self._check(said)

    @adopt.validator
    def _check_adoption(self, said: Adopting) -> None:
        self._check(said)

    @workflow.update
    async def migrate(self, said: Migration) -> Receipt:
        """A person moves what runs on one version to another; the ticket goes on with it in a new run."""
        receipt = await self._accept(said)
        self._moved_on = True
        return receipt

    @workflow.query
    def outlook(self, said: Migration) -> Outlook:
        """What would become of the ticket if it were moved at ``said.now``."""
        return outlook(self._engine.plan(said.event(), said.now or workflow.now()))

    @answer.validator
    def _check_answer(self, said: Answer) -> None:
        self._check(said)

    @vote.validator
    def _check_vote(self, said: Ballot) -> None:
        self._check(said)

    @settle_incident.validator
    def _check_settlement(self, said: Settlement) -> None:
        self._check(said)

    @command.validator
    def _check_command(self, said: Order) -> None:
        self._check(said)

    @keep.validator
    def _check_keeping(self, said: Keeping) -> None:
        self._check(said)

    @migrate.validator
    def _check_migration(self, said: Migration) -> None:
        if said.key not in self._receipts:
            spoken(lambda: self._engine.check_move(said.event(), workflow.now()), self._engine.state.seq)

    @workflow.signal
    def occurred(self, told: Happening) -> None:
        """Something outside has happened."""
        self._deliver(told)

    @workflow.signal
    def posted(self, told: Posting) -> None:
        """A message stands in the conversation."""
        self._deliver(told)

    @workflow.signal
    def duty(self, told: DutyNews) -> None:
        """Somebody who has to do with the ticket comes, goes, or has left."""
        self._deliver(told)

    @workflow.signal
    def customer(self, told: CustomerNews) -> None:
        """What decisions know of the customer has changed."""
        self._deliver(told)

    @workflow.signal
    def gate(self, told: GateNews) -> None:
        """A step may not be entered, or may again."""
        self._deliver(told)

    def _deliver(self, told: Signal) -> None:
        if told.delivery > self._delivered:
            self._delivered = told.delivery
            self._tell(told.event())

    def _check(self, said: Said) -> None:
        if said.key not in self._receipts:
            spoken(lambda: self._engine.check(said.event(), workflow.now()), self._engine.state.seq)

    async def _merge(self, said: Order) -> Receipt:
        """Merge the ticket once the other one is known to go on; whoever asks meanwhile is refused."""
        if self._merging:
            raise refused(NotPossible("the ticket is being merged", "工单正在合并"))
        self._merging = True
        try:
            await merging.agree(self._start.ticket_id, said.to)
            return await self._accept(said)
        except Refusal as refusal:
            raise refused(refusal) from None
        except ApplicationError:  # it has ended while the two agreed
            await merging.agree(self._start.ticket_id, None)
            raise
        finally:
            self._merging = False

    async def _accept(self, said: Said) -> Receipt:
        """Tell the engine, and answer once what it decided is written down; a repeat gets the first answer."""
        known = self._receipts.get(said.key)
        if known is not None:
            return known
        spoken(lambda: self._tell(said.event()))
        state = self._engine.state
        self._receipts[said.key] = receipt = Receipt(state.seq, state.status)
        for key in list(self._receipts)[:-KEPT_RECEIPTS]:
            del self._receipts[key]
        await workflow.wait_condition(lambda: self._written >= receipt.seq)
        return receipt
