"""Values as expressions see them: what counts as a number or a text, how a value is printed, how large it may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sop.expressions.wording import PERSONAL, TYPES, refused
from sop.values import OPENING, Value

LARGEST = 32_000
MOST_ITEMS = 5_000
_MAGNITUDE = 60


def bounded_text(text: str) -> str:
    """The text, unless it is longer than a result may be."""
    if len(text) > LARGEST or (len(text) * 4 > LARGEST and len(text.encode("utf-8", "replace")) > LARGEST):
        raise refused("the result is larger than 32 kB", "结果超过 32 kB")
    return text


def number(value: object) -> int | Decimal:
    """The value as a number that arithmetic may use; anything else is refused."""
    kind = type(value)
    if kind is Decimal or kind is int:
        return bounded_number(value)  # type: ignore[arg-type]  # mypy does not narrow by `kind is`
    if isinstance(value, float):
        return bounded_number(Decimal(repr(value)))
    raise refused(f"{kind_of(value)[0]} is not a number", f"{kind_of(value)[1]}不是数字", TYPES)


def bounded_number(value: int | Decimal) -> int | Decimal:
    """The number, unless printing it or going on with it could take long."""
    if isinstance(value, int):
        fits = -(10**_MAGNITUDE) < value < 10**_MAGNITUDE
    else:
        exponent = value.as_tuple().exponent
        fits = isinstance(exponent, int) and abs(exponent) <= _MAGNITUDE and abs(value.adjusted()) <= _MAGNITUDE
    if not fits:
        raise refused("the number is too large, too small or no number", "数字过大、过小或无效", TYPES)
    return value


def text(value: object) -> str:
    """The value as text that may be changed: not a personal field, whose text the workflow does not hold."""
    if not isinstance(value, str):
        raise refused(f"{kind_of(value)[0]} is not text", f"{kind_of(value)[1]}不是文本", TYPES)
    return unmarked_text(value)


def unmarked_text(value: str) -> str:
    """The text, unless it holds the reference of a personal field: that may be printed, but not compared or changed."""
    if OPENING in value:
        raise refused(
            "a personal field may be printed, but not compared or changed",
            "个人信息字段只能显示，不能比较或修改",
            PERSONAL,
        )
    return value


def items(value: object) -> Sequence[object]:
    """The value as a list of no more items than an expression may go through."""
    if not isinstance(value, (list, tuple)):
        raise refused(f"{kind_of(value)[0]} is not a list", f"{kind_of(value)[1]}不是列表", TYPES)
    if len(value) > MOST_ITEMS:
        raise refused(f"the list has more than {MOST_ITEMS} items", f"列表超过 {MOST_ITEMS} 项")
    return value


def kind_of(value: object) -> tuple[str, str]:
    """What a value is, in English and Chinese."""
    if value is None:
        return "an empty value (null)", "空值（null）"
    if isinstance(value, bool):
        return "true or false", "布尔值"
    for kinds, words in _KINDS:
        if isinstance(value, kinds):
            return words
    return "this", "该值"


_KINDS: tuple[tuple[tuple[type, ...], tuple[str, str]], ...] = (
    ((str,), ("text", "文本")),
    ((int, Decimal, float), ("a number", "数字")),
    ((datetime,), ("a date", "日期")),
    ((list, tuple), ("a list", "列表")),
    ((Mapping,), ("an object", "对象")),
)


def printed(value: object) -> str:
    """The value as it stands in text: null is nothing, a list is its items with commas; an object is refused."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal, float)):
        return format(Decimal(number(value)), "f")
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, (list, tuple)):
        return bounded_text(", ".join([printed(item) for item in items(value) if _printable_item(item)]))
    raise refused("an object cannot be printed: name the field you mean", "不能直接输出对象：请写明要输出的字段")


def _printable_item(item: object) -> bool:
    if isinstance(item, (list, tuple, Mapping)):
        raise refused(
            "a list of objects cannot be printed: name the field you mean", "不能直接输出对象列表：请写明字段"
        )
    return True


def moment_text(moment: datetime) -> str:
    """An instant as the text that values carry: ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat()


def given(value: object) -> Value:
    """The result of an expression as a value of the ticket, bounded: instants as ISO text, floats as decimals."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return bounded_text(value) if len(value) * 4 > LARGEST else value
    if isinstance(value, (int, Decimal)):
        return value
    room = [LARGEST]
    return _given_item(value, room, 0)


def _given_item(value: object, room: list[int], depth: int) -> Value:
    room[0] -= len(value.encode("utf-8", "replace")) if isinstance(value, str) else 4
    if room[0] < 0 or depth > 40:
        raise refused("the result is larger than 32 kB", "结果超过 32 kB")
    if value is None or isinstance(value, (bool, int, Decimal, str)):
        return value
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, Mapping):
        return {str(key): _given_item(item, room, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_given_item(item, room, depth + 1) for item in value]
    raise refused(
        "an expression gives text, numbers, lists or objects, nothing else", "表达式只能得到文本、数字、列表或对象"
    )
