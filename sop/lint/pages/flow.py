"""The flow: 201–208, 231–234."""

from __future__ import annotations

from sop.lint.page import PATHS, TASK, Page, steps

_ORDER = "id: look, type: action, action: shop.order, with: {order_no: '{{ ticket.no }}'}"

FLOW: dict[str, Page] = {
    "201": Page(
        ("支线没有入口", "A path that nothing enters"),
        ("它的步骤永远不会执行；多半是某个 next 写错了。", "Its steps never run; most often some next is misspelt."),
        bad=steps("id: a, type: end") + PATHS,
        good=steps("id: a, type: end, next: refused", TASK + ", outcomes: [{key: no, label: No, next: refused}]")
        + PATHS,
    ),
    "202": Page(
        ("步骤永远不会执行", "A step that never runs"),
        (
            "前面一定结束或跳走，也没有别处跳过来。",
            "What stands before it always ends or jumps, and nothing leads here.",
        ),
        bad=steps("id: a, type: end", "id: b, type: wait, for: 1h"),
        good=steps("id: a, type: end, when: ticket.owner", "id: b, type: wait, for: 1h"),
    ),
    "203": Page(
        ("变量没有用到", "An unused variable"),
        ("改它不会有任何效果，读者会以为有。", "Changing it does nothing, and a reader believes it does."),
        bad=steps("id: a, type: end", more="vars: {limit: 500}\n"),
        good=steps("id: a, type: end, when: ticket.order.paid > vars.limit", more="vars: {limit: 500}\n"),
    ),
    "204": Page(
        ("目标不存在", "An unknown target"),
        ("目标是支线、步骤、continue、end 或 incident。", "A target is a path, a step, continue, end or incident."),
        bad=steps(TASK + ", outcomes: [{key: no, label: No, next: refsed}]") + PATHS,
        good=steps(TASK + ", outcomes: [{key: no, label: No, next: refused}]") + PATHS,
    ),
    "205": Page(
        ("跳进支线，或跳出并行", "A jump into a path, or out of a parallel branch"),
        (
            "支线只能从头进入；并行的分支里不能跳到外面，否则其他分支不知道该等谁。",
            "A path is entered at its beginning. Nothing jumps out of a parallel branch: the others would not know for "
            "whom to wait.",
        ),
        bad=steps(TASK + ", outcomes: [{key: no, label: No, next: stop}]") + PATHS,
        good=steps(TASK + ", outcomes: [{key: no, label: No, next: refused}]") + PATHS,
    ),
    "206": Page(
        ("循环里没有人、等待或计时", "A loop that waits for nobody"),
        (
            "它会一直转到次数上限，然后成为异常。循环里要有任务、审批、等待，或用有上限的 repeat。",
            "It spins until the limit of visits and is an incident then. Put a task, an approval or a wait in it, "
            "or use "
            "repeat.",
        ),
        bad=steps(_ORDER, "id: paid, type: decision, cases: [{when: steps.look.paid > 0, next: end}], otherwise: look"),
        good=steps(
            _ORDER,
            "id: paid, type: decision, cases: [{when: steps.look.paid > 0, next: end}], otherwise: continue",
            "id: later, type: wait, for: 1h, next: look",
        ),
    ),
    "207": Page(
        ("支线互相调用没有尽头", "Paths that call each other without end"),
        ("每次都进入对方，谁也不会结束。", "Each always enters the other, so that neither ever ends."),
        bad=steps("id: a, type: wait, for: 1h, next: one")
        + "paths:\n  one: [{id: b, type: sop, sop: refund, with: {amount: 1}, next: two}]\n"
        + "  two: [{id: c, type: sop, sop: refund, with: {amount: 1}, next: one}]\n",
        good=steps("id: a, type: wait, for: 1h, next: one")
        + "paths:\n  one: [{id: b, type: sop, sop: refund, with: {amount: 1}, next: two}]\n"
        + "  two: [{id: c, type: sop, sop: refund, with: {amount: 1}}]\n",
    ),
    "208": Page(
        ("支线不回来，后面却要用它的结果", "A path that never comes back, though a later step needs it"),
        (
            "支线以 end 结束或跳到别处，所以后面的步骤读到的永远是空值。",
            "The path ends the run, so whatever is read of it afterwards is always empty.",
        ),
        bad=steps(
            TASK + ", outcomes: [{key: yes, label: Yes}, {key: no, label: No, next: ask}]",
            "id: say, type: action, action: notify.customer, with: {template: done, reason: '{{ steps.why.reason }}'}",
        )
        + "paths:\n  ask:\n    - {id: why, type: task, assign: owner, due: 1d, form: [{key: reason, type: text}]}\n"
        + "    - {id: stop, type: end}\n",
        good=steps(
            TASK + ", outcomes: [{key: yes, label: Yes}, {key: no, label: No, next: ask}]",
            "id: say, type: action, action: notify.customer,"
            " with: {template: done, reason: \"{{ steps.why.reason | default('') }}\"}",
        )
        + "paths:\n  ask:\n    - {id: why, type: task, assign: owner, due: 1d, form: [{key: reason, type: text}]}\n",
    ),
    "231": Page(
        ("没有负责人也没有计时", "Neither an owner nor a timer"),
        (
            "工单停在哪里，都要有人负责，或有计时推动它；文件的 owner 在出异常时被告知。",
            "Wherever a ticket stands, somebody is responsible or a timer moves it on. The file's owner is told of "
            "incidents.",
        ),
        bad=(
            "dsl: 1\nsop: example\nstart: {event: ticket.created}\nsteps:\n"
            "  - {id: a, type: wait, event: parcel.received, timeout: never}\n"
        ),
        good=(
            "dsl: 1\nsop: example\nowner: role:lead\nstart: {event: ticket.created}\nsteps:\n"
            "  - {id: a, type: wait, event: parcel.received, timeout: never}\n"
        ),
    ),
    "232": Page(
        ("死路", "A dead end"),
        (
            "从这一步出发，走哪条路都只会成为异常，没有一条路通向结束。",
            "From this step every way leads to an incident, and none to an end.",
        ),
        bad=steps(TASK, "id: b, type: wait, for: 1h, next: incident"),
        good=steps(TASK, "id: b, type: wait, event: parcel.received, timeout: 1d, on_timeout: incident"),
    ),
    "233": Page(
        ("到不了结束", "No way to an end"),
        (
            "这里开始只会绕圈，没有出口，工单永远关不了。",
            "From here the way only goes round: there is no way out, and the ticket never closes.",
        ),
        bad=steps(TASK, "id: again, type: wait, for: 1h, next: check"),
        good=steps(
            TASK + ", outcomes: [{key: done, label: Done, next: end}, {key: later, label: Later}]",
            "id: again, type: wait, for: 1h, next: check",
        ),
    ),
    "234": Page(
        ("永远等不到的审批或汇合", "An approval or a join that can never be met"),
        (
            "要的票数多于席位，审批只能被驳回；分支从不结束，汇合就等不到它。每条审批规则都同时决定驳回："
            "一旦达不到就驳回。",
            "More votes than seats: it can only be rejected. A branch that never ends is never joined. Every rule "
            "of an "
            "approval fixes rejection too: it is rejected as soon as it cannot be met any more.",
        ),
        bad=steps("id: a, type: approval, approvers: [role:lead, role:finance], rule: 3, due: 1d, on_reject: refused")
        + PATHS,
        good=steps("id: a, type: approval, approvers: [role:lead, role:finance], rule: 2, due: 1d, on_reject: refused")
        + PATHS,
    ),
}
