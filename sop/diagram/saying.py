"""What a step says of itself in a diagram: its title, who or what does it, by when, and what is special about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sop.definition import Definition
from sop.diagram import words
from sop.diagram.conditions import resolved
from sop.diagram.names import Names
from sop.model import Action, Approval, Decision, End, Parallel, Repeat, Rest, Step, SubSop, Task, Wait
from sop.problems import Language

NO_UNDO = "none"


@dataclass(frozen=True, slots=True)
class Saying:
    """The texts of one node. ``condition`` is that of entering it; ``marks`` are short words such as "money"."""

    title: str
    lines: tuple[str, ...] = ()
    condition: str = ""
    marks: tuple[str, ...] = ()


def kind_of(step: Step) -> str:
    """The name of a step's type."""
    return str(step.type)


def said_of(step: Step, definition: Definition, language: Language, names: Names) -> Saying:
    """Everything a reader should see of a step."""
    title = names.text(step.title, language) or _untitled(step, language)
    condition = "" if step.when is None else resolved(step.when, definition.document.vars, short=True)
    lines = tuple(line for line in _lines(step, definition, language, names) if line)
    return Saying(title, lines, condition, tuple(_marks(step, definition, language)))


def _untitled(step: Step, language: Language) -> str:
    if isinstance(step, End):
        return words.END_AS(language, words.RESULTS[step.result](language))
    return step.id


def _lines(step: Step, definition: Definition, language: Language, names: Names) -> Iterator[str]:
    match step:
        case Task():
            yield _dotted(names.tell(step.assign, language), _due(step.due, language))
        case Approval():
            asked = (step.approvers,) if isinstance(step.approvers, str) else step.approvers
            who = " + ".join(names.tell(one, language) for one in asked)
            yield _dotted(who, _rule(step.rule, language), _due(step.due, language))
        case Action():
            yield step.action
        case SubSop():
            yield words.SUB_SOP(language, step.sop)
        case End():
            yield words.RESULTS[step.result](language) if names.text(step.title, language) else ""
        case _:
            yield from _course(step, definition, language, names)


def _course(step: Step, definition: Definition, language: Language, names: Names) -> Iterator[str]:
    constants = definition.document.vars
    match step:
        case Wait():
            yield _awaited(step, definition, language, names)
        case Parallel():
            yield _dotted(words.IN_BRANCHES(language, len(step.branches)), _joined(step, language))
        case Repeat():
            yield words.EACH_OF(language, resolved(step.each, constants, short=True)) if step.each is not None else ""
            yield words.UNTIL(language, resolved(step.until, constants, short=True)) if step.until is not None else ""
            yield words.AT_ONCE(language, step.at_once) if step.at_once > 1 else ""
            yield _joined(step, language) if step.join != "all" else ""
        case Decision() | _:
            pass


def _joined(step: Parallel | Repeat, language: Language) -> str:
    joins = {"all": words.JOIN_ALL, "any": words.JOIN_ANY}
    others = {Rest.WAIT: words.REST_WAIT(language), Rest.BESIDE: words.REST_BESIDE(language)}
    return _dotted(
        joins.get(str(step.join), words.JOIN_COUNT)(language, step.join), others.get(step.rest, "") if step.rest else ""
    )


def _awaited(step: Wait, definition: Definition, language: Language, names: Names) -> str:
    if step.duration is not None:
        return words.WAIT_FOR(language, step.duration)
    if step.until is not None:
        return words.WAIT_UNTIL(language, resolved(step.until, definition.document.vars, short=True))
    return " / ".join(
        names.tell(event, language) for event in (step.event, *(one.event for one in step.any_of)) if event
    )


def _marks(step: Step, definition: Definition, language: Language) -> Iterator[str]:
    if isinstance(step, Action):
        contract = definition.actions.get(step.action)
        if contract is not None and contract["effect"] == "money":
            yield words.MONEY(language)
        if undo := undo_of(step):
            yield words.UNDO(language, undo)
    elif isinstance(step, End) and step.undo:
        yield words.UNDOES(language)


def undo_of(step: Action) -> str | None:
    """The action that undoes a step, if it has one."""
    return None if step.undo == NO_UNDO else step.undo


def _due(due: str | None, language: Language) -> str:
    return words.DUE(language, due) if due else ""


def _rule(rule: str | int, language: Language) -> str:
    if rule == "any":
        return ""
    return words.RULE_ALL(language) if rule == "all" else words.RULE_COUNT(language, rule)


def _dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
