"""``gongdan sop simulate``: step through a definition in the terminal, on the production engine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sop import yaml_text
from sop.definition import Compiled, starts_on
from sop.engine.orders import REOPENED
from sop.model import Kind
from sop.problems import Language, Refused, errors
from sop.refusals import Refusal
from sop.scenario import Script, trace_of
from sop.simulate import TooMuch, Walk
from sop.simulate.drawing import as_mermaid, drawn
from sop.simulate.spoken import Unclear, move_of
from sop.simulate.written import as_case
from worker.definitions.drafts import bench_of, examine_all, shown
from worker.definitions.scenarios import read_stories
from worker.definitions.workspace import read_texts, scenarios_of
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.showing import show
from worker.terminal.walking import show_calls, show_clocks, show_walk
from worker.terminal.words import Failure, Words

HELP = Words(
    """  1 [结果] [字段=值 …]      完成第 1 步；审批用 1 approve|reject [意见]；异常用 1 retry|enter 名=值|skip|stop
  +2h                       让时间过去（+30m、+3d）
  next                      到下一个定时
  event 类型 [名=值 …]      发生一个外部事件
  say [内容]                客户留言
  claim 1 [谁]              认领第 1 步
  order pause|resume|cancel|priority …   对整张工单的命令
  fail 动作 [怎样] / heal 动作   让动作从此失败（unreachable refused timeout rubbish unknown）/ 恢复
  back                      退回一步
  trail / calls / clocks    走过的全部记录 / 对系统的调用 / 时钟
  diagram                   走过的路线图
  scenario [名称]           写成场景文件的一例
  quit                      结束""",
    """  1 [outcome] [key=value …]  complete step 1; an approval: 1 approve|reject [comment];
                             an incident: 1 retry|enter key=value|skip|stop
  +2h                        let time pass (+30m, +3d)
  next                       go to the next timer
  event TYPE [key=value …]   something happens outside
  say [text]                 the customer writes
  claim 1 [who]              somebody takes step 1
  order pause|resume|cancel|priority …   a command on the whole ticket
  fail ACTION [how] / heal ACTION   an action fails from now on (unreachable refused timeout rubbish unknown) / works
  back                       undo the last move
  trail / calls / clocks     everything so far / what systems were asked / the clocks
  diagram                    the diagram with the way taken
  scenario [name]            write it down as a case of a scenario file
  quit                       stop""",
)


def run(asked: Asked) -> int:
    """Read moves from standard input, one a line, until the definition has ended, ``quit``, or the input is over."""
    terminal = asked.terminal
    found = _compiled(asked)
    if found is None:
        return 1
    compiled, playbooks = found
    walking = _Walking(compiled, playbooks, _script(asked, compiled), terminal)
    if sys.stdin.isatty():
        terminal.tell(HELP)
    show_walk(walking.walk, terminal)
    wrong = 0
    for line in _lines(terminal):
        if line in ("quit", "q", "exit"):
            break
        wrong += not walking.do(line)
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


class _Walking:
    """One walk at a terminal."""

    def __init__(
        self, compiled: Compiled, playbooks: Mapping[str, Compiled], script: Script, terminal: Terminal
    ) -> None:
        self._compiled, self._playbooks, self._script, self._terminal = compiled, playbooks, script, terminal
        self.walk = self._begun()

    def _begun(self) -> Walk:
        return Walk.of(self._compiled, self._script, playbooks=self._playbooks)

    def do(self, line: str) -> bool:
        """Do what a line says; false, with the reason told, where that is not possible."""
        word, _, rest = line.partition(" ")
        try:
            if word in _TELLING:
                _TELLING[word](self.walk, rest, self._terminal)
                return True
            self._back() if word == "back" else self.walk.make(move_of(line, self.walk))
        except (Refusal, Unclear) as error:
            self._terminal.tell("✗ " + self._terminal.say(error.zh, error.en))
            return False
        except (TooMuch, ValueError) as error:
            self._terminal.tell(f"✗ {error}")
            return False
        show_walk(self.walk, self._terminal)
        return True

    def _back(self) -> None:
        """Make every move again but the last."""
        moves = self.walk.moves[:-1]
        self.walk = self._begun()
        for move in moves:
            self.walk.make(move)


def _compiled(asked: Asked) -> tuple[Compiled, Mapping[str, Compiled]] | None:
    """The definition, the playbooks of the workspace that it may start by name, and what takes its ticket up when it is
    opened again; none where it is broken."""
    try:
        bench = bench_of(asked.settings, asked.maybe("catalog"))
    except Refused as refused:
        show(refused.problems, {}, asked.terminal)
        return None
    examined, *others = examine_all([asked.text("file"), *(shown(path) for path in sorted(bench.others))], bench)
    show(tuple(errors(examined.problems)), {examined.file: examined.text}, asked.terminal)
    known = [each for other in others if (each := other.loaded.compiled)]
    named = {each["key"]: each for each in known if each["kind"] == Kind.PLAYBOOK or starts_on(each, REOPENED)}
    return None if examined.loaded.compiled is None else (examined.loaded.compiled, named)


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


def _trail(walk: Walk, _rest: str, terminal: Terminal) -> None:
    terminal.tell("\n".join(trace_of(walk.facts, marked=False)))


def _calls(walk: Walk, _rest: str, terminal: Terminal) -> None:
    show_calls(walk, terminal)


def _clocks(walk: Walk, _rest: str, terminal: Terminal) -> None:
    show_clocks(walk, terminal)


def _scenario(walk: Walk, rest: str, terminal: Terminal) -> None:
    terminal.tell(as_case(walk, rest or terminal.say("模拟", "simulation")).rstrip())


def _diagram(walk: Walk, _rest: str, terminal: Terminal) -> None:
    terminal.tell(drawn(walk))
    terminal.tell(as_mermaid(walk, Language(terminal.tongue.value)).rstrip())


def _help(_walk: Walk, _rest: str, terminal: Terminal) -> None:
    terminal.tell(HELP)


_TELLING: Mapping[str, Callable[[Walk, str, Terminal], None]] = {
    "trail": _trail,
    "calls": _calls,
    "clocks": _clocks,
    "scenario": _scenario,
    "diagram": _diagram,
    "help": _help,
}
