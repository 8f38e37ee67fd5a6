"""Expressions of the SOP language (§4): conditions written bare, and text that holds ``{{ … }}``.

A scope is a plain mapping of roots (``ticket``, ``customer``, ``steps``, …); its private key ``CALENDAR`` may hold the
``Calendar`` that applies. Compiled once a text; evaluating is pure, bounded, raises nothing but ``ExpressionError``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import nodes

from sop.expressions import rules
from sop.expressions.closures import Absent, Closure, closure_of
from sop.expressions.grammar import read_expression, read_text
from sop.expressions.helpers import CALENDAR, Scope
from sop.expressions.plain import given
from sop.expressions.rules import Found, Read
from sop.expressions.templates import template_closure
from sop.expressions.wording import ExpressionError, Wording, refused
from sop.values import Value

__all__ = [
    "CALENDAR",
    "ExpressionError",
    "Found",
    "Read",
    "Scope",
    "Wording",
    "evaluate",
    "holds",
    "paths_read",
    "reads",
    "render",
    "static_problems",
    "tree_of",
]

# What a filter or an operator can still raise over values of an unexpected kind or size.
_UNFIT = (TypeError, ValueError, ArithmeticError, LookupError, RecursionError)


def evaluate(source: str | bool, scope: Scope) -> Value:
    """The value of a bare expression, such as ``steps.inspect.grade``; raises ``ExpressionError``."""
    return source if isinstance(source, bool) else given(_run(_expression(source), scope))


def holds(source: str | bool, scope: Scope) -> bool:
    """Whether a condition is true, such as ``ticket.category == 'return'``; raises ``ExpressionError``."""
    return source if isinstance(source, bool) else bool(_run(_expression(source), scope))


def render(value: object, scope: Scope) -> Value:
    """Any YAML value with its ``{{ … }}`` filled in, in one pass; raises ``ExpressionError``.

    Text that is exactly one ``{{ … }}`` keeps the type of its value. References of personal fields stay as they are."""
    if isinstance(value, str):
        return given(_run(_text(value), scope)) if "{" in value else value
    if isinstance(value, Mapping):
        return {str(key): render(item, scope) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [render(item, scope) for item in value]
    return given(value)


def static_problems(source: str, *, bare: bool) -> list[Found]:
    """What is wrong with an expression before it ever runs: (code, message, offset), in the order of the text."""
    try:
        return rules.mistakes(_tree(source, bare))
    except ExpressionError as error:
        return [Found(error.code, error.message, error.offset)]


def tree_of(source: str, *, bare: bool) -> nodes.Node | None:
    """The syntax tree of an expression, for tools that study it; nothing if it cannot be read."""
    try:
        return _tree(source, bare)
    except ExpressionError:
        return None


def reads(source: str, *, bare: bool | None = None) -> list[Read]:
    """The paths an expression reads and where each begins; nothing if it cannot be read."""
    bare = not any(mark in source for mark in ("{{", "{%")) if bare is None else bare
    try:
        return list(rules.reads(_tree(source, bare)))
    except ExpressionError:
        return []


def paths_read(source: str, *, bare: bool | None = None) -> list[tuple[str, ...]]:
    """The paths an expression reads, such as ``("steps", "inspect", "grade")``, each once."""
    return list(dict.fromkeys(read.path for read in reads(source, bare=bare)))


def _run(closure: Closure, scope: Scope) -> object:
    try:
        return closure(scope)
    except Absent as absent:
        raise absent.explained() from None
    except _UNFIT as error:
        raise refused(f"cannot be calculated: {error}"[:300], f"无法计算：{error}"[:300], "SOP115") from error


def _tree(source: str, bare: bool) -> nodes.Node:
    return read_expression(source) if bare else read_text(source)


@lru_cache(maxsize=16_384)
def _expression(source: str) -> Closure:
    tree = read_expression(source)
    _refuse_mistakes(tree)
    return closure_of(tree)


@lru_cache(maxsize=16_384)
def _text(source: str) -> Closure:
    tree = read_text(source)
    _refuse_mistakes(tree)
    return template_closure(tree)


def _refuse_mistakes(tree: nodes.Node) -> None:
    for code, message, offset in rules.mistakes(tree)[:1]:
        raise ExpressionError(message, code, offset)
