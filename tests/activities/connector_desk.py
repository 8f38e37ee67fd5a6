"""What the connector tests share: a desk whose hands call a given system, with everything beside it in plain sight."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.calls import Calls
from activities.connectors.model import Readers
from activities.connectors.people import Reader
from activities.connectors.receipts import ReceiptBook
from activities.connectors.registry import Connectors, load_connectors
from db.receipts import KnownReceipt, receipt
from db.session import Store
from db.tables import Row
from sop.values import Value, Values, decode, encode
from tests.demo.running_company import SECRET, TOKEN

SECRETS = {f"GONGDAN_{name}_TOKEN": TOKEN for name in ("ERP", "LOGISTICS", "CRM", "MESSAGES")} | {
    "GONGDAN_CARRIER_HOOK_SECRET": SECRET
}
PHONE = "13800001001"
MESSAGES = {
    "refund_done": {
        "zh": "{{ customer.name }}您好，工单 {{ ticket.no }} 已退款 {{ amount }} 元。",
        "en": "Dear {{ customer.name }}, {{ amount }} has been paid back for {{ ticket.no }}.",
    },
    "promised": {"zh": "最迟 {{ promise.due_at }} 到账。", "en": "By {{ promise.due_at }}."},
    "wrong": {"zh": "{{ nothing.there }}"},
}


class Time:
    """The hands' clock, which a test may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class KnownPeople:
    """The personal values and addressees of one ticket."""

    values: dict[str, Value] = field(default_factory=dict)
    known: list[Reader] = field(default_factory=lambda: [Reader("C-1001", "王芳", "sms", PHONE, "zh")])

    async def texts(self, ticket_id: int, names: Sequence[str]) -> Mapping[str, Value]:
        return {name: self.values[name] for name in names if name in self.values}

    async def readers(
        self, ticket_id: int, readers: Readers, to: str | None, channel: str | None = None
    ) -> Sequence[Reader]:
        return self.known

    async def about(self, ticket_id: int) -> Mapping[str, Value]:
        return {"ticket": {"no": f"GD-{10000 + ticket_id}"}, "customer": {"name": "王芳"}}


@dataclass
class Desk:
    """Hands that call, one activity at a time or many."""

    connectors: Connectors
    store: Store
    time: Time = field(default_factory=Time)
    people: KnownPeople = field(default_factory=KnownPeople)
    seconds: float = 30.0

    def calls(self) -> Calls:
        return Calls(self.connectors, ReceiptBook(self.store, self.time.now), self.people, MESSAGES)

    async def receipt(self, key: str) -> KnownReceipt:
        """The receipt of a call; it must be there."""
        async with self.store.read() as conn:
            known = await receipt(conn, key)
        assert known is not None
        return known

    async def call(
        self,
        action: str,
        key: str,
        attempt: int = 1,
        *,
        reads: bool = False,
        promised_at: datetime | None = None,
        **arguments: Value,
    ) -> Values:
        """One try of the activity; its outputs."""
        environment = ActivityEnvironment()
        environment.info = replace(
            environment.info,
            activity_type=action,
            attempt=attempt,
            start_to_close_timeout=timedelta(seconds=self.seconds),
        )
        order = {
            "ticket_id": 7,
            "call": "1",
            "action": action,
            "arguments": encode(arguments),
            "key": key,
            "gives": None,
            "reads": reads,
            "promised_at": promised_at.isoformat() if promised_at else None,
        }
        [payload] = environment.payload_converter.to_payloads([order])
        answer = await environment.run(self.calls().call, [RawValue(payload)])
        outputs = decode(answer["outputs"])
        assert isinstance(outputs, Mapping)
        return outputs

    async def refused(self, action: str, key: str, attempt: int = 1, **arguments: Value) -> ApplicationError:
        """One try of the activity that must fail; its failure."""
        try:
            outputs = await self.call(action, key, attempt, **arguments)
        except ApplicationError as failure:
            return failure
        raise AssertionError(f"{action} was done: {outputs}")


@asynccontextmanager
async def opened(connectors: Connectors, file: Path) -> AsyncIterator[Desk]:
    """A desk with those connectors and a database of its own."""
    store = Store(f"sqlite:///{file}")
    async with store.write() as conn:
        await conn.run_sync(Row.metadata.create_all)
    yield Desk(connectors, store)
    await connectors.close()
    await store.dispose()


def at_company(files: Mapping[str, str], port: int) -> Connectors:
    """The connectors that ship, at a demo company."""
    return load_connectors(files, {"GONGDAN_COMPANY_URL": f"http://127.0.0.1:{port}"}, SECRETS)
