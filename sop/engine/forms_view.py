"""What the people who complete a step are shown: its form, its buttons and its script, as facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sop import expressions
from sop.definition import Definition
from sop.model import FormField, Label, Option, Outcome, Task
from sop.values import Value, Values

_FORMS: dict[tuple[str, str], list[tuple[str, Values]]] = {}


def form_of(definition: Definition, task: Task, defaults: Values) -> list[Value]:
    """The form of a task as plain data with its defaults; all that never changes is worked out once a process."""
    known = _FORMS.get((definition.sha256, task.id))
    if known is None:
        known = [(field.key, field_of(field)) for field in task.form]
        _FORMS[definition.sha256, task.id] = known
    return [field if (default := defaults.get(key)) is None else {**field, "default": default} for key, field in known]


def field_of(field: FormField) -> Values:
    """One form field as plain data; an option is always ``{value, label}``."""
    shown: dict[str, Value] = {"key": field.key, "type": field.type.value, "label": field.label or field.key}
    if field.optional:
        shown["optional"] = True
    if field.options:
        shown["options"] = [_option(option) for option in field.options]
    if field.min is not None:
        shown["min"] = field.min
    if field.max is not None:
        shown["max"] = field.max
    if field.personal:
        shown["personal"] = True
    if field.help:
        shown["help"] = field.help
    return shown


def _option(option: str | Option) -> Value:
    if isinstance(option, str):
        return {"value": option, "label": option}
    return {"value": option.value, "label": option.label}


def buttons(outcomes: Sequence[Outcome]) -> list[Value]:
    """The outcomes of a task as plain data."""
    return [{"key": outcome.key, "label": outcome.label} for outcome in outcomes]


def rendered(label: Label, scope: Mapping[str, Value]) -> Value:
    """Text for people with its expressions filled in, in every language it has."""
    return expressions.render(label, scope) if label else None
