"""What kind of value an expression gives, as far as the file and the catalog tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from enum import StrEnum

from jinja2 import nodes

from sop.checks.context import Context
from sop.expressions.closures import path_of
from sop.model import Approval, Decision, FieldType, Option, Repeat, Result, Step, SubSop, Task, Wait

Path = tuple[str, ...]


class Kind(StrEnum):
    """Kinds that can be told apart. A date is ISO text; a moment is what ``now`` and ``date()`` give."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    LIST = "list"


_OF_FIELD: Mapping[FieldType, Kind] = {
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.INTEGER: Kind.NUMBER,
    FieldType.MONEY: Kind.NUMBER,
    FieldType.BOOLEAN: Kind.BOOLEAN,
    FieldType.DATE: Kind.DATE,
    FieldType.DATETIME: Kind.DATE,
    FieldType.CHOICES: Kind.LIST,
    FieldType.PHOTO: Kind.LIST,
}
_UNSURE = frozenset((FieldType.FILE,))
_KNOWN: Mapping[Path, Kind] = {
    ("now",): Kind.MOMENT,
    **{("ticket", name): Kind.TEXT for name in ("no", "title", "category", "status", "priority", "channel", "owner")},
    ("ticket", "created_at"): Kind.DATE,
    ("ticket", "tags"): Kind.LIST,
    **{("customer", name): Kind.TEXT for name in ("tier", "language")},
    ("customer", "complaint_count"): Kind.NUMBER,
}
_COMMON: Mapping[str, Kind] = {"status": Kind.TEXT, "by": Kind.TEXT, "at": Kind.DATE, "visits": Kind.NUMBER}
_OUTPUTS: Mapping[type[object], Mapping[str, Kind]] = {
    Approval: {"approved": Kind.BOOLEAN, "comment": Kind.TEXT, "votes": Kind.LIST, "outcome": Kind.TEXT},
    Decision: {"taken": Kind.TEXT},
    Repeat: {"count": Kind.NUMBER, "results": Kind.LIST},
    SubSop: {"result": Kind.TEXT},
    Wait: {"received": Kind.BOOLEAN, "which": Kind.TEXT},
}
_FILTERS: Mapping[str, Kind] = {
    **dict.fromkeys(("int", "float", "abs", "round", "length", "count", "sum"), Kind.NUMBER),
    **dict.fromkeys(("lower", "upper", "title", "capitalize", "trim", "string", "join"), Kind.TEXT),
}
_CALLS: Mapping[str, Kind] = {
    "date": Kind.MOMENT,
    "add": Kind.MOMENT,
    "days_between": Kind.NUMBER,
    "money": Kind.NUMBER,
}
_STATUS = ("done", "skipped", "timeout", "error", "cancelled")


def of_field(field: FieldType) -> Kind | None:
    """The kind of a form field's value."""
    return None if field in _UNSURE else _OF_FIELD.get(field, Kind.TEXT)


class Typing:
    """Kinds and known values of the names of one file."""

    def __init__(self, context: Context) -> None:
        self.context = context
        known = {kind.value: of_field(kind) for kind in FieldType}
        self.ticket: dict[Path, Kind | None] = {
            tuple(path.split(".")): known.get(kind) for path, kind in context.catalog.kinds.items()
        }
        self.ticket |= {("ticket", entry.key): of_field(entry.type) for entry in context.document.fields}

    def kind_of(self, node: nodes.Node) -> Kind | None:
        """The kind of a node's value; none if it cannot be known."""
        path = path_of(node)
        if path is not None:
            return self.of_path(path)
        if isinstance(node, nodes.Const):
            return of_constant(node.value)
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
            return _CALLS.get(node.node.name)
        if isinstance(node, nodes.Filter):
            return _FILTERS.get(node.name)
        if isinstance(node, nodes.CondExpr):
            one, other = (self.kind_of(each) if each is not None else None for each in (node.expr1, node.expr2))
            return one if one is other else None
        return _of_operator(node)

    def of_path(self, path: Path) -> Kind | None:
        """The kind of a name."""
        if path in self.ticket or path in _KNOWN:
            return self.ticket.get(path) or _KNOWN.get(path)
        if len(path) == 2 and path[0] in ("vars", "inputs"):
            return self._declared(*path)
        if len(path) == 3 and path[0] == "sla":
            return {"due_at": Kind.MOMENT, "breached": Kind.BOOLEAN}.get(path[2])
        if len(path) == 3 and path[0] == "steps" and path[1] in self.context.steps:
            return _COMMON.get(path[2]) or self._output(self.context.steps[path[1]].step, path[2])
        return None

    def _declared(self, root: str, name: str) -> Kind | None:
        if root == "vars":
            return of_constant(self.context.document.vars.get(name))
        parameter = self.context.document.inputs.get(name)
        return of_field(parameter.type) if parameter is not None else None

    def _output(self, step: Step, name: str) -> Kind | None:
        if not isinstance(step, Task):
            return _OUTPUTS.get(type(step), {}).get(name)
        if name == "outcome":
            return Kind.TEXT
        return next((of_field(entry.type) for entry in step.form if entry.key == name), None)

    def values_of(self, path: Path) -> Collection[str] | None:
        """All values a name can have, where they are few and known."""
        catalog = self.context.catalog
        if path == ("ticket", "category"):
            return catalog.categories or None
        if path == ("customer", "tier"):
            return catalog.segments or None
        if len(path) != 3 or path[0] != "steps" or path[1] not in self.context.steps:
            return None
        return _STATUS if path[2] == "status" else _values(self.context.steps[path[1]].step, path[2])


def _values(step: Step, name: str) -> Collection[str] | None:
    if isinstance(step, Approval) and name == "outcome":
        return ("approved", "rejected")
    if isinstance(step, SubSop) and name == "result":
        return tuple(Result)
    if isinstance(step, Task) and name == "outcome" and step.outcomes:
        return tuple(outcome.key for outcome in step.outcomes)
    if isinstance(step, Task):
        chosen = (entry for entry in step.form if entry.key == name and entry.type is FieldType.CHOICE)
        for entry in chosen:
            return tuple(each.value if isinstance(each, Option) else each for each in entry.options) or None
    return None


def of_constant(value: object) -> Kind | None:
    """The kind of a plain value."""
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, (int, float, Decimal)):
        return Kind.NUMBER
    if isinstance(value, (list, tuple)):
        return Kind.LIST
    return Kind.TEXT if isinstance(value, str) else None


def _of_operator(node: nodes.Node) -> Kind | None:
    if isinstance(node, (nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos)):
        return Kind.NUMBER
    if isinstance(node, (nodes.Not, nodes.Test, nodes.Compare)):
        return Kind.BOOLEAN
    if isinstance(node, nodes.Concat):
        return Kind.TEXT
    return Kind.LIST if isinstance(node, (nodes.List, nodes.Tuple)) else None
