"""A reckoning in words, line by line, in Chinese or English, in the calendar's own time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from sop.clocks.why import Sort, Stretch, Why

Tongue: TypeAlias = Literal["zh", "en"]
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_IDLE = {
    Sort.BREAK: ("休息", "break"),
    Sort.NIGHT: ("非工作时间", "outside working hours"),
    Sort.FREE: ("周休", "days that are not worked"),
    Sort.OFF: ("放假", "holiday"),
}


def told(why: Why, tongue: Tongue) -> list[str]:
    """The lines of a reckoning: target and calendar, each stretch, what has been used, and the deadline."""
    zone = ZoneInfo(why.zone)
    lines = [_head(why, tongue)]
    day = None
    for stretch in why.stretches:
        begin = stretch.since.astimezone(zone)
        lines.append(_line(stretch, zone, tongue, dated=begin.date() != day))
        day = stretch.until.astimezone(zone).date()
    lines += [
        _changed(change.since.astimezone(zone), change.name, tongue) for change in why.changes if change.since < why.due
    ]
    lines += [_uncovered(year, tongue) for year in why.uncovered]
    return [*lines, _end(why, zone, tongue)]


def _head(why: Why, tongue: Tongue) -> str:
    start = _at(why.started_at.astimezone(ZoneInfo(why.zone)), tongue)
    budget, counts = _length(why.budget, tongue), why.working
    if tongue == "zh":
        what = f"工作时间 {budget}" if counts else budget
        return f"目标 {why.target}（{what}），自{start}起；日历 {why.calendar}（{why.calendar_version}，{why.zone}）"
    what = f"{budget} of working time" if counts else budget
    return f"target {why.target} ({what}) from {start}; calendar {why.calendar} ({why.calendar_version}, {why.zone})"


def _line(stretch: Stretch, zone: ZoneInfo, tongue: Tongue, *, dated: bool) -> str:
    begin, end = stretch.since.astimezone(zone), stretch.until.astimezone(zone)
    if stretch.sort is Sort.DAY:
        return f"{_day(begin, tongue)}：{_said(stretch, tongue)}" if tongue == "zh" else _english_day(stretch, begin)
    until = f"{end:%H:%M}" if begin.date() == end.date() else _at(end, tongue)
    since = _at(begin, tongue) if dated else f"{begin:%H:%M}"
    return f"{since}–{until} {_said(stretch, tongue)}"


def _english_day(stretch: Stretch, begin: datetime) -> str:
    return f"{_day(begin, 'en')}: {_said(stretch, 'en')}"


def _said(stretch: Stretch, tongue: Tongue) -> str:
    zh = tongue == "zh"
    if stretch.sort in _IDLE:
        return _IDLE[stretch.sort][0 if zh else 1]
    parts: list[str] = []
    if stretch.counted or stretch.sort is Sort.COUNTED:
        parts.append(
            f"计入 {_length(stretch.counted, tongue)}" if zh else f"counted {_length(stretch.counted, tongue)}"
        )
    if stretch.extra:
        parts.append("调休上班" if zh else "make-up day")
    still = stretch.until - stretch.since if stretch.sort is Sort.PAUSED else stretch.paused
    if still:
        reason = (stretch.reason or {}).get(tongue, "")
        said = f"暂停 {_length(still, tongue)}" if zh else f"paused {_length(still, tongue)}"
        parts.append(f"{said}：{reason}" if zh and reason else f"{said}: {reason}" if reason else said)
    if stretch.by:
        parts.append(f"由 {stretch.by} 更正" if zh else f"corrected by {stretch.by}")
    return ("，" if zh else ", ").join(parts)


def _changed(at: datetime, name: str, tongue: Tongue) -> str:
    return f"{_at(at, 'zh')}起按日历 {name}" if tongue == "zh" else f"from {_at(at, 'en')} on calendar {name}"


def _uncovered(year: int, tongue: Tongue) -> str:
    if tongue == "zh":
        return f"{year} 年的节假日与调休尚未公布，暂按规则推算"
    return f"the holidays of {year} are not known yet and are computed by rule"


def _end(why: Why, zone: ZoneInfo, tongue: Tongue) -> str:
    due, spent = _at(why.due.astimezone(zone), tongue), _length(why.used, tongue)
    if tongue == "zh":
        note = "（现在暂停，恢复后顺延）" if why.paused else ""
        return f"已用 {spent}；到期 {due}{note}"
    note = " (paused now: it moves on until the clock does)" if why.paused else ""
    return f"used {spent}; due {due}{note}"


def _day(at: datetime, tongue: Tongue) -> str:
    if tongue == "zh":
        return f"{at.month}月{at.day}日周{_WEEKDAYS['zh'][at.weekday()]}"
    return f"{_WEEKDAYS['en'][at.weekday()]} {at.day} {_MONTHS[at.month - 1]}"


def _at(at: datetime, tongue: Tongue) -> str:
    return f"{_day(at, tongue)} {at:%H:%M}"


def _length(time: timedelta, tongue: Tongue) -> str:
    """``2 h 30 m``; seconds only where there is less than an hour of anything else."""
    seconds = int(time.total_seconds())
    hours, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    units = ("小时", "分", "秒") if tongue == "zh" else ("h", "m", "s")
    parts = [f"{many} {unit}" for many, unit in zip((hours, minutes, 0 if hours else rest), units, strict=True) if many]
    return " ".join(parts) or f"0 {units[1]}"
