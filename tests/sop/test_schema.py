"""The editor's schema: it knows every key and the workspace's names, accepts what lint accepts, and refuses typos."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from pydantic import BaseModel

from sop.catalog import Catalog
from sop.definition import Compiled
from sop.lint import example
from sop.lint.keys import described
from sop.lint.pages import PAGES
from sop.lint.schema import schema_of
from sop.lint.values import Values
from sop.loading import examine
from sop.model import Document
from sop.problems import errors
from sop.yaml_text import read

EXAMPLE = jsonschema.Draft7Validator(schema_of(Values(example.catalog(), ["refund"]), example.sops()))
SEEN_IN_THE_SHAPE = {
    "100",
    "101",
    "102",
    "105",
    "106",
    "107",
    "109",
    "301",
    "302",
    "303",
    "304",
    "305",
    "306",
    "307",
    "309",
}
"""Codes of mistakes that an editor can show by the schema alone; the rest needs lint."""


def plain(text: str) -> object:
    """A file as an editor's YAML reader gives it to a validator."""
    return json.loads(json.dumps(read(text, "a.yaml").data, default=float))


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(EXAMPLE.schema)


@pytest.mark.parametrize("number", sorted(PAGES))
def test_what_lint_finds_no_error_in_the_schema_accepts(number: str) -> None:
    page = PAGES[number]
    problems = examine(page.good, "a.yaml", example.catalog(), example.sops()).problems

    assert errors(problems) == []
    assert [error.message for error in EXAMPLE.iter_errors(plain(page.good))] == []


@pytest.mark.parametrize("number", sorted(SEEN_IN_THE_SHAPE))
def test_what_can_be_seen_in_the_shape_the_schema_refuses(number: str) -> None:
    assert not EXAMPLE.is_valid(plain(PAGES[number].bad))


def test_the_shipped_definitions_hold(library_catalog: Catalog, library: dict[str, Compiled], checkout: Path) -> None:
    sops = {each["key"]: each for each in library.values() if each["kind"] == "sop"}
    playbooks = [each["key"] for each in library.values() if each["kind"] == "playbook"]
    validator = jsonschema.Draft7Validator(schema_of(Values(library_catalog, sorted(sops), playbooks), sops))
    files = [*checkout.glob("sop/library/*.yaml"), *checkout.glob("playbooks/library/*.yaml")]

    wrong = [
        f"{file.name} {list(error.absolute_path)}: {error.message[:200]}"
        for file in files
        for error in validator.iter_errors(plain(file.read_text("utf-8")))
    ]

    assert files
    assert wrong == []


def models_within(model: type[BaseModel], known: set[type[BaseModel]]) -> set[type[BaseModel]]:
    def inner(annotation: object) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in known:
            models_within(annotation, known)
        for part in get_args(annotation):
            inner(part)

    known.add(model)
    for info in model.model_fields.values():
        inner(info.annotation)
    return known


def test_every_key_of_the_language_is_described_in_both_languages() -> None:
    """A new key is described in sop/lint/keys.py."""
    keys = {
        (model.__name__, info.alias or name)
        for model in models_within(Document, set())
        for name, info in model.model_fields.items()
    }

    assert {f"{model}.{key}" for model, key in keys if described(model, key) is None} == set()
    for model, key in keys:
        zh, en = described(model, key) or ("", "")
        assert any("\u4e00" <= char <= "\u9fff" for char in zh), key
        assert not any("\u4e00" <= char <= "\u9fff" for char in en), key
