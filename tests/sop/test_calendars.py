from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sop.calendars import Calendar, NoCalendar, NoWorkingTime
from sop.durations import parse
from sop.public_holidays import NoSuchCountry, closures, public_holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ["09:00-12:00", "13:30-18:00"]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)


def office(**more: object) -> Calendar:
    return Calendar({"tz": "Asia/Shanghai", "week": WEEK, **more})


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(calendar: Calendar, start: str, duration: str, zone: ZoneInfo = SHANGHAI) -> str:
    return calendar.add(at(start, zone), parse(duration)).astimezone(zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        ("2026-01-05T09:00", "4wh", "2026-01-05 14:30"),  # lunch does not count
        ("2026-01-05T09:00", "3wh", "2026-01-05 12:00"),  # the first instant: not the end of lunch
        ("2026-01-05T17:00", "2wh", "2026-01-06 10:00"),
        ("2026-01-09T17:00", "2wh", "2026-01-12 10:00"),  # over a weekend
        ("2026-01-10T08:00", "1wh", "2026-01-12 10:00"),  # from a Saturday
        ("2026-01-05T09:00", "24h", "2026-01-06 09:00"),
        ("2026-01-09T18:00", "1d", "2026-01-10 18:00"),  # clock time knows no weekend
        ("2026-01-05T20:00", "0wh", "2026-01-05 20:00"),
    ],
)
def test_working_hours_count_only_inside_the_windows(start: str, duration: str, expected: str) -> None:
    assert due(office(), start, duration) == expected


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-01-05T10:00", 1, "2026-01-06 10:00"),
        ("2026-01-09T10:00", 1, "2026-01-12 10:00"),
        ("2026-01-05T09:00", 1, "2026-01-06 09:00"),
        ("2026-01-05T09:00", 7, "2026-01-14 09:00"),
        ("2026-01-05T12:30", 1, "2026-01-06 12:00"),
        ("2026-01-05T20:00", 1, "2026-01-06 18:00"),
        ("2026-01-06T07:00", 1, "2026-01-06 18:00"),
        ("2026-01-10T12:00", 1, "2026-01-12 18:00"),
    ],
)
def test_a_working_day_keeps_the_place_in_the_day(start: str, days: int, expected: str) -> None:
    assert due(office(), start, f"{days}wd") == expected


def test_a_shorter_day_ends_sooner() -> None:
    short = office(week={**WEEK, "tue": ["09:00-12:00"]})

    assert due(short, "2026-01-05T17:00", "1wd") == "2026-01-06 12:00"


def test_one_working_day_is_not_eight_working_hours_nor_one_day() -> None:
    ends = {due(office(), "2026-01-09T10:00", length) for length in ("1wd", "8wh", "1d")}

    assert ends == {"2026-01-12 10:00", "2026-01-12 10:30", "2026-01-10 10:00"}


def test_days_off_are_taken_away_and_make_up_days_added() -> None:
    calendar = office(off=["2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-02-23"],
                      extra={"2026-02-14": OFFICE, "2026-02-28": OFFICE})  # fmt: skip

    assert due(calendar, "2026-02-13T17:00", "2wh") == "2026-02-14 10:00"  # a Saturday worked
    assert due(calendar, "2026-02-14T17:00", "2wh") == "2026-02-24 10:00"
    assert due(calendar, "2026-02-27T10:00", "1wd") == "2026-02-28 10:00"


def test_an_extra_day_may_have_its_own_windows_even_on_a_day_off() -> None:
    calendar = office(off=["2026-01-06"], extra={"2026-01-06": ["10:00-11:00"]})

    assert calendar.between(at("2026-01-06T00:00"), at("2026-01-07T00:00")) == timedelta(hours=1)


def test_a_night_shift_belongs_to_the_day_it_opens() -> None:
    nights = Calendar({"tz": "Asia/Shanghai", "week": {"fri": ["22:00-06:00"], "mon": ["22:00-06:00"]}})

    assert due(nights, "2026-01-09T23:00", "6wh") == "2026-01-10 05:00"
    assert due(nights, "2026-01-10T02:00", "1wd") == "2026-01-13 02:00"
    assert nights.working_at(at("2026-01-10T05:59"))
    assert not nights.working_at(at("2026-01-10T06:00"))


