"""What a hand must know of people: the text behind references, and whom a message goes to."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from activities.connectors.model import Readers
from sop.values import Value


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody a message goes to: how (``sms``, ``email``, ``wechat``), to which address, in which language, and by the
    clock of which time zone, where one is known."""

    id: str
    name: str
    channel: str
    address: str
    language: str
    timezone: str | None = None


class People(Protocol):
    """The people around a ticket: their personal fields, whom a message goes to, what its text may speak of."""

    @abstractmethod
    async def texts(self, ticket_id: int, names: Sequence[str]) -> Mapping[str, Value]:
        """What references stand for, by name (``customer.name``); what is erased or unknown is left out."""

    @abstractmethod
    async def readers(
        self, ticket_id: int, readers: Readers, to: str | None, channel: str | None = None
    ) -> Sequence[Reader]:
        """The customer, or the colleagues that ``to`` means (``user:x``, ``role:x``, ``team:x``, ``owner``), who are
        told by ``channel`` where that reaches them."""

    @abstractmethod
    async def about(self, ticket_id: int) -> Mapping[str, Value]:
        """What message templates see besides the call's arguments: ``ticket``, ``customer``, ``link``."""
