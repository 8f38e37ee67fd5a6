"""Conditions decided from the little that a file says of its tickets for good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import TypeAlias

from jinja2 import nodes

from sop import expressions
from sop.expressions.closures import path_of
from sop.model import ClockPolicy, Document

Path: TypeAlias = tuple[str, ...]
Known: TypeAlias = Mapping[Path, frozenset[str]]
"""The values that a name can have, by its path."""

_KEPT = frozenset({("ticket", "category"), ("ticket", "channel")})  # what a ticket keeps as long as it lives


def known_of(document: Document) -> Known:
    """What is so of every ticket that a file starts for, and stays so."""
    condition = document.start.when if document.start is not None else None
    tree = expressions.tree_of(condition, bare=True) if isinstance(condition, str) else None
    found: dict[Path, frozenset[str]] = {}
    for path, values in _said(tree) if tree is not None else ():
        if path in _KEPT:
            found[path] = found.get(path, values) & values
    return found


def _said(node: nodes.Node) -> Iterator[tuple[Path, frozenset[str]]]:
    """The names that a condition ties to some values: each of these has to be so."""
    if isinstance(node, nodes.And):
        yield from _said(node.left)
        yield from _said(node.right)
    elif (named := _named(node)) is not None and named[2]:
        yield named[0], named[1]


def _named(node: nodes.Node) -> tuple[Path, frozenset[str], bool] | None:
    """``x == 'a'``, ``x in ['a', 'b']`` or the contrary: the name, the values, and whether it is one of them."""
    if not isinstance(node, nodes.Compare) or len(node.ops) != 1:
        return None
    op, other = node.ops[0].op, node.ops[0].expr
    path = path_of(node.expr)
    items = other.items if op in ("in", "notin") and isinstance(other, (nodes.List, nodes.Tuple)) else [other]
    values = [item.value for item in items if isinstance(item, nodes.Const) and isinstance(item.value, str)]
    if path is None or len(values) != len(items) or op not in ("eq", "ne", "in", "notin"):
        return None
    return path, frozenset(values), op in ("eq", "in")


def decided(condition: str | None, known: Known) -> bool | None:
    """Whether a condition holds, as far as that is sure; none: it may or may not."""
    if condition is None:
        return True
    tree = expressions.tree_of(condition, bare=True)
    return _decided(tree, known) if tree is not None else None


def may_be_for(clock: ClockPolicy, known: Known) -> bool:
    """Whether a clock can be for one of the tickets of which this is known."""
    categories = known.get(("ticket", "category"))
    fits = not clock.categories or categories is None or bool(categories & set(clock.categories))
    return fits and decided(clock.when, known) is not False


def is_for_all(clock: ClockPolicy, known: Known) -> bool:
    """Whether a clock is for all categories of the tickets of which this is known."""
    categories = known.get(("ticket", "category"))
    return not clock.categories or (categories is not None and categories <= set(clock.categories))


def _decided(node: nodes.Node, known: Known) -> bool | None:
    if isinstance(node, nodes.Const):
        return bool(node.value)
    if isinstance(node, nodes.Not):
        inner = _decided(node.node, known)
        return None if inner is None else not inner
    if isinstance(node, (nodes.And, nodes.Or)):
        return reduce(
            _both if isinstance(node, nodes.And) else _either, (_decided(each, known) for each in _sides(node))
        )
    named = _named(node)
    can_be = known.get(named[0]) if named is not None else None
    if named is None or can_be is None:
        return None
    _, values, one_of = named
    if can_be <= values:
        return one_of
    return None if can_be & values else not one_of


def _sides(node: nodes.And | nodes.Or) -> tuple[nodes.Node, nodes.Node]:
    return node.left, node.right


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if one is None or other is None else False
