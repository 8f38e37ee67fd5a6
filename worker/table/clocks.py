"""The commands on clocks and promises."""

from __future__ import annotations

from worker.table.rows import JSON, Command, arg
from worker.terminal.words import Words

CLOCKS = (
    Command(
        "sla migrate",
        Words("进行中工单的时钟改按现在发布的政策与日历", "have open tickets' clocks go by the policies published now"),
        "gongdan sla migrate return --dry-run",
        "commands.sla_migrate:run",
        (
            arg("keys", zh="SOP 或剧本；不写则全部", en="SOPs or playbooks; none: all", nargs="*", metavar="KEY"),
            arg(
                "--dry-run",
                zh="只列出新旧期限和会立即触发的提醒",
                en="only list old and new deadlines, and what would be told at once",
                action="store_true",
            ),
            arg("--by", zh="操作人（默认 cli）", en="who does it (default: cli)", default="cli"),
            JSON,
        ),
    ),
)

TIMING = (
    Command(
        "sla promises",
        Words("对客户的承诺兑现了多少", "how many promises to customers are kept"),
        "gongdan sla promises --by team --since 2026-05-01",
        "commands.sla_promises:run",
        (
            arg(
                "--by", zh="按什么分组", en="what to group by", choices=("sop", "team", "person", "week"), default="sop"
            ),
            arg("--since", zh="到期时间不早于", en="due at this moment or later", metavar="MOMENT"),
            arg("--until", zh="到期时间早于", en="due before this moment", metavar="MOMENT"),
            arg("--team", zh="只看这个团队", en="only of this team"),
            JSON,
        ),
    ),
)
