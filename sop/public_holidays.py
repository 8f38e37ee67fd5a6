"""Public holidays as a calendar's days off and make-up days, from the ``holidays`` package. Called when a workspace is
read, never at run time: tickets carry the dates themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import holidays

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NoSuchCountry(ValueError):
    """The holidays of this country are not known: write its ISO 3166 code, such as ``CN``."""

    def __init__(self, country: str) -> None:
        super().__init__(f"the public holidays of {country} are not known")
        self.zh = f"没有 {country} 的公共假日数据"


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Days nobody works, and days of a weekend on which everybody does (调休 in China)."""

    off: tuple[date, ...]
    worked: tuple[date, ...]


def public_holidays(country: str, years: Iterable[int]) -> PublicHolidays:
    """The public holidays of some years and the days worked in exchange; raises ``NoSuchCountry``."""
    wanted = sorted(set(years))
    try:
        known = holidays.country_holidays(country, years=wanted)
    except NotImplementedError:
        raise NoSuchCountry(country) from None
    worked: set[date] = getattr(known, "weekend_workdays", set())  # only countries that work on some weekends have it
    return PublicHolidays(
        tuple(sorted(day for day in known if day.year in wanted)),
        tuple(sorted(day for day in worked if day.year in wanted and day not in known)),
    )


def closures(
    found: PublicHolidays, week: Mapping[str, Sequence[str]], make_up: Sequence[str]
) -> tuple[list[str], dict[str, list[str]]]:
    """(off, extra) for a calendar with this week: ISO dates off that it would work, make-up days with their windows."""
    off = [day.isoformat() for day in found.off if week.get(_WEEKDAYS[day.weekday()])]
    extra = {day.isoformat(): list(make_up) for day in found.worked if not week.get(_WEEKDAYS[day.weekday()])}
    return off, extra
