"""A row of the table of commands, and the arguments that several commands have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.terminal.words import Words


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument; ``options`` go to argparse as they are."""

    names: tuple[str, ...]
    help: Words
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Command:
    """One command; ``run`` is ``module:function`` under ``worker``, imported when it is called."""

    name: str
    summary: Words
    example: str
    run: str
    arguments: tuple[Argument, ...] = ()


def arg(*names: str, zh: str, en: str, **options: object) -> Argument:
    """An argument and its help in both languages."""
    return Argument(names, Words(zh, en), options)


JSON = arg("--json", zh="以 JSON 输出", en="print JSON", action="store_true")

CANDIDATE = (
    arg(
        "--share",
        zh="候选：新工单的百分比，如 10%",
        en="a candidate's share of new tickets, e.g. 10%",
        metavar="PERCENT",
    ),
    arg("--segment", zh="候选：适用的条件", en="a candidate's condition on ticket and customer", metavar="CONDITION"),
)

GROUPS: Mapping[str, Words] = {
    "sop": Words("检查、测试、模拟 SOP 与剧本", "check, test and simulate SOPs and playbooks"),
    "sla": Words("时钟、政策与承诺", "clocks, policies and promises"),
    "ticket": Words("通过 API 开单和查看工单", "open and read tickets through the API"),
    "event": Words("通过 API 告知外部事件", "tell the API of something that happened"),
    "user": Words("可以登录的人", "people who may log in"),
    "key": Words("集成用的 API 密钥", "API keys of integrations"),
}
