"""What requests may say."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from api.bodies import Body
from sop.simulate import Move


def _written(value: object) -> object:
    """A moment is written as text (ISO 8601): a bare number could be anything."""
    if not isinstance(value, str):
        raise ValueError("a moment is written as text")
    return value


Slug = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:@-]+$")]
Line = Annotated[str, Field(max_length=200)]
Note = Annotated[str, Field(max_length=2000)]
Writing = Annotated[str, Field(max_length=20_000)]
FieldName = Annotated[str, Field(min_length=1, max_length=64)]
Owner = Annotated[str, Field(pattern=r"^(user|team|role):[^\s]{1,64}$")]
When = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written)]
Priority = Literal["low", "normal", "high", "urgent"]


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (OSError, LookupError) as unknown:
        raise ValueError(f"not a time zone: {name}") from unknown


class CustomerSaid(Body):
    """Who asks for help; known again by ``external_id``, then e-mail, then phone."""

    external_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    name: Line | None = None
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    address: Annotated[str, Field(max_length=500)] | None = None
    language: Annotated[str, Field(max_length=16)] | None = None
    tier: Slug | None = None
    wechat: Annotated[str, Field(max_length=100)] | None = None
    timezone: Annotated[str, Field(max_length=64), AfterValidator(_zone)] | None = None


class NewTicket(Body):
    """A ticket to open. Without a category the workspace's rules find one."""

    subject: Annotated[str, Field(min_length=1, max_length=200)]
    body: Writing = ""
    category: Slug | None = None
    priority: Priority | None = None
    channel: Slug
    customer: CustomerSaid = Field(default_factory=CustomerSaid)
    order: dict[FieldName, object] = Field(default_factory=dict, max_length=64)
    fields: dict[FieldName, object] = Field(default_factory=dict, max_length=64)
    tags: list[Slug] = Field(default_factory=list, max_length=32)


class Correction(Body):
    """What a clock has counted wrongly: from ``since`` to ``until`` it should have been ``running`` or ``paused``."""

    since: When
    until: When
    count: Literal["running", "paused"]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class CustomerStanding(Body):
    """A customer's tier, and the name of the calendar that promises to them count on; null: their segment's."""

    tier: Slug | None = None
    calendar: Slug | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """At least one of them."""
        if not self.model_fields_set:
            raise ValueError("say tier or calendar")
        return self


class WhichDefinition(Body):
    """A published definition; without a version the default."""

    kind: Literal["sop", "playbook"] = "sop"
    key: Slug
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class Simulation(Body):
    """What to walk through: a draft (``source``, its YAML) or a published ``definition``; with which ticket, and every
    move, as in a scenario file."""

    source: Annotated[str, Field(max_length=200_000)] | None = None
    definition: WhichDefinition | None = None
    at: Annotated[str, Field(max_length=40)] | None = None
    ticket: dict[FieldName, object] = Field(default_factory=dict, max_length=64)
    customer: dict[FieldName, object] = Field(default_factory=dict, max_length=64)
    mocks: dict[FieldName, object] = Field(default_factory=dict, max_length=200)
    people: dict[FieldName, list[str]] = Field(default_factory=dict, max_length=200)
    inputs: dict[FieldName, object] = Field(default_factory=dict, max_length=64)
    moves: list[Move] = Field(default_factory=list, max_length=500)

    @model_validator(mode="after")
    def _one(self) -> Simulation:
        if (self.source is None) == (self.definition is None):
            raise ValueError("either source or definition")
        return self


class MessagePromise(Body):
    """A time that a message promises: checked when it has come by an action that only reads (``check`` with ``with``);
    ``broken`` names the playbook that starts when it is not kept. Without ``check`` a person says that it is."""

    within: Annotated[str, Field(min_length=2, max_length=20, examples=["24h", "3wd"])]
    check: Annotated[str, Field(max_length=100)] | None = None
    arguments: dict[FieldName, object] = Field(default_factory=dict, max_length=32, alias="with")
    broken: Annotated[str, Field(max_length=64)] | None = None
    title: Line | dict[Literal["zh", "en"], Line] | None = None


class NewMessage(Body):
    """Something to say: to the customer too (``public``) or to colleagues (``internal``). A public one of the staff may
    promise a time."""

    body: Annotated[str, Field(min_length=1, max_length=20_000)]
    visibility: Literal["public", "internal"] = "public"
    promise: MessagePromise | None = None


