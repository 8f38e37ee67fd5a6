"""Who asks: a person with a session or an integration with a key, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from api.problem_table import Code
from api.problems import Problem
from db.people import KnownPerson
from sop.events import Actor, ActorKind


class Scope(StrEnum):
    """What a key may be allowed. ``admin`` contains all but ``act_as``."""

    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    STEPS_WRITE = "steps:write"
    EVENTS_WRITE = "events:write"
    DEFINITIONS_READ = "definitions:read"
    ADMIN = "admin"
    ACT_AS = "act_as"


EVERYTHING = frozenset(Scope) - {Scope.ACT_AS}
OF_AGENTS = frozenset({Scope.TICKETS_READ, Scope.TICKETS_WRITE, Scope.STEPS_WRITE, Scope.DEFINITIONS_READ})
THE_CUSTOMER = "customer"
"""In ``On-Behalf-Of``: the customer of the ticket that the request is about."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as the doors see one."""

    id: str
    name: str
    email: str
    role: str
    roles: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    language: str = "zh"
    timezone: str = "Asia/Shanghai"
    must_change_password: bool = False
    on_duty: bool = True

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

    @property
    def scopes(self) -> frozenset[Scope]:
        """What a session of theirs may do."""
        return EVERYTHING if self.is_admin else OF_AGENTS

    def actor(self) -> Actor:
        """This person in an event."""
        return Actor(ActorKind.STAFF, self.id, self.roles, self.teams)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person's session. ``csrf`` must come back with every write."""

    person: Person
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """An API key that is valid."""

    id: int
    name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever a request comes from. ``id`` is ``key:<id>`` or ``user:<id>``; ``person`` is who they are
    or, for a key, whom it speaks for; ``for_customer``: a key that speaks for the ticket's customer."""

    id: str
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    person: Person | None = None
    for_customer: bool = False

    @property
    def behalf(self) -> str:
        """For whom a key speaks, in one word; empty where it speaks for itself."""
        return THE_CUSTOMER if self.for_customer else self.person.id if self.person else ""

    @property
    def author(self) -> str:
        """Who a change is recorded with: the person that a key speaks for, else the key itself."""
        return self.behalf or self.id.removeprefix("user:")

    def require(self, scope: Scope) -> None:
        """Raise 403 unless this scope is held."""
        if scope not in self.scopes:
            raise Problem(
                Code.SCOPE_MISSING,
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope.value}"'},
                scope=scope.value,
            )

    def actor(self, customer: str | None = None) -> Actor:
        """Whom the ticket hears: the person, the ticket's customer, or the integration itself."""
        via = self.id if self.id.startswith("key:") else None
        if self.for_customer:
            return Actor(ActorKind.CUSTOMER, customer or "", via=via)
        if self.person is not None:
            person = self.person
            return Actor(ActorKind.STAFF, person.id, person.roles, person.teams, via=via)
        return Actor(ActorKind.INTEGRATION, self.id.partition(":")[2])


def person_of(kept: KnownPerson) -> Person:
    """A person as the database knows them."""
    return Person(
        kept.id,
        kept.name,
        kept.email or "",
        kept.standing,
        tuple(kept.roles),
        tuple(kept.teams),
        kept.language,
        kept.timezone,
        kept.must_change_password,
        kept.on_duty,
    )


def scopes_of(kept: Iterable[str]) -> frozenset[Scope]:
    """The scopes of a key; ``admin`` brings everything but ``act_as``, and names we do not know bring nothing."""
    known = {Scope(name) for name in kept if name in set(Scope)}
    return frozenset(known | EVERYTHING if Scope.ADMIN in known else known)
