"""Durations as people say them, ``2 days`` or ``3个工作日``, in the words of the language."""

from __future__ import annotations

import re

from sop.durations import NotADuration, parse

_UNITS = (
    (re.compile(r"(\d+)\s*(?:seconds?|secs?|秒钟?)"), "s"),
    (re.compile(r"(\d+)\s*(?:minutes?|mins?|分钟|分)"), "m"),
    (re.compile(r"(\d+)\s*(?:hours?|hrs?|个?小时)"), "h"),
    (re.compile(r"(\d+)\s*(?:days?|天)"), "d"),
    (re.compile(r"(\d+)\s*(?:weeks?|周|个?星期)"), "w"),
    (re.compile(r"(\d+)\s*(?:working\s*days?|workdays?|business\s*days?|个?工作日)"), "wd"),
    (re.compile(r"(\d+)\s*(?:working\s*hours?|business\s*hours?|个?工作小时|工时)"), "wh"),
    (re.compile(r"(\d+)\s+([smhdw]|wh|wd)"), ""),
)


def meant_by(said: str) -> str | None:
    """How a duration is written that somebody said in words; none where it is none, or not clear which."""
    for pattern, unit in _UNITS:
        found = pattern.fullmatch(said.strip().lower())
        if found is not None:
            text = found[1] + (unit or found[2])
            return text if _is_duration(text) else None
    return None


def _is_duration(text: str) -> bool:
    try:
        parse(text)
    except NotADuration:
        return False
    return True
