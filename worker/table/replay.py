"""The commands on what has happened: replay it on another version, export it as a scenario."""

from __future__ import annotations

from worker.table.rows import JSON, Argument, Command, arg
from worker.terminal.words import Words


def _limit(name: str, zh: str, en: str) -> Argument:
    return arg(name, zh=zh, en=en, type=int, metavar="N")


REPLAYING = (
    Command(
        "sop replay",
        Words("把已结束的工单放到另一版本上重演：会有什么不同", "run closed tickets again on another version: what if"),
        "gongdan sop replay return@6 return@7 --last 200 --max-breaches-added 0",
        "commands.sop_replay:run",
        (
            arg("old", zh="当时的版本，如 return@6", en="the version they ran on, e.g. return@6", metavar="KEY@OLD"),
            arg(
                "new",
                zh="要试的版本（return@7）或文件（return.sop.yaml）",
                en="the version to try (return@7) or a file (return.sop.yaml)",
                metavar="KEY@NEW|FILE",
            ),
            arg("--last", zh="最近结束的几张（默认 200）", en="how many, the latest first (default 200)", type=int),
            arg(
                "--assume",
                zh="没有记录的步骤怎样完成：步骤=结果@时长，可多次",
                en="how a step without a record goes: STEP=OUTCOME@DURATION, repeatable",
                action="append",
                metavar="STEP=OUTCOME@DURATION",
            ),
            _limit("--max-breaches-added", "最多新增几次超时", "breaches that may be added"),
            _limit("--max-escalations-added", "升级最多增加几次", "escalations that may be added"),
            _limit("--max-diverged", "最多几张无法重演", "tickets that may diverge"),
            _limit("--max-changed", "最多几张走法不同", "tickets that may go otherwise"),
            _limit("--max-cost-percent", "成本最多上升百分之几", "how much dearer it may get, in percent"),
            _limit("--max-slower-percent", "解决用时中位数最多上升百分之几", "how much slower the median, in percent"),
            arg("--hour-price", zh="一小时人工的价格（默认 100）", en="price of an hour of staff (default 100)"),
            arg("--action-price", zh="一次系统调用的价格（默认 0.1）", en="price of a call (default 0.1)"),
            arg("--jobs", zh="进程数（默认等于核数）", en="processes (default: one a core)", type=int),
            arg("--catalog", zh="改用此目录文件", en="a catalog file in place of the workspace's", metavar="FILE"),
            JSON,
        ),
    ),
    Command(
        "ticket export",
        Words(
            "把已结束的工单导出为场景测试，不含个人信息", "export a closed ticket as a scenario without personal data"
        ),
        "gongdan ticket export GD-10001 --out tests/scenarios/of_gd_10001.yaml",
        "commands.ticket_export:run",
        (
            arg("no", zh="工单号", en="the ticket's number", metavar="NO"),
            arg("--out", zh="写入此文件；不写则打印", en="the file to write (default: print it)", metavar="FILE"),
        ),
    ),
)