class Answer(Body):
    """An answer to a task: the button pressed and the form's values."""

    outcome: Slug | None = None
    values: dict[FieldName, object] = Field(default_factory=dict, max_length=200)


class Ballot(Body):
    """A vote on an approval."""

    approve: bool
    comment: Note = ""


class Settlement(Body):
    """How an incident goes on. ``values`` are the step's outputs when ``choice`` is ``enter``."""

    choice: Literal["retry", "enter", "skip", "stop"]
    values: dict[FieldName, object] = Field(default_factory=dict, max_length=200)


class Claim(Body):
    """Take a ticket, or with ``step`` one open step of it."""

    step: Line | None = None
    note: Note = ""


class Transfer(Body):
    """Hand a ticket (or one open step) to somebody: ``user:x``, ``team:x`` or ``role:x``."""

    to: Owner
    note: Note = ""
    step: Line | None = None


class NewDuty(Body):
    """``on`` or ``off`` duty, or ``gone`` for good."""

    duty: Literal["on", "off", "gone"]


class NewPriority(Body):
    """Another priority; clocks are recomputed with the time already used."""

    priority: Priority
    note: Note = ""


class Merger(Body):
    """The ticket that goes on in this one's place, by its number."""

    into: Annotated[str, Field(min_length=1, max_length=32, examples=["GD-10002"])]
    note: Note = ""


class Remark(Body):
    """Why, for the ledger."""

    note: Note = ""


class Publication(Body):
    """Definitions and their scenarios to publish, by their path in the workspace; the rest of the workspace stays as it
    is. ``state``: what new versions become; with a ``share`` or a ``segment`` the candidate."""

    files: dict[Annotated[str, Field(min_length=1, max_length=200)], str] = Field(min_length=1, max_length=50)
    state: Literal["draft", "candidate", "default"] | None = None
    share: Annotated[int, Field(ge=1, le=99)] | None = None
    segment: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    dry_run: bool = False
    note: Note = ""


class Staging(Body):
    """What a version is to become: with a ``share`` (percent of new tickets) or a ``segment`` (a condition on ticket
    and customer) the candidate, without either the default."""

    share: Annotated[int, Field(ge=1, le=99)] | None = None
    segment: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    note: Note = ""


class RollingBack(Body):
    """Which earlier default is the default again; without ``version`` the last one."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    note: Note = ""


class Migration(Body):
    """Which open tickets go on with which version: all on ``from_version``, one, or a ``canary`` of so many that stand
    on as many steps as possible. ``steps``: old id → new id, for open steps that have no counterpart."""

    kind: Literal["sop", "playbook"] | None = None
    from_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    to_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    dry_run: bool = True
    canary: Annotated[int, Field(ge=1, le=50)] | None = None
    ticket: Annotated[str, Field(max_length=32)] | None = None
    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    steps: dict[FieldName, Line] = Field(default_factory=dict, max_length=200)
    note: Note = ""


class Injection(Body):
    """A step (its YAML) to put before or after another one, for the open tickets on a version (none: the default) of
    which the condition holds. ``clocks``: whether theirs count on while they are on it. ``after_ticket``: the
    ``next_after`` of the answer before."""

    kind: Literal["sop", "playbook"] | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    step: Annotated[str, Field(min_length=1, max_length=20_000)]
    before: Slug | None = None
    after: Slug | None = None
    condition: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    clocks: Literal["run", "pause"] = "run"
    dry_run: bool = True
    ticket: Annotated[str, Field(max_length=32)] | None = None
    after_ticket: Annotated[int, Field(ge=0, le=2**53)] = 0
    why: Annotated[str, Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def _one_place(self) -> Injection:
        if (self.before is None) == (self.after is None):
            raise ValueError("either before or after")
        return self


class NewGate(Body):
    """A step (of one version, or of all) that tickets of which the condition holds may not enter. ``clocks``: whether
    those of a held run count on."""

    key: Slug
    step: Slug
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    condition: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    clocks: Literal["run", "pause"] = "run"
    why: Annotated[str, Field(min_length=1, max_length=2000)]


class NewEvent(Body):
    """Something that happened elsewhere, known by (source, id). Without ``ticket`` its business keys find one."""

    source: Slug
    id: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")]
    data: dict[FieldName, object] = Field(default_factory=dict, max_length=200)
    ticket: Annotated[str, Field(max_length=32)] | None = None
