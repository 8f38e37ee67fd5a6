"""A form of the SOP language on a page: shown with what is known, read back, every mistake beside its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from starlette.datastructures import FormData, UploadFile

from api.pages.language import Speech, msg
from api.pages.views import Attached, Choice, FieldView
from api.problem_table import Code
from api.problems import Problem
from sop.forms import completed
from sop.model import FieldType, FormField, Option
from sop.refusals import WrongAnswer
from sop.values import Value

FILES = frozenset({FieldType.FILE, FieldType.PHOTO})

WRONG = {
    "missing": msg("Please fill this in."),
    "too small": msg("That is too small."),
    "too large": msg("That is too large."),
    "too few": msg("That is too few."),
    "too many": msg("That is too many."),
    "too long": msg("That is too long."),
    "too short": msg("That is too short."),
    "not text": msg("This must be text."),
    "not a number": msg("This is not a number."),
    "not an amount of money": msg("This is not an amount of money."),
    "not a whole number": msg("This is not a whole number."),
    "not yes or no": msg("Choose yes or no."),
    "not one of": msg("Choose one of the options."),
    "not a list of file ids": msg("Choose the files again."),
    "not a list": msg("Choose from the options."),
    "not a date": msg("This is not a date."),
    "not a time": msg("This is not a date and time."),
    "not an e-mail address": msg("This is not an e-mail address."),
    "not a phone number": msg("This is not a phone number."),
}
"""The refusals of ``sop.forms``, as a page says them."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a person sent with a form: its values, the files still to be kept by field, and what is wrong."""

    values: dict[str, Value] = field(default_factory=dict)
    uploads: dict[str, list[UploadFile]] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def fields_of(form: Value) -> tuple[FormField, ...]:
    """The fields of an open step, from its row."""
    rows = form if isinstance(form, (list, tuple)) else ()
    return tuple(FormField.model_validate(row) for row in rows)


def by_hand(names: Sequence[str]) -> tuple[FormField, ...]:
    """The fields for what a system would have given, entered by hand."""
    return tuple(FormField(key=name, type=FieldType.TEXT, label=name, optional=True) for name in names)


def read(form: FormData, fields: Sequence[FormField], speech: Speech) -> Sent:
    """What was sent for these fields. A date and time is one of the reader's zone."""
    sent = Sent()
    for one in fields:
        name = f"f.{one.key}"
        if one.type in FILES:
            sent.uploads[one.key] = [
                item for item in form.getlist(name) if isinstance(item, UploadFile) and item.filename
            ]
            sent.values[one.key] = [str(item) for item in form.getlist(f"{name}.kept")]
        else:
            texts = [str(item).strip() for item in form.getlist(name)]
            sent.values[one.key] = _value(one.type, texts, speech)
    return sent


def _value(kind: FieldType, texts: list[str], speech: Speech) -> Value:
    text = texts[0] if texts else ""
    match kind:
        case FieldType.CHOICES:
            return texts
        case FieldType.BOOLEAN:
            return text == "true"
        case FieldType.NUMBER | FieldType.INTEGER | FieldType.MONEY:
            return text.replace(",", "").replace("，", "").replace(" ", "").lstrip("¥￥")
        case FieldType.DATETIME:
            return _instant(text, speech)
        case _:
            return text.replace("\r\n", "\n")


def _instant(text: str, speech: Speech) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=speech.zone)).isoformat()


def instant(text: str, speech: Speech) -> datetime:
    """The moment in a ``datetime-local`` input, in the reader's zone. Raises 422."""
    try:
        return datetime.fromisoformat(_instant(text, speech))
    except ValueError:
        raise Problem(Code.INVALID) from None


def check(fields: Sequence[FormField], sent: Sent, speech: Speech) -> None:
    """Note in ``sent.wrong`` what the ticket would refuse, in the reader's words, and drop what was left empty."""
    for one in fields:
        try:
            sent.values[one.key] = completed([one], {}, {one.key: sent.values.get(one.key)})[one.key]
        except WrongAnswer as refusal:
            sent.wrong[one.key] = wording(refusal.fields.get(one.key, ""), speech)


def wording(refused: str, speech: Speech) -> str:
    """A refusal of one field in the reader's words, with its bound."""
    for words, said in WRONG.items():
        if refused.startswith(words):
            _, _, bound = refused.removeprefix(words).partition("(")
            shown = f" ({bound}" if bound.startswith(("≥", "≤")) else ""
            return speech.say(said) + shown
    return refused


def shown(
    fields: Sequence[FormField], speech: Speech, sent: Sent | None, name_file: Callable[[str], Attached | None]
) -> tuple[FieldView, ...]:
    """The fields as a template shows them: with what was sent, or else with their defaults."""
    return tuple(_shown(one, speech, sent, name_file) for one in fields)


def _shown(one: FormField, speech: Speech, sent: Sent | None, name_file: Callable[[str], Attached | None]) -> FieldView:
    value = sent.values.get(one.key) if sent is not None else one.default
    chosen = _texts(value, one.type, speech)
    files = tuple(file for item in chosen if (file := name_file(item))) if one.type in FILES else ()
    return FieldView(
        key=one.key,
        type=one.type,
        label=speech.label(one.label) or one.key,
        help=speech.label(one.help),
        optional=one.optional or one.type is FieldType.BOOLEAN,
        choices=tuple(_choice(option, speech) for option in one.options),
        least=_bound(one.min),
        most=_bound(one.max),
        chosen=chosen,
        files=files,
        error=sent.wrong.get(one.key, "") if sent is not None else "",
    )


def _choice(option: str | Option, speech: Speech) -> Choice:
    return Choice(option, option) if isinstance(option, str) else Choice(option.value, speech.label(option.label))


def _bound(bound: Decimal | int | None) -> str:
    return "" if bound is None else f"{bound}"


def _texts(value: object, kind: FieldType, speech: Speech) -> tuple[str, ...]:
    """A value as its inputs hold it: one text, or several."""
    if value is None or value == "":
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(str(item) for item in value)
    if isinstance(value, bool):
        return ("true",) if value else ()
    if isinstance(value, Decimal):
        return (f"{value:f}",)
    if kind is FieldType.DATETIME:
        return (_local(str(value), speech),)
    return (str(value),)


def _local(text: str, speech: Speech) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return speech.local(at) if at.tzinfo else text


def given(form: FormData, name: str, most: int = 200) -> str:
    """One plain text of a form."""
    value = form.get(name)
    return value.strip()[:most] if isinstance(value, str) else ""


def values_sent(sent: Sent) -> Mapping[str, Value]:
    """The values to answer with: without what was left empty."""
    return {key: value for key, value in sent.values.items() if value is not None and value not in ("", [])}