def test_a_shift_over_the_change_to_summer_time_is_an_hour_shorter() -> None:
    sundays = Calendar({"tz": "Europe/Berlin", "week": {"sun": ["00:00-08:00"]}})

    assert sundays.between(at("2026-03-29T00:00", BERLIN), at("2026-03-30T00:00", BERLIN)) == timedelta(hours=7)
    assert sundays.between(at("2026-10-25T00:00", BERLIN), at("2026-10-26T00:00", BERLIN)) == timedelta(hours=9)
    assert due(sundays, "2026-03-29T00:00", "4wh", BERLIN) == "2026-03-29 05:00"


@pytest.mark.parametrize(
    "plain",
    [
        {"tz": "UTC", "week": {}},
        {"tz": "UTC", "week": {"mon": []}},
        {"tz": "UTC", "week": {}, "extra": {"2026-01-05": ["09:00-10:00"]}},
    ],
)
def test_a_calendar_without_working_time_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(NoWorkingTime):
        Calendar(plain)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tz": "Mars/Olympus"}, "time zone"),
        ({"tz": "../etc/passwd"}, "time zone"),
        ({"week": {"monday": OFFICE}}, "weekday"),
        ({"week": {"mon": ["09:00-12:00", "11:00-13:00"]}}, "overlap"),
        ({"week": {"mon": ["9-12"]}}, "window"),
        ({"week": {"mon": ["25:00-26:00"]}}, "window"),
        ({"week": {"mon": "09:00-12:00"}}, "list"),
        ({"week": {"mon": ["09:00-10:00", "20:00-10:00"]}}, "24 hours"),
        ({"off": ["tomorrow"]}, "date"),
        ({"extra": ["2026-01-05"]}, "object"),
    ],
)
def test_a_wrong_calendar_says_what_is_wrong(more: dict[str, object], said: str) -> None:
    with pytest.raises(NoCalendar, match=said) as refused:
        office(**more)
    assert refused.value.zh


def test_days_off_for_centuries_end_in_a_refusal_and_not_in_a_loop() -> None:
    once = Calendar({"tz": "UTC", "week": {"mon": ["09:00-09:01"]}})

    with pytest.raises(NoWorkingTime):
        once.advance(datetime(9990, 1, 1, tzinfo=UTC), timedelta(hours=10))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_what_was_asked_before_changes_no_answer_however_far_away_it_is(zone: str) -> None:
    always = {"tz": zone, "week": {day: ["00:00-24:00"] for day in (*WEEK, "sat", "sun")}}
    asked, start = Calendar(always), datetime(2026, 1, 5, 9, tzinfo=UTC)
    asked.add(start, parse("1wd"))
    moments = [start + timedelta(hours=11 * count) for count in range(-400, 400)]

    answers = [(asked.add(each, parse("1wd")), asked.between(each, each + timedelta(days=3))) for each in moments]

    assert answers == [(each + timedelta(days=1), timedelta(days=3)) for each in moments]


def test_the_version_changes_with_the_calendar_and_only_then() -> None:
    assert office().version == office().version != office(off=["2026-01-06"]).version
    assert office(version="7").version == "7"


def test_national_day_2026_in_china_is_off_and_made_up_for() -> None:
    found = public_holidays("CN", [2026])
    off, extra = closures(found, WEEK, OFFICE)

    assert {f"2026-10-0{day}" for day in (1, 2, 5, 6, 7)} <= set(off)
    assert extra["2026-09-20"] == extra["2026-10-10"] == OFFICE
    assert date(2026, 10, 10) in found.worked


def test_a_country_nobody_knows_is_refused() -> None:
    with pytest.raises(NoSuchCountry, match="XX"):
        public_holidays("XX", [2026])
