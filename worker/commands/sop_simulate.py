"""``gongdan sop simulate``: step through a definition in the terminal, on the production engine."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sop import yaml_text
from sop.definition import Compiled
from sop.events import Remedy
from sop.forms import text_of
from sop.problems import Refused, errors
from sop.refusals import Refusal
from sop.scenario import Script, trace_of
from sop.values import Value, Values, decode
from worker.asked import Asked
from worker.commands.sop_validate import show
from worker.drafts import bench_of, examine_all
from worker.pairs import pairs
from worker.rehearsal import OpenStep, Rehearsal
from worker.scenarios import read_stories
from worker.terminal import Terminal
from worker.words import Failure, Words
from worker.workspace import read_texts, scenarios_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
HELP = Words(
    """  1 [结果] [字段=值 …]      完成第 1 步；审批用 1 approve|reject [意见]；异常用 1 retry|enter 名=值|skip|stop
  +2h                       让时间过去（+30m、+3d）
  next                      到下一个定时
  event 类型 [名=值 …]      发生一个外部事件
  say                       客户留言
  fail 动作 / heal 动作     让一个动作从此失败 / 恢复
  trail                     走过的全部记录
  quit                      结束""",
    """  1 [outcome] [key=value …]  complete step 1; an approval: 1 approve|reject [comment];
                             an incident: 1 retry|enter key=value|skip|stop
  +2h                        let time pass (+30m, +3d)
  next                       go to the next timer
  event TYPE [key=value …]   something happens outside
  say                        the customer writes
  fail ACTION / heal ACTION  an action fails from now on / works again
  trail                      everything so far
  quit                       stop""",
)


def run(asked: Asked) -> int:
    """Read acts from standard input, one a line, until the definition has ended, ``quit``, or the input is over."""
    terminal = asked.terminal
    compiled = _compiled(asked)
    if compiled is None:
        return 1
    walk = Rehearsal.of(compiled, _script(asked, compiled))
    if sys.stdin.isatty():
        terminal.tell(HELP)
    _show(walk, terminal)
    wrong = 0
    for line in _lines(terminal):
        if line in ("quit", "q", "exit"):
            break
        wrong += not _act(walk, line, terminal)
        _show(walk, terminal)
        if walk.ended:
            break
    return 1 if wrong and not sys.stdin.isatty() else 0


def _lines(terminal: Terminal) -> Iterator[str]:
    """What is typed or piped in, without empty lines and comments."""
    while True:
        if sys.stdin.isatty():
            terminal.err.write("> ")
            terminal.err.flush()
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


def _compiled(asked: Asked) -> Compiled | None:
    try:
        bench = bench_of(asked.settings, asked.maybe("catalog"))
    except Refused as refused:
        show(refused.problems, {}, asked.terminal)
        return None
    examined = examine_all([asked.text("file")], bench)[0]
    show(tuple(errors(examined.problems)), {examined.file: examined.text}, asked.terminal)
    return examined.loaded.compiled


def _script(asked: Asked, compiled: Compiled) -> Script:
    """The ticket to walk with: that of the definition's own scenarios, where it has any; over it what was asked for."""
    file = Path(asked.text("file"))
    known: Script | None = None
    if not asked.maybe("catalog"):
        folder = asked.settings.workspace
        stories = read_stories(scenarios_of(read_texts(folder)), folder)
        known = next((story.script for story in stories if story.definition == file.resolve()), None)
    order = {"no": "O-1001", "paid": 199, "tracking_no": "SF900001"}
    script = known or Script(file=str(file), ticket={"category": compiled["key"], "order": order}, cases=[])
    ticket, customer = _mapping(asked.maybe("ticket"), "--ticket"), _mapping(asked.maybe("customer"), "--customer")
    changed = {"ticket": {**script.ticket, **ticket}, "customer": {**script.customer, **customer}}
    return script.model_copy(update=changed)


def _mapping(text: str | None, name: str) -> Mapping[str, object]:
    if text is None:
        return {}
    tree = yaml_text.read(text, name)
    if errors(tree.problems) or not isinstance(tree.data, dict):
        raise Failure(
            f"{name} 要写成 YAML 映射，如 '{{priority: high}}'",
            f"{name} is a YAML mapping such as '{{priority: high}}'",
        )
    return tree.data


