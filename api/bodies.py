"""JSON in and out, without a float in between: what came is text a database can keep, and money stays exact."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import NoReturn, TypeAlias, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from api.problem_table import Code
from api.problems import Problem, field_errors, invalid
from sop.values import CLOSING, DECIMAL, OPENING

DEEPEST = 16
LONGEST_NUMBER = 40
NOT_TEXT = re.compile(f"[\x00\ud800-\udfff{OPENING}{CLOSING}]")
"""NUL and lone surrogates no database keeps; the marks of a reference nobody may type."""


class Body(BaseModel):
    """What a request may say: exactly the fields named, of exactly their types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Shape = TypeVar("Shape", bound=BaseModel)


async def sent(request: Request) -> object:
    """The request's JSON body as plain values, decimals exact; no body is an empty object.

    Raises 400, 413, 415 or 422."""
    raw = await request.body()
    if not raw:
        return {}
    if not is_json(request.headers.get("content-type", "")):
        raise Problem(Code.NOT_JSON)
    return parse(raw)


def is_json(content_type: str) -> bool:
    """Whether a Content-Type header says JSON."""
    media = content_type.partition(";")[0].strip().lower()
    return media == "application/json" or (media.startswith("application/") and media.endswith("+json"))


def parse(raw: bytes) -> object:
    """JSON text as values. Raises the problem that says where it is not JSON, or what in it cannot be kept."""
    try:
        value: object = json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _bad_json(f"{error.msg}, line {error.lineno} column {error.colno}") from None
    except UnicodeDecodeError:
        raise _bad_json("not UTF-8") from None
    except RecursionError:
        raise _bad_json("nested too deep") from None
    except ValueError:
        raise _bad_json("a number nobody can keep") from None
    examine(value)
    return value


def examine(value: object) -> None:
    """Refuse what no part of the product could keep: text that is not text, endless numbers, bottomless nesting."""
    waiting: list[tuple[str, int, object]] = [("", 0, value)]
    while waiting:
        pointer, depth, item = waiting.pop()
        if depth > DEEPEST:
            raise invalid(pointer, "too_deep", limit=DEEPEST)
        if isinstance(item, dict):
            for key, inner in item.items():
                _examine_leaf(pointer, key)
                waiting.append((f"{pointer}/{key}", depth + 1, inner))
        elif isinstance(item, list):
            waiting.extend((f"{pointer}/{index}", depth + 1, inner) for index, inner in enumerate(item))
        else:
            _examine_leaf(pointer, item)


def _examine_leaf(pointer: str, leaf: object) -> None:
    if isinstance(leaf, str):
        if leaf == DECIMAL or NOT_TEXT.search(leaf):
            raise invalid(pointer, "bad_text")
    elif isinstance(leaf, Decimal):
        if len(leaf.as_tuple().digits) > LONGEST_NUMBER or abs(leaf.adjusted()) > LONGEST_NUMBER:
            raise invalid(pointer, "too_big_number", limit=LONGEST_NUMBER)
    elif isinstance(leaf, int) and abs(leaf) >= 10**LONGEST_NUMBER:
        raise invalid(pointer, "too_big_number", limit=LONGEST_NUMBER)


def body_of(shape: type[Shape]) -> Callable[[Request], Awaitable[Shape]]:
    """A dependency that reads the request's body as this shape, after whoever asks has been let in."""

    async def read(request: Request) -> Shape:
        return shaped(shape, await sent(request))

    return read


def shaped(shape: type[Shape], value: object) -> Shape:
    """The value as this shape; raises 422 with every field that is not right, and none of what was sent."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        found = field_errors(error.errors(include_url=False, include_input=False))
    raise Problem(Code.INVALID, errors=found)


def _no_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is not a JSON number", "", 0)


def _bad_json(why: str) -> Problem:
    return Problem(Code.BAD_JSON, why=why)


Json: TypeAlias = "Mapping[str, object] | list[object]"
_DECIMAL = re.compile(rb'"\\u0000([-+0-9.eE]+)"')  # no text has a NUL, so nothing but a decimal looks like this


def dump(value: object) -> bytes:
    """JSON text of an answer: decimals as exact numbers, moments as ISO 8601 in UTC."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    raw = text.encode("utf-8", "replace")
    return _DECIMAL.sub(rb"\1", raw) if b"\\u0000" in raw else raw


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return f"\x00{value}" if value.is_finite() else str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Mapping():
            return dict(value)
        case tuple() | set() | frozenset():
            return list(value)
        case _:
            raise TypeError(f"not JSON: {type(value).__name__}")


def answer(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(dump(value), status_code=status, headers=dict(headers or {}), media_type="application/json")
