"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from sop.values import Value, decode, encode

if TYPE_CHECKING:
    from sop.values import Values

    Kept: TypeAlias = Value
    KeptValues: TypeAlias = Values
else:  # SQLAlchemy evaluates the annotation of a column; the recursive alias cannot be evaluated outside its module

    class Kept: ...

    class KeptValues: ...


Id = BigInteger().with_variant(Integer(), "sqlite")
"""A counted number; SQLite counts only in an INTEGER."""

Listed = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Short lists that PostgreSQL may search: tags, roles, skills."""

Ordered = JSON(none_as_null=True)
"""Short lists and mappings that nobody searches, with their keys in order (JSONB does not keep it)."""


class Utc(TypeDecorator[datetime]):
    """A moment. Naive ones are refused; what comes back is aware and in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without its time zone cannot be kept: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class CleanText(TypeDecorator[str]):
    """Text, without what no database keeps."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class PlainJson(TypeDecorator[object]):
    """A document as it is, to the last float and the order of its keys: a compiled definition."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else json.loads(value)


class ValueJson(TypeDecorator[Value]):
    """A value of a ticket (``sop.values``): decimals stay decimals, the order of keys is kept."""

    impl = JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def process_bind_param(self, value: Value, dialect: Dialect) -> object:
        return storable(encode(value))

    def process_result_value(self, value: object, dialect: Dialect) -> Value:
        return decode(value)


def storable(value: object) -> object:
    """Plain JSON whose texts can be kept."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def clean(text: str) -> str:
    """Text without the NUL character, which PostgreSQL refuses, and without halves of surrogate pairs, which are no
    text: JSON lets both in."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
