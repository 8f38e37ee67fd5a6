"""The names a designer may use: roles, teams, events and their fields, actions with what they take and give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Effect(StrEnum):
    """What an action does outside."""

    READ = "read"
    WRITE = "write"
    MONEY = "money"
    MESSAGE = "message"


class Idempotency(StrEnum):
    """What calling twice does: nothing more with the same key, nothing more by nature, or the effect again."""

    KEY = "key"
    NATIVE = "native"
    NONE = "none"


class BadCatalog(ValueError):
    """The catalog's own file is wrong: the message says which entry."""


@dataclass(frozen=True, slots=True)
class CatalogAction:
    """One action: the names it takes and gives, its effect, the action that undoes it, and what it cannot do without.
    ``title`` is (zh, en), or empty."""

    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    effect: Effect = Effect.WRITE
    idempotent: Idempotency = Idempotency.NONE
    undo: str | None = None
    required: tuple[str, ...] = ()
    title: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Whom tasks and approvals may go to: the groups a person is in, what they can do, whether they are at work."""

    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    on_duty: bool = True


PERSONAL = frozenset({"name", "phone", "email", "address"})
TICKET_FIELDS = ("no", "title", "category", "status", "priority", "channel", "created_at", "order", "owner", "tags")
CUSTOMER_FIELDS = ("id", "name", "tier", "complaint_count", "phone", "language")
EVENTS: Mapping[str, tuple[str, ...]] = {
    "ticket.created": (),
    "ticket.classified": (),
    "ticket.first_response": ("by", "at"),
    "ticket.closed": (),
}
BUILT_IN: Mapping[str, CatalogAction] = {
    "ticket.update": CatalogAction(("priority", "owner", "tags", "status"), (), Effect.WRITE, Idempotency.NATIVE),
    "notify.customer": CatalogAction(
        ("template", "survey", "amount", "tracking_no", "label_url", "reason"),
        ("message_id",),
        Effect.MESSAGE,
        Idempotency.KEY,
    ),
    "notify.staff": CatalogAction(("to", "template", "text"), ("message_id",), Effect.MESSAGE, Idempotency.KEY),
}
"""What there is without a connector file: the ticket's own action, and messages (whose file may say more)."""

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def office_hours() -> dict[str, object]:
    """The calendar of a workspace that names none: 09:00-12:00 and 13:30-18:00, Monday to Friday, in Shanghai."""
    return {"tz": "Asia/Shanghai", "week": {day: ["09:00-12:00", "13:30-18:00"] for day in _WEEKDAYS}}


@dataclass(frozen=True, slots=True)
class Catalog:
    """All names of a workspace. Empty ``skills``, ``people``, ``staff``, ``categories``, ``templates``, ``playbooks``:
    not known.

    ``calendars`` are the plain JSON that ``sop.calendars.Calendar`` reads; ``personal`` are fields of the customer;
    ``kinds`` are field types by path (``ticket.cost`` → ``money``); ``texts`` those of templates by language;
    ``titles`` are (zh, en) by ``role:x``, ``team:x``, ``skill:x``, ``event:x``, ``calendar:x``; ``policies`` the
    company's clocks, plain; ``hours`` the calendars of ``teams`` and ``segments`` by name."""

    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    playbooks: frozenset[str] = frozenset()
    events: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(EVENTS))
    ticket: tuple[str, ...] = TICKET_FIELDS
    customer: tuple[str, ...] = CUSTOMER_FIELDS
    personal: frozenset[str] = PERSONAL
    actions: Mapping[str, CatalogAction] = field(default_factory=lambda: dict(BUILT_IN))
    calendars: Mapping[str, dict[str, object]] = field(default_factory=lambda: {"default": office_hours()})
    staff: Mapping[str, Colleague] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    policies: Mapping[str, object] = field(default_factory=dict)
    hours: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def members(self, who: str) -> frozenset[str] | None:
        """The people of ``role:x``, ``team:x`` or ``user:x`` who are at work; none if that cannot be known."""
        kind, _, name = who.partition(":")
        if not self.staff or kind not in ("role", "team", "user"):
            return None
        return frozenset(
            person
            for person, known in self.staff.items()
            if known.on_duty
            and ((kind == "role" and name in known.roles) or (kind == "team" and name in known.teams) or person == name)
        )

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> Catalog:
        """The catalog of its YAML's value (its keys are this class's fields); raises ``BadCatalog``."""
        known = {
            "roles", "teams", "people", "skills", "segments", "categories", "templates",
            "events", "ticket", "customer", "personal", "actions", "calendars", "staff", "kinds", "playbooks",
            "policies", "hours",
        }  # fmt: skip
        if unknown := sorted(set(plain) - known):
            raise BadCatalog(f"unknown key in the catalog: {', '.join(unknown)}")
        events = {name: _names(fields, name) for name, fields in _mapping(plain.get("events"), "events").items()}
        calendars = _mapping(plain.get("calendars"), "calendars")
        names = {key: frozenset(_names(plain.get(key), key)) for key in _SETS}
        return cls(
            roles=names["roles"],
            teams=names["teams"],
            people=names["people"],
            skills=names["skills"],
            segments=names["segments"],
            categories=names["categories"],
            templates=names["templates"],
            playbooks=names["playbooks"],
            events=events or dict(EVENTS),
            ticket=_names(plain.get("ticket"), "ticket") or TICKET_FIELDS,
            customer=_names(plain.get("customer"), "customer") or CUSTOMER_FIELDS,
            personal=frozenset(_names(plain["personal"], "personal")) if "personal" in plain else PERSONAL,
            actions=actions_of(_mapping(plain.get("actions"), "actions")),
            calendars={name: _mapping(each, name) for name, each in calendars.items()} or {"default": office_hours()},
            staff={name: _colleague(name, each) for name, each in _mapping(plain.get("staff"), "staff").items()},
            kinds={path: str(kind) for path, kind in _mapping(plain.get("kinds"), "kinds").items()},
            policies=_mapping(plain.get("policies"), "policies"),
            hours={whose: _texts(each, whose) for whose, each in _mapping(plain.get("hours"), "hours").items()},
        )


