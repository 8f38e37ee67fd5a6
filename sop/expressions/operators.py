"""Comparing and calculating. Money is exact; null is never equal to null; different kinds are never ordered."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sop.expressions.helpers import Scope, moment
from sop.expressions.plain import MOST_ITEMS, bounded_number, bounded_text, kind_of, number, unmarked_text
from sop.expressions.wording import TYPES, refused

_NUMBERS = frozenset({int, Decimal})
Binary = Callable[[Scope, object, object], object]


def equal(scope: Scope, left: object, right: object) -> bool:
    """``==`` of two values. Two nulls are not equal: what is not known chooses no branch (``x == none`` is a test
    of its own). An instant may stand next to ISO text. Values of different kinds are not equal."""
    if left is None or right is None:
        return False
    if isinstance(left, str) and isinstance(right, str):
        return unmarked_text(left) == unmarked_text(right)
    if isinstance(left, datetime) or isinstance(right, datetime):
        return moment(scope, left) == moment(scope, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, float) or isinstance(right, float):
        left, right = (Decimal(repr(each)) if isinstance(each, float) else each for each in (left, right))
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return list(left) == list(right)
    return left == right


def different(scope: Scope, left: object, right: object) -> bool:
    """``!=``: the opposite of ``==``, but of two nulls neither holds."""
    return not (left is None and right is None) and not equal(scope, left, right)


def contained(scope: Scope, item: object, holder: object) -> bool:
    """``in``: an item of a list, a key of an object, a part of a text. Null is in nothing."""
    if isinstance(holder, str) and isinstance(item, str):
        return unmarked_text(item) in unmarked_text(holder)
    if isinstance(holder, Mapping):
        return isinstance(item, str) and item in holder
    if isinstance(holder, (list, tuple)):
        return any(equal(scope, item, each) for each in holder)
    if isinstance(holder, str) and item is None:
        return False
    raise refused(
        f"{kind_of(holder)[0]} cannot hold {kind_of(item)[0]}", f"{kind_of(holder)[1]}不能包含{kind_of(item)[1]}", TYPES
    )


def _absent(scope: Scope, item: object, holder: object) -> bool:
    return not contained(scope, item, holder)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Scope, object, object], bool]:  # as operator types them
    def ordered(scope: Scope, left: object, right: object) -> bool:
        if type(left) in _NUMBERS and type(right) in _NUMBERS:
            return compare(left, right)
        if isinstance(left, datetime) or isinstance(right, datetime):
            return compare(moment(scope, left), moment(scope, right))
        if isinstance(left, str) and isinstance(right, str):
            return compare(unmarked_text(left), unmarked_text(right))
        if not (_orders(left) and _orders(right)):
            (left_en, left_zh), (right_en, right_zh) = kind_of(left), kind_of(right)
            raise refused(
                f"{left_en} cannot be ordered against {right_en}", f"{left_zh}不能与{right_zh}比较大小", TYPES
            )
        return compare(number(left), number(right))

    return ordered


def _orders(value: object) -> bool:
    return isinstance(value, (int, Decimal, float)) and not isinstance(value, bool)


COMPARISONS: Mapping[str, Callable[[Scope, object, object], bool]] = {
    "eq": equal,
    "ne": different,
    "gt": _ordered(operator.gt),
    "gteq": _ordered(operator.ge),
    "lt": _ordered(operator.lt),
    "lteq": _ordered(operator.le),
    "in": contained,
    "notin": _absent,
}


def plus(scope: Scope, left: object, right: object) -> object:
    """``+``: numbers are added, texts and lists are joined."""
    if isinstance(left, str) and isinstance(right, str):
        return bounded_text(left + right)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return _bounded_list([*left, *right])
    return bounded_number(number(left) + number(right))


def divide(scope: Scope, left: object, right: object) -> object:
    """``/``: always a decimal, so that money stays exact."""
    return bounded_number(Decimal(number(left)) / Decimal(number(right)))


def _calculated(calculate: Callable[[Any, Any], Any]) -> Binary:  # as operator types them
    def calculated(scope: Scope, left: object, right: object) -> object:
        return bounded_number(calculate(number(left), number(right)))

    return calculated


def _bounded_list(joined: Sequence[object]) -> Sequence[object]:
    if len(joined) > MOST_ITEMS:
        raise refused(f"the list has more than {MOST_ITEMS} items", f"列表超过 {MOST_ITEMS} 项")
    return joined


ARITHMETIC: Mapping[str, Binary] = {
    "Add": plus,
    "Sub": _calculated(operator.sub),
    "Mul": _calculated(operator.mul),
    "Div": divide,
    "FloorDiv": _calculated(operator.floordiv),
    "Mod": _calculated(operator.mod),
}
