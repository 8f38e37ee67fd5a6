"""The people around a ticket, from the desk's own records: personal fields, who is told, and by which way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from activities.connectors.model import Readers
from activities.connectors.people import Reader
from db import personal
from db.customers import KnownCustomer
from db.people import KnownPerson, people, ways_to
from db.queries.tickets import TicketFacts, ticket
from db.session import Store
from sop.values import Value


class DeskPeople:
    """``activities.connectors.people.People`` from the database. ``public_url`` is where the customer's page stands."""

    def __init__(self, store: Store, public_url: str) -> None:
        self._store = store
        self._public_url = public_url.rstrip("/")

    async def texts(self, ticket_id: int, names: Sequence[str]) -> Mapping[str, Value]:
        """What references stand for, by name; what is erased or unknown is left out."""
        async with self._store.read() as conn:
            return await personal.texts(conn, ticket_id, names)

    async def readers(
        self, ticket_id: int, readers: Readers, to: str | None, channel: str | None = None
    ) -> Sequence[Reader]:
        """The customer, or the colleagues that ``to`` means; only those whom a message can reach. By another way than
        e-mail where ``channel`` names one that reaches them."""
        facts = await self._ticket(ticket_id)
        if readers is Readers.CUSTOMER:
            reader = _customer(facts.customer, facts.channel) if facts and facts.customer else None
            return [reader] if reader else []
        async with self._store.read() as conn:
            everybody = await people(conn)
        found = (_colleague(one, channel) for one in meant(to or "owner", everybody, facts))
        return [reader for reader in found if reader is not None]

    async def about(self, ticket_id: int) -> Mapping[str, Value]:
        """``ticket`` {no, subject}, ``customer`` {name}, ``link`` to the customer's page."""
        facts = await self._ticket(ticket_id)
        if facts is None:
            return {}
        return {
            "ticket": {"no": facts.no, "subject": facts.subject},
            "customer": {"name": facts.customer.name if facts.customer else None},
            "link": f"{self._public_url}/portal/t/{facts.public_token}",
        }

    async def _ticket(self, ticket_id: int) -> TicketFacts | None:
        async with self._store.read() as conn:
            return await ticket(conn, ticket_id, datetime.now(UTC))


def meant(to: str, everybody: Iterable[KnownPerson], facts: TicketFacts | None) -> list[KnownPerson]:
    """The people behind ``user:x``, ``role:x``, ``team:x`` or ``owner``; of many, those on duty where there are any."""
    if to == "owner":
        to = _owner(facts) if facts else ""
    kind, _, name = to.partition(":")
    match kind:
        case "user":
            return [one for one in everybody if one.id == name]
        case "role":
            many = [one for one in everybody if name in one.roles]
        case "team":
            many = [one for one in everybody if name in one.teams]
        case _:
            return []
    return [one for one in many if one.on_duty] or many


def _owner(facts: TicketFacts) -> str:
    if facts.owner_person:
        return f"user:{facts.owner_person}"
    return facts.owner_pool or (f"team:{facts.owner_team}" if facts.owner_team else "")


def _customer(customer: KnownCustomer, channel: str) -> Reader | None:
    """The customer by the channel they came by, where it reaches them; else by phone, e-mail, WeChat."""
    ways = {"sms": customer.phone, "email": customer.email, "wechat": customer.wechat}
    wanted = (channel, *ways)
    way = next((each for each in wanted if ways.get(each)), None)
    if way is None:
        return None
    language = customer.language or "zh"
    return Reader(str(customer.id), customer.name or "", way, ways[way] or "", language, customer.timezone)


def _colleague(person: KnownPerson, channel: str | None) -> Reader | None:
    """A colleague by the way that is named, else by e-mail, phone, WeChat: the first that reaches them."""
    ways = ways_to(person)
    way = next((each for each in (channel or "", *ways) if each in ways), None)
    if way is None:
        return None
    return Reader(person.id, person.name, way, ways[way], person.language, person.timezone)
