"""From the text of a connector file to its model, with every mistake and its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from activities.connectors import templates
from activities.connectors.model import ConnectorFile, HookEvent, Operation, Template
from sop import yaml_text
from sop.problems import Problem, Refused, closest, errors, listed
from sop.yaml_text import Tree, escape

CALL_ROOTS = frozenset({"arguments", "key", "ticket"})
ANSWER_ROOTS = frozenset({"response", "status"})
HOOK_ROOTS = frozenset({"body", "headers"})


@dataclass(frozen=True, slots=True)
class Read:
    """A connector file and where everything in it stands."""

    file: ConnectorFile
    tree: Tree


def read_connector(text: str, name: str) -> Read:
    """Read one file; ``name`` is what problems call it. Raises ``sop.problems.Refused`` with all its mistakes."""
    tree = yaml_text.read(text, name)
    if errors(tree.problems):
        raise Refused(tree.problems)
    try:
        file = ConnectorFile.model_validate(tree.data)
    except ValidationError as wrong:
        details = wrong.errors(include_url=False)
        raise Refused([*tree.problems, *(_of_shape(tree, detail) for detail in details)]) from None
    problems = [*_names(file, tree), *_expressions(file, tree)]
    if problems:
        raise Refused([*tree.problems, *problems])
    return Read(file, tree)


def wrong(tree: Tree, pointer: str, name: str, zh: str, en: str) -> Problem:
    """A value that is not what is wanted, in the words of the table: "wrong value for <name>: <en> is wanted"."""
    return tree.problem("106.value", pointer, name=name, wanted=(zh, en))


def _of_shape(tree: Tree, detail: ErrorDetails) -> Problem:
    pointer, last = _pointer(tree, detail["loc"])
    if detail["type"] == "missing":
        return tree.problem("107", pointer, name=str(detail["loc"][-1]))
    if detail["type"] == "extra_forbidden":
        known = _keys_around(detail["loc"][:-1])
        return tree.problem("101", pointer, on_key=True, name=last, known=listed(known), meant=closest(last, known))
    reason = detail["msg"].removeprefix("Value error, ")
    return wrong(tree, pointer, last, reason, reason)


def _pointer(tree: Tree, loc: tuple[int | str, ...]) -> tuple[str, str]:
    """The pointer of the value an error is about, or of what should have held it; and its last key.

    pydantic also names union members and ``[key]``: what does not stand in the file is left out."""
    pointer, last = "", "—"
    for part in loc:
        inner = f"{pointer}/{escape(str(part))}"
        if inner in tree.positions:
            pointer, last = inner, str(part)
    return pointer, last


def _keys_around(loc: tuple[int | str, ...]) -> list[str]:
    inside: dict[str, type[BaseModel]] = {"operations": Operation, "events": HookEvent}
    if len(loc) == 2 and loc[0] == "operations":
        return [field.alias or name for name, field in Operation.model_fields.items()]
    if not loc:
        return list(ConnectorFile.model_fields)
    shape = inside.get(str(loc[-2])) if len(loc) > 1 else None
    return list(shape.model_fields) if shape else []


def _names(file: ConnectorFile, tree: Tree) -> Iterator[Problem]:
    for name, operation in file.operations.items():
        pointer = f"/operations/{escape(name)}"
        if operation.undo == f"{file.connector}.{name}":
            yield wrong(tree, f"{pointer}/undo", "undo", "另一个操作", "another operation")
        for path in (f"{pointer}/path", f"{pointer}/check/path"):
            value = yaml_text.value_at(tree.data, path)
            if isinstance(value, str) and value and not value.startswith("/"):
                yield wrong(tree, path, "path", "以 / 开头的路径", "a path that begins with /")


def _expressions(file: ConnectorFile, tree: Tree) -> Iterator[Problem]:
    for pointer, template, roots, bare in _templates(file):
        try:
            read = templates.roots(template, bare=bare)
        except templates.TemplateFault as fault:
            yield tree.problem("111", pointer, detail=str(fault))
            continue
        for root in sorted(read - roots):
            detail = f"{root} ({listed(roots)})"
            yield tree.problem("113", pointer, detail=detail, meant=closest(root, roots))


def _templates(file: ConnectorFile) -> Iterator[tuple[str, Template, frozenset[str], bool]]:
    """Every text with an expression: its pointer, itself, the roots it may read, whether it is a bare condition."""
    yield "/base_url", file.base_url, frozenset({"env"}), False
    for name, operation in file.operations.items():
        pointer = f"/operations/{escape(name)}"
        roots = CALL_ROOTS | {"message"} if operation.message else CALL_ROOTS
        for key in ("path", "query", "headers", "body"):
            yield f"{pointer}/{key}", getattr(operation, key), roots, False
        yield f"{pointer}/out", operation.out, ANSWER_ROOTS, False
        if check := operation.check:
            yield f"{pointer}/check/path", check.path, roots, False
            yield f"{pointer}/check/query", check.query, roots, False
            yield f"{pointer}/check/out", check.out, ANSWER_ROOTS, False
            yield f"{pointer}/check/found", check.found or "true", ANSWER_ROOTS, True
    for index, event in enumerate(file.hook.events if file.hook else ()):
        pointer = f"/hook/events/{index}"
        yield f"{pointer}/when", event.when or "true", HOOK_ROOTS, True
        parts: Mapping[str, Template] = {"id": event.id, "data": event.data, "correlation": event.correlation}
        for key, template in parts.items():
            yield f"{pointer}/{key}", template, HOOK_ROOTS, False
