"""``{{ }}`` in connector files: Jinja2's expression grammar in a closed sandbox.

No calls, no blocks, a few filters; a dot or a bracket looks up an item of a mapping or list and nothing else.
A text that is exactly one ``{{ }}`` keeps the type of its value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from jinja2 import StrictUndefined, TemplateError, Undefined, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sop.values import Value

FILTERS = ("default", "first", "join", "last", "length", "lower", "replace", "string", "trim", "upper")
TESTS = ("defined", "none", "undefined", "eq", "ne", "lt", "le", "gt", "ge", "in", "number", "string", "mapping")
FORBIDDEN: dict[type[nodes.Node], str] = {
    nodes.Call: "nothing can be called in a connector file; use a filter",
    nodes.Pow: "** is not available",
    nodes.Mul: "* is not available: a connector passes values on, it does not calculate",
}
Scope = Mapping[str, object]


class TemplateFault(Exception):
    """An expression of a connector file is wrong, or met values it was not made for. Correct the file."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression, compiled. ``source`` is what stands between the braces."""

    source: str
    run: Callable[..., object]
    roots: frozenset[str]

    def items_of(self, root: str) -> set[str]:
        """The names looked up right on a root: ``env.A or env.B`` reads A and B of env."""
        tree = _environment().parse(f"{{{{ {self.source} }}}}")
        looked_up = tree.find_all(nodes.Getattr)
        return {found.attr for found in looked_up if isinstance(found.node, nodes.Name) and found.node.name == root}

    def value(self, scope: Scope) -> Value:
        """Raises TemplateFault."""
        try:
            return _plain(self.run(**scope))
        except (TemplateError, TypeError, ValueError, ArithmeticError) as wrong:
            raise TemplateFault(f"{{{{ {self.source} }}}}: {wrong}") from wrong


def holds(source: str, scope: Scope) -> bool:
    """Whether a bare condition is true. Raises TemplateFault."""
    return bool(expression(source).value(scope))


def render(template: object, scope: Scope) -> Value:
    """The value of a YAML value with ``{{ }}`` in its texts. Raises TemplateFault."""
    match template:
        case str():
            pieces = parts(template)
            if len(pieces) == 1 and isinstance(pieces[0], Expression):
                return pieces[0].value(scope)
            return "".join(piece if isinstance(piece, str) else text(piece.value(scope)) for piece in pieces)
        case Mapping():
            return {str(key): render(item, scope) for key, item in template.items()}
        case list() | tuple():
            return [render(item, scope) for item in template]
        case _:
            return _plain(template)


def render_path(template: str, scope: Scope) -> str:
    """A URL path in which every value is one quoted piece of a segment: no value can add a segment or a query.

    Raises TemplateFault, also when a value is empty or would make a segment of ``.`` or ``..``."""
    path = "".join(piece if isinstance(piece, str) else _segment(piece, scope) for piece in parts(template))
    if any(segment in (".", "..") for segment in path.split("/")):
        raise TemplateFault(f"{template}: a value makes a step up or down in the path")
    return path


def text(value: Value) -> str:
    """A value inside a text; nothing is empty. Raises TemplateFault on lists and mappings."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case int() | str():
            return str(value)
        case _:
            raise TemplateFault("a list or mapping cannot stand inside a text")


@lru_cache(maxsize=4096)
def parts(template: str) -> tuple[str | Expression, ...]:
    """A text cut into plain text and expressions. Raises TemplateFault."""
    pieces: list[str | Expression] = []
    source: list[str] | None = None
    for kind, token in _tokens(template):
        if kind == "variable_begin":
            source = []
        elif kind == "variable_end":
            pieces.append(expression("".join(source or ()).strip()))
            source = None
        elif source is not None:
            source.append(token)
        elif kind == "data":
            pieces.append(token)
        else:
            raise TemplateFault(f"{template}: blocks and comments are not available")
    if source is not None:
        raise TemplateFault(f"{template}: the braces are not closed")
    return tuple(pieces) or ("",)


@lru_cache(maxsize=4096)
def expression(source: str) -> Expression:
    """A bare expression, checked and compiled. Raises TemplateFault."""
    try:
        tree = _environment().parse(f"{{{{ {source} }}}}")
        for kind, reason in FORBIDDEN.items():
            if tree.find(kind) is not None:
                raise TemplateFault(f"{source}: {reason}")
        run = _environment().compile_expression(source, undefined_to_none=False)
        return Expression(source, run, frozenset(meta.find_undeclared_variables(tree)))
    except (TemplateError, RecursionError) as wrong:
        raise TemplateFault(f"{source}: {wrong}") from wrong


def roots(template: object, *, bare: bool = False) -> set[str]:
    """Compile every text of a YAML value (or one bare condition): the names it begins from. Raises TemplateFault."""
    match template:
        case str():
            found = (expression(template),) if bare else parts(template)
            return {name for piece in found if isinstance(piece, Expression) for name in piece.roots}
        case Mapping():
            return {name for item in template.values() for name in roots(item)}
        case list() | tuple():
            return {name for item in template for name in roots(item)}
        case _:
            return set()


class _Closed(ImmutableSandboxedEnvironment):
    def getattr(self, obj: Any, attribute: str) -> Any:  # Any: Jinja2's own signature
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # Any: Jinja2's own signature
        if isinstance(obj, Mapping) or (isinstance(obj, (list, tuple)) and isinstance(argument, int)):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass
        return self.undefined(obj=obj, name=str(argument))


@cache
def _environment() -> _Closed:
    environment = _Closed(undefined=StrictUndefined, autoescape=False)
    environment.globals = {}
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.filters["decimal"] = _decimal
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


def _tokens(template: str) -> list[tuple[str, str]]:
    try:
        return [(kind, token) for _, kind, token in _environment().lex(template)]
    except TemplateError as wrong:
        raise TemplateFault(f"{template}: {wrong}") from wrong


def _segment(piece: Expression, scope: Scope) -> str:
    value = text(piece.value(scope))
    if not value:
        raise TemplateFault(f"{{{{ {piece.source} }}}} is empty, and it is part of a path")
    return quote(value, safe="")


def _decimal(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{str(value)[:40]!r} is no number") from None


def _plain(value: object) -> Value:
    match value:
        case Undefined():
            raise TemplateFault(f"{value._undefined_name!r} is missing")
        case None | bool() | int() | str() | Decimal():
            return value
        case float():
            return Decimal(str(value))
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            raise TemplateFault(f"{type(value).__name__} is not a value")
