"""Safety: 401–413."""

from __future__ import annotations

from sop.lint.page import PATHS, TASK, Page, steps

_ASK = "id: ok, type: approval, approvers: role:finance, due: 1d"
_AMOUNT = TASK + ", form: [{key: amount, type: money, label: Amount}]"
_PAY = "id: pay, type: action, action: shop.refund, with: {amount: '{{ steps.check.amount }}'}"
_WAIT = "id: a, type: wait, event: parcel.received"
_TYPED = "id: ask, type: task, assign: customer, due: 1d, form: [{key: wish, type: text, label: Your wish}]"

SAFETY: dict[str, Page] = {
    "401": Page(
        ("审批没有写驳回后去哪里", "An approval without on_reject"),
        ("驳回不能和通过走同一条路。", "A rejection cannot go the same way as an approval."),
        bad=steps(_ASK),
        good=steps(_ASK + ", on_reject: refused") + PATHS,
    ),
    "402": Page(
        ("审批超时当作通过", "An approval passes because time ran out"),
        ("沉默不等于同意：超时要去支线、end 或 incident。", "Silence never approves: lead to a path, end or incident."),
        bad=steps(_ASK + ", on_reject: refused, timeout: 2d, on_timeout: continue") + PATHS,
        good=steps(_ASK + ", on_reject: refused, timeout: 2d, on_timeout: incident") + PATHS,
    ),
    "403": Page(
        ("等待没有 timeout", "A wait without a timeout"),
        (
            "事件可能永远不来。确实不限时就写 timeout: never，让读者看得见。",
            "The event may never come. If that is meant, write timeout: never, where a reader sees it.",
        ),
        bad=steps(_WAIT),
        good=steps(_WAIT + ", timeout: 7d, on_timeout: refused") + PATHS,
    ),
    "404": Page(
        ("timeout 没有写之后去哪里", "A timeout without on_timeout"),
        ("时间到了要知道怎么办。", "When the time is over, it must be known what then."),
        bad=steps(_WAIT + ", timeout: 7d"),
        good=steps(_WAIT + ", timeout: 7d, on_timeout: refused") + PATHS,
    ),
    "405": Page(
        ("重试会重复生效的操作", "An action is tried again though its effect repeats"),
        (
            "没有幂等保证的操作每调用一次就生效一次。写 retry: 1，或给它 idempotency_key。",
            "Without idempotency each call has its effect again. Write retry: 1, or give it an idempotency_key.",
        ),
        bad=steps("id: a, type: action, action: shop.ship, retry: 3"),
        good=steps("id: a, type: action, action: shop.ship, retry: 1"),
    ),
    "406": Page(
        ("可以撤销却没有写 undo", "An action that could be undone"),
        (
            "取消工单时会按相反的顺序撤销已做的事。写 undo，或 undo: none 表明不撤销。",
            "When a ticket is cancelled, what was done is undone in reverse order. Write undo, or undo: none to "
            "say that "
            "it stays.",
        ),
        bad=steps("id: a, type: action, action: shop.reserve"),
        good=steps("id: a, type: action, action: shop.reserve, undo: shop.release"),
    ),
    "407": Page(
        ("动用资金之前没有把关", "Money moves unchecked"),
        (
            "每条通向资金操作的路上，都要有审批，或对金额的比较，或表单字段有 max。",
            "On every way to an action that moves money there is an approval, or a comparison of the amount, or "
            "the form's "
            "field has a max.",
        ),
        bad=steps(_AMOUNT, _PAY),
        good=steps(_AMOUNT, _ASK + ", when: steps.check.amount > 500, on_reject: refused", _PAY) + PATHS,
    ),
    "408": Page(
        ("做的人也能批", "The same person may do and approve"),
        (
            "self_approval: true 让完成前面任务的人审批自己的工作。",
            "self_approval: true lets those who did a task before approve their own work.",
        ),
        bad=steps(
            TASK, "id: ok, type: approval, approvers: role:lead, due: 1d, self_approval: true, on_reject: refused"
        )
        + PATHS,
        good=steps(TASK, "id: ok, type: approval, approvers: role:lead, due: 1d, on_reject: refused") + PATHS,
    ),
    "409": Page(
        ("任务没有期限", "A task without due"),
        ("没有期限就没有提醒和升级。", "Without it, nobody is reminded and nothing is escalated."),
        bad=steps("id: a, type: task, assign: team:desk"),
        good=steps("id: a, type: task, assign: team:desk, due: 1d"),
    ),
    "410": Page(
        ("升级给了原来的人", "An escalation to those who are late"),
        ("超时后再告诉同一批人没有用。", "Telling the same people once more, when they are late, helps nobody."),
        bad=steps(TASK + ", escalate: team:desk"),
        good=steps(TASK + ", escalate: role:lead"),
    ),
    "411": Page(
        ("客户的文字在员工的字段里", "Customer text in a staff-only field"),
        (
            "客户随意填写的文字不能决定优先级、负责人或消息发给谁；写给客户的话也不要放在客户看不到的 note 里。",
            "What a customer types freely must not decide the priority, the owner or who gets a message; and what a "
            "customer is to read does not stand in a note, which customers do not see.",
        ),
        bad=steps(_TYPED, "id: a, type: action, action: ticket.update, with: {priority: '{{ steps.ask.wish }}'}"),
        good=steps(_TYPED, "id: a, type: action, action: ticket.update, with: {priority: urgent}"),
    ),
    "412": Page(
        ("标签缺一种语言", "A label lacks a language"),
        ("读者会看到另一种语言的文字。", "A reader gets the text in the other language."),
        bad=steps("id: a, type: end, title: {zh: 结束}"),
        good=steps("id: a, type: end, title: {zh: 结束, en: End}"),
    ),
    "413": Page(
        ("个人信息进了消息", "Personal data in a message"),
        (
            "发给员工的消息和工单的公开字段不应带电话、邮箱或地址：有权的人可以在工单里看。",
            "Messages to staff and a ticket's open fields do not carry a phone number, an address or an e-mail: "
            "whoever may "
            "see them sees them in the ticket.",
        ),
        bad=steps("id: a, type: action, action: notify.staff, with: {to: role:lead, text: '{{ customer.phone }}'}"),
        good=steps("id: a, type: action, action: notify.staff, with: {to: role:lead, text: '{{ ticket.no }}'}"),
    ),
}
