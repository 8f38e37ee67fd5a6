"""What a call leaves behind, and what it is told of the ticket: the tools a hand is given."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from activities.connectors.model import Readers
from sop.values import Value, Values


class Standing(StrEnum):
    """What is known of an outward call."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """An outward call by its idempotency key. ``started_at``: its latest try; ``outputs`` of a call that is done."""

    standing: Standing
    request_hash: str
    started_at: datetime
    outputs: Values = field(default_factory=dict)


class Receipts(Protocol):
    """The book of receipts. Each method is one transaction."""

    @abstractmethod
    async def begin(self, key: str, ticket_id: int | None, action: str, request_hash: str) -> Receipt | None:
        """Write that a try begins, and answer None: this try may call. Where the key is known and not FAILED, change
        nothing and answer what stands there; of several at once only one is answered None."""

    @abstractmethod
    async def again(self, key: str, started_at: datetime) -> bool:
        """Write that another try of a call whose outcome was unknown begins; false when somebody else was quicker, that
        is when the receipt's latest try no longer began at ``started_at``."""

    @abstractmethod
    async def finish(
        self, key: str, standing: Standing, outputs: Values | None = None, error: str | None = None
    ) -> None:
        """Write what came of it."""


class Personal(Protocol):
    """The text behind references to personal fields."""

    @abstractmethod
    async def resolve(self, ticket_id: int, names: Sequence[str]) -> Mapping[str, Value]:
        """The values of references, by their names (``customer.name``); one that is erased or unknown is left out."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody a message goes to: how (``sms``, ``email``, ``wechat``), to which address, in which language."""

    id: str
    name: str
    channel: str
    address: str
    language: str


class Addressees(Protocol):
    """Whom a message goes to, and what its text may speak of."""

    @abstractmethod
    async def readers(self, ticket_id: int, readers: Readers, to: str | None) -> Sequence[Reader]:
        """The customer, or the colleagues that ``to`` means (``user:x``, ``role:x``, ``team:x``, ``owner``)."""

    @abstractmethod
    async def about(self, ticket_id: int) -> Mapping[str, Value]:
        """What message templates see besides the call's arguments: ``ticket``, ``customer``, ``link``."""
