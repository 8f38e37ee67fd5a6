"""Effects once: a receipt before the call and after it, and a question before a call is repeated."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from activities.connectors.answer import found_of, outputs_of
from activities.connectors.failures import CallFailed, OutcomeUnknown, RefusedByOtherSide, StillAtWork
from activities.connectors.line import Asked
from activities.connectors.receipts import ReceiptBook
from activities.connectors.registry import Service
from activities.connectors.request import Order, question, request
from db.receipts import KnownReceipt
from db.tables import ReceiptStatus
from sop.catalog import Effect, Idempotency
from sop.values import Values

MARGIN = 5.0  # seconds after which a request whose time is over has surely left the line
LEAST_SECONDS = 0.05

ASK_FIRST_EN = "it may have been carried out: ask the other side first"
ASK_FIRST_ZH = "对方可能已经执行：请先向对方核实"


@dataclass(frozen=True, slots=True)
class Budget:
    """How long this try may take in all, by the event loop's clock."""

    ends_at: float

    def seconds(self, wanted: float) -> float:
        """The time for one request: what it wants, or what is left."""
        return max(LEAST_SECONDS, min(wanted, self.ends_at - asyncio.get_running_loop().time()))


@dataclass(frozen=True, slots=True)
class Effects:
    """Carries orders out, each once, by its receipts."""

    receipts: ReceiptBook

    async def once(self, service: Service, order: Order, budget: Budget) -> Values:
        """The outputs of the order, now or of the time it was carried out. Raises CallFailed."""
        asked = request(service, order)
        if service.operation.effect is Effect.READ:
            return await _call(service, order, asked, budget)
        receipt = await self.receipts.begin(order.key, order.ticket_id, service.name, order.request_hash)
        if receipt is None:
            return await self._noted(service, order, asked, budget, doubtful=False)
        if receipt.request_hash != order.request_hash:
            raise RefusedByOtherSide("this key belongs to another call", "此幂等键已用于另一次调用")
        if receipt.status is ReceiptStatus.DONE:
            return receipt.outputs
        found = await self._ask_first(service, order, receipt, budget)
        if found is not None:
            await self.receipts.finish(order.key, ReceiptStatus.DONE, found)
            return found
        if not await self.receipts.begin_again(order.key, receipt.started_at):
            raise StillAtWork("another try of this call is at work", "这次调用的另一次尝试正在进行")
        return await self._noted(service, order, asked, budget, doubtful=True)

    async def _noted(self, service: Service, order: Order, asked: Asked, budget: Budget, *, doubtful: bool) -> Values:
        """Call and write down what came of it. ``doubtful``: an earlier try may have been carried out all the same, and
        nothing that befalls this one can settle that."""
        try:
            outputs = await _call(service, order, asked, budget)
        except CallFailed as failed:
            unknown = doubtful or not failed.settled
            status = ReceiptStatus.UNKNOWN if unknown else ReceiptStatus.FAILED
            await self.receipts.finish(order.key, status, error=failed.kind)
            if unknown and _cannot_be_asked(service):
                raise _unknown(failed) from failed
            raise
        await self.receipts.finish(order.key, ReceiptStatus.DONE, outputs)
        return outputs

    async def _ask_first(self, service: Service, order: Order, receipt: KnownReceipt, budget: Budget) -> Values | None:
        """What the other side says of the earlier try; None when it may be called (again)."""
        operation, system = service.operation, service.file.title
        if operation.check is None:
            if operation.idempotent is Idempotency.NONE:
                raise OutcomeUnknown(f"an earlier try was cut off; {ASK_FIRST_EN}", f"之前的尝试被中断；{ASK_FIRST_ZH}")
            return None
        if operation.idempotent is Idempotency.NONE:
            _wait_until_over(service, self.receipts.seconds_since(receipt.started_at))
        asked = question(service, order, operation.check)
        answered = await service.line.ask(asked, budget.seconds(service.seconds))
        try:
            return found_of(answered, operation, operation.check, order.gives, system)
        except RefusedByOtherSide as failed:  # no later try is told more; rubbish and the rest are: ask again
            raise _unknown(failed) from failed


async def _call(service: Service, order: Order, asked: Asked, budget: Budget) -> Values:
    for pace in service.paces:
        await pace.turn(service.file.title)
    answered = await service.line.ask(asked, budget.seconds(service.seconds))
    return outputs_of(answered, service.operation, order.gives, service.file.title)


def _wait_until_over(service: Service, seconds: float) -> None:
    """ "Not found" says nothing while the earlier request may still be on its way."""
    left = service.seconds + MARGIN - seconds
    if left > 0:
        raise StillAtWork("an earlier try may still be on its way", "之前的尝试可能仍在途中", left)


def _cannot_be_asked(service: Service) -> bool:
    return service.operation.idempotent is Idempotency.NONE and service.operation.check is None


def _unknown(failed: CallFailed) -> OutcomeUnknown:
    return OutcomeUnknown(f"{failed.en}; {ASK_FIRST_EN}", f"{failed.zh}；{ASK_FIRST_ZH}")
