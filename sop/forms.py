"""Answers to forms: which values are complete, typed and in range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sop.model import FieldType, FormField, Label, Option, Outcome
from sop.refusals import WrongAnswer
from sop.values import Value, is_reference, unmarked

MAX_TEXT = 20_000
MAX_ITEMS = 200
MAX_FILE_ID = 200
MAX_DIGITS = 28  # what Decimal calculates with exactly


class _Wrong(Exception):
    """One value does not fit its field; the arguments are the words in English and Chinese."""

    def __init__(self, en: str, zh: str, bound: object = None) -> None:
        super().__init__(en)
        self.en, self.zh, self.bound = en, zh, bound


def text_of(label: Label, language: str = "zh") -> str:
    """A label in one language, or in whichever there is."""
    if isinstance(label, str):
        return label
    return label.get(language) or next(iter(label.values()), "")


def completed(form: Sequence[FormField], defaults: Mapping[str, Value], given: Mapping[str, Value]) -> dict[str, Value]:
    """The form's outputs from what was given and the defaults; raises ``WrongAnswer`` naming every wrong field."""
    values: dict[str, Value] = {}
    known = {field.key for field in form}
    wrong: dict[str, tuple[Label, _Wrong]] = {
        key: (key, _Wrong("unknown field", "没有这个字段")) for key in given if key not in known
    }
    for field in form:
        try:
            values[field.key] = _accepted(field, given.get(field.key), defaults.get(field.key))
        except _Wrong as problem:
            wrong[field.key] = (field.label or field.key, problem)
    if wrong:
        raise _refused(wrong)
    return values


def chosen(outcomes: Sequence[Outcome], key: str | None) -> Outcome | None:
    """The outcome of that key; raises ``WrongAnswer`` when the task has outcomes and none of them was chosen."""
    if not outcomes and key in (None, "done"):
        return None
    for outcome in outcomes:
        if outcome.key == key:
            return outcome
    keys = ", ".join(outcome.key for outcome in outcomes) or "none"
    said = f"outcome: choose one of {keys}"
    raise WrongAnswer(said, f"请选择结果：{keys}", {"outcome": said})


def _refused(wrong: Mapping[str, tuple[Label, _Wrong]]) -> WrongAnswer:
    en = "; ".join(_said(problem.en, text_of(label, "en"), problem.bound) for label, problem in wrong.values())
    zh = "；".join(_said(problem.zh, text_of(label), problem.bound) for label, problem in wrong.values())
    return WrongAnswer(en, zh, {key: problem.en + _bound(problem.bound) for key, (_, problem) in wrong.items()})


def _said(words: str, label: str, bound: object) -> str:
    return f"{words}: {label}{_bound(bound)}"


def _bound(bound: object) -> str:
    return "" if bound is None else f" ({bound})"


def _accepted(field: FormField, given: Value, default: Value) -> Value:
    if field.personal and isinstance(given, str) and is_reference(given):
        return given
    left_out = given is None or given == "" or given == []
    value = default if left_out else unmarked(given)
    if left_out and isinstance(value, str) and is_reference(value):
        return value
    if value is None or value == "":
        if field.optional:
            return None
        raise _Wrong("missing", "缺少")
    value = _READERS[field.type](field, value)
    _bounded(field, value)
    return value


def _bounded(field: FormField, value: Value) -> None:
    if (field.min is None and field.max is None) or isinstance(value, bool) or value is None:
        return
    size = len(value) if isinstance(value, (str, list)) else value
    if not isinstance(size, (int, Decimal)):
        return
    few, many = next(words for kind, words in _SIZES.items() if isinstance(value, kind))
    if field.min is not None and size < field.min:
        raise _Wrong(*few, f"≥ {field.min}")
    if field.max is not None and size > field.max:
        raise _Wrong(*many, f"≤ {field.max}")


