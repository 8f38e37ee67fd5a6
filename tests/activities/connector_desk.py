"""What the connector tests share: a desk whose hands call a given system, with everything beside it in plain sight."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.calls import Calls
from activities.connectors.model import Readers
from activities.connectors.receipts import Reader, Receipt, Standing
from activities.connectors.registry import Connectors, load_connectors
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
    "wrong": {"zh": "{{ nothing.there }}"},
}


@dataclass
class ReceiptsInMemory:
    """The receipts of one test, as the database keeps them."""

    kept: dict[str, Receipt] = field(default_factory=dict)
    errors: dict[str, str | None] = field(default_factory=dict)

    async def begin(self, key: str, ticket_id: int | None, action: str, request_hash: str) -> Receipt | None:
        known = self.kept.get(key)
        if known is not None and known.standing is not Standing.FAILED:
            return known
        self.kept[key] = Receipt(Standing.STARTED, request_hash, datetime.now(UTC))
        return None

    async def again(self, key: str, started_at: datetime) -> bool:
        if self.kept[key].started_at != started_at:
            return False
        self.kept[key] = replace(self.kept[key], standing=Standing.STARTED, started_at=datetime.now(UTC))
        return True

    async def finish(
        self, key: str, standing: Standing, outputs: Values | None = None, error: str | None = None
    ) -> None:
        self.kept[key] = replace(self.kept[key], standing=standing, outputs=outputs or {})
        self.errors[key] = error


@dataclass
class People:
    """The personal values and addressees of one ticket."""

    values: dict[str, Value] = field(default_factory=dict)
    known: list[Reader] = field(default_factory=lambda: [Reader("C-1001", "王芳", "sms", PHONE, "zh")])

    async def resolve(self, ticket_id: int, names: Sequence[str]) -> Mapping[str, Value]:
        return {name: self.values[name] for name in names if name in self.values}

    async def readers(self, ticket_id: int, readers: Readers, to: str | None) -> Sequence[Reader]:
        return self.known

    async def about(self, ticket_id: int) -> Mapping[str, Value]:
        return {"ticket": {"no": f"GD-{10000 + ticket_id}"}, "customer": {"name": "王芳"}}


@dataclass
class Desk:
    """Hands that call, one activity at a time or many."""

    connectors: Connectors
    receipts: ReceiptsInMemory = field(default_factory=ReceiptsInMemory)
    people: People = field(default_factory=People)
    seconds: float = 30.0

    async def call(self, action: str, key: str, attempt: int = 1, **arguments: Value) -> Values:
        """One try of the activity; its outputs."""
        calls = Calls(self.connectors, self.receipts, self.people, self.people, MESSAGES)
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
        }
        [payload] = environment.payload_converter.to_payloads([order])
        answer = await environment.run(calls.call, [RawValue(payload)])
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

    async def close(self) -> None:
        await self.connectors.close()
        await asyncio.sleep(0)


def at_company(files: Mapping[str, str], port: int) -> Desk:
    """A desk whose connectors stand at a demo company."""
    return Desk(load_connectors(files, {"GONGDAN_COMPANY_URL": f"http://127.0.0.1:{port}"}, SECRETS))
