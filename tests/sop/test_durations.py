from datetime import timedelta

import pytest

from sop.durations import Duration, NotADuration, Unit, parse


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("2h", 7200), ("3d", 259_200), ("1w", 604_800), ("1h30m", 5400), (" 0s ", 0)],
)
def test_clock_time_is_kept_in_seconds(text: str, seconds: int) -> None:
    assert parse(text) == Duration(seconds, Unit.SECONDS)
    assert parse(text).clock_time() == timedelta(seconds=seconds)


@pytest.mark.parametrize(("text", "unit"), [("4wh", Unit.WORKING_HOURS), ("4wd", Unit.WORKING_DAYS)])
def test_working_time_has_no_length_without_a_calendar(text: str, unit: Unit) -> None:
    assert parse(text) == Duration(4, unit)
    assert parse(text).working
    with pytest.raises(ValueError, match="only a calendar"):
        parse(text).clock_time()


@pytest.mark.parametrize(
    "text", ["", "1 day", "1day", "d", "-1d", "1.5h", "4wh30m", "1d2w", "٣d", "9999999d", "999999w", "1d\n2h", "never"]
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(NotADuration, match="30m") as refused:
        parse(text)
    assert "30m" in refused.value.zh


@pytest.mark.parametrize("text", ["90s", "90m", "36h", "2w", "4wh", "1wd", "0s"])
def test_a_duration_says_itself_as_it_was_written(text: str) -> None:
    assert str(parse(text)) == text


def test_an_hour_and_a_half_is_ninety_minutes() -> None:
    assert parse("1h30m") == parse("90m")
