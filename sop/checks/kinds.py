"""Conditions that say nothing, and comparisons of unlike things: 112W, 115E, 116W."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

from sop.checks.context import Context
from sop.checks.references import place_of
from sop.checks.sites import Site, Use
from sop.checks.typing import Kind, Typing
from sop.expressions.closures import path_of
from sop.expressions.rules import start_of
from sop.model import Document
from sop.problems import Position, Problem, closest, listed

_ORDER = frozenset(("gt", "gteq", "lt", "lteq"))
_EQUAL = frozenset(("eq", "ne"))
_WORDS = {
    Kind.TEXT: ("文本", "text"),
    Kind.NUMBER: ("数字", "a number"),
    Kind.BOOLEAN: ("是/否", "true or false"),
    Kind.DATE: ("日期", "a date"),
    Kind.MOMENT: ("时刻", "a moment"),
    Kind.LIST: ("列表", "a list"),
}
_LIKE_TEXT = frozenset((Kind.TEXT, Kind.DATE))
_TIMES = frozenset((Kind.DATE, Kind.MOMENT, Kind.TEXT))


def constant_conditions(document: Document, context: Context) -> Iterator[Problem]:
    """112W: a condition that is always true, or never."""
    for placed in context.placed:
        if isinstance(placed.step.when, bool):
            yield context.tree.problem("112", f"{placed.pointer}/when", value=str(placed.step.when).lower())
    for site in context.sites:
        study = site.study
        if site.use is Use.CONDITION and not study.reads and not study.mistakes and study.tree is not None:
            yield context.tree.problem("112", site.pointer, value=site.source.strip()[:40])


def comparisons(document: Document, context: Context) -> Iterator[Problem]:
    """112W, 115E, 116W: both sides of a comparison are of one kind, and can be equal."""
    typing = Typing(context)
    for site in context.sites:
        tree = site.study.tree
        if tree is None or site.study.mistakes:
            continue
        found = [tree] if isinstance(tree, nodes.Compare) else []
        for compare in (*found, *tree.find_all(nodes.Compare)):
            left = compare.expr
            for operand in compare.ops:
                yield from _comparison(context, site, typing, _Pair(left, operand.op, operand.expr))
                left = operand.expr


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two things compared."""

    left: nodes.Expr
    op: str
    right: nodes.Expr


def _comparison(context: Context, site: Site, typing: Typing, pair: _Pair) -> Iterator[Problem]:
    if pair.op in ("in", "notin"):
        yield from _within(context, site, typing, pair)
        return
    left, right = typing.kind_of(pair.left), typing.kind_of(pair.right)
    if left is None or right is None or all(isinstance(side, nodes.Const) for side in (pair.left, pair.right)):
        return
    if _unlike(left, right):
        words = _said(left, right)
        yield context.tree.found("115", _place(context, site, pair), {"detail": words})
    elif pair.op in _ORDER and {left, right} <= _LIKE_TEXT and Kind.DATE in (left, right):
        yield context.tree.found("116", _place(context, site, pair), {})
    elif pair.op in _EQUAL:
        yield from _never_equal(context, site, typing, pair)


def _unlike(left: Kind, right: Kind) -> bool:
    return left is not right and not {left, right} <= _TIMES


def _said(left: Kind, right: Kind) -> tuple[str, str]:
    (left_zh, left_en), (right_zh, right_en) = _WORDS[left], _WORDS[right]
    return f"{left_zh}与{right_zh}", f"{left_en} and {right_en}"


def _place(context: Context, site: Site, pair: _Pair) -> Position:
    path = path_of(pair.left)
    offset = site.inner[1] + start_of(pair.left)
    return place_of(context, site, path[:1], offset) if path else context.tree.at(site.pointer, offset)


def _within(context: Context, site: Site, typing: Typing, pair: _Pair) -> Iterator[Problem]:
    """``x in ['a', 'b']``: each item is one that x can be."""
    if isinstance(pair.right, (nodes.List, nodes.Tuple)):
        for item in pair.right.items:
            yield from _never_equal(context, site, typing, _Pair(pair.left, "eq", item))


def _never_equal(context: Context, site: Site, typing: Typing, pair: _Pair) -> Iterator[Problem]:
    for named, constant in ((pair.left, pair.right), (pair.right, pair.left)):
        path = path_of(named)
        if path is None or not isinstance(constant, nodes.Const) or not isinstance(constant.value, str):
            continue
        values = typing.values_of(path)
        if values is not None and constant.value not in values:
            place = place_of(context, site, (constant.value,), site.inner[1] + constant.lineno)
            words = {"name": ".".join(path), "value": constant.value[:40], "known": listed(values)}
            yield context.tree.found("112.never", place, words, closest(constant.value, values))
