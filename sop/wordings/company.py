"""Names of the catalog."""

from __future__ import annotations

from sop.wordings.row import Wording, error, warning

CATALOG: dict[str, Wording] = {
    "301": error(
        "没有事件 {name}",
        "no event is called {name}",
        "有：{known}；新的事件写在 gongdan.yaml 的 events 里",
        "there are: {known}; a new one is written under events in gongdan.yaml",
    ),
    "302": error(
        "{name} 不是可指派的人",
        "{name} is nobody to assign",
        "写 owner、customer、role:x、team:x、user:x 或 manager_of:owner",
        "write owner, customer, role:x, team:x, user:x or manager_of:owner",
    ),
    "303": error("没有角色 {name}", "no role is called {name}", "有：{known}", "there are: {known}"),
    "303.team": error("没有团队 {name}", "no team is called {name}", "有：{known}", "there are: {known}"),
    "303.user": error("没有用户 {name}", "no user is called {name}", "有：{known}", "there are: {known}"),
    "303.skill": error("没有技能 {name}", "no skill is called {name}", "有：{known}", "there are: {known}"),
    "303.calendar": error("没有日历 {name}", "no calendar is called {name}", "有：{known}", "there are: {known}"),
    "304": error("没有操作 {name}", "no action is called {name}", "有：{known}", "there are: {known}"),
    "304.check": error(
        "{name} 不只是查询，不能用来检查承诺",
        "{name} does more than read: it cannot check a promise",
        "换一个 effect: read 的操作",
        "name an action with effect: read",
    ),
    "305": error(
        "操作 {action} 没有参数 {name}",
        "the action {action} has no argument {name}",
        "有：{known}",
        "there are: {known}",
    ),
    "305.sop": error("{action} 没有输入 {name}", "{action} has no input {name}", "有：{known}", "there are: {known}"),
    "306": error(
        "操作 {action} 缺少参数 {name}",
        "the action {action} needs the argument {name}",
        "写在 with 里",
        "write it under with",
    ),
    "306.template": error(
        "消息模板 {action} 缺少 {name}",
        "the message template {action} needs {name}",
        "写在 with 里",
        "write it under with",
    ),
    "306.sop": error(
        "{action} 缺少输入 {name}", "{action} needs the input {name}", "写在 with 里", "write it under with"
    ),
    "307": error(
        "没有可调用的 SOP {name}",
        "no SOP called {name} can be run",
        "子 SOP 的文件要一起检查，它自己的错误也要先改好",
        "name the file of that SOP too, and mend its own mistakes first",
    ),
    "307.cycle": error(
        "SOP 互相调用，没有尽头：{name}",
        "SOPs run each other without end: {name}",
        "让其中一个不再调用",
        "let one of them run without the other",
    ),
    "307.playbook": error(
        "没有剧本 {name}",
        "no playbook is called {name}",
        "剧本写在 playbooks/library 里",
        "playbooks stand in playbooks/library",
    ),
    "308": warning(
        "{name} 现在没有人在岗",
        "{name} has nobody at work now",
        "换一个，或让人上岗（gongdan user duty）",
        "name another, or have somebody go on duty (gongdan user duty)",
    ),
    "309": error("没有消息模板 {name}", "no message template is called {name}", "有：{known}", "there are: {known}"),
    "310": warning(
        "{who} 里没有在岗的人会 {name}",
        "nobody at work in {who} has the skill {name}",
        "换一个组，或去掉这项技能",
        "name another group, or ask for no such skill",
    ),
}
