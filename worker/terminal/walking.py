"""A walk at a terminal: what has happened since, and what can be done now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sop.forms import text_of
from sop.scenario import trace_of
from sop.simulate import OpenStep, Walk
from sop.simulate.drawing import drawn
from sop.simulate.told import calls_of, clocks_of
from sop.values import Value, Values, encode
from worker.terminal.screen import Terminal
from worker.terminal.words import Words

SHANGHAI = ZoneInfo("Asia/Shanghai")


def show_walk(walk: Walk, terminal: Terminal) -> None:
    """What has happened since, and what can be done now."""
    for line in trace_of(walk.news(), marked=False):
        terminal.tell(f"  · {line}")
    when = f"── {_moment(walk.now)}"
    if walk.next_timer is not None and not walk.ended:
        when += terminal.say("　下一个定时 ", "  next timer ") + _moment(walk.next_timer)
    terminal.tell(when)
    for number, step in enumerate(walk.steps(), 1):
        _show_step(number, step, terminal)
    if walk.ended:
        terminal.tell(drawn(walk))
        terminal.tell(Words("已结束", "ended"))


def _show_step(number: int, step: OpenStep, terminal: Terminal) -> None:
    title, assign = _label(step.opened.get("title"), terminal), step.opened.get("assign") or ""
    terminal.tell(f"{number}) {step.address} [{step.type}] {title} {assign}".rstrip())
    if step.incident is not None:
        terminal.tell(f"     ! {step.incident}  (retry | enter k=v | skip | stop)")
    for field in step.form:
        need = "" if field.get("optional") or "default" in field else "*"
        label, options = _label(field.get("label"), terminal), [str(option["value"]) for option in _options(field)]
        terminal.tell(f"     {field['key']}{need}: {field['type']} {label} {' | '.join(options)}".rstrip())
    if step.outcomes:
        buttons = (f"{each['key']} ({_label(each.get('label'), terminal)})" for each in step.outcomes)
        terminal.tell("     → " + " | ".join(buttons))
    if step.waits_for:
        terminal.tell("     … " + ", ".join(step.waits_for))


def _options(field: Values) -> list[Mapping[str, Value]]:
    options = field.get("options")
    return [option for option in options if isinstance(option, Mapping)] if isinstance(options, (list, tuple)) else []


def _label(value: Value, terminal: Terminal) -> str:
    if isinstance(value, Mapping):
        return text_of({str(key): str(text) for key, text in value.items()}, terminal.tongue.value)
    return "" if value is None else str(value)


def _moment(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def show_calls(walk: Walk, terminal: Terminal) -> None:
    """What systems were asked to do, and what came of it."""
    for call in calls_of(walk.facts):
        terminal.tell(
            f"  {call['step']} {call['action']} {_json(call['arguments'])} → {call.get('kind') or call['state']}"
        )


def _json(value: object) -> str:
    return json.dumps(encode(value), ensure_ascii=False)


def show_clocks(walk: Walk, terminal: Terminal) -> None:
    """The clocks, their lights and when they are due."""
    for clock in clocks_of(walk.facts):
        due = _moment(datetime.fromisoformat(clock.due_at)) if clock.due_at else "—"
        terminal.tell(f"  {clock.run}.{clock.name} {clock.target} {clock.light} {clock.phase}  {due}")