_SIZES: Mapping[type | tuple[type, ...], tuple[tuple[str, str], tuple[str, str]]] = {
    str: (("too short", "太短"), ("too long", "太长")),
    list: (("too few", "太少"), ("too many", "太多")),
    (int, Decimal): (("too small", "太小"), ("too large", "太大")),
}


def _text(_: FormField, value: Value) -> Value:
    if not isinstance(value, str):
        raise _Wrong("not text", "不是文本")
    if len(value) > MAX_TEXT:
        raise _Wrong("too long", "太长", f"≤ {MAX_TEXT}")
    return value


def _number(_: FormField, value: Value) -> Value:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise _Wrong("not a number", "不是数字")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _Wrong("not a number", "不是数字") from None
    if not number.is_finite() or (number and not -MAX_DIGITS < number.adjusted() < MAX_DIGITS):
        raise _Wrong("not a number", "不是数字")
    if len(number.as_tuple().digits) > MAX_DIGITS:
        raise _Wrong("not a number", "不是数字")
    return number


def _money(field: FormField, value: Value) -> Value:
    amount = _number(field, value)
    if not isinstance(amount, Decimal) or not 0 <= amount <= Decimal("1e12") or amount != round(amount, 2):
        raise _Wrong("not an amount of money", "不是金额")
    return amount


def _integer(field: FormField, value: Value) -> Value:
    number = _number(field, value)
    if not isinstance(number, Decimal) or number != number.to_integral_value():
        raise _Wrong("not a whole number", "不是整数")
    return int(number)


def _boolean(_: FormField, value: Value) -> Value:
    if isinstance(value, bool):
        return value
    if value in ("true", "on", "yes", "1"):
        return True
    if value in ("false", "off", "no", "0"):
        return False
    raise _Wrong("not yes or no", "不是“是/否”")


def _choice(field: FormField, value: Value) -> Value:
    options = [option.value if isinstance(option, Option) else option for option in field.options]
    if options and value not in options:
        raise _Wrong("not one of", "不在选项中", ", ".join(options))
    return _text(field, value)


def _choices(field: FormField, value: Value) -> Value:
    if not isinstance(value, list):
        raise _Wrong("not a list", "不是列表")
    if len(value) > MAX_ITEMS:
        raise _Wrong("too many", "太多", f"≤ {MAX_ITEMS}")
    return [_choice(field, item) for item in value]


def _date(_: FormField, value: Value) -> Value:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        raise _Wrong("not a date (YYYY-MM-DD)", "不是日期（YYYY-MM-DD）") from None


def _datetime(_: FormField, value: Value) -> Value:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        raise _Wrong("not a time (YYYY-MM-DD HH:MM)", "不是时间（YYYY-MM-DD HH:MM）") from None
    return value


def _files(field: FormField, value: Value) -> Value:
    ids = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) and 0 < len(item) <= MAX_FILE_ID for item in ids):
        raise _Wrong("not a list of file ids", "不是文件编号列表")
    if len(ids) > MAX_ITEMS:
        raise _Wrong("too many", "太多", f"≤ {MAX_ITEMS}")
    return ids


def _file(field: FormField, value: Value) -> Value:
    ids = _files(field, value)
    return ids if isinstance(value, list) else value


def _email(field: FormField, value: Value) -> Value:
    name, at, domain = str(_text(field, value)).partition("@")
    if not (name and at and "." in domain):
        raise _Wrong("not an e-mail address", "不是邮箱地址")
    return value


def _phone(field: FormField, value: Value) -> Value:
    digits = [c for c in str(_text(field, value)) if c.isdigit()]
    if not 5 <= len(digits) <= 20:
        raise _Wrong("not a phone number", "不是电话号码")
    return value


_READERS: dict[FieldType, Callable[[FormField, Value], Value]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.INTEGER: _integer,
    FieldType.MONEY: _money,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.FILE: _file,
    FieldType.PHOTO: _files,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
}
