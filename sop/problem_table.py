"""Every problem's severity and wording, in Chinese and English: the one table behind all messages about a file.

A row's key is the code's number, with a suffix where one code has several wordings. The caller fills in ``{names}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is: only an error stops a file."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Wording:
    """One row: the message and what to do about it."""

    severity: Severity
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""


def _error(zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Wording:
    return Wording(Severity.ERROR, zh, en, hint_zh, hint_en)


def _warning(zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Wording:
    return Wording(Severity.WARNING, zh, en, hint_zh, hint_en)


def _info(zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Wording:
    return Wording(Severity.INFO, zh, en, hint_zh, hint_en)


TEXT: dict[str, Wording] = {
    "001": _error("不是有效的 YAML：{detail}", "not YAML: {detail}"),
    "001.empty": _error("文件是空的", "the file is empty"),
    "001.documents": _error("一个文件只能有一份文档", "a file holds one document", "去掉 ---", "remove the ---"),
    "001.size": _error("文件超过 {limit} kB", "the file is larger than {limit} kB"),
    "001.depth": _error("嵌套超过 {limit} 层", "nested more than {limit} levels deep"),
    "001.nodes": _error("展开后的内容太多（别名算在内）", "too much content, aliases expanded"),
    "001.alias": _error("没有这个锚点：{name}", "no such anchor: {name}"),
    "001.character": _error("不允许的字符 U+{name}", "character not allowed: U+{name}"),
    "001.tag": _error("不能使用标签 {name}", "tags are not available: {name}", "去掉它", "remove it"),
    "001.number": _error(
        "数字 {name} 放不进工单", "a ticket cannot carry the number {name}", "加引号作文本", "quote it"
    ),
    "001.key": _error("键必须是一个词", "a key must be one word"),
    "002": _error(
        "键 {name} 重复：{first} 已经写过",
        "duplicate key {name}: it already stands at {first}",
        "留下一个",
        "keep one of the two",
    ),
    "003": _error(
        "{{{{ }}}} 没有加引号：YAML 会把它读成映射",
        "unquoted {{{{ }}}}: YAML reads it as a mapping",
        '写成 "{name}"',
        'write "{name}"',
    ),
    "004": _error("YAML 不能用制表符缩进", "YAML cannot be indented with tabs", "改用空格", "use spaces"),
    "004.merge": _error(
        "不能使用合并键 <<", "merge keys << are not available", "把内容写出来", "write the content out"
    ),
    "005": _warning(
        "{name} 看起来像{kind}，但这里是文本",
        "{name} looks like {kind}, but it is text here",
        '如果就是文本，写成 "{name}"',
        'if text is meant, write "{name}"',
    ),
}

SHAPE: dict[str, Wording] = {
    "100": _error("要写 sop: 或 playbook:，只写一个", "write sop: or playbook:, exactly one of them"),
    "101": _error("未知的键 {name}", "unknown key {name}", "可用的键：{known}", "keys: {known}"),
    "102": _error("步骤没有 id", "the step has no id"),
    "103": _error("id {name} 重复：{first} 已经用过", "duplicate id {name}: it already stands at {first}"),
    "104": _error(
        "{name} 不能作 id",
        "{name} cannot be an id",
        "用小写字母开头，只含小写字母、数字和 _",
        "begin with a small letter; small letters, digits and _ only",
    ),
    "104.reserved": _error("{name} 是保留字，不能作 id", "{name} is a reserved word, not an id"),
    "105": _error(
        "{name} 不是时长",
        "{name} is not a duration",
        "例如 30m 2h 3d（钟表时间）、4wh 1wd（工作时间）",
        "such as 30m 2h 3d (clock time) or 4wh 1wd (working time)",
    ),
    "105.clock": _error("{name}：这里只能写钟表时间", "{name}: only clock time is possible here"),
    "105.share": _error("{name} 不是百分比", "{name} is not a share", "例如 80%", "such as 80%"),
    "106": _error("未知的类型 {name}", "unknown type {name}", "可用的类型：{known}", "types: {known}"),
    "106.choice": _error("这里不能写 {name}", "{name} cannot stand here", "可用的值：{known}", "values: {known}"),
    "106.value": _error("{name} 的值不对：应为{wanted}", "wrong value for {name}: {wanted} is wanted"),
    "107": _error("缺少必填的键 {name}", "missing key {name}"),
    "107.rung": _error("升级的一级要写 at 或 after，只写一个", "a rung has exactly one of at, after"),
    "108": _error("{name} 是保留的字段名", "{name} is a reserved field name", "换一个名字", "choose another name"),
    "109": _error(
        "wait 必须且只能有 event、any_of、for、until 之一",
        "a wait has exactly one of event, any_of, for, until",
    ),
}

EXPRESSIONS: dict[str, Wording] = {
    "110": _error("条件不加花括号", "a condition is written without braces", "写成 {name}", "write {name}"),
    "111": _error("表达式有语法错误：{detail}", "syntax error in the expression: {detail}"),
    "113": _error("表达式里不能这样写：{detail}", "not available in expressions: {detail}"),
    "114": _error("没有这个过滤器、测试或函数：{detail}", "no such filter, test or function: {detail}"),
    "117": _error(
        "{name} 是个人信息，不能用在条件里",
        "{name} is personal and cannot stand in a condition",
        "流程里只有它的引用；用 customer.tier 这样的字段判断",
        "the workflow holds a reference only; decide by a field such as customer.tier",
    ),
}

FLOW: dict[str, Wording] = {
    "201": _warning("没有任何地方进入支线 {name}", "nothing enters the path {name}"),
    "202": _warning("步骤 {name} 永远不会执行", "the step {name} never runs"),
    "203": _info("变量 {name} 没有用到", "the variable {name} is not used"),
    "204": _error(
        "没有名为 {name} 的支线或步骤",
        "no path or step is called {name}",
        "也可以写 continue、end 或 incident",
        "continue, end and incident may be written too",
    ),
    "204.path": _error("没有名为 {name} 的支线", "no path is called {name}"),
    "205": _error(
        "{name} 在支线 {line} 里面，不能从这里跳进去",
        "{name} stands inside the path {line}: nothing can jump in from here",
        "进入整条支线：{line}",
        "enter the whole path: {line}",
    ),
    "205.out": _error(
        "不能从并行分支 {line} 跳到外面的 {name}", "nothing can jump out of the parallel branch {line} to {name}"
    ),
    "207": _error("支线互相调用，没有尽头：{name}", "paths call each other without end: {name}"),
}

REFERENCES: dict[str, Wording] = {
    "210": _error(
        "没有 {name}",
        "there is no {name}",
        "可用：{known}；如果是文本，加引号：'{name}'",
        "there are: {known}; text is written in quotes: '{name}'",
    ),
    "210.place": _error("这里不能用 {name}", "{name} is not available here"),
    "211": _error("没有步骤 {name}", "no step is called {name}"),
    "212": _error(
        "步骤 {step} 没有输出 {name}", "the step {step} has no output {name}", "它有：{known}", "it has: {known}"
    ),
    "215": _error("没有变量 {name}", "no variable is called {name}", "有：{known}", "there are: {known}"),
    "216": _error("没有输入 {name}", "no input is called {name}", "有：{known}", "there are: {known}"),
    "217": _error("工单没有字段 {name}", "a ticket has no field {name}", "有：{known}", "there are: {known}"),
    "217.customer": _error(
        "客户没有字段 {name}", "a customer has no field {name}", "有：{known}", "there are: {known}"
    ),
    "218": _error(
        "事件 {event} 没有字段 {name}", "the event {event} has no field {name}", "有：{known}", "there are: {known}"
    ),
    "218.clock": _error("没有时钟 {name}", "no clock is called {name}", "有：{known}", "there are: {known}"),
    "218.clock_field": _error("时钟没有 {name}", "a clock has no {name}", "有：{known}", "there are: {known}"),
}

CATALOG: dict[str, Wording] = {
    "301": _error("没有事件 {name}", "no event is called {name}"),
    "302": _error(
        "{name} 不是可指派的人",
        "{name} is nobody to assign",
        "写 owner、customer、role:x、team:x、user:x 或 manager_of:owner",
        "write owner, customer, role:x, team:x, user:x or manager_of:owner",
    ),
    "303": _error("没有角色 {name}", "no role is called {name}"),
    "303.team": _error("没有团队 {name}", "no team is called {name}"),
    "303.user": _error("没有用户 {name}", "no user is called {name}"),
    "303.skill": _error("没有技能 {name}", "no skill is called {name}"),
    "303.calendar": _error("没有日历 {name}", "no calendar is called {name}"),
    "304": _error("没有操作 {name}", "no action is called {name}"),
    "305": _error(
        "操作 {action} 没有参数 {name}",
        "the action {action} has no argument {name}",
        "有：{known}",
        "there are: {known}",
    ),
    "305.sop": _error("{action} 没有输入 {name}", "{action} has no input {name}", "有：{known}", "there are: {known}"),
    "306.sop": _error("{action} 缺少输入 {name}", "{action} needs the input {name}"),
    "307": _error("没有可调用的 SOP {name}", "no SOP called {name} can be run"),
    "307.cycle": _error("SOP 互相调用，没有尽头：{name}", "SOPs run each other without end: {name}"),
}

SAFETY: dict[str, Wording] = {
    "401": _error(
        "审批没有写 on_reject", "the approval has no on_reject", "写明驳回后去哪里", "say where a rejection leads"
    ),
    "402": _error(
        "审批超时不能当作通过",
        "an approval cannot pass because time ran out",
        "沉默不等于同意：去一条支线、end 或 incident",
        "silence never approves: lead to a path, end or incident",
    ),
    "402.missing": _error(
        "审批有 timeout 就要写 on_timeout",
        "an approval with a timeout needs an on_timeout",
        "沉默不等于同意：去一条支线、end 或 incident",
        "silence never approves: lead to a path, end or incident",
    ),
    "403": _error(
        "等待事件必须有 timeout",
        "a wait for an event needs a timeout",
        "确实不限时就写 timeout: never",
        "write timeout: never if it is meant",
    ),
    "404": _error("有 timeout 就要写 on_timeout", "a timeout needs an on_timeout"),
    "406": _warning(
        "{name} 可以撤销，但没有写 undo",
        "{name} can be undone, but undo is not written",
        "写 undo: {undo}，或 undo: none",
        "write undo: {undo}, or undo: none",
    ),
    "409": _warning("任务没有 due", "the task has no due"),
    "412": _info("缺少 {name} 文字", "no text in {name}"),
}

WORDINGS: dict[str, Wording] = {**TEXT, **SHAPE, **EXPRESSIONS, **FLOW, **REFERENCES, **CATALOG, **SAFETY}
