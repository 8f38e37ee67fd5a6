"""The five functions an expression may call. Each is given the scope first, for the calendar that applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from sop import durations
from sop.calendars import Calendar
from sop.expressions.plain import number, text
from sop.expressions.wording import TYPES, refused

CALENDAR = "_calendar"
"""The scope's private key for the ``Calendar`` that applies. No expression can name it."""
Scope = Mapping[str, object]


def moment(scope: Scope, value: object) -> datetime:
    """``date(x)``: the instant of ISO text. A date alone is its midnight; without a zone it is the calendar's."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=_zone(scope))
    written = text(value)
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        raise refused(f"{written[:40]!r} is not a date", f"“{written[:40]}”不是日期", TYPES) from None
    return read if read.tzinfo else read.replace(tzinfo=_zone(scope))


def days_between(scope: Scope, earlier: object, later: object) -> int:
    """``days_between(a, b)``: how many midnights of the calendar's zone lie between; negative when b is before a."""
    zone = _zone(scope)
    first, last = (moment(scope, each).astimezone(zone).date() for each in (earlier, later))
    return (last - first).days


def add(scope: Scope, start: object, duration: object) -> datetime:
    """``add(x, '2wd')``: the instant that long after x, by the clock or by the calendar that applies."""
    try:
        length = durations.parse(text(duration))
        calendar = scope.get(CALENDAR)
        if not length.working:
            return moment(scope, start) + length.clock_time()
        if not isinstance(calendar, Calendar):
            raise refused("there is no calendar here for working time", "此处没有可用的工作日历", TYPES)
        return calendar.add(moment(scope, start), length)
    except durations.NotADuration as error:
        raise refused(str(error), error.zh, "SOP105") from None


def money(scope: Scope, value: object) -> Decimal:
    """``money(x)``: the amount with two decimals, half a cent up; text such as ``"199"`` is read as a number."""
    amount = Decimal(value.strip()) if isinstance(value, str) else Decimal(number(value))
    return Decimal(number(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def label(scope: Scope, value: object, language: object = "zh") -> object:
    """``label(x, 'zh')``: the text of a label in a language, or in the first it has; other values as they are."""
    if not isinstance(value, Mapping):
        return value
    for key in (text(language), "zh", "en"):
        if key in value:
            return value[key]
    return next(iter(value.values()), None)


def _zone(scope: Scope) -> tzinfo:
    calendar = scope.get(CALENDAR)
    return calendar.zone if isinstance(calendar, Calendar) else UTC


HELPERS: Mapping[str, Callable[..., object]] = {
    "date": moment,
    "days_between": days_between,
    "add": add,
    "money": money,
    "label": label,
}
