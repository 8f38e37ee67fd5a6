"""The few words a diagram says by itself, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sop.model import Result
from sop.problems import Language


class Said(NamedTuple):
    """One text in both languages; ``{}`` is filled in."""

    zh: str
    en: str

    def __call__(self, language: Language, *parts: object) -> str:
        """The text for this reader."""
        return (self.zh if language is Language.ZH else self.en).format(*parts)


START = Said("开始", "Start")
START_EVENT = Said("开始：{}", "Start: {}")
DONE = Said("结束：已解决", "End: resolved")
INCIDENT = Said("异常", "Incident")
HANDLED = Said("处理完毕", "Handled")
RESUMED = Said("回到被打断处之后", "Back to after the step")
JOINED = Said("汇合", "Join")
ONLY_IF = Said("仅当 {}", "only if {}")
DUE = Said("期限 {}", "due {}")
UNDO = Said("可撤销 {}", "undo {}")
UNDOES = Said("撤销已完成的步骤", "undoes what was done")
MONEY = Said("资金", "money")
TIMEOUT = Said("超时 {}", "timeout {}")
REJECTED = Said("驳回", "rejected")
FAILED = Said("出错", "error")
APPROVED = Said("通过", "approved")
RECEIVED = Said("收到", "received")
OTHERWISE = Said("否则", "otherwise")
SKIPPED = Said("跳过", "skipped")
EACH = Said("每一项", "each item")
AGAIN = Said("再次", "again")
FINISHED = Said("完成后", "when done")
AFTER = Said("（经 {}）", "(via {})")
IN_BRANCHES = Said("{} 个分支", "{} branches")
JOIN_ALL = Said("全部完成", "all of them")
JOIN_ANY = Said("任一完成", "any one")
REST_WAIT = Said("其余也等完", "the others are awaited")
REST_BESIDE = Said("其余各自做完", "the others go on beside")
JOIN_COUNT = Said("完成 {} 个", "{} of them")
EACH_OF = Said("逐项：{}", "each of {}")
UNTIL = Said("直到 {}", "until {}")
AT_ONCE = Said("同时 {} 项", "{} at once")
WAIT_FOR = Said("等待 {}", "for {}")
WAIT_UNTIL = Said("等到 {}", "until {}")
WHENEVER = Said("随时：{}", "Whenever: {}")
INTERRUPTS = Said("打断 {}", "interrupts {}")
BESIDE = Said("并行处理 {}", "beside {}")
WHOLE_RUN = Said("整个流程", "the whole run")
CUSTOMER = Said("客户", "customer")
OWNER = Said("负责人", "owner")
MANAGER_OF = Said("{} 的上级", "manager of {}")
SUB_SOP = Said("子流程 {}", "sub-SOP {}")
RULE_ALL = Said("全体同意", "all agree")
RULE_COUNT = Said("{} 票", "{} votes")
NOW_HERE = Said("在办 {}", "{} here")
MEDIAN = Said("中位 {}", "median {}")
COVERED = Said("场景覆盖 {}%（{}/{}）", "covered by scenarios: {}% ({}/{})")
STANDING = Said("在办步骤 {}", "open steps: {}")
DAYS = Said("{} 天", "{} d")
HOURS = Said("{} 小时", "{} h")
MINUTES = Said("{} 分钟", "{} min")
SECONDS = Said("{} 秒", "{} s")
VISITED = Said("✓ 场景已覆盖", "✓ covered by scenarios")
NOT_VISITED = Said("✗ 未走到", "✗ not visited")
PARTLY = Said("✗ 未走到：{}", "✗ not taken: {}")
MAIN_LINE = Said("主线：{}", "Main line: {}")
SIDE_LINE = Said("支线 {}：{}", "Side line {}: {}")

RESULTS: Mapping[Result, Said] = {
    Result.RESOLVED: Said("已解决", "resolved"),
    Result.REJECTED: Said("已拒绝", "rejected"),
    Result.CANCELLED: Said("已取消", "cancelled"),
}
END_AS = Said("结束：{}", "End: {}")
LEGEND = Said("图例", "Legend")
WAYS = (
    ("main", Said("主线", "main line")),
    ("side", Said("支线", "side line")),
    ("timeout", Said("超时", "timeout")),
    ("reject", Said("驳回", "rejected")),
    ("error", Said("出错", "error")),
)
COMES_FROM = Said("从哪里来", "from where")
YES = Said("是", "yes")
GOES_TO = Said("转到 {}", "to {}")
PASS_DONE = Said("本轮完成", "pass done")
ONE_OF_MANY = Said("每一轮", "each pass")

KINDS: Mapping[str, Said] = {
    "task": Said("任务", "task"),
    "approval": Said("审批", "approval"),
    "action": Said("系统动作", "action"),
    "decision": Said("判断", "decision"),
    "wait": Said("等待", "wait"),
    "parallel": Said("并行", "parallel"),
    "repeat": Said("重复", "repeat"),
    "sop": Said("子流程", "sub-SOP"),
    "end": Said("结束", "end"),
}
