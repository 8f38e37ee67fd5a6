"""A difference in words, for a terminal or a merge request, and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sop.diagram.words import Said
from sop.diff.changes import Change, Consequence, Difference, Kind, Neighbours, Risk
from sop.forms import text_of
from sop.problems import Language

LONGEST = 90
_TOKENS = re.compile(r"\s+|\w+|.", re.DOTALL)
_MARKS = {Kind.NEW: "+", Kind.REMOVED: "-", Kind.MOVED: ">", Kind.RENAMED: "=", Kind.CHANGED: "~"}

SAME = Said("{} → {}：含义没有差别", "{} → {}: no difference in meaning")
FILE = Said("文件", "file")
NEW_STEP = Said("新步骤，{}", "new step {}")
GONE_STEP = Said("删除步骤，原{}", "removed step, was {}")
MOVED_STEP = Said("移动：原{}，现{}", "moved: was {}, now {}")
RENAMED_STEP = Said("由 {} 改名", "renamed from {}")
LOOKS_LIKE = Said("；像是 {} 改了名：若是，请写 was: {}", "; looks like {} renamed: if so, write was: {}")
BETWEEN = Said("在 {} 与 {} 之间", "between {} and {}")
FIRST = Said("在 {} 之前", "before {}")
LAST = Said("在 {} 之后", "after {}")
ALONE = Said("独占一线", "alone")
ON_LINE = Said("{}（支线 {}）", "{} (path {})")
ADDED = Said("新增 {} {}", "new {} {}")
DROPPED = Said("去掉 {} {}", "removed {} {}")
NOTHING = Said("无", "none")
STAND = Said("{} 张在办工单停在改动的步骤上：{}", "{} running tickets stand on changed steps: {}")
STANDS = Said("1 张在办工单停在改动的步骤上：{}", "1 running ticket stands on changed steps: {}")
NOBODY = Said("没有在办工单停在改动的步骤上", "no running ticket stands on a changed step")

RISKS: Mapping[Risk, Said] = {
    Risk.MONEY_UNCHECKED: Said(
        "资金动作 {step} 之前现在没有审批，也没有金额限制",
        "money action {step} now without approval or limit before it",
    ),
    Risk.APPROVAL_REMOVED: Said("审批 {step} 没有了", "approval {step} is gone"),
    Risk.LIMIT_RAISED: Said(
        "审批 {step} 问得更少：界限 {old} → {new}", "approval {step} is asked for less: limit {old} → {new}"
    ),
    Risk.APPROVAL_WEAKER: Said("审批 {step} 变弱：{old} → {new}", "approval {step} is weaker: {old} → {new}"),
    Risk.REJECT_CHANGED: Said("{step} 驳回后去向：{old} → {new}", "a rejection at {step} leads to {new}, was {old}"),
    Risk.TIMEOUT_REMOVED: Said("{step} 不再超时：{old} → {new}", "{step} has no timeout any more: {old} → {new}"),
    Risk.TIMEOUT_PASSES: Said("{step} 超时后现在继续往下走", "{step} now goes on when nobody answers, was {old}"),
    Risk.UNDO_LOST: Said("{step} 不能再撤销：{old} → {new}", "{step} is not undone any more: {old} → {new}"),
    Risk.DUE_REMOVED: Said("{step} 没有期限了（原 {old}）", "{step} has no due time any more, was {old}"),
    Risk.ESCALATION_REMOVED: Said("{step} 不再升级", "{step} is not escalated any more"),
    Risk.PERSONAL_LOST: Said(
        "{step} 的字段 {old} 不再算个人信息", "field {old} of {step} no longer counts as personal"
    ),
    Risk.CLOCK_REMOVED: Said("时钟 {step} 没有了", "clock {step} is gone"),
    Risk.TICKETS_STRANDED: Said(
        "{old} 张工单停在已删除的 {step} 上", "{old} tickets stand on {step}, which is removed"
    ),
}


def told(difference: Difference, language: Language) -> list[str]:
    """The difference line by line: what it means for safety, the file, the steps, the running tickets."""
    return list(_Telling(difference, language).lines())


def plain(difference: Difference) -> dict[str, object]:
    """The difference as JSON, each change with its sentence in both languages."""
    both = {language: _Telling(difference, language) for language in Language}
    tickets = difference.tickets
    return {
        "old": difference.old,
        "new": difference.new,
        "same": difference.same,
        "changes": [
            {
                "kind": change.kind,
                "step": change.step,
                "key": list(change.key),
                "old": change.old,
                "new": change.new,
                **{str(language): telling.change(change) for language, telling in both.items()},
            }
            for change in difference.changes
        ],
        "safety": [
            {
                "risk": one.risk,
                "step": one.step,
                **{str(language): telling.consequence(one) for language, telling in both.items()},
            }
            for one in difference.consequences
        ],
        "tickets": None
        if tickets is None
        else {"total": len(difference.standing), "steps": {step: len(those) for step, those in tickets.items()}},
    }


@dataclass(frozen=True, slots=True)
class _Telling:
    difference: Difference
    language: Language

    def lines(self) -> Iterator[str]:
        difference = self.difference
        if difference.same:
            yield SAME(self.language, difference.old, difference.new)
            return
        yield f"{difference.old} → {difference.new}"
        for one in difference.consequences:
            yield f"! {self.consequence(one)}"
        for change in difference.changes:
            yield f"{_MARKS[change.kind]} {self.change(change)}"
        if difference.tickets is not None:
            yield self.tickets(difference.tickets)

    def tickets(self, tickets: Mapping[str, frozenset[int]]) -> str:
        """Who stands on what has changed."""
        total = len(self.difference.standing)
        if not total:
            return NOBODY(self.language)
        each = ", ".join(f"{self.name(step)} {len(those)}" for step, those in tickets.items())
        return STANDS(self.language, each) if total == 1 else STAND(self.language, total, each)

    def consequence(self, one: Consequence) -> str:
        """A consequence as a sentence."""
        said = RISKS[one.risk]
        text = said.zh if self.language is Language.ZH else said.en
        return text.format(step=self.name(one.step), old=self.value(one.old), new=self.value(one.new))

    def change(self, change: Change) -> str:
        """A change as a sentence."""
        where = FILE(self.language) if change.step is None else self.name(change.step)
        return f"{where}: {self._what(change)}" if self.language is Language.EN else f"{where}：{self._what(change)}"

    def _what(self, change: Change) -> str:
        if change.key:
            return self._key(change)
        match change.kind:
            case Kind.NEW:
                hint = LOOKS_LIKE(self.language, change.like, change.like) if change.like else ""
                return NEW_STEP(self.language, self._place(change.stands)) + hint
            case Kind.REMOVED:
                return GONE_STEP(self.language, self._place(change.stood))
            case Kind.MOVED:
                return MOVED_STEP(self.language, self._place(change.stood), self._place(change.stands))
            case _:
                return RENAMED_STEP(self.language, change.old)

    def _key(self, change: Change) -> str:
        key = " ".join(change.key)
        if change.kind is Kind.RENAMED:
            return f"{key}: {RENAMED_STEP(self.language, change.old)}"
        if change.kind is Kind.NEW:
            return ADDED(self.language, key, self.value(change.new)).rstrip()
        if change.kind is Kind.REMOVED:
            return DROPPED(self.language, key, self.value(change.old)).rstrip()
        return f"{key} {self._from_to(change.old, change.new)}"

    def _from_to(self, old: object, new: object) -> str:
        if isinstance(old, str) and isinstance(new, str):
            return narrowed(old, new)
        if _in_languages(old) and _in_languages(new):
            return self._texts(old, new)
        one, other = self.value(old), self.value(new)
        return f"{one} → {other}" if one != other else f"{_raw(old)} → {_raw(new)}"

    def _texts(self, old: object, new: object) -> str:
        """What a text for people was and is: in the reader's language, if that is one of those that changed."""
        assert isinstance(old, Mapping) and isinstance(new, Mapping)  # noqa: S101, PT018 - told by _in_languages
        changed = [name for name in dict.fromkeys((self.language, *new, *old)) if old.get(name) != new.get(name)]
        one, other = (str(each.get(changed[0]) or "") for each in (old, new))
        return (f"{changed[0]}: " if changed[0] != self.language else "") + narrowed(one, other)

    def _place(self, stands: Neighbours | None) -> str:
        if stands is None:
            return ""
        before, after = (self.name(one) if one else None for one in (stands.before, stands.after))
        if before and after:
            text = BETWEEN(self.language, before, after)
        elif before or after:
            text = (LAST if before else FIRST)(self.language, before or after)
        else:
            text = ALONE(self.language)
        return ON_LINE(self.language, text, stands.line) if stands.line else text

    def name(self, step: str) -> str:
        """A step by its title and its id."""
        title = self.difference.titles.get(step)
        text = text_of(title, self.language) if isinstance(title, (str, dict)) else ""
        return f"{text} ({step})" if text and text != step else step

    def value(self, value: object) -> str:
        """A YAML value as one reads it: without what is at its default."""
        if value is None:
            return NOTHING(self.language)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, Mapping):
            if _in_languages(value):
                return self.value(text_of({str(k): str(v) for k, v in value.items()}, self.language))
            said = ((name, item) for name, item in value.items() if item not in (None, False, "", [], {}, ()))
            return _short("(" + ", ".join(f"{name} {self.value(item)}" for name, item in said) + ")")
        if isinstance(value, (list, tuple)):
            return _short("[" + ", ".join(self.value(item) for item in value) + "]")
        return _short(str(value))


