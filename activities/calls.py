"""Calling an operation for a ticket: once, whatever happens on the way. The dynamic activity behind every action.

The activity's type in Temporal is the operation's name (``erp.rma.create``), so its UI reads like the SOP.
"""

from __future__ import annotations

import asyncio
import collections.abc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from activities.connectors.effect import ASK_FIRST_EN, ASK_FIRST_ZH, Budget, Effects
from activities.connectors.failures import CallFailed, RefusedByOtherSide
from activities.connectors.model import Retry
from activities.connectors.people import People
from activities.connectors.receipts import ReceiptBook
from activities.connectors.registry import Connectors, Service
from activities.connectors.request import Order, request_hash
from activities.notify import MessageTemplates, promise_told, write_message
from db.personal import references_in, written_out
from db.session import StoreUnavailable
from sop.catalog import Effect
from sop.events import FailureKind
from sop.values import Values, decode, encode

SIGN_EVERY = 2.5  # seconds between two signs of life of a call under way; a shorter call gives none
HEAD_ROOM = 0.9  # of the activity's time: the rest is for writing down what came of it


@dataclass(frozen=True, slots=True)
class Asked:
    """The activity's input: what ``sop.commands.CallAction`` says, as the workflow sent it. ``reads``: nothing but
    reading is wanted; ``promised_at``: the time that a message may name."""

    ticket_id: int
    action: str
    arguments: Values
    key: str
    gives: tuple[str, ...] | None
    reads: bool = False
    promised_at: datetime | None = None


class Calls:
    """The hand that calls. ``templates`` are the workspace's message templates; ``zone`` is the time zone in which a
    reader without one of their own is told times."""

    def __init__(
        self,
        connectors: Connectors,
        receipts: ReceiptBook,
        people: People,
        templates: MessageTemplates,
        zone: str = "Asia/Shanghai",
    ) -> None:
        self._connectors = connectors
        self._effects = Effects(receipts)
        self._people = people
        self._templates = templates
        self._zone = zone

    @activity.defn(dynamic=True)
    async def call(self, given: collections.abc.Sequence[RawValue]) -> dict[str, object]:
        """Input: one JSON object ``{ticket_id, call, action, arguments, key, gives}``; answer: ``{"outputs": {…}}``.

        Raises ApplicationError of a type in ``sop.events.FailureKind``, with the number of the try; final ones are not
        retryable."""
        asked = _read(given)
        service = self._connectors.services.get(asked.action)
        if service is None:
            raise _refusal(f"no connector offers {asked.action} · 没有连接器提供 {asked.action}")
        if asked.reads and service.operation.effect is not Effect.READ:
            raise _refusal(f"{asked.action} does more than read · {asked.action} 不只是查询")
        hidden = set(self._connectors.secrets)
        try:
            async with _signs_of_life():
                outputs = await self._carry_out(service, asked, hidden)
        except CallFailed as failed:
            raise _failure(failed, service, hidden) from None
        except StoreUnavailable as gone:
            wait = timedelta(seconds=gone.retry_after)
            raise ApplicationError(
                "the database is not there · 数据库不可用",
                activity.info().attempt,
                type=FailureKind.UNREACHABLE,
                next_retry_delay=wait,
            ) from None
        return {"outputs": encode(outputs)}

    async def _carry_out(self, service: Service, asked: Asked, hidden: set[str]) -> Values:
        """``hidden`` gains every personal text on its way, so that no message tells it."""
        budget = _budget()
        arguments = await self._with_personal(asked, hidden)
        order = Order(asked.ticket_id, arguments, asked.key, request_hash(asked.action, asked.arguments), asked.gives)
        if service.operation.message is None:
            return await self._effects.once(service, order, budget)
        outputs = [
            await self._effects.once(service, each, budget)
            for each in await self._letters(service, order, asked, hidden)
        ]
        return outputs[0]

    async def _with_personal(self, asked: Asked, hidden: set[str]) -> Values:
        names = sorted(references_in(asked.arguments))
        if not names:
            return asked.arguments
        known = await self._people.texts(asked.ticket_id, names)
        hidden |= {value for value in known.values() if isinstance(value, str) and len(value) > 1}
        return {name: written_out(value, known) for name, value in asked.arguments.items()}

    async def _letters(self, service: Service, order: Order, asked: Asked, hidden: set[str]) -> list[Order]:
        """The order once for each reader, each with its own key where there are several."""
        who = service.operation.message
        to, by = order.arguments.get("to"), order.arguments.get("channel")
        wanted = (str(to) if to else None, str(by) if by else None)
        readers = await self._people.readers(order.ticket_id, who, *wanted) if who else ()
        if not readers:
            raise RefusedByOtherSide("there is nobody to tell", "没有可以通知的人")
        hidden |= {text for reader in readers for text in (reader.name, reader.address) if len(text) > 1}
        about = await self._people.about(order.ticket_id)
        arguments = _all(service, order.arguments)
        return [
            Order(
                order.ticket_id,
                order.arguments,
                order.key if len(readers) == 1 else f"{order.key}:{reader.id}",
                order.request_hash,
                order.gives,
                write_message(
                    reader, arguments, {**about, **promise_told(asked.promised_at, reader, self._zone)}, self._templates
                ).scope(),
            )
            for reader in readers
        ]


