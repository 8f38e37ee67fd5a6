"""What the people who complete a step are shown: its form and its script, as facts."""

from __future__ import annotations

from collections.abc import Mapping

from sop import expressions
from sop.model import FormField, Label, Option
from sop.values import Value


def field_of(field: FormField, default: Value) -> Value:
    """One form field as plain data; an option is always ``{value, label}``."""
    shown: dict[str, Value] = {"key": field.key, "type": field.type.value, "label": field.label or field.key}
    if field.optional:
        shown["optional"] = True
    if field.options:
        shown["options"] = [_option(option) for option in field.options]
    for name in ("min", "max"):
        bound = getattr(field, name)
        if bound is not None:
            shown[name] = bound
    if default is not None:
        shown["default"] = default
    if field.personal:
        shown["personal"] = True
    if field.help:
        shown["help"] = field.help
    return shown


def _option(option: str | Option) -> Value:
    return {"value": option, "label": option} if isinstance(option, str) else {"value": option.value, "label": option.label}


def rendered(label: Label, scope: Mapping[str, Value]) -> Value:
    """Text for people with its expressions filled in, in every language it has."""
    return expressions.render(label, scope) if label else None
