"""The shape of a file: 100–109."""

from __future__ import annotations

from sop.lint.page import PATHS, TASK, Page, steps

SHAPE: dict[str, Page] = {
    "100": Page(
        ("sop 和 playbook 只写一个", "Either sop or playbook"),
        (
            "一个文件是一个 SOP 或一个剧本，由这个键说明，也由它命名。",
            "A file is one SOP or one playbook; this key says which, and names it.",
        ),
        bad="dsl: 1\nsteps:\n  - {id: a, type: end}\n",
        good=steps("id: a, type: end"),
    ),
    "101": Page(
        ("未知的键", "Unknown key"),
        (
            "写错的键如果被悄悄忽略，流程就少了一条规则。每一层只认语言里的键。",
            "If a misspelt key were ignored, the process would lack a rule and nobody would know. Each place takes the "
            "language's keys only.",
        ),
        bad=steps("id: a, type: end, resutl: rejected"),
        good=steps("id: a, type: end, result: rejected"),
    ),
    "102": Page(
        ("步骤没有 id", "A step without an id"),
        (
            "表达式、跳转、统计和迁移都靠 id 认出一步。",
            "Expressions, jumps, figures and migrations know a step by its id.",
        ),
        bad=steps("type: end"),
        good=steps("id: a, type: end"),
    ),
    "103": Page(
        ("id 重复", "An id is used twice"),
        (
            "步骤、支线、表单字段和结果在各自的范围内名字唯一，否则跳转和输出不知道指哪一个。",
            "Steps, paths, form fields and outcomes have names of their own: otherwise a jump or an output could mean "
            "either.",
        ),
        bad=steps("id: a, type: wait, for: 1h", "id: a, type: end"),
        good=steps("id: a, type: wait, for: 1h", "id: b, type: end"),
    ),
    "104": Page(
        ("不能用的名字", "A name that cannot be used"),
        (
            "名字以小写字母开头，只含小写字母、数字和 _；continue、end、incident 是跳转目标，不能作名字。",
            "A name begins with a small letter and holds small letters, digits and _; continue, end and incident are "
            "targets and no names.",
        ),
        bad=steps("id: Big Step, type: end"),
        good=steps("id: big_step, type: end"),
    ),
    "105": Page(
        ("不是时长", "Not a duration"),
        (
            "钟表时间写 30m、2h、3d，工作时间写 4wh、1wd；提醒和升级的份额写 80%。",
            "Clock time is 30m, 2h, 3d, working time 4wh, 1wd; shares of reminders and escalations are written 80%.",
        ),
        bad=steps("id: a, type: task, assign: team:desk, due: 1 day"),
        good=steps("id: a, type: task, assign: team:desk, due: 1d"),
    ),
    "106": Page(
        ("未知的类型或不对的值", "Unknown type or wrong value"),
        (
            "步骤类型、字段类型、审批规则、次数都有固定的取值。",
            "Types of steps and fields, rules of approvals and counts have a fixed set of values.",
        ),
        bad=steps("id: a, type: taks, assign: team:desk, due: 1d"),
        good=steps("id: a, type: task, assign: team:desk, due: 1d"),
    ),
    "107": Page(
        ("缺少必填的键", "A key is missing"),
        ("没有它，这一步不知道该做什么。", "Without it, the step does not know what to do."),
        bad=steps("id: a, type: task, due: 1d"),
        good=steps("id: a, type: task, assign: team:desk, due: 1d"),
    ),
    "108": Page(
        ("保留的字段名", "A reserved field name"),
        (
            "status、by、at、visits、outcome 是每一步自己的输出，表单字段不能用这些名字。",
            "status, by, at, visits and outcome are outputs every step has: a form's field cannot be called so.",
        ),
        bad=steps(TASK + ", form: [{key: status, type: text, label: Status}]"),
        good=steps(TASK + ", form: [{key: state, type: text, label: State}]"),
    ),
    "109": Page(
        ("等待必须恰好等一件事", "A wait is for exactly one thing"),
        (
            "event、any_of、for、until 只写一个。多个事件写在 any_of 里。",
            "Write one of event, any_of, for, until. Several events go into any_of.",
        ),
        bad=steps("id: a, type: wait, for: 1d, event: parcel.received, timeout: 2d, on_timeout: refused") + PATHS,
        good=steps("id: a, type: wait, event: parcel.received, timeout: 2d, on_timeout: refused") + PATHS,
    ),
}
