"""The OpenAPI document: FastAPI's own, with the bodies that are read by hand and an example for every answer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from api.bodies import Body
from api.v1 import asked
from api.v1.docs import examples
from api.v1.told import FieldErrorTold, ProblemTold

REF = "#/components/schemas/{model}"
TAGS = [
    {"name": "tickets", "description": "Open a ticket, find it, see where it stands, direct it."},
    {"name": "steps", "description": "Do what a ticket waits for."},
    {"name": "promises", "description": "Times that customers were told, and how many are kept."},
    {"name": "clocks", "description": "Why a deadline is what it is, and what was counted wrongly."},
    {"name": "events", "description": "Tell of what happened in another system."},
    {"name": "files", "description": "Photos and documents of a ticket."},
    {"name": "people", "description": "Who is on duty."},
    {"name": "definitions", "description": "The SOPs and playbooks that are published."},
    {"name": "health", "description": "For those who run it."},
    {"name": "problems", "description": "What errors mean (RFC 9457)."},
]
DESCRIPTION = """Every ticket is one durable workflow that follows SOPs and playbooks.

Errors are problem documents (RFC 9457) in Chinese or English, by `Accept-Language`. Every write takes an
`Idempotency-Key`: the same request sent again gets the same answer, with `Idempotent-Replayed: true`.
Numbers with decimals are exact: nothing here is ever a binary float."""


def describe(app: FastAPI) -> None:
    """Have the app give this document."""
    generate = app.openapi

    def document() -> dict[str, Any]:  # Any: FastAPI's own type for a document
        if app.openapi_schema is None:
            app.openapi_tags = TAGS
            app.description = DESCRIPTION
            complete(generate())
        return app.openapi_schema or {}

    app.openapi = document  # type: ignore[method-assign]  # how FastAPI's documentation says to do it


def complete(document: dict[str, Any]) -> None:  # Any: FastAPI's own type for a document
    """Add the shapes that FastAPI does not see, and put the examples of shapes where readers look for them."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for shape in shapes():
        schema = shape.model_json_schema(ref_template=REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[shape.__name__] = schema
    for operation in _operations(document):
        for said in operation.get("responses", {}).values():
            _exemplify(said)


def shapes() -> Iterator[type[BaseModel]]:
    """Every shape a body is read as, and the shape of a problem."""
    for _, shape in inspect.getmembers(asked, inspect.isclass):
        if issubclass(shape, Body) and shape is not Body:
            yield shape
    yield FieldErrorTold
    yield ProblemTold


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:  # Any: FastAPI's own type for a document
    for path in document.get("paths", {}).values():
        yield from path.values()


def _exemplify(said: dict[str, Any]) -> None:  # Any: FastAPI's own type for a document
    media = said.get("content", {}).get("application/json")
    if media is None:
        return
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    media.update(examples(name))
