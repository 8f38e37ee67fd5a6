"""What may go wrong with a step, and what can be said of what happens then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong. The first six are of actions, the next three of tasks and approvals, the last of waits."""

    TIMEOUT = "timeout"
    FAILING = "5xx"
    REFUSED = "4xx"
    DUPLICATE = "duplicate"
    LATE = "late"
    OUT_OF_ORDER = "out_of_order"
    UNANSWERED = "never_answered"
    TWICE = "answered_twice"
    GONE = "owner_leaves"
    NEVER_COMES = "never_comes"


OF_ACTIONS = (Fault.TIMEOUT, Fault.FAILING, Fault.REFUSED, Fault.DUPLICATE, Fault.LATE, Fault.OUT_OF_ORDER)
OF_PEOPLE = (Fault.UNANSWERED, Fault.TWICE, Fault.GONE)


class Finding(StrEnum):
    """Why a cell has no defined outcome."""

    STANDS_FOR_EVER = "stands_for_ever"
    WAITS_FOR_EVER = "waits_for_ever"
    NOBODY_TOLD = "nobody_told"
    COUNTS_TWICE = "counts_twice"
    CHANGES_LATE = "changes_late"
    EVENT_LOST = "event_lost"
    EFFECT_LOST = "effect_lost"
    NOT_REACHED = "not_reached"


WARNINGS = frozenset({Finding.EFFECT_LOST})
"""Findings about an outcome that is defined, and perhaps not the one that is wanted."""
WORDS: dict[Finding, tuple[str, str]] = {
    Finding.STANDS_FOR_EVER: (
        "无人处理时永远停在这里，也没有人被告知：请写 due 或 timeout",
        "left alone it stands for ever, and nobody is told: give it a due or a timeout",
    ),
    Finding.WAITS_FOR_EVER: (
        "事件不来时永远等待，也没有人被告知：请写 timeout",
        "when nothing comes it waits for ever, and nobody is told: give it a timeout",
    ),
    Finding.NOBODY_TOLD: (
        "成为事件，但没有人被告知：请写 owner",
        "it becomes an incident, and nobody is told: give the file an owner",
    ),
    Finding.COUNTS_TWICE: ("第二次也算数", "it counts the second time too"),
    Finding.CHANGES_LATE: ("迟到的应答仍改变了工单", "the late answer changes the ticket all the same"),
    Finding.EVENT_LOST: (
        "先到的事件丢失：工单的结局不同",
        "the event that comes first is lost: the ticket ends otherwise",
    ),
    Finding.EFFECT_LOST: (
        "工单不等应答便继续；若对方其实做了，没有人知道，也不会撤销",
        "the ticket has gone on without the answer: if it took effect after all, nobody knows and nothing undoes it",
    ),
    Finding.NOT_REACHED: (
        "没有场景走到这一步，无法试：请写一个",
        "no scenario comes by this step, so it could not be tried: write one",
    ),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One step and one fault: what happens then, in both languages; ``finding`` where that is
    no defined outcome, or one to think about."""

    step: str
    fault: Fault | None
    zh: str
    en: str
    finding: Finding | None = None

    @property
    def is_undefined(self) -> bool:
        """Whether nothing says what happens then."""
        return self.finding is not None and self.finding not in WARNINGS


def found(step: str, fault: Fault | None, finding: Finding) -> Cell:
    """The cell of a finding."""
    return Cell(step, fault, *WORDS[finding], finding)
