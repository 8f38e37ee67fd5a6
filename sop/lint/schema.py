"""A JSON Schema (draft-07) of the language for one workspace, so that an editor completes the designer's own names.

Made from the models of ``sop.model``: a key that is added there is in the schema. Steps are told apart by ``type`` with
if/then, and actions by ``action``, so that only what fits is offered."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from sop.catalog import CatalogAction, Effect
from sop.definition import Compiled
from sop.lint.keys import described
from sop.lint.values import Json, Values, either, enum, said, text
from sop.model import Document, Step
from sop.written import Label

DRAFT = "http://json-schema.org/draft-07/schema#"
_TITLE = ("SOP 或剧本", "an SOP or a playbook")
_LABEL: Json = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
_TYPES: Mapping[str, tuple[str, str]] = {
    "task": ("由人来做", "a person does it"),
    "approval": ("由人决定", "people decide"),
    "action": ("由系统来做", "a system does it"),
    "decision": ("选一条路", "choose"),
    "wait": ("等事件或时间", "an event or time"),
    "parallel": ("同时进行", "at the same time"),
    "repeat": ("重复", "again"),
    "sop": ("运行另一个 SOP", "run another SOP"),
    "end": ("到此结束", "stop here"),
}
_PLAIN: Mapping[object, Json] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Decimal: {"type": "number"},
}
_STEPS = {get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(get_args(Step)[0])}


def schema_of(values: Values, sops: Mapping[str, Compiled] | None = None) -> Json:
    """The schema of a workspace; ``sops`` are those that a step may run, with their inputs."""
    making = _Making(values, sops or {})
    whole = making.shape(Document)
    return {
        "$schema": DRAFT,
        "title": said(_TITLE),
        **whole,
        "oneOf": [{"required": ["sop"]}, {"required": ["playbook"]}],
        "definitions": making.definitions,
    }


class _Making:
    """Makes the definitions as they are asked for."""

    def __init__(self, values: Values, sops: Mapping[str, Compiled]) -> None:
        self.values, self.sops = values, sops
        self.definitions: Json = {"Label": _LABEL}
        self.definitions["Step"] = self._step()

    def _step(self) -> Json:
        """A step: ``type`` says which of the models it is."""
        told = {name: _TYPES.get(name, ("", "")) for name in _STEPS}
        for name, model in _STEPS.items():
            self.definitions[model.__name__] = {**self.shape(model), **self._more(name)}
        return {
            "type": "object",
            "required": ["id", "type"],
            "properties": {"type": {**enum(_STEPS, told), "description": said(described("Step", "type") or ("", ""))}},
            "allOf": [_when("type", name, _ref(model.__name__)) for name, model in _STEPS.items()],
        }

    def _more(self, name: str) -> Json:
        """What else is known of a type: the arguments of each action, the inputs of each SOP."""
        if name == "action":
            actions = self.values.catalog.actions
            return {"allOf": [_when("action", key, self._call(action)) for key, action in sorted(actions.items())]}
        if name == "sop" and self.sops:
            return {"allOf": [_when("sop", key, _inputs(sop)) for key, sop in sorted(self.sops.items())]}
        if name == "wait":
            ways = ("event", "any_of", "for", "until")
            return {"oneOf": [{"required": [way]} for way in ways]}
        return {}

    def _call(self, action: CatalogAction) -> Json:
        """What an action takes; its own template names for a message."""
        taken: Json = {name: {} for name in action.takes}
        templates = self.values.catalog.templates
        if action.effect is Effect.MESSAGE and "template" in taken and templates:
            taken["template"] = either(enum(templates), text(r"\{\{"))
        arguments: Json = {"type": "object", "properties": taken, "additionalProperties": False}
        needed: Json = {"required": ["with"]} if action.required else {}
        if action.required:
            arguments["required"] = list(action.required)
        return {"properties": {"with": arguments}, **needed}

    def shape(self, model: type[BaseModel]) -> Json:
        """A closed mapping."""
        properties: Json = {}
        required: list[str] = []
        for name, info in model.model_fields.items():
            key = info.alias or name
            properties[key] = self._key(model.__name__, key, info.annotation)
            if info.is_required():
                required.append(key)
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    def _key(self, model: str, key: str, annotation: object) -> Json:
        found = self.values.of(model, key) or self.of(annotation)
        words = described(model, key)
        if words is None:
            return found
        # beside a reference draft-07 readers overlook everything else
        return (
            {"allOf": [found], "description": said(words)} if "$ref" in found else {**found, "description": said(words)}
        )

    def of(self, annotation: object) -> Json:
        """The schema of a Python type."""
        origin = get_origin(annotation)
        if annotation == Label:
            return _ref("Label")
        if annotation in _PLAIN:
            return dict(_PLAIN[annotation])
        if origin is Annotated:
            return self.of(get_args(annotation)[0])
        if origin in (Union, UnionType):
            return self._union(annotation)
        if origin is Literal:
            return {"enum": list(get_args(annotation))}
        if isinstance(annotation, type) and issubclass(annotation, StrEnum):
            return {"type": "string", "enum": [each.value for each in annotation]}
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self._model(annotation)
        return self._holder(origin, annotation)

    def _holder(self, origin: object, annotation: object) -> Json:
        parts = get_args(annotation)
        if origin is tuple:
            return {"type": "array", "items": self.of(parts[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(parts[1])}
        return {}

    def _union(self, annotation: object) -> Json:
        members = [each for each in get_args(annotation) if each is not type(None)]
        if set(members) >= set(_STEPS.values()):
            return _ref("Step")
        return self.of(members[0]) if len(members) == 1 else either(*(self.of(each) for each in members))

    def _model(self, model: type[BaseModel]) -> Json:
        if model.__name__ not in self.definitions:
            self.definitions[model.__name__] = {}
            self.definitions[model.__name__] = self.shape(model)
        return _ref(model.__name__)


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _when(key: str, value: str, then: Json) -> Json:
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}


def _inputs(sop: Compiled) -> Json:
    """What a sub-SOP is given."""
    inputs = sop["document"].get("inputs")
    known = inputs if isinstance(inputs, dict) else {}
    arguments: Json = {"type": "object", "properties": {name: {} for name in known}, "additionalProperties": False}
    needed = [name for name, each in known.items() if not each.get("optional") and each.get("default") is None]
    if needed:
        arguments["required"] = needed
    return {"properties": {"with": arguments}, **({"required": ["with"]} if needed else {})}
