"""Random calendars against an oracle that walks through time minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sop.calendars import Calendar, NoCalendar
from sop.durations import Duration, Unit

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
FIRST_DAYS = (
    date(2026, 3, 5),
    date(2026, 3, 26),
    date(2026, 10, 22),
    date(2026, 10, 29),
    date(2027, 12, 29),
    date(2028, 2, 27),
)
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def windows(draw: st.DrawFn) -> list[str]:
    edges = draw(st.lists(st.integers(0, 47), unique=True, max_size=6).map(sorted))
    pairs = [(edges[i] * 30, edges[i + 1] * 30) for i in range(0, len(edges) - 1, 2)]
    if pairs and draw(st.booleans()) and pairs[0][0] > 0:
        pairs[-1] = (pairs[-1][0], draw(st.integers(0, pairs[0][0] // 30)) * 30)  # a night shift
    return [f"{clock(opening)}-{clock(closing)}" for opening, closing in pairs]


class Oracle:
    """The working minutes of three weeks, each with the local date on which its shift opened."""

    def __init__(self, plain: dict[str, object], first: date) -> None:
        zone = ZoneInfo(str(plain["tz"]))
        self.minutes: dict[datetime, date] = {}
        for day in (first + timedelta(days=n) for n in range(21)):
            for window in self.windows_on(plain, day):
                opening, closing = (time.fromisoformat(part) for part in window.split("-"))
                closes_on = day if closing > opening else day + timedelta(days=1)
                moment = datetime.combine(day, opening, zone).astimezone(UTC)
                while moment < datetime.combine(closes_on, closing, zone).astimezone(UTC):
                    self.minutes.setdefault(moment, day)
                    moment += MINUTE
        self.ordered = sorted(self.minutes)

    @staticmethod
    def windows_on(plain: dict, day: date) -> list[str]:
        if day.isoformat() in plain["extra"]:
            return plain["extra"][day.isoformat()]
        return [] if day.isoformat() in plain["off"] else plain["week"].get(DAYS[day.weekday()], [])

    def after(self, start: datetime, minutes: int) -> datetime | None:
        left = [moment for moment in self.ordered if moment >= start]
        return left[minutes - 1] + MINUTE if minutes <= len(left) else None

    def days_after(self, start: datetime, days: int) -> datetime | None:
        opened = [day for moment, day in self.minutes.items() if moment <= start]
        if not opened:
            return None
        today = max(opened)
        whole = [moment for moment in self.ordered if self.minutes[moment] == today]
        worked = sum(moment < start for moment in whole)
        following = sorted({day for day in self.minutes.values() if day > today})
        if len(following) < days:
            return None
        target = [moment for moment in self.ordered if self.minutes[moment] == following[days - 1]]
        if worked == 0:
            return target[0]
        if start > whole[-1]:
            return target[-1] + MINUTE
        return target[min(worked, len(target)) - 1] + MINUTE


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, object], date, datetime]:
    first = draw(st.sampled_from(FIRST_DAYS))
    some_days = st.integers(0, 20).map(lambda n: (first + timedelta(days=n)).isoformat())
    plain = {
        "tz": draw(st.sampled_from(ZONES)),
        "week": draw(st.dictionaries(st.sampled_from(DAYS), windows(), min_size=1)),
        "off": draw(st.lists(some_days, max_size=4)),
        "extra": draw(st.dictionaries(some_days, windows(), max_size=3)),
    }
    start = datetime.combine(first, time(), UTC) + timedelta(days=2, minutes=draw(st.integers(0, 6 * 1440)))
    return plain, first, start


@settings(max_examples=80, deadline=None)
@given(case=cases(), minutes=st.integers(1, 3000), span=st.integers(0, 8 * 1440), days=st.integers(1, 5))
def test_a_calendar_agrees_with_counting_minutes(
    case: tuple[dict[str, object], date, datetime], minutes: int, span: int, days: int
) -> None:
    plain, first, start = case
    try:
        calendar = Calendar(plain)
    except NoCalendar:
        assume(False)
    oracle = Oracle(plain, first)
    end = start + timedelta(minutes=span)

    counted = sum(start <= moment < end for moment in oracle.ordered)
    assert calendar.between(start, end) == counted * MINUTE
    if (expected := oracle.after(start, minutes)) is not None:
        assert calendar.advance(start, minutes * MINUTE) == expected
        assert calendar.between(start, expected) == minutes * MINUTE
    if (expected := oracle.days_after(start, days)) is not None:
        assert calendar.add(start, Duration(days, Unit.WORKING_DAYS)) == expected