def _all(service: Service, arguments: Values) -> Values:
    """The arguments with null for those not given."""
    return {name: arguments.get(name) for name in service.operation.takes}


def _read(given: collections.abc.Sequence[RawValue]) -> Asked:
    try:
        raw = decode(activity.payload_converter().from_payload(given[0].payload))
        if not isinstance(raw, Mapping) or not isinstance(raw["arguments"], Mapping):
            raise TypeError("the input is one object with arguments")
        gives = raw.get("gives")
        return Asked(
            int(str(raw["ticket_id"])),
            str(raw["action"]),
            raw["arguments"],
            str(raw["key"]),
            tuple(map(str, gives)) if isinstance(gives, (list, tuple)) else None,
            raw.get("reads") is True,
            datetime.fromisoformat(str(raw["promised_at"])) if raw.get("promised_at") else None,
        )
    except (LookupError, TypeError, ValueError) as wrong:
        raise _refusal(f"not a call: {type(wrong).__name__} · 不是一次调用：{type(wrong).__name__}") from None


def _refusal(message: str) -> ApplicationError:
    return ApplicationError(message, activity.info().attempt, type=FailureKind.REFUSED, non_retryable=True)


@asynccontextmanager
async def _signs_of_life() -> AsyncIterator[None]:
    """Tell Temporal that this worker still calls, so that another one takes over soon when it does not."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(SIGN_EVERY)
            activity.heartbeat()

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()


def _budget() -> Budget:
    limit = activity.info().start_to_close_timeout or timedelta(minutes=1)
    return Budget(asyncio.get_running_loop().time() + limit.total_seconds() * HEAD_ROOM)


def _failure(failed: CallFailed, service: Service, hidden: set[str]) -> ApplicationError:
    attempt = activity.info().attempt
    retry = service.operation.retry
    spent = retry.attempts is not None and attempt >= retry.attempts
    message = failed.message(hidden)
    if not failed.settled and not failed.final and service.operation.effect is not Effect.READ:
        message = f"{message} ({ASK_FIRST_EN} · {ASK_FIRST_ZH})"
    delay = _delay(retry, attempt, failed)
    return ApplicationError(
        message,
        attempt,
        type=failed.kind,
        non_retryable=failed.final or spent,
        next_retry_delay=None if delay is None else timedelta(seconds=delay),
    )


def _delay(retry: Retry, attempt: int, failed: CallFailed) -> float | None:
    """The longer of what the connector file and the other side ask for; None: as the SOP says."""
    own = min(retry.interval * 2 ** min(attempt - 1, 20), retry.max_interval) if retry.interval else None
    return max((wait for wait in (own, failed.retry_after) if wait is not None), default=None)
