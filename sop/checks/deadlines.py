"""What is read of a clock is there: 219W."""

from __future__ import annotations

from collections.abc import Iterator

from sop.checks.context import Context
from sop.checks.deciding import Known, decided, is_for_all, known_of
from sop.checks.nulls import needed
from sop.checks.references import place_of
from sop.checks.sites import Use
from sop.model import ClockPolicy, Document, Metric
from sop.policies import Reopen
from sop.problems import Problem
from sop.yaml_text import escape

_EMPTY = frozenset(("due_at", "remaining"))  # of a clock without a deadline; it is not breached either way
_REOPENED = "ticket.reopened"
_STARTED, _ENDING = Metric.NEXT_RESPONSE, frozenset((Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE))

_CATEGORIES = ("它只管某些类别", "it is for some categories only")
_CONDITION = ("它只在某种条件下适用", "it applies under a condition only")
_START = ("它要等到某个事件或条件才开始", "it starts at an event or a condition only")
_OVER = ("工单重新打开之前它可能已经结束", "it may have ended before the ticket was opened again")


def deadlines_that_may_be_missing(document: Document, context: Context) -> Iterator[Problem]:
    """219W: a deadline is read with a default where its clock may have none."""
    known = known_of(document)
    for site in context.sites:
        tree, told = site.study.tree, set[str]()
        for path, offset in needed(tree, condition=site.use is Use.CONDITION) if tree is not None else ():
            if len(path) < 3 or path[0] != "sla" or path[2] not in _EMPTY or path[1] in told:
                continue
            name = path[1]
            clock = context.clocks_to_read.get(name)
            why = None if clock is None else _why_none(document, name, clock, known)
            if why is not None and not site.pointer.startswith(f"/sla/{escape(name)}/"):
                told.add(name)
                place = place_of(context, site, path[:2], site.inner[1] + offset)
                yield context.tree.found("219", place, {"name": name, "path": ".".join(path), "why": why})


def _why_none(document: Document, name: str, clock: ClockPolicy, known: Known) -> tuple[str, str] | None:
    """Why a clock may have no deadline; nothing where it surely has one as long as its run lasts."""
    metric = clock.metric or next((each for each in Metric if each == name), Metric.CUSTOM)
    rows = () if isinstance(clock.target, str) else clock.target
    if not is_for_all(clock, known):
        return _CATEGORIES
    if decided(clock.when, known) is not True or (rows and all(decided(r.when, known) is not True for r in rows)):
        return _CONDITION
    if clock.start is not None or metric is _STARTED:
        return _START
    reopened = document.start is not None and document.start.event == _REOPENED
    ends = clock.stop is not None or metric in _ENDING
    return _OVER if reopened and ends and clock.reopen is not Reopen.RESTART else None
