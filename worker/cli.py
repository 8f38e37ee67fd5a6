"""The ``gongdan`` command: what was asked, in which language, done by which module; errors in one sentence."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NoReturn

from worker.settings import BadSetting, Settings
from worker.table import COMMANDS
from worker.table.rows import GROUPS, Command
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Failure, Tongue, Words, tongue_of

INTERRUPTED = 130
TITLE = Words("工单：一张工单是一个持久的工作流", "Gongdan: every ticket is one durable workflow")


class _Parser(argparse.ArgumentParser):
    """A parser that speaks the reader's language and says where the help is."""

    tongue = Tongue.EN

    def error(self, message: str) -> NoReturn:
        wrong, see = (
            ("参数不对", f"请看 {self.prog} --help")
            if self.tongue is Tongue.ZH
            else ("error", f"see {self.prog} --help")
        )
        sys.stderr.write(f"{self.prog}: {wrong}: {message} ({see})\n")
        sys.exit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, 1 (it failed), 2 (asked wrongly) or 130 (Ctrl-C)."""
    words = list(sys.argv[1:] if argv is None else argv)
    tongue = tongue_of(words, os.environ)
    terminal = Terminal(tongue)
    parser = _parser(tongue)
    values = dict(vars(parser.parse_args(words)))
    run = values.pop("run", None)
    if not isinstance(run, str):
        parser.print_help()
        return 0
    try:
        return _function(run)(Asked(values, terminal, Settings.from_environment()))
    except Failure as failure:
        terminal.note(f"gongdan: {failure.words.tell(tongue)}")
        return failure.code
    except BadSetting as bad:
        terminal.note(f"gongdan: {bad}")
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `gongdan ticket list | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _function(run: str) -> Callable[[Asked], int]:
    module, _, name = run.partition(":")
    function: Callable[[Asked], int] = getattr(import_module(f"worker.{module}"), name)
    return function


def _parser(tongue: Tongue) -> _Parser:
    _Parser.tongue = tongue
    common = _Parser(add_help=False)
    common.add_argument("--lang", choices=[str(each) for each in Tongue], default=argparse.SUPPRESS,
                        help=Words("语言（默认看 LANG）", "language (default: LANG)").tell(tongue))  # fmt: skip
    parser = _Parser(
        prog="gongdan", description=TITLE.tell(tongue), epilog=_epilog("gongdan up", tongue), parents=[common]
    )
    title = Words("命令", "commands").tell(tongue)
    names = parser.add_subparsers(title=title, metavar="")
    groups: dict[str, argparse._SubParsersAction[_Parser]] = {}
    for command in COMMANDS:
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            summary = GROUPS[group].tell(tongue)
            parent = names.add_parser(group, help=summary, description=summary, parents=[common])
            groups[group] = parent.add_subparsers(title=title, metavar="", required=True, dest="command")
        _add(groups[group] if group else names, name, command, tongue, common)
    return parser


def _add(
    to: argparse._SubParsersAction[_Parser],
    name: str,
    command: Command,
    tongue: Tongue,
    common: _Parser,
) -> None:
    summary = command.summary.tell(tongue)
    parser = to.add_parser(
        name, help=summary, description=summary, epilog=_epilog(command.example, tongue), parents=[common]
    )
    for argument in command.arguments:
        options: Mapping[str, object] = {**argument.options, "help": argument.help.tell(tongue).replace("%", "%%")}
        parser.add_argument(*argument.names, **options)  # type: ignore[arg-type]  # the table holds argparse's own options
    parser.set_defaults(run=command.run)


def _epilog(example: str, tongue: Tongue) -> str:
    return f"{Words('例', 'example').tell(tongue)}: {example}".replace("%", "%%")
