"""Ticket workflows as nobody may change them while tickets are open: other commands than those in their histories."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import messages
    from workflows.messages import TicketStart

from workflows.ticket import TicketWorkflow


@workflow.defn(name=messages.WORKFLOW)
class SleepsFirst(TicketWorkflow):
    """Waits a moment before it begins."""

    @workflow.init
    def __init__(self, start: TicketStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TicketStart) -> str:
        await workflow.sleep(timedelta(seconds=1))
        return await super().run(start)


@workflow.defn(name=messages.WORKFLOW)
class ForgetsToShow(TicketWorkflow):
    """Keeps no search attributes any more."""

    @workflow.init
    def __init__(self, start: TicketStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TicketStart) -> str:
        return await super().run(start)

    def _show(self) -> None:
        return
