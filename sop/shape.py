"""The shape of a definition: what stands in the text against the models of ``sop.model``, all mistakes at once.

pydantic says what is wrong; here its errors become problems with a code and a place. A text with mistakes is then
mended (unknown keys out, neutral values for what is missing), so that the other checks still see the rest of the file.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sop.lint.keys import what_is
from sop.model import Document, FieldType, Step
from sop.problems import MAX_PROBLEMS, Problem, closest, listed
from sop.spoken_durations import meant_by
from sop.yaml_tree import Plain, Tree, escape, value_at

DURATION_KEYS = frozenset(("due", "timeout", "remind", "for", "is", "after", "interval", "max_interval"))
UNSURE = "\ufdd0"  # stands for a value that is missing: a character no text may hold
_ROUNDS = 6

Loc: TypeAlias = tuple[int | str, ...]

_STEP_MODELS: Mapping[str, type[BaseModel]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(get_args(Step)[0])
}
STEP_TYPES = tuple(_STEP_MODELS)

_WANTED: Mapping[str, tuple[str, str]] = {
    "string_type": ("文本", "text"),
    "int_type": ("整数", "a whole number"),
    "bool_type": ("true 或 false", "true or false"),
    "tuple_type": ("列表", "a list"),
    "dict_type": ("{键: 值}", "{key: value}"),
    "model_type": ("{键: 值}", "{key: value}"),
    "model_attributes_type": ("{键: 值}", "{key: value}"),
    "is_instance_of": ("数字", "a number"),
}


class Shaped:
    """What the shape came to: the model (of the mended text, if it had to be), and the problems found."""

    __slots__ = ("document", "problems")

    def __init__(self, document: Document | None, problems: list[Problem]) -> None:
        self.document = document
        self.problems = problems


def shaped(tree: Tree) -> Shaped:
    """Hold a text against the models. The document is none when it cannot be mended."""
    if tree.data is None:
        return Shaped(None, [])
    if not isinstance(tree.data, dict):
        return Shaped(None, [tree.problem("106.value", "", name="—", wanted=_WANTED["dict_type"])])
    if marked := [pointer for pointer in tree.keys if pointer.endswith("/$decimal")]:
        return Shaped(None, [tree.problem("108", pointer, on_key=True, name="$decimal") for pointer in marked])
    mending = _Mending(tree)
    return Shaped(mending.document(), mending.problems)


class _Mending:
    """Validate, note, mend, and again until it holds."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.data: Plain = tree.data
        self.problems: list[Problem] = []
        self.seen: set[tuple[str, str]] = set()
        self.quiet: set[str] = set()

    def document(self) -> Document | None:
        for _ in range(_ROUNDS):
            try:
                return Document.model_validate(self.data, by_alias=True, by_name=False)
            except ValidationError as error:
                found = error.errors(include_url=False, include_context=True)
            if self.data is self.tree.data:
                self.data = copy.deepcopy(self.tree.data)
            self._settle(found[:MAX_PROBLEMS])
            if len(found) > MAX_PROBLEMS:
                break
        return None

    def _settle(self, found: list[ErrorDetails]) -> None:
        placed = [(self._pointer(error["loc"], error["type"]), error) for error in found]
        fitting = [(place, error) for place, error in placed if place[1]]
        told = {place[0] for place, _ in fitting}
        for (pointer, _), error in sorted(fitting, key=lambda one: one[1]["type"] != "extra_forbidden"):
            self._one(pointer, error)
        for (pointer, fits), error in placed:
            if not fits and not any(other == pointer or other.startswith(pointer + "/") for other in told):
                self._wrong(pointer, error)

    def _pointer(self, loc: Loc, kind: str) -> tuple[str, bool]:
        """The JSON pointer of an error, and whether it is of the alternative the author seems to mean.

        pydantic puts the names of a union's members between the keys: they are left out here."""
        pointer, value, fits = "", self.data, True
        skip = _tag_index(loc)
        for index, part in enumerate(loc):
            last = index == len(loc) - 1
            if index == skip:
                continue
            if isinstance(value, dict) and isinstance(part, str) and (part in value or (last and kind == "missing")):
                pointer, value = f"{pointer}/{escape(part)}", value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                pointer, value = f"{pointer}/{part}", value[part]
            elif part != "[key]":
                fits = fits and _suits(str(part), value)
        return pointer, fits

    def _one(self, pointer: str, error: ErrorDetails) -> None:
        kind = error["type"]
        if kind == "extra_forbidden":
            self._unknown(pointer, error["loc"])
        elif kind == "missing":
            self._missing(pointer)
        elif kind in ("union_tag_invalid", "union_tag_not_found"):
            self._untyped(pointer)
        elif kind in ("enum", "literal_error"):
            self._not_one_of(pointer, error)
        else:
            self._wrong(pointer, error)

    def _note(self, row: str, pointer: str, *, on_key: bool = False, **words: str | tuple[str, str]) -> None:
        hint = words.pop("meant", None)
        if (row, pointer) not in self.seen and not self._within_quiet(pointer):
            self.seen.add((row, pointer))
            meant = hint if isinstance(hint, str) and hint else None
            place = self.tree.key_at(pointer) if on_key else self.tree.at(pointer)
            self.problems.append(self.tree.found(row, place, words, meant))

    def _within_quiet(self, pointer: str) -> bool:
        return any(pointer == above or pointer.startswith(above + "/") for above in self.quiet)

    def _unknown(self, pointer: str, loc: Loc) -> None:
        parent, _, key = pointer.rpartition("/")
        known = _known_keys(loc, value_at(self.data, parent))
        self._note("101", pointer, on_key=True, name=key, known=listed(known, 30), meant=closest(key, known) or "")
        _holder(self.data, parent).pop(key.replace("~1", "/").replace("~0", "~"), None)

    def _missing(self, pointer: str) -> None:
        parent, _, key = pointer.rpartition("/")
        beside = self._keys_of(parent)
        misspelt = (problem for problem in self.problems if problem.name == "101" and problem.meant == key)
        if not any(problem.at in beside for problem in misspelt):
            row = "102" if key == "id" else "107"
            self._note(row, pointer, name=key, what=what_is(key))
        _holder(self.data, parent)[key] = _neutral(key, parent)

    def _keys_of(self, parent: str) -> set[object]:
        holder = value_at(self.tree.data, parent)
        return {self.tree.key_at(f"{parent}/{escape(key)}") for key in holder} if isinstance(holder, dict) else set()

    def _untyped(self, pointer: str) -> None:
        step = _holder(self.data, pointer)
        written = step.get("type")
        guess = closest(str(written), STEP_TYPES) if written is not None else None
        if "type" in step:
            known = ", ".join(STEP_TYPES)
            self._note("106", f"{pointer}/type", name=_shown(written), known=known, meant=guess or "")
        else:
            self._note("107", pointer, name="type", what=what_is("type"))
        step["type"] = guess or "task"
        if not guess:  # nothing is known of it but what every step has
            for key in step.keys() - {"id", "title", "note", "when", "next", "type"}:
                del step[key]
            step["assign"], step["due"], step["form"] = "", "", [{"key": UNSURE, "type": "text"}]

    def _not_one_of(self, pointer: str, error: ErrorDetails) -> None:
        expected = str(error.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        written = str(error["input"])
        meant = closest(written, expected.split(", ")) or ""
        self._note("106.choice", pointer, name=_shown(error["input"]), known=expected, meant=meant)
        self._mend(pointer)

    def _wrong(self, pointer: str, error: ErrorDetails) -> None:
        key = pointer.rpartition("/")[2]
        if key in DURATION_KEYS and not isinstance(error["input"], (dict, list)):
            self._note("105", pointer, name=_shown(error["input"]), meant=meant_by(str(error["input"])) or "")
        else:
            of_form = key in ("min", "max") and ("/form/" in pointer or "/fields/" in pointer)
            wanted = _WANTED.get("is_instance_of" if of_form else error["type"], (error["msg"], error["msg"]))
            self._note("106.value", pointer, name=_named(pointer), wanted=wanted)
        self._mend(pointer, as_mapping="model" in error["type"] or "union" in error["type"])

    def _mend(self, pointer: str, *, as_mapping: bool = False) -> None:
        """Take the value away; if it is needed, the next round puts a neutral one there."""
        parent, _, key = pointer.rpartition("/")
        holder = value_at(self.data, parent)
        if isinstance(holder, dict):
            holder.pop(key.replace("~1", "/").replace("~0", "~"), None)
            self.seen.update((row, pointer) for row in ("102", "107"))
        elif isinstance(holder, list) and key.isdecimal() and int(key) < len(holder):
            holder[int(key)] = {} if as_mapping else ""
            self.quiet.add(pointer)


def _tag_index(loc: Loc) -> int:
    """Where in a location of pydantic the type of a step stands; -1 if nowhere."""
    if len(loc) > 2 and loc[0] == "steps":
        return 2
    return 3 if len(loc) > 3 and loc[0] == "paths" and isinstance(loc[2], int) else -1


def _suits(member: str, value: Plain) -> bool:
    """Whether a union's member is the alternative the author means, judged by the kind of value."""
    if isinstance(value, dict):
        return member[:1].isupper() or member.startswith("dict")
    if isinstance(value, list):
        return member.startswith("tuple")
    return not (member[:1].isupper() or member.startswith(("tuple", "dict")))


def _holder(data: Plain, pointer: str) -> dict[str, Plain]:
    holder = value_at(data, pointer)
    return holder if isinstance(holder, dict) else {}


def _neutral(key: str, parent: str) -> Plain:
    """A value that lets the rest of the file be checked and says nothing itself."""
    if key in ("steps", "cases", "branches", "any_of", "form", "outcomes") or parent.endswith("/paths"):
        return []
    if key == "type":
        return str(FieldType.TEXT)
    return 1 if key == "dsl" else ""


def _known_keys(loc: Loc, holder: Plain) -> list[str]:
    """The keys of the model an unknown key stands in."""
    model: type[BaseModel] | None = Document
    for part in loc[:-1]:
        model = _inner(model, part) or model
    if isinstance(holder, dict) and _is_step(loc):
        model = _STEP_MODELS.get(str(holder.get("type")), model)
    return [info.alias or name for name, info in model.model_fields.items()] if model else []


def _is_step(loc: Loc) -> bool:
    return _tag_index(loc) == len(loc) - 2


def _inner(model: type[BaseModel] | None, part: int | str) -> type[BaseModel] | None:
    """The model below a key: through a step's type, a union member's name, or the key's annotation."""
    if isinstance(part, str) and part in _STEP_MODELS and model is Document:
        return _STEP_MODELS[part]
    for name, info in (model.model_fields if model else {}).items():
        if (info.alias or name) == part:
            return next((found for found in _models(info.annotation) if found not in _STEP_MODELS.values()), None)
    return None


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models(inner)]


def _named(pointer: str) -> str:
    """The key a value belongs to, through the lists around it."""
    return next((part for part in reversed(pointer.split("/")) if part and not part.isdecimal()), "—")


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= 40 else text[:39] + "…"
