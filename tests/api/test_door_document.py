"""The OpenAPI document: valid, complete, and every example in it true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from api.principal import Scope
from api.v1 import asked
from api.v1.examples import EXAMPLES
from tests.api.api_desk import Desk

Json = dict[str, Any]  # Any: JSON


@pytest.fixture
def document(app: FastAPI) -> Json:
    return app.openapi()


def test_the_document_is_valid_openapi(document: Json) -> None:
    validate(document)


def test_every_operation_says_what_it_is(document: Json) -> None:
    seen: set[str] = set()
    for path, method, operation in _operations(document):
        where = f"{method} {path}"
        assert operation["operationId"] not in seen, where
        seen.add(operation["operationId"])
        assert operation["summary"], where
        assert set(operation["tags"]) <= {tag["name"] for tag in document["tags"]}, where
        if path.startswith("/api/v1"):
            assert ["key"] in [list(one) for one in operation["security"]], where
            assert {"401", "403", "503"} <= set(operation["responses"]), where
        if method == "post" and path.startswith("/api/v1"):
            assert "idempotency-key" in [one["name"].lower() for one in operation["parameters"]], where
            assert {"409", "413", "422"} <= set(operation["responses"]), where


def test_every_json_body_and_answer_has_an_example(document: Json) -> None:
    for path, method, operation in _operations(document):
        said = [operation.get("requestBody", {})] + [
            answer for status, answer in operation["responses"].items() if status < "400"
        ]
        for one in said:
            media = one.get("content", {}).get("application/json")
            if media is None or not media.get("schema", {}).get("$ref"):
                continue
            assert media.get("examples"), f"{method} {path}: {media['schema']}"


def test_every_example_fits_its_schema(document: Json) -> None:
    checked = 0
    for path, method, operation in _operations(document):
        for media in _media(operation):
            schema = {**media["schema"], "components": document["components"]}
            values = [one["value"] for one in media.get("examples", {}).values()]
            if "example" in media:
                values.append(media["example"])
            for value in values:
                errors = list(Draft202012Validator(schema).iter_errors(value))
                assert not errors, f"{method} {path}: {errors[0].message}"
                checked += 1
    assert checked > 40


@pytest.mark.parametrize(
    ("shape", "example"),
    [(name, value) for name, values in EXAMPLES.items() for value in values if hasattr(asked, name)],
)
def test_every_example_of_a_body_is_read(shape: str, example: Json) -> None:
    getattr(asked, shape).model_validate(example)


async def test_the_document_is_served(desk: Desk) -> None:
    answer = await desk.http.get("/api/v1/openapi.json", headers={"Authorization": ""})

    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Gongdan"


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _media(operation: Json) -> Iterator[Json]:
    for said in [operation.get("requestBody", {}), *operation["responses"].values()]:
        for media in said.get("content", {}).values():
            if "schema" in media:
                yield media


@pytest.mark.parametrize("page", ["api.md", "api.zh-CN.md"])
def test_the_reference_names_every_door_scope_and_status(document: Json, checkout: Path, page: str) -> None:
    text = (checkout / "docs" / "reference" / page).read_text(encoding="utf-8")
    commands = {"release", "resume", "cancel", "reopen"}  # named beside another of their kind

    for path, method, operation in _operations(document):
        door = path.removeprefix("/api/v1").replace("{file_id}", "{id}")
        if door.rpartition("/")[2] in commands or path.startswith("/problems"):
            door = door.rpartition("/")[2] if door.rpartition("/")[2] in commands else "/problems/<code>"
        assert door in text, f"{method} {path}"
        assert all(status in text for status in operation["responses"] if status >= "400"), path
    assert all(f"`{scope}`" in text for scope in Scope)
