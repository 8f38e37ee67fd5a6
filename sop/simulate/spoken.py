"""Moves as somebody types them at a terminal: ``1 pass grade=A``, ``+2h``, ``event parcel.received no=7``."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from pydantic import ValidationError

from sop import yaml_text
from sop.events import FailureKind, Remedy
from sop.facts import FactType
from sop.problems import errors
from sop.scenario.script import Choice
from sop.simulate.moves import Move
from sop.simulate.opensteps import OpenStep
from sop.simulate.walk import Walk
from sop.values import Value, decode

TIMER = "next"


class Unclear(ValueError):
    """What was typed is no move; says what to type."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def move_of(line: str, walk: Walk) -> Move:
    """The move that a line means where the walk stands. Raises ``Unclear``."""
    try:
        words = shlex.split(line)
        return _SPOKEN.get(words[0], _of_step)(words, walk)
    except ValidationError as error:
        said = "; ".join(str(detail["msg"]) for detail in error.errors(include_url=False))
        raise Unclear(f"不明白：{said}", f"that is no move: {said}") from None
    except ValueError as error:
        if isinstance(error, Unclear):
            raise
        raise Unclear(f"不明白：{error}", str(error)) from None


def _of_step(words: Sequence[str], walk: Walk) -> Move:
    first, rest = words[0], words[1:]
    if first.startswith("+"):
        return Move(after=first[1:])
    step = _named(first, walk)
    if step.incident is not None:
        return _settled(step, rest)
    if step.type == "approval":
        return _voted(step, rest, walk)
    outcome = rest[0] if rest and "=" not in rest[0] else None
    by = "customer" if step.opened.get("assign") == "customer" else step.person or "agent"
    return _move(_values(rest[1:] if outcome else rest), complete=step.address, outcome=outcome, by=by)


def _named(first: str, walk: Walk) -> OpenStep:
    """The open step of that number, address or id."""
    for number, step in enumerate(walk.steps(), 1):
        if first in (str(number), step.address, step.address.partition(".")[2]):
            return step
    raise Unclear(f"不认识 {first}；输入 help", f"{first} is no open step and no act; type help")


def _settled(step: OpenStep, rest: Sequence[str]) -> Move:
    if not rest or rest[0] not in set(Remedy):
        raise Unclear("异常请写 retry、enter、skip 或 stop", "say retry, enter, skip or stop")
    return _move(_values(rest[1:]), settle=step.address, choice=rest[0])


def _voted(step: OpenStep, rest: Sequence[str], walk: Walk) -> Move:
    """A vote of somebody who has not voted yet: of the next person asked, where persons are asked."""
    if not rest or rest[0] not in set(Choice):
        raise Unclear("审批请写 approve 或 reject", "say approve or reject")
    votes = sum(fact.type is FactType.VOTE_CAST for fact in walk.facts)
    return _move({}, vote=step.address, choice=rest[0], by=f"approver{votes + 1}", comment=" ".join(rest[1:]))


def _claimed(words: Sequence[str], walk: Walk) -> Move:
    if len(words) < 2:
        return Move(claim=True)
    step = _named(words[1], walk)
    return Move(claim=step.address, by=words[2] if len(words) > 2 else "agent")


def _happened(words: Sequence[str], _walk: Walk) -> Move:
    if len(words) < 2:
        raise Unclear("请写事件类型", "name the event's type")
    return Move(event=words[1], data=_values(words[2:]))


def _failing(words: Sequence[str], _walk: Walk) -> Move:
    kinds = ", ".join(FailureKind)
    if not 2 <= len(words) <= 3 or (len(words) == 3 and words[2] not in set(FailureKind)):
        raise Unclear(f"请写动作，和怎样失败：{kinds}", f"name the action, and how it fails: {kinds}")
    return Move(fail=words[1], kind=FailureKind(words[2]) if len(words) == 3 else FailureKind.UNREACHABLE)


def _healed(words: Sequence[str], _walk: Walk) -> Move:
    if len(words) != 2:
        raise Unclear("请写动作", "name the action")
    return Move(heal=words[1])


def _ordered(words: Sequence[str], _walk: Walk) -> Move:
    if len(words) < 2:
        raise Unclear("请写命令，如 pause、cancel", "name the command, such as pause or cancel")
    return Move(order=words[1], to=words[2] if len(words) > 2 else None)


def _said(words: Sequence[str], _walk: Walk) -> Move:
    return Move(say=" ".join(words[1:]) or "…", by="customer")


def _move(values: Mapping[str, Value], **said: object) -> Move:
    return Move.model_validate({**said, "with": values})


def _values(words: Sequence[str]) -> dict[str, Value]:
    """``key=value`` words; a value that reads as YAML other than text is that: 199, true, [a.jpg, b.jpg]."""
    if unclear := next((word for word in words if "=" not in word), None):
        raise Unclear(f"“{unclear}”应写成 名=值", f"{unclear!r} is not NAME=VALUE")
    return {name: _plain(text) for name, _, text in (word.partition("=") for word in words)}


def _plain(text: str) -> Value:
    tree = yaml_text.read(text, "value")
    return text if errors(tree.problems) else decode(tree.data)


_SPOKEN: Mapping[str, Callable[[Sequence[str], Walk], Move]] = {
    TIMER: lambda _words, _walk: Move(timer=True),
    "event": _happened,
    "fail": _failing,
    "heal": _healed,
    "say": _said,
    "claim": _claimed,
    "order": _ordered,
}