_SETS = ("roles", "teams", "people", "skills", "segments", "categories", "templates", "playbooks")


def _colleague(name: str, plain: object) -> Colleague:
    given = _mapping(plain, name)
    groups = {key: frozenset(_names(given.get(key), name)) for key in ("roles", "teams", "skills")}
    return Colleague(**groups, on_duty=given.get("on_duty") is not False)


def actions_of(plain: Mapping[str, object]) -> dict[str, CatalogAction]:
    """The actions of ``{name: {in, out, effect, idempotent, undo}}``, and the built-in ones; raises ``BadCatalog``."""
    actions = dict(BUILT_IN) | {name: _action(name, _mapping(each, name)) for name, each in plain.items()}
    for name, action in actions.items():
        if action.undo is not None and action.undo not in actions:
            raise BadCatalog(f"{name} is undone by {action.undo}, which is not in the catalog")
    return actions


def actions_of_connector(plain: Mapping[str, object]) -> dict[str, object]:
    """What a connector file offers, as entries of the catalog: ``<connector>.<operation>`` → {in, out, effect, …}."""
    name = str(plain.get("connector"))
    operations = _mapping(plain.get("operations"), name)
    return {f"{name}.{key}": _offered(f"{name}.{key}", operation) for key, operation in operations.items()}


def _offered(name: str, plain: object) -> dict[str, object]:
    operation = _mapping(plain, name)
    gives = operation.get("out")
    offered = {key: value for key, value in operation.items() if key in ("in", "effect", "idempotent", "undo", "title")}
    required = needed_in_path(str(operation.get("path")))
    return offered | {"out": list(gives) if isinstance(gives, Mapping) else gives, "required": required}


def needed_in_path(path: str) -> list[str]:
    """The arguments of a connector's path: no address can be built without them."""
    return list(dict.fromkeys(_IN_PATH.findall(path)))


_IN_PATH = re.compile(r"\barguments\.([a-z][a-z0-9_]*)")


def _action(name: str, plain: Mapping[str, object]) -> CatalogAction:
    undo, title = plain.get("undo"), _mapping(plain.get("title"), name)
    try:
        return CatalogAction(
            takes=_names(plain.get("in"), name),
            gives=_names(plain.get("out"), name),
            effect=Effect(str(plain.get("effect", Effect.WRITE))),
            idempotent=Idempotency(str(plain.get("idempotent", Idempotency.NONE))),
            undo=None if undo is None else str(undo),
            required=_names(plain.get("required"), name),
            title=(str(title.get("zh", "")), str(title.get("en", ""))),
        )
    except ValueError as error:
        raise BadCatalog(f"{name}: {error}") from None


def _names(plain: object, where: str) -> tuple[str, ...]:
    if plain is None:
        return ()
    if isinstance(plain, str) or not isinstance(plain, Iterable):
        raise BadCatalog(f"{where}: a list of names is needed")
    return tuple(str(name) for name in plain)


def _texts(plain: object, where: str) -> dict[str, str]:
    return {name: str(text) for name, text in _mapping(plain, where).items()}


def _mapping(plain: object, where: str) -> dict[str, object]:
    if plain is None:
        return {}
    if not isinstance(plain, Mapping):
        raise BadCatalog(f"{where}: a mapping is needed")
    return {str(key): value for key, value in plain.items()}
