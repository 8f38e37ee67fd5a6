"""The commands on clocks and promises."""

from __future__ import annotations

from worker.table import JSON, Argument, Command
from worker.words import Words


def _arg(*names: str, zh: str, en: str, **options: object) -> Argument:
    return Argument(names, Words(zh, en), options)


TIMING = (
    Command(
        "sla promises",
        Words("对客户的承诺兑现了多少", "how many promises to customers are kept"),
        "gongdan sla promises --by team --since 2026-05-01",
        "commands.sla_promises:run",
        (
            _arg(
                "--by", zh="按什么分组", en="what to group by", choices=("sop", "team", "person", "week"), default="sop"
            ),
            _arg("--since", zh="到期时间不早于", en="due at this moment or later", metavar="MOMENT"),
            _arg("--until", zh="到期时间早于", en="due before this moment", metavar="MOMENT"),
            _arg("--team", zh="只看这个团队", en="only of this team"),
            JSON,
        ),
    ),
)