def _in_languages(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value) and {"zh", "en"}.issuperset(value)


def _raw(value: object) -> str:
    """A value as it is written, where what one reads of it is the same."""
    return _short(json.dumps(value, ensure_ascii=False, default=str))


def narrowed(old: str, new: str) -> str:
    """From one text to the other, what both begin and end with said once: ``amount > 500 → 1000``."""
    one, other = _TOKENS.findall(old), _TOKENS.findall(new)
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    gone, come = "".join(one[head : len(one) - tail]), "".join(other[head : len(other) - tail])
    if (head + tail) * 2 < max(len(one), len(other)) or not gone or not come:
        return f"{_short(old) or '—'} → {_short(new) or '—'}"
    begin, end = "".join(one[:head]), "".join(one[len(one) - tail :])
    if not end:
        return f"{_short(begin, last=True)}{_short(gone)} → {_short(come)}"
    return f"{_short(begin, last=True)}[{_short(gone)} → {_short(come)}]{_short(end, first=True)}"


def _short(text: str, *, first: bool = False, last: bool = False) -> str:
    """A text in one line, no longer than one reads; of what stands before or after a change, the part beside it."""
    flat = re.sub(r"\s+", " ", text)
    if not (first or last):
        flat = flat.strip()
    if len(flat) <= LONGEST:
        return flat
    return "…" + flat[1 - LONGEST :] if last else flat[: LONGEST - 1] + "…"
