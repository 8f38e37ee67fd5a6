"""The two languages of the pages: message catalogues, labels of definitions, dates and lengths of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from api.problem_table import Language

LOCALE = Path(__file__).resolve().parent.parent / "locale"
COMPANY_ZONE = ZoneInfo("Asia/Shanghai")


LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en"}
TAGS = {Language.ZH: "zh-CN", Language.EN: "en"}
"""What the ``lang`` attribute of a page says."""


def msg(text: str) -> str:
    """Mark ``text`` for the catalogue where it stands in a table; ``Speech.say`` translates it later."""
    return text


@lru_cache
def translations(language: Language) -> NullTranslations:
    """The catalogue, compiled in memory from its ``.po`` file; English is the language of the message ids."""
    if language is Language.EN:
        return NullTranslations()
    with (LOCALE / "zh_CN" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalog = read_po(source, locale="zh_CN")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, domain="messages")


@dataclass(frozen=True, slots=True)
class Speech:
    """Everything that depends on who reads: the language and the time zone."""

    language: Language
    zone: ZoneInfo = COMPANY_ZONE

    def say(self, message: str, **values: object) -> str:
        """The message in this language, with its ``%(name)s`` places filled."""
        text = translations(self.language).gettext(message)
        return text % values if values else text

    def label(self, label: object) -> str:
        """Text of a definition: one string, or one per language; the other language when this one is missing."""
        if isinstance(label, Mapping):
            text = label.get(self.language) or next(iter(label.values()), "")
            return str(text)
        return "" if label is None else str(label)

    def moment(self, at: datetime, now: datetime) -> str:
        """``14:02`` today, ``11-20 14:02`` this year, with the year otherwise."""
        local, today = at.astimezone(self.zone), now.astimezone(self.zone)
        if local.date() == today.date():
            return format_time(local, "HH:mm", tzinfo=self.zone, locale=LOCALES[self.language])
        pattern = "MM-dd HH:mm" if local.year == today.year else "yyyy-MM-dd HH:mm"
        return format_datetime(local, pattern, tzinfo=self.zone, locale=LOCALES[self.language])

    def full(self, at: datetime) -> str:
        """The whole date and time, for titles and for readers of the screen."""
        return format_datetime(at, "medium", tzinfo=self.zone, locale=LOCALES[self.language])

    def day(self, at: datetime) -> str:
        """A date."""
        return format_date(at.astimezone(self.zone), "medium", locale=LOCALES[self.language])

    def local(self, at: datetime) -> str:
        """The value of a ``datetime-local`` input."""
        return at.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")

    def value(self, value: object) -> str:
        """A value of a ticket as people read it."""
        if value is None or value == "":
            return "—"
        if isinstance(value, bool):
            return self.say("Yes") if value else self.say("No")
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, Mapping):
            return "; ".join(f"{key}: {self.value(item)}" for key, item in value.items())
        if isinstance(value, (list, tuple)):
            return ", ".join(self.value(item) for item in value)
        return str(value)


def span(length: timedelta) -> str:
    """A length of time in at most two units, the same in every language: ``-1h15m``, ``12m``, ``2d3h``."""
    minutes = int(abs(length).total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        text = f"{days}d{hours}h" if hours else f"{days}d"
    elif hours:
        text = f"{hours}h{minutes}m" if minutes else f"{hours}h"
    else:
        text = f"{minutes}m"
    return f"-{text}" if length < timedelta() else text
