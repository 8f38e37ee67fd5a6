"""The shape of a connector file: one frozen, closed model for each of its mappings.

Text with ``{{ }}`` stays text here; ``templates`` compiles it. ``docs/reference/connectors.md`` explains every key.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sop.catalog import Effect, Idempotency

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a duration is text such as 500ms, 10s or 5m")
    found = _DURATION.fullmatch(value)
    if found is None:
        raise ValueError(f"{value!r} is no duration: write 500ms, 10s or 5m")
    return float(found[1]) * _UNITS[found[2]]


Seconds: TypeAlias = Annotated[float, BeforeValidator(_seconds), Field(gt=0, le=3600)]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
Word: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
HeaderName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
Template: TypeAlias = Any  # any YAML value, with {{ }} in its texts


class Shape(BaseModel):
    """A mapping of the file: closed (an unknown key is a mistake) and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Title(Shape):
    """What people read; both languages are required."""

    zh: str
    en: str


class Readers(StrEnum):
    """Who gets the message of an operation that carries one."""

    CUSTOMER = "customer"
    STAFF = "staff"


class Method(StrEnum):
    """HTTP methods."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


class Retry(Shape):
    """A limit on the SOP's own tries, and the wait before the next one (doubled each time, up to ``max_interval``)."""

    attempts: Annotated[int, Field(ge=1, le=100)] | None = None
    interval: Seconds | None = None
    max_interval: Seconds = 60.0


class RateLimit(Shape):
    """At most ``calls`` in each ``per``, spread evenly, for one worker process."""

    calls: Annotated[int, Field(ge=1)]
    per: Seconds = 1.0


class Check(Shape):
    """How to ask whether a call of unknown outcome was carried out. A 404 means no; so does a false ``found``."""

    method: Method = Method.GET
    path: str
    query: dict[str, Template] = {}
    found: str | None = None
    out: dict[Word, Template] | None = None


class Operation(Shape):
    """One thing a system can do for a ticket; its full name is ``<connector>.<name>``."""

    title: Title
    takes: tuple[Word, ...] = Field((), alias="in")
    out: dict[Word, Template] = {}
    effect: Effect
    idempotent: Idempotency
    undo: Name | None = None
    method: Method = Method.POST
    path: str
    query: dict[str, Template] = {}
    headers: dict[HeaderName, str] = {}
    body: Template = None
    success: tuple[Annotated[int, Field(ge=200, le=299)], ...] = (200, 201, 202, 204)
    later: tuple[Annotated[int, Field(ge=400, le=499)], ...] = (408, 425, 429)
    check: Check | None = None
    timeout: Seconds | None = None
    retry: Retry = Retry()
    rate_limit: RateLimit | None = None
    message: Readers | None = None

    @model_validator(mode="after")
    def _reads_leave_nothing(self) -> Self:
        if self.effect is Effect.READ and (self.undo or self.check):
            raise ValueError("an operation that only reads has no undo and no check")
        return self


class BearerAuth(Shape):
    """``Authorization: Bearer <secret>``."""

    type: Literal["bearer"]
    secret: str
    required: bool = True


class BasicAuth(Shape):
    """HTTP basic authentication; ``secret`` names the password."""

    type: Literal["basic"]
    user: str
    secret: str
    required: bool = True


class HeaderAuth(Shape):
    """The secret in a header of its own."""

    type: Literal["header"]
    header: HeaderName
    secret: str
    required: bool = True


Auth: TypeAlias = Annotated[BearerAuth | BasicAuth | HeaderAuth, Field(discriminator="type")]


class Signature(Shape):
    """HMAC-SHA256 over ``<timestamp>.<body>`` in hexadecimal; the timestamp is in seconds since 1970."""

    secret: str
    header: HeaderName = "X-Signature"
    prefix: str = ""
    timestamp: HeaderName = "X-Timestamp"
    tolerance: Seconds = 300.0


class HookEvent(Shape):
    """How one kind of message becomes an event. Templates see ``body`` and ``headers`` (names in lower case)."""

    when: str | None = None
    type: Name
    id: str
    data: dict[Word, Template] = {}
    correlation: dict[Word, str] = {}


class Hook(Shape):
    """What a system tells us by itself, at ``/hooks/<path>``."""

    path: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")] | None = None
    signature: Signature
    events: Annotated[tuple[HookEvent, ...], Field(min_length=1)]


class ConnectorFile(Shape):
    """One system: where it is, how we show who we are, what it can do and what it tells us."""

    connector: Word
    title: Title
    base_url: str
    auth: Auth | None = None
    timeout: Seconds = 10.0
    idempotency_header: HeaderName = "Idempotency-Key"
    headers: dict[HeaderName, str] = {}
    rate_limit: RateLimit | None = None
    operations: Annotated[dict[Name, Operation], Field(min_length=1)]
    hook: Hook | None = None
