"""A deadline explains itself, line by line, and its lines add up to the target."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings

from sop.calendars import Calendar, NoCalendar, NoWorkingTime
from sop.catalog import office_hours
from sop.clocks.ledger import CalendarUse, Clock, ClockPhase, Correction, Pause
from sop.clocks.why import Sort, explain
from sop.clocks.wording import told
from tests.sop.test_clocks_oracle import Story, ledger, stories

OFFICE = Calendar(office_hours())
WAITING = {"zh": "等待客户", "en": "waiting for the customer"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


def clock(target: str, *pauses: Pause) -> Clock:
    start = at("11-20T09:30")  # a Friday
    use = CalendarUse(start, "default", OFFICE.version)
    return Clock("resolution", ClockPhase.RUNNING, target, start, pauses=list(pauses), calendars=[use])


def lines(one: Clock, language: str = "en") -> list[str]:
    why = explain(one, lambda _: OFFICE, at("11-20T11:00"))
    return told(why, "zh" if language == "zh" else "en")[1:]


def test_a_day_with_a_break_and_a_pause_is_told_in_english_and_in_chinese() -> None:
    pause = Pause(at("11-20T14:00"), at("11-20T17:00"), "pause/0", WAITING)

    assert lines(clock("5wh", pause)) == [
        "Fri 20 Nov 09:30–12:00 counted 2 h 30 m",
        "12:00–13:30 break",
        "13:30–14:00 counted 30 m",
        "14:00–17:00 paused 3 h: waiting for the customer",
        "17:00–18:00 counted 1 h",
        "18:00–Mon 23 Nov 09:00 days that are not worked",
        "09:00–10:00 counted 1 h",
        "used 1 h 30 m; due Mon 23 Nov 10:00",
    ]
    assert lines(clock("5wh", pause), "zh")[3] == "14:00–17:00 暂停 3 小时：等待客户"
    assert lines(clock("5wh", pause), "zh")[-1] == "已用 1 小时 30 分；到期 11月23日周一 10:00"


def test_clock_time_is_told_without_hours() -> None:
    assert lines(clock("2h")) == ["Fri 20 Nov 09:30–11:30 counted 2 h", "used 1 h 30 m; due Fri 20 Nov 11:30"]


def test_a_correction_is_told_with_its_author() -> None:
    one = clock("2h", Pause(at("11-20T10:00"), at("11-20T10:30"), "pause", WAITING))
    one.corrections.append(
        Correction(at("11-20T10:00"), at("11-20T10:30"), True, "chenjing", "误停", at("11-20T11:00"))
    )

    assert "10:00–10:30 counted 30 m, corrected by chenjing" in lines(one)


def test_a_long_story_is_told_by_the_day() -> None:
    told_by_day = lines(clock("20wd"))

    assert len(told_by_day) == 22
    assert told_by_day[1] == "Mon 23 Nov: counted 7 h 30 m"


def test_a_holiday_and_a_make_up_day_are_named() -> None:
    plain = {**office_hours(), "off": ["2026-11-23"], "extra": {"2026-11-21": ["09:00-12:00"]}, "uncovered": [2026]}
    calendar = Calendar(plain)
    one = clock("8wh")

    said = told(explain(one, lambda _: calendar, at("11-20T11:00")), "en")

    assert "09:00–10:00 counted 1 h, make-up day" in " | ".join(said)
    assert "the holidays of 2026 are not known yet and are computed by rule" in said


@settings(max_examples=150, deadline=None)
@given(story=stories())
def test_the_lines_add_up_to_the_target(story: Story) -> None:
    try:
        built = [Calendar(plain) for plain in story.plains]
    except NoCalendar:
        return
    by_version = {calendar.version: calendar for calendar in built}
    one = ledger(story, built)
    try:
        why = explain(one, lambda use: by_version[use.version], story.now)
    except NoWorkingTime:
        return

    assert sum((stretch.counted for stretch in why.stretches), timedelta()) == why.budget
    if all(stretch.sort is not Sort.DAY for stretch in why.stretches) and why.budget:
        assert [s.until for s in why.stretches[:-1]] == [s.since for s in why.stretches[1:]]
    assert told(why, "zh")
    assert told(why, "en")
