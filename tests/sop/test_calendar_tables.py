"""Days on which calendars go wrong, as tables: summer time, leap days, year ends, National Day and make-up days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sop.calendars import Calendar, DayKind
from sop.durations import parse
from sop.public_holidays import closures, public_holidays

OFFICE = ["09:00-12:00", "13:30-18:00"]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def china(year: int) -> Calendar:
    """Office hours in Shanghai, with the public holidays of China around a year."""
    off, extra = closures(public_holidays("CN", [year - 1, year, year + 1]), WEEK, OFFICE)
    return Calendar({"tz": "Asia/Shanghai", "week": WEEK, "off": off, "extra": extra})


def at(text: str, zone: str = "+08:00") -> datetime:
    return datetime.fromisoformat(f"{text}{zone}")


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        # 2025: 1-8 October off (with Mid-Autumn), 28 September and 11 October worked
        ("2025-09-26T10:00", "1wd", "2025-09-28T10:00"),
        ("2025-09-30T17:00", "2wh", "2025-10-09T10:00"),
        ("2025-09-30T10:00", "1wd", "2025-10-09T10:00"),
        ("2025-10-10T17:00", "2wh", "2025-10-11T10:00"),
        ("2025-10-10T10:00", "2wd", "2025-10-13T10:00"),
        # 2026: 1-7 October off, 20 September and 10 October worked
        ("2026-09-18T17:00", "2wh", "2026-09-20T10:00"),
        ("2026-09-30T17:30", "1wh", "2026-10-08T09:30"),
        ("2026-09-30T10:00", "3wd", "2026-10-10T10:00"),
        ("2026-10-09T17:00", "2wh", "2026-10-10T10:00"),
        # 2027 is not decreed yet: the statutory days, computed, and no make-up day
        ("2027-09-30T17:30", "1wh", "2027-10-06T09:30"),
        ("2027-09-30T10:00", "1d", "2027-10-01T10:00"),
    ],
)
def test_national_day_and_its_make_up_days(start: str, duration: str, due: str) -> None:
    begin = at(start)

    assert china(begin.year).add(begin, parse(duration)) == at(due)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2025-09-28", DayKind.EXTRA),
        ("2025-10-06", DayKind.OFF),
        ("2025-10-08", DayKind.OFF),
        ("2025-10-11", DayKind.EXTRA),
        ("2026-02-14", DayKind.EXTRA),
        ("2026-02-17", DayKind.OFF),
        ("2026-10-10", DayKind.EXTRA),
        ("2026-10-11", DayKind.FREE),
        ("2026-10-12", DayKind.WORKING),
        ("2027-10-01", DayKind.OFF),
    ],
)
def test_what_sort_of_day_it_is(day: str, kind: DayKind) -> None:
    on = date.fromisoformat(day)

    assert china(on.year).kind_of(on) is kind


def test_years_that_are_not_decreed_yet_are_named() -> None:
    assert public_holidays("CN", [2025, 2026, 2027, 2030]).uncovered == (2027, 2030)
    assert public_holidays("DE", [2025, 2026, 2027]).uncovered == ()
    assert public_holidays("CN", [2026, 2101]).uncovered == (2101,)


@pytest.mark.parametrize(
    ("zone", "start", "duration", "due"),
    [
        # Berlin loses an hour on 29 March 2026 at 02:00 and wins one on 25 October at 03:00
        ("Europe/Berlin", "2026-03-28T23:00+01:00", "4wh", "2026-03-29T04:00+02:00"),
        ("Europe/Berlin", "2026-03-28T23:00+01:00", "1wd", "2026-03-30T00:00+02:00"),
        ("Europe/Berlin", "2026-10-24T23:00+02:00", "4wh", "2026-10-25T02:00+01:00"),
        ("Europe/Berlin", "2026-10-24T12:00+02:00", "1d", "2026-10-25T11:00+01:00"),
        # New York on 8 March and 1 November 2026
        ("America/New_York", "2026-03-07T23:00-05:00", "4wh", "2026-03-08T04:00-04:00"),
        ("America/New_York", "2026-10-31T23:00-04:00", "4wh", "2026-11-01T02:00-05:00"),
        # Lord Howe moves by half an hour on 5 April 2026
        ("Australia/Lord_Howe", "2026-04-04T23:00+11:00", "4wh", "2026-04-05T02:30+10:30"),
        # leap days and year ends
        ("UTC", "2028-02-28T12:00+00:00", "2d", "2028-03-01T12:00+00:00"),
        ("UTC", "2027-02-28T12:00+00:00", "1d", "2027-03-01T12:00+00:00"),
        ("UTC", "2028-02-28T12:00+00:00", "2wd", "2028-03-01T12:00+00:00"),
        ("Asia/Shanghai", "2026-12-31T20:00+08:00", "8wh", "2027-01-01T04:00+08:00"),
        ("Asia/Shanghai", "2026-12-31T20:00+08:00", "1d", "2027-01-01T20:00+08:00"),
    ],
)
def test_clocks_that_jump_and_years_that_end(zone: str, start: str, duration: str, due: str) -> None:
    calendar = Calendar({"tz": zone, "week": ALWAYS})

    assert calendar.add(datetime.fromisoformat(start), parse(duration)) == datetime.fromisoformat(due).astimezone(UTC)


@pytest.mark.parametrize(
    ("duration", "due"),
    [
        ("1d", "2026-11-28T17:00"),
        ("8wh", "2026-11-30T17:30"),
        ("1wd", "2026-11-30T17:00"),
        ("24wh", "2026-12-03T09:30"),
    ],
)
def test_a_day_eight_hours_and_a_working_day_are_three_things(duration: str, due: str) -> None:
    friday = at("2026-11-27T17:00")

    assert china(2026).add(friday, parse(duration)) == at(due)


def test_a_night_shift_belongs_to_the_day_on_which_it_opens() -> None:
    nights = Calendar({"tz": "Asia/Shanghai", "week": {"fri": ["22:00-06:00"]}})

    assert nights.add(at("2026-11-27T23:00"), parse("7wh")) == at("2026-11-28T06:00")
    assert nights.add(at("2026-11-28T01:00"), parse("1wd")) == at("2026-12-05T01:00")
    assert nights.between(at("2026-11-27T00:00"), at("2026-11-29T00:00")) == timedelta(hours=8)
