"""Values without persons in them: names, phones, e-mail addresses and free text become neutral ones of the same type.

The same value becomes the same everywhere, so that what matched still matches. Choices, numbers, moments and business
keys (an order, a waybill) stay; so does text that the definition itself writes, for a condition may compare it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sop.definition import Definition
from sop.events import Actor, ActorKind
from sop.model import FieldType, FormField
from sop.values import OPENING, Value

PERSONAL = re.compile(
    r"name|phone|mobile|tel$|e?mail|address|addr$|contact|receiver|recipient|consignee|signe[rd]|id_card|birth|wechat",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:\+|00)?[0-9][0-9 ()-]{5,18}[0-9]")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")
_CODE = re.compile(r"[\w.:+/#-]{1,80}", re.ASCII)
_KEPT = frozenset({FieldType.CHOICE, FieldType.CHOICES, FieldType.DATE, FieldType.DATETIME})
_FILES = frozenset({FieldType.FILE, FieldType.PHOTO})


@dataclass(slots=True)
class Neutral:
    """Makes the values of one ticket neutral. ``written`` is the definition's own text."""

    written: str
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _people: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, definition: Definition) -> Neutral:
        """For a ticket of this definition."""
        return cls(json.dumps(definition.compiled["document"], ensure_ascii=False))

    def person(self, by: Actor | None) -> str:
        """Somebody of the staff by a number, always the same; the customer stays the customer."""
        if by is not None and by.kind is ActorKind.CUSTOMER:
            return "customer"
        return self.colleague(by.id if by is not None else "")

    def colleague(self, name: str) -> str:
        """One of the staff by their id."""
        return self._people.setdefault(name, f"agent{len(self._people) + 1}")

    def answer(self, asked: FormField | None, name: str, value: Value) -> Value:
        """A value of a form's field, or of something that declares no type."""
        if asked is None:
            return self.value(name, value)
        if isinstance(value, (list, tuple)):
            return [self.answer(asked, name, item) for item in value]
        if not isinstance(value, str) or (asked.type in _KEPT and not asked.personal):
            return value
        if asked.type in _FILES:
            return self._one("file", value)
        return self._text(value, asked)

    def value(self, name: str, value: Value) -> Value:
        """A value by its name and by what it looks like."""
        if isinstance(value, Mapping):
            return {key: self.value(key, item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(name, item) for item in value]
        if not isinstance(value, str) or not value:
            return value
        if PERSONAL.search(name):
            return self._guessed(value)
        if self._is_written(value):
            return value
        if _MOBILE.fullmatch(value) or _EMAIL.search(value) or OPENING in value or not _CODE.fullmatch(value):
            return self._guessed(value)
        return value

    def words(self, text: str) -> str:
        """What somebody wrote: a comment, a note."""
        return self._one("text", text) if text and not self._is_written(text) else text

    def _guessed(self, text: str) -> str:
        if _EMAIL.search(text):
            return self._one("email", text)
        return self._one("phone" if _PHONE.fullmatch(text) else "text", text)

    def _text(self, text: str, asked: FormField) -> str:
        if not asked.personal and (self._is_written(text) or (asked.type is FieldType.TEXT and _is_key(text))):
            return text
        kinds = {FieldType.EMAIL: "email", FieldType.PHONE: "phone"}
        made = self._one(kinds.get(asked.type, "text"), text)
        least, most = int(asked.min or 0), int(asked.max or len(made))
        return made.ljust(least, "字")[: max(most, least)]

    def _one(self, kind: str, text: str) -> str:
        number = sum(1 for known, _ in self._known if known == kind) + 1
        made = {
            "email": f"person{number}@example.com",
            "phone": f"1380000{number:04}",
            "file": f"file{number}",
            "text": f"文字{number}",
        }
        return self._known.setdefault((kind, text), made[kind])

    def _is_written(self, text: str) -> bool:
        """Whether the definition itself writes this text, as a value or within an expression."""
        return len(text) > 1 and any(f"{quote}{text}{quote}" in self.written for quote in ('"', "'"))


def _is_key(text: str) -> bool:
    """Whether it is a business key that somebody has typed: a part, a waybill, an asset."""
    return bool(_CODE.fullmatch(text)) and any(c.isdigit() for c in text) and not _MOBILE.fullmatch(text)
