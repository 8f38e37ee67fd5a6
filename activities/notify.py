"""Messages to people: which template, in which language, with the real names; written where they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from activities.connectors import templates
from activities.connectors.failures import RefusedByOtherSide
from activities.connectors.people import Reader
from sop.values import Value, Values

MessageTemplates: TypeAlias = Mapping[str, Mapping[str, str]]
"""Key → language → text with ``{{ }}``."""

FALLBACK = ("zh", "en")
LONGEST_TEXT = 4000
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the gateway's connector file sees it."""

    channel: str
    to: str
    language: str
    text: str

    def scope(self) -> Mapping[str, str]:
        """The root ``message`` of the file's templates."""
        return {"channel": self.channel, "to": self.to, "language": self.language, "text": self.text}


def write_message(reader: Reader, arguments: Values, about: Mapping[str, Value], known: MessageTemplates) -> Message:
    """The message for one reader: the template that ``arguments`` name, else their ``text``.

    Raises RefusedByOtherSide (no other try can help): no such template, a wrong one, or nothing to say."""
    name = arguments.get("template")
    if name is None:
        text = templates.text(arguments.get("text"))
    else:
        text = _rendered(str(name), reader, {**arguments, **about, "reader": {"name": reader.name}}, known)
    if not text.strip():
        raise RefusedByOtherSide("the message has neither a template nor a text", "消息既没有模板也没有正文")
    return Message(reader.channel, reader.address, reader.language, text.strip()[:LONGEST_TEXT])


def promise_told(at: datetime | None, reader: Reader, zone: str) -> dict[str, Value]:
    """The root ``promise`` of a template: ``due_at`` in the reader's language and time zone (``zone`` where they have
    none). A message that promises no time has no such root."""
    if at is None:
        return {}
    return {"promise": {"due_at": time_told(at, reader.language, reader.timezone or zone)}}


def time_told(at: datetime, language: str, zone: str) -> str:
    """A moment as people write it, by the clock of their zone: ``1月8日（周四）18:00``, ``Thu 8 Jan, 18:00``."""
    local = at.astimezone(ZoneInfo(zone))
    if language.startswith("zh"):
        return f"{local.month}月{local.day}日（周{'一二三四五六日'[local.weekday()]}）{local:%H:%M}"
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}, {local:%H:%M}"


def _rendered(name: str, reader: Reader, scope: templates.Scope, known: MessageTemplates) -> str:
    texts = known.get(name)
    if not texts:
        raise RefusedByOtherSide(f"there is no message template {name}", f"没有消息模板 {name}")
    chosen = next((texts[language] for language in (reader.language, *FALLBACK) if language in texts), None)
    try:
        return templates.text(templates.render(chosen or next(iter(texts.values())), scope))
    except templates.TemplateFault as fault:
        raise RefusedByOtherSide(f"message template {name}: {fault}", f"消息模板 {name}：{fault}") from fault
