"""The filters and tests an expression may use. Their own code rather than Jinja's: bounded, exact with decimals,
and item lookup only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sop.expressions.operators import COMPARISONS
from sop.expressions.plain import LARGEST, bounded_number, bounded_text, items, number, printed, text
from sop.expressions.wording import FILTER, TYPES, ExpressionError, refused

NOTHING: Mapping[str, object] = {}


def default(value: object, other: object = "", boolean: bool = False) -> object:
    """The other value when there is none: undeclared or null (with ``true``, also when empty or false)."""
    return other if value is None or (boolean and not value) else value


def length(value: object) -> int:
    """How many characters, items or keys."""
    if isinstance(value, Mapping):
        return len(value)
    return len(text(value)) if isinstance(value, str) else len(items(value))


def join(value: object, d: object = "", attribute: object = None) -> str:
    """The items as one text, with ``d`` between them."""
    parts = [printed(item) for item in (_mapped(value, attribute) if attribute is not None else items(value))]
    between = text(d)
    if sum(map(len, parts)) + len(between) * len(parts) > LARGEST * 2:
        raise refused("the result is larger than 32 kB", "结果超过 32 kB")
    return bounded_text(between.join(parts))


def replace(value: object, old: object, new: object, count: object = None) -> str:
    """The text with ``old`` replaced by ``new``."""
    whole, part, other = text(value), text(old), text(new)
    most = -1 if count is None else _whole(count)
    if len(whole) + whole.count(part) * max(len(other) - len(part), 0) > LARGEST:
        raise refused("the result is larger than 32 kB", "结果超过 32 kB")
    return bounded_text(whole.replace(part, other, most))


def truncate(value: object, length: object = 255, end: object = "…") -> str:
    """The text cut to so many characters, its end mark included."""
    whole, mark, most = text(value), text(end), _whole(length)
    return whole if len(whole) <= most else whole[: max(most - len(mark), 0)] + mark


def rounded(value: object, precision: object = 0, method: object = "common") -> Decimal:
    """The number with so many decimals; ``common`` rounds half up, ``floor`` and ``ceil`` as named."""
    places = _whole(precision)
    rounding = {"common": ROUND_HALF_UP, "floor": "ROUND_FLOOR", "ceil": "ROUND_CEILING"}.get(str(method))
    if rounding is None or not -12 <= places <= 12:
        raise refused(
            "round takes up to 12 decimals, and common, floor or ceil",
            "round 最多 12 位，方式为 common、floor、ceil",
            FILTER,
        )
    return Decimal(number(value)).quantize(Decimal(1).scaleb(-places), rounding)


def whole(value: object, default: object = None) -> object:
    """The whole number of a number or text, cut towards zero; what is none gives ``default`` or is refused."""
    amount = _read_number(value)
    if amount is None:
        return _or_refused(value, default)
    return int(Decimal(amount).to_integral_value(ROUND_DOWN))


def decimal(value: object, default: object = None) -> object:
    """The exact decimal of a number or text; what is none gives ``default`` or is refused."""
    amount = _read_number(value)
    return _or_refused(value, default) if amount is None else Decimal(amount)


def _read_number(value: object) -> int | Decimal | None:
    try:
        return number(Decimal(value.strip()) if isinstance(value, str) else value)
    except (InvalidOperation, ExpressionError):
        return None


def _or_refused(value: object, other: object) -> object:
    if other is None:
        raise refused(f"{printed(value)[:40]!r} is not a number", f"“{printed(value)[:40]}”不是数字", TYPES)
    return other


def _whole(value: object) -> int:
    count = number(value)
    if count != int(count):
        raise refused("a whole number is needed here", "此处需要整数", TYPES)
    return int(count)


def absolute(value: object) -> int | Decimal:
    """The number without its sign."""
    amount = number(value)
    return -amount if amount < 0 else amount


def first(value: object) -> object:
    """The first item, or null."""
    return next(iter(items(value)), None)


def last(value: object) -> object:
    """The last item, or null."""
    return next(reversed(items(value)), None)


def sort(value: object, reverse: object = False, attribute: object = None) -> list[object]:
    """The items in order, by themselves or by one of their fields."""
    return sorted(items(value), key=lambda item: _key(_field(item, attribute)), reverse=bool(reverse))


def unique(value: object, attribute: object = None) -> list[object]:
    """The items without repetitions, the first of each kept."""
    kept: dict[object, object] = {}
    for item in items(value):
        kept.setdefault(_key(_field(item, attribute)), item)
    return list(kept.values())


def smallest(value: object, attribute: object = None) -> object:
    """The smallest item, or null."""
    return min(items(value), key=lambda item: _key(_field(item, attribute)), default=None)


def largest(value: object, attribute: object = None) -> object:
    """The largest item, or null."""
    return max(items(value), key=lambda item: _key(_field(item, attribute)), default=None)


def total(value: object, attribute: object = None, start: object = 0) -> int | Decimal:
    """The sum of the numbers."""
    amount = number(start)
    for item in items(value):
        amount = bounded_number(amount + number(_field(item, attribute)))
    return amount


def mapped(value: object, name: object = None, attribute: object = None, default: object = None) -> list[object]:
    """One field of each item, or each item through a simple filter."""
    if name is None:
        return _mapped(value, attribute, default)
    return [SIMPLE[str(name)](item) for item in items(value)]


def _mapped(value: object, attribute: object, default: object = None) -> list[object]:
    return [found if (found := _field(item, attribute)) is not None else default for item in items(value)]


def _field(item: object, attribute: object) -> object:
    if attribute is None:
        return item
    for name in text(attribute).split("."):
        if name.startswith("_"):
            raise refused(f"a name may not begin with an underscore: {name}", f"名称不能以下划线开头：{name}")
        item = item.get(name) if isinstance(item, Mapping) else None
    return item


def _key(value: object) -> Any:  # whatever sorted, min and max can order; what they cannot is an ExpressionError
    if isinstance(value, (list, tuple, Mapping)):
        raise refused("lists and objects have no order", "列表和对象无法排序", TYPES)
    return text(value) if isinstance(value, str) else value


def select(value: object, test: object = "truthy", *arguments: object) -> list[object]:
    """The items for which the test holds."""
    holds = TESTS[str(test)]
    return [item for item in items(value) if holds(item, *arguments)]


def reject(value: object, test: object = "truthy", *arguments: object) -> list[object]:
    """The items for which the test does not hold."""
    holds = TESTS[str(test)]
    return [item for item in items(value) if not holds(item, *arguments)]


def selectattr(value: object, attribute: object, test: object = "truthy", *arguments: object) -> list[object]:
    """The items for whose field the test holds."""
    holds = TESTS[str(test)]
    return [item for item in items(value) if holds(_field(item, attribute), *arguments)]


def rejectattr(value: object, attribute: object, test: object = "truthy", *arguments: object) -> list[object]:
    """The items for whose field the test does not hold."""
    holds = TESTS[str(test)]
    return [item for item in items(value) if not holds(_field(item, attribute), *arguments)]


def _text_filter(change: Callable[[str], str]) -> Callable[[object], object]:
    def changed(value: object) -> object:
        return bounded_text(change(text(value)))

    return changed


def trim(value: object) -> str:
    """The text without space around it; a personal field may stand in it."""
    return value.strip() if isinstance(value, str) else text(value)


def listed(value: object) -> Sequence[object]:
    """The list itself, or the keys of an object."""
    return list(value) if isinstance(value, Mapping) else list(items(value))


SIMPLE: Mapping[str, Callable[..., object]] = {
    "lower": _text_filter(str.lower),
    "upper": _text_filter(str.upper),
    "title": _text_filter(str.title),
    "capitalize": _text_filter(str.capitalize),
    "trim": trim,
    "string": lambda value: bounded_text(printed(value)),
    "int": whole,
    "float": decimal,
    "abs": absolute,
    "round": rounded,
    "length": length,
    "count": length,
    "first": first,
    "last": last,
}

FILTERS: Mapping[str, Callable[..., object]] = {
    **SIMPLE,
    "default": default,
    "d": default,
    "join": join,
    "list": listed,
    "map": mapped,
    "max": largest,
    "min": smallest,
    "reject": reject,
    "rejectattr": rejectattr,
    "replace": replace,
    "select": select,
    "selectattr": selectattr,
    "sort": sort,
    "sum": total,
    "truncate": truncate,
    "unique": unique,
}


def _comparison(name: str) -> Callable[[object, object], bool]:
    compare = COMPARISONS[name]
    return lambda left, right: compare(NOTHING, left, right)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


TESTS: Mapping[str, Callable[..., bool]] = {
    "truthy": bool,
    "defined": lambda value: True,
    "undefined": lambda value: False,
    "none": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "true": lambda value: value is True,
    "false": lambda value: value is False,
    "number": _is_number,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "mapping": lambda value: isinstance(value, Mapping),
    "sequence": lambda value: isinstance(value, (list, tuple)),
    "odd": lambda value: number(value) % 2 == 1,
    "even": lambda value: number(value) % 2 == 0,
    "divisibleby": lambda value, by: number(value) % number(by) == 0,
    **{name: _comparison(name) for name in ("eq", "ne", "gt", "lt", "in")},
    "ge": _comparison("gteq"),
    "le": _comparison("lteq"),
    "equalto": _comparison("eq"),
}
