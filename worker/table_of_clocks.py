"""The commands on clocks: other policies for open tickets."""

from __future__ import annotations

from worker.table import JSON, Argument, Command
from worker.words import Words


def _arg(*names: str, zh: str, en: str, **options: object) -> Argument:
    return Argument(names, Words(zh, en), options)


CLOCKS = (
    Command(
        "sla migrate",
        Words("进行中工单的时钟改按现在发布的政策与日历", "have open tickets' clocks go by the policies published now"),
        "gongdan sla migrate return --dry-run",
        "commands.sla_migrate:run",
        (
            _arg("keys", zh="SOP 或剧本；不写则全部", en="SOPs or playbooks; none: all", nargs="*", metavar="KEY"),
            _arg(
                "--dry-run",
                zh="只列出新旧期限和会立即触发的提醒",
                en="only list old and new deadlines, and what would be told at once",
                action="store_true",
            ),
            _arg("--by", zh="操作人（默认 cli）", en="who does it (default: cli)", default="cli"),
            JSON,
        ),
    ),
)
