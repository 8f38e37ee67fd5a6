"""What the OpenAPI document says of every operation: its errors, and the bodies that are read by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from api.problem_table import TABLE, Code
from api.problems import MEDIA_TYPE
from api.v1.examples import EXAMPLES

Responses: TypeAlias = dict[int | str, dict[str, Any]]  # Any: FastAPI's own type for these

_CODES: Mapping[int, Code] = {
    400: Code.BAD_JSON,
    401: Code.NOT_SIGNED_IN,
    403: Code.SCOPE_MISSING,
    404: Code.TICKET_NOT_FOUND,
    409: Code.CONFLICT,
    413: Code.TOO_LARGE,
    415: Code.NOT_JSON,
    422: Code.INVALID,
    503: Code.TEMPORAL_UNAVAILABLE,
}
OF_WRITES = (400, 401, 403, 409, 413, 415, 422, 503)
OF_READS = (401, 403, 422, 503)


def errors_of(*statuses: int) -> Responses:
    """The problem documents an operation may answer with."""
    return {status: _problem(status) for status in sorted(set(statuses))}


def _problem(status: int) -> dict[str, Any]:  # Any: FastAPI's own type
    code = _CODES[status]
    example = {
        "type": f"/problems/{code.value}",
        "title": TABLE[code].title.en,
        "status": status,
        "detail": TABLE[code].title.en,
        "instance": "/api/v1/tickets/GD-10001",
        "code": code.value,
    }
    said: dict[str, Any] = {  # Any: FastAPI's own type
        "description": TABLE[code].title.en,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemTold"}, "example": example}},
    }
    if status in (409, 503):
        said["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return said


def takes(shape: type[BaseModel]) -> dict[str, Any]:  # Any: FastAPI's own type
    """``openapi_extra`` of an operation whose body is read as this shape."""
    media: dict[str, object] = {
        "schema": {"$ref": f"#/components/schemas/{shape.__name__}"},
        **examples(shape.__name__),
    }
    required = any(field.is_required() for field in shape.model_fields.values())
    return {"requestBody": {"required": required, "content": {"application/json": media}}}


def examples(shape: str) -> dict[str, object]:
    """The examples of a shape, as OpenAPI writes them."""
    known = EXAMPLES.get(shape, ())
    return (
        {"examples": {f"example{number}": {"value": value} for number, value in enumerate(known, 1)}} if known else {}
    )
