"""Public holidays as a calendar's days off and make-up days, from the ``holidays`` package. Called when a workspace is
read, never at run time: tickets carry the dates themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import holidays

_DECREES = 5
"""A country that had decrees in so many years on end has one every year."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NoSuchCountry(ValueError):
    """The holidays of this country are not known: write its ISO 3166 code, such as ``CN``."""

    def __init__(self, country: str) -> None:
        super().__init__(f"the public holidays of {country} are not known")
        self.zh = f"没有 {country} 的公共假日数据"


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Days nobody works, and days of a weekend on which everybody does (调休 in China). ``uncovered`` are the years
    that the data does not cover yet: their days off are computed by rule, and the make-up days are missing."""

    off: tuple[date, ...]
    worked: tuple[date, ...]
    uncovered: tuple[int, ...] = ()


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
        tuple(year for year in wanted if not _covers(known, year)),
    )


def _covers(known: holidays.HolidayBase, year: int) -> bool:
    """Whether the data knows a year. Where the government decrees the days of each year (as in China, every autumn for
    the next), a year after the last decree is not known, though it can be computed."""
    if not known.start_year <= year <= known.end_year:
        return False
    decreed = sorted(getattr(known, "special_public_holidays", None) or ())  # only countries with decrees have it
    yearly = len(decreed) >= _DECREES and decreed[-1] - decreed[-_DECREES] == _DECREES - 1
    return not yearly or year <= decreed[-1]


def closures(
    found: PublicHolidays, week: Mapping[str, Sequence[str]], make_up: Sequence[str]
) -> tuple[list[str], dict[str, list[str]]]:
    """(off, extra) for a calendar with this week: ISO dates off that it would work, make-up days with their windows."""
    off = [day.isoformat() for day in found.off if week.get(_WEEKDAYS[day.weekday()])]
    extra = {day.isoformat(): list(make_up) for day in found.worked if not week.get(_WEEKDAYS[day.weekday()])}
    return off, extra
