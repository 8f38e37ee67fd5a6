"""Rules about names and the few shapes a model cannot say: 100, 102–104, 107–109."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sop.checks.context import COMMON_OUTPUTS, Context
from sop.checks.sites import ROOTS
from sop.model import Document, FormField, Repeat, Rung, Task, Wait
from sop.problems import Problem
from sop.shape import UNSURE
from sop.yaml_text import escape

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ANY_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
RESERVED = frozenset(("continue", "end", "incident"))
_RESERVED_FIELDS = COMMON_OUTPUTS | {"outcome"}


def kind_of_file(document: Document, context: Context) -> Iterator[Problem]:
    """100E: a file is an SOP or a playbook."""
    if (document.sop is None) == (document.playbook is None):
        yield context.tree.problem("100", "/playbook" if document.playbook is not None else "", on_key=True)
    for kind, key in (("sop", document.sop), ("playbook", document.playbook)):
        if key is not None:
            yield from _name(context, f"/{kind}", key)


def step_ids(document: Document, context: Context) -> Iterator[Problem]:
    """102–104E: every step has an id of its own, well formed, that is no path's name either."""
    first: dict[str, str] = {}
    for placed in context.placed:
        name, pointer = placed.step.id, f"{placed.pointer}/id"
        if not name:
            if pointer in context.tree.positions:
                yield context.tree.problem("102", pointer)
            continue
        yield from _name(context, pointer, name)
        if name in first:
            yield _again(context, pointer, name, first[name])
        first.setdefault(name, pointer)
    for name in document.paths:
        pointer = f"/paths/{escape(name)}"
        yield from _name(context, pointer, name, on_key=True)
        if name in first:
            yield _again(context, first[name], name, pointer)


def _again(context: Context, pointer: str, name: str, other: str) -> Problem:
    of_path = other.startswith("/paths/") and other.count("/") == 2
    place = context.tree.key_at(other) if of_path else context.tree.at(other)
    return context.tree.problem("103", pointer, name=name, first=f"{place.line}:{place.column}")


def _name(context: Context, pointer: str, name: str, *, on_key: bool = False) -> Iterator[Problem]:
    if name in RESERVED:
        yield context.tree.problem("104.reserved", pointer, on_key=on_key, name=name)
    elif not _NAME.fullmatch(name) and name != UNSURE:
        yield context.tree.problem("104", pointer, on_key=on_key, name=name)


def declared_names(document: Document, context: Context) -> Iterator[Problem]:
    """104E: names that expressions read are well formed."""
    groups = {"vars": document.vars, "inputs": document.inputs, "outputs": document.outputs, "sla": document.sla}
    for group, names in groups.items():
        for name in names:
            if not _ANY_NAME.fullmatch(name):
                yield context.tree.problem("104", f"/{group}/{escape(name)}", on_key=True, name=name)


def form_fields(document: Document, context: Context) -> Iterator[Problem]:
    """103, 104, 108E: the keys of forms, outcomes and intake fields are well formed, single and not taken."""
    forms: list[tuple[str, tuple[FormField, ...]]] = [("/fields", document.fields)]
    forms += [(f"{pointer}/form", step.form) for pointer, step in context.each(Task)]
    for pointer, form in forms:
        keys = [(f"{pointer}/{index}/key", entry.key) for index, entry in enumerate(form)]
        yield from _keys(context, keys)
        for place, key in keys:
            if key in _RESERVED_FIELDS and pointer != "/fields":
                yield context.tree.problem("108", place, name=key)
    for pointer, step in context.each(Task):
        outcomes = [(f"{pointer}/outcomes/{index}/key", outcome.key) for index, outcome in enumerate(step.outcomes)]
        yield from _keys(context, outcomes)


def _keys(context: Context, keys: list[tuple[str, str]]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for pointer, key in keys:
        if key and not _ANY_NAME.fullmatch(key) and key != UNSURE:
            yield context.tree.problem("104", pointer, name=key)
        elif key in first:
            yield _again(context, pointer, key, first[key])
        if key:
            first.setdefault(key, pointer)


def loop_names(document: Document, context: Context) -> Iterator[Problem]:
    """108E: ``as`` cannot hide a root."""
    for pointer, step in context.each(Repeat):
        if step.name in ROOTS | {"event", "loop", "branch"}:
            yield context.tree.problem("108", f"{pointer}/as", name=step.name)
        elif step.name != "item" or f"{pointer}/as" in context.tree.positions:
            yield from _name(context, f"{pointer}/as", step.name)


def waits(document: Document, context: Context) -> Iterator[Problem]:
    """109E: a wait is for exactly one thing."""
    for pointer, step in context.each(Wait):
        ways = (step.event is not None, bool(step.any_of), step.duration is not None, step.until is not None)
        if sum(ways) != 1:
            yield context.tree.problem("109", pointer)


def rungs(document: Document, context: Context) -> Iterator[Problem]:
    """107E: a rung says when."""
    for pointer, rung in context.rungs:
        written = [key for key in ("at", "after") if f"{pointer}/{key}" in context.tree.positions]
        if isinstance(rung, Rung) and len(written) != 1:
            yield context.tree.problem("107.rung", pointer)