def _act(walk: Rehearsal, line: str, terminal: Terminal) -> bool:
    """Do what a line says; false, with the reason told, where that is not possible."""
    try:
        words = shlex.split(line)
        _ACTS.get(words[0], _step)(walk, words, terminal)
    except Refusal as refusal:
        terminal.tell("✗ " + terminal.say(refusal.zh, refusal.en))
    except Failure as failure:
        terminal.tell("✗ " + failure.words.tell(terminal.tongue))
    except ValueError as error:
        terminal.tell(f"✗ {error}")
    else:
        return True
    return False


def _step(walk: Rehearsal, words: list[str], terminal: Terminal) -> None:
    first, rest = words[0], words[1:]
    if first.startswith("+"):
        walk.pass_time(first[1:])
        return
    steps = walk.steps()
    named = {str(number): step for number, step in enumerate(steps, 1)}
    named |= {name: step for step in steps for name in (step.address, step.address.partition(".")[2])}
    if first not in named:
        raise Failure(f"不认识 {first}；输入 help", f"{first} is no step or act; type help")
    step = named[first]
    if step.incident is not None:
        walk.settle(step, _remedy(rest), _values(rest[1:]))
    elif step.type == "approval":
        _vote(walk, step, rest)
    else:
        outcome = rest[0] if rest and "=" not in rest[0] else None
        walk.answer(step, outcome, _values(rest[1:] if outcome else rest))


def _vote(walk: Rehearsal, step: OpenStep, rest: list[str]) -> None:
    if not rest or rest[0] not in ("approve", "reject"):
        raise Failure("审批请写 approve 或 reject", "say approve or reject")
    walk.vote(step, rest[0] == "approve", " ".join(rest[1:]))


def _remedy(rest: list[str]) -> Remedy:
    if not rest or rest[0] not in set(Remedy):
        raise Failure("异常请写 retry、enter、skip 或 stop", "say retry, enter, skip or stop")
    return Remedy(rest[0])


def _values(words: list[str]) -> dict[str, Value]:
    """``key=value`` words; a value that reads as YAML other than text is that: 199, true, [a.jpg, b.jpg]."""
    return {name: _plain(text) for name, text in pairs(words).items()}


def _plain(text: str) -> Value:
    tree = yaml_text.read(text, "value")
    return text if errors(tree.problems) else decode(tree.data)


def _next(walk: Rehearsal, _words: list[str], terminal: Terminal) -> None:
    if not walk.to_next_timer():
        terminal.tell(Words("没有定时", "nothing is due"))


def _event(walk: Rehearsal, words: list[str], _terminal: Terminal) -> None:
    if len(words) < 2:
        raise Failure("请写事件类型", "name the event's type")
    walk.happen(words[1], _values(words[2:]))


def _fail(walk: Rehearsal, words: list[str], _terminal: Terminal) -> None:
    walk.systems.failing.update(words[1:])


def _heal(walk: Rehearsal, words: list[str], _terminal: Terminal) -> None:
    walk.systems.failing.difference_update(words[1:])


def _trail(walk: Rehearsal, _words: list[str], terminal: Terminal) -> None:
    terminal.tell("\n".join(trace_of(walk.stage.facts)))


def _say(walk: Rehearsal, _words: list[str], _terminal: Terminal) -> None:
    walk.say()


def _help(_walk: Rehearsal, _words: list[str], terminal: Terminal) -> None:
    terminal.tell(HELP)


_ACTS = {"next": _next, "event": _event, "fail": _fail, "heal": _heal, "trail": _trail, "say": _say, "help": _help}


def _show(walk: Rehearsal, terminal: Terminal) -> None:
    """What has happened since, and what can be done now."""
    for line in trace_of(walk.news()):
        terminal.tell(f"  · {line}")
    when = f"── {_moment(walk.now)}"
    if walk.next_timer is not None and not walk.ended:
        when += terminal.say("　下一个定时 ", "  next timer ") + _moment(walk.next_timer)
    terminal.tell(when)
    for number, step in enumerate(walk.steps(), 1):
        _show_step(number, step, terminal)
    if walk.ended:
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
