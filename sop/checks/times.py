"""105E: every duration and every share is one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sop import durations
from sop.checks.context import Context
from sop.definition import Placed
from sop.model import Action, Approval, Document, Retry, Task, Wait
from sop.problems import Problem
from sop.spoken_durations import meant_by

NEVER = "never"
_SHARE = re.compile(r"([0-9]{1,3})%")


def times_of_steps(document: Document, context: Context) -> Iterator[Problem]:
    """105E in steps: due, remind, timeout, for, and the pauses between tries."""
    for placed in context.placed:
        yield from _step(context, placed)


def _step(context: Context, placed: Placed) -> Iterator[Problem]:
    step, pointer = placed.step, placed.pointer
    if isinstance(step, (Task, Approval)):
        yield from _duration(context, f"{pointer}/due", step.due)
        yield from _share_or_duration(context, f"{pointer}/remind", step.remind)
    if isinstance(step, (Task, Approval, Wait)) and step.timeout != NEVER:
        yield from _duration(context, f"{pointer}/timeout", step.timeout)
    if isinstance(step, Wait) and "{{" not in (step.duration or ""):
        yield from _duration(context, f"{pointer}/for", step.duration)
    if isinstance(step, Action):
        yield from _duration(context, f"{pointer}/timeout", step.timeout, clock=True)
        if isinstance(step.retry, Retry):
            yield from _duration(context, f"{pointer}/retry/interval", step.retry.interval, clock=True)
            yield from _duration(context, f"{pointer}/retry/max_interval", step.retry.max_interval, clock=True)


def times_of_clocks(document: Document, context: Context) -> Iterator[Problem]:
    """105E in clocks: targets and warnings."""
    for name, clock in document.sla.items():
        pointer = f"/sla/{name}"
        if isinstance(clock.target, str):
            yield from _duration(context, f"{pointer}/target", clock.target)
        else:
            for index, target in enumerate(clock.target):
                yield from _duration(context, f"{pointer}/target/{index}/is", target.duration)
        yield from _share_or_duration(context, f"{pointer}/warn", clock.warn)


def times_of_rungs(document: Document, context: Context) -> Iterator[Problem]:
    """105E in ladders."""
    for pointer, rung in context.rungs:
        if not isinstance(rung, str):
            if rung.at is not None and not _is_share(rung.at):
                yield context.tree.problem("105.share", f"{pointer}/at", name=rung.at)
            yield from _duration(context, f"{pointer}/after", rung.after)


def times_of_promises(document: Document, context: Context) -> Iterator[Problem]:
    """105E in promises: the time that is promised, and when to warn of it."""
    for pointer, action in context.each(Action):
        if action.promise is not None:
            yield from _duration(context, f"{pointer}/promise/within", action.promise.within)
            yield from _share_or_duration(context, f"{pointer}/promise/warn", action.promise.warn)


def _is_share(text: str) -> bool:
    share = _SHARE.fullmatch(text)
    return share is not None and 0 < int(share[1]) <= 500


def _share_or_duration(context: Context, pointer: str, text: str | None) -> Iterator[Problem]:
    if text and text.endswith("%"):
        if not _is_share(text):
            yield context.tree.problem("105.share", pointer, name=text)
    else:
        yield from _duration(context, pointer, text)


def _duration(context: Context, pointer: str, text: str | None, *, clock: bool = False) -> Iterator[Problem]:
    if text is None or pointer not in context.tree.positions:
        return
    try:
        working = durations.parse(text).working
    except durations.NotADuration:
        yield context.tree.problem("105", pointer, name=text, meant=meant_by(text))
    else:
        if working and clock:
            yield context.tree.problem("105.clock", pointer, name=text)
