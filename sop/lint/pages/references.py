"""What is read: 210–219."""

from __future__ import annotations

from sop.lint.page import PATHS, TASK, Page, steps

_ASK = TASK + ", outcomes: [{key: ok, label: OK}, {key: more, label: More, next: ask}]"
_ASKED = (
    "paths:\n  ask:\n"
    "    - {id: why, type: task, assign: team:desk, due: 1d, form: [{key: reason, type: text, label: Reason}]}\n"
)
_SAY = "id: say, type: action, action: notify.customer, with: {template: done, reason: "

REFERENCES: dict[str, Page] = {
    "210": Page(
        ("没有这个名字", "No such name"),
        (
            "表达式可以读 ticket、customer、steps、vars、inputs、sla、now；文本要加引号。",
            "Expressions may read ticket, customer, steps, vars, inputs, sla and now; text is written in quotes.",
        ),
        bad=steps("id: a, type: end, when: customer.tier == vip"),
        good=steps("id: a, type: end, when: customer.tier == 'vip'"),
    ),
    "211": Page(
        ("没有这个步骤", "No such step"),
        ("steps.x 读的是 id 为 x 的步骤的输出。", "steps.x reads the outputs of the step whose id is x."),
        bad=steps(TASK, "id: a, type: end, when: steps.chek.visits > 1"),
        good=steps(TASK, "id: a, type: end, when: steps.check.visits > 1"),
    ),
    "212": Page(
        ("步骤没有这个输出", "The step has no such output"),
        (
            "任务的输出是表单字段和 outcome；操作的输出由目录声明。",
            "A task gives its form's fields and outcome; what an action gives is declared in the catalog.",
        ),
        bad=steps(TASK, "id: a, type: end, when: steps.check.grade == 'A'"),
        good=steps(
            TASK + ", form: [{key: grade, type: text, label: Grade}]",
            "id: a, type: end, when: steps.check.grade == 'A'",
        ),
    ),
    "213": Page(
        ("步骤还没有执行", "The step does not run before"),
        (
            "读的步骤在后面，或者根本走不到这里，所以读到的总是空值。",
            "The step that is read comes later, or no way leads from it to here: what is read is always empty.",
        ),
        bad=steps("id: a, type: wait, for: 1h, when: steps.check.outcome == 'done'", TASK),
        good=steps(TASK, "id: a, type: wait, for: 1h, when: steps.check.outcome == 'done'"),
    ),
    "214": Page(
        ("步骤可能没有执行", "The step may not have run"),
        (
            "它在有的路上被跳过或没有走到，这时输出是空值。给一个默认值，或用条件挡住。",
            "On some way it is skipped or not come to, and its outputs are empty then. Give a default, or a condition.",
        ),
        bad=steps(_ASK, _SAY + "'{{ steps.why.reason }}'}") + _ASKED,
        good=steps(_ASK, _SAY + "\"{{ steps.why.reason | default('') }}\"}") + _ASKED,
    ),
    "215": Page(
        ("没有这个变量", "No such variable"),
        ("vars.x 在文件的 vars 里声明。", "vars.x is declared in the file's vars."),
        bad=steps("id: a, type: end, when: ticket.order.paid > vars.limmit", more="vars: {limit: 500}\n"),
        good=steps("id: a, type: end, when: ticket.order.paid > vars.limit", more="vars: {limit: 500}\n"),
    ),
    "216": Page(
        ("没有这个输入", "No such input"),
        ("inputs.x 在子 SOP 的 inputs 里声明。", "inputs.x is declared in the sub-SOP's inputs."),
        bad=steps("id: a, type: end, when: inputs.amout > 0", more="inputs: {amount: {type: money}}\n"),
        good=steps("id: a, type: end, when: inputs.amount > 0", more="inputs: {amount: {type: money}}\n"),
    ),
    "217": Page(
        ("工单或客户没有这个字段", "A ticket or a customer has no such field"),
        (
            "字段来自工作区的 fields 和 customer，以及文件自己的 fields。",
            "Fields come from the workspace's fields and customer, and from the file's own fields.",
        ),
        bad=steps("id: a, type: end, when: ticket.prority == 'urgent'"),
        good=steps("id: a, type: end, when: ticket.priority == 'urgent'"),
    ),
    "218": Page(
        ("事件或时钟没有这个字段", "An event or a clock has no such field"),
        (
            "事件的字段在工作区的 events 里声明；时钟有 due_at、remaining、breached。"
            "可以读本文件的时钟，也可以读公司的（gongdan.yaml 里的 sla），只要它可能管这些工单；"
            "只被别的 SOP 调用的文件没有公司时钟。",
            "An event's fields are declared in the workspace's events; a clock has due_at, remaining and breached. The "
            "file's own clocks may be read, and those of the company (sla in gongdan.yaml) that can be for its "
            "tickets; a file that only other SOPs run has none of the company's.",
        ),
        bad=steps(
            "id: a, type: wait, event: parcel.received, match: event.trackingno == ticket.no,"
            " timeout: 1d, on_timeout: refused"
        )
        + PATHS,
        good=steps(
            "id: a, type: wait, event: parcel.received, match: event.tracking_no == ticket.no,"
            " timeout: 1d, on_timeout: refused"
        )
        + PATHS,
    ),
    "219": Page(
        ("时钟可能没有时限", "The clock may have no deadline"),
        (
            "时钟只管某些类别、只在某种条件下适用，或要等某个事件才开始时，"
            "due_at 和 remaining 是空的，拿它比较大小会成为异常。"
            "breached 这时是 false。给一个默认值，或先问有没有。",
            "Where a clock is for some categories only, applies under a condition, or starts at an event, due_at and "
            "remaining are empty, and comparing them is an incident; breached is false then. Give a default, or ask "
            "first whether there is one.",
        ),
        bad=steps(
            "id: a, type: end, when: sla.swift.remaining < 3600",
            more="sla: {swift: {target: 4h, when: customer.tier == 'vip'}}\n",
        ),
        good=steps(
            "id: a, type: end, when: sla.swift.due_at and sla.swift.remaining < 3600",
            more="sla: {swift: {target: 4h, when: customer.tier == 'vip'}}\n",
        ),
    ),
}
