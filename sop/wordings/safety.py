"""Safety, time and versions."""

from __future__ import annotations

from sop.wordings.row import Wording, error, info, warning

SAFETY: dict[str, Wording] = {
    "401": error(
        "审批没有写 on_reject",
        "the approval has no on_reject",
        "写 on_reject：驳回后去的支线、步骤、end 或 incident",
        "write on_reject: the path, step, end or incident that a rejection leads to",
    ),
    "402": error(
        "审批超时不能当作通过",
        "an approval cannot pass because time ran out",
        "沉默不等于同意：去一条支线、end 或 incident",
        "silence never approves: lead to a path, end or incident",
    ),
    "402.missing": error(
        "审批有 timeout 就要写 on_timeout",
        "an approval with a timeout needs an on_timeout",
        "沉默不等于同意：去一条支线、end 或 incident",
        "silence never approves: lead to a path, end or incident",
    ),
    "403": error(
        "等待事件必须有 timeout",
        "a wait for an event needs a timeout",
        "写 timeout 和 on_timeout；确实不限时就写 timeout: never",
        "write a timeout and an on_timeout, or timeout: never if it is meant",
    ),
    "404": error(
        "有 timeout 就要写 on_timeout",
        "a timeout needs an on_timeout",
        "写到时间后去哪里：支线、步骤、end 或 incident",
        "say where it leads when time is over: a path, a step, end or incident",
    ),
    "405": error(
        "{name} 重复调用会重复生效，不能重试",
        "{name} has its effect again each time it is called: it cannot be tried again",
        "写 retry: 1，或写 idempotency_key",
        "write retry: 1, or an idempotency_key",
    ),
    "406": warning(
        "{name} 可以撤销，但没有写 undo",
        "{name} can be undone, but undo is not written",
        "写 undo: {undo}，或 undo: none",
        "write undo: {undo}, or undo: none",
    ),
    "407": warning(
        "{name} 动用资金，之前没有审批，也没有金额上限",
        "{name} moves money, and neither an approval nor a limit of the amount comes before it",
        "先加审批，或用 when 比较金额，或给表单字段写 max",
        "put an approval before it, compare the amount in a when, or give the form field a max",
    ),
    "408": warning(
        "完成 {name} 的人也可能是审批人",
        "whoever does {name} may approve it too",
        "去掉 self_approval，或换审批人",
        "remove self_approval, or ask somebody else",
    ),
    "409": warning(
        "任务没有 due", "the task has no due", "写明多久内完成，例如 due: 1d", "say by when, such as due: 1d"
    ),
    "410": warning(
        "升级给了原来的负责人 {name}", "the escalation goes to {name}, who is late", "换一个人", "name somebody else"
    ),
    "411": warning(
        "客户填写的 {name} 决定了 {argument}，而它只应由员工决定",
        "{argument} is for staff to decide, but comes from what the customer types: {name}",
        "改用选项，或由员工确认",
        "use a choice, or let staff confirm it",
    ),
    "411.note": warning(
        "客户看不到 note",
        "the customer does not see a note",
        "写给客户的话放在 script",
        "text for the customer is a script",
    ),
    "412": info("缺少 {name} 文字", "no text in {name}", "写成 {{zh: …, en: …}}", "write {{zh: …, en: …}}"),
    "413": warning(
        "个人信息 {name} 不应出现在 {argument} 里",
        "{name} is personal and does not belong in {argument}",
        "收到的人可以在工单里看",
        "whoever may see it sees it in the ticket",
    ),
    "413.template": warning(
        "消息模板 {argument} 把个人信息 {name} 发给员工",
        "the message template {argument} tells staff {name}, which is personal",
        "收到的人可以在工单里看",
        "whoever may see it sees it in the ticket",
    ),
}

TIME: dict[str, Wording] = {
    "420": error(
        "日历 {name} 没有工作时间",
        "the calendar {name} has no working time",
        "在 week 里写工作时段",
        "write windows of work under its week",
    ),
    "421": warning(
        "走完步骤至少要 {time}，超过 {clock} 的时限 {target}",
        "the steps take {time} at the least, more than the target of {clock}, which is {target}",
        "少等一些，放宽时限，或在等待时暂停时钟",
        "wait less, allow more time, or pause the clock while the ticket waits",
    ),
    "421.company": warning(
        "走完步骤至少要 {time}，超过公司时钟 {clock} 的时限 {target}",
        "the steps take {time} at the least, more than the target of the company's clock {clock}, which is {target}",
        "少等一些，或在 sla 里写一个同名时钟代替它",
        "wait less, or write a clock of that name under sla, which comes before it",
    ),
    "422": info(
        "不走回头路，每一步都用满时限要 {time}，超过 {clock} 的时限 {target}",
        "if every step takes as long as it may, {time} pass without any going back, more than the {target} of {clock}",
        "缩短各步的 due 和 timeout，放宽时限，或在等客户时暂停时钟",
        "shorten due and timeout, allow more time, or pause the clock while the customer is awaited",
    ),
    "422.company": info(
        "不走回头路，每一步都用满时限要 {time}，超过公司时钟 {clock} 的时限 {target}",
        "if every step takes as long as it may, {time} pass without any going back, more than the {target} of the "
        "company's clock {clock}",
        "缩短各步的 due 和 timeout，或在 sla 里写一个同名时钟代替它",
        "shorten due and timeout, or write a clock of that name under sla, which comes before it",
    ),
    "422.holidays": info(
        "节假日前后（如 {day}）走完步骤至少要 {time}，而 {clock} 过 {allowed} 就到期（时限 {target}）",
        "around holidays (such as {day}) the steps take {time} at the least, but {clock} is due after "
        "{allowed} (its target is {target})",
        "等待与时限用同一种时间：都用工作时间，或都用钟表时间",
        "count both in working time, or both by the clock",
    ),
    "422.holidays.company": info(
        "节假日前后（如 {day}）走完步骤至少要 {time}，而公司时钟 {clock} 过 {allowed} 就到期（时限 {target}）",
        "around holidays (such as {day}) the steps take {time} at the least, but the company's clock {clock} is "
        "due after {allowed} (its target is {target})",
        "等待与时限用同一种时间：都用工作时间，或都用钟表时间",
        "count both in working time, or both by the clock",
    ),
}

VERSIONS: dict[str, Wording] = {
    "501": error(
        "步骤 {name} 没有了，但有 {count} 张工单停在上面",
        "the step {name} is gone, but tickets stand on it: {count}",
        "留下它，或在新步骤上写 was: {name}",
        "keep it, or write was: {name} on its successor",
    ),
    "501.maybe": error(
        "步骤 {name} 没有了，工单可能停在上面",
        "the step {name} is gone, and tickets may stand on it",
        "留下它，或在新步骤上写 was: {name}",
        "keep it, or write was: {name} on its successor",
    ),
    "502": warning(
        "运行中的工单没有 {path}：旧版本的 {name} 不产生它",
        "running tickets have no {path}: {name} did not give it in the version before",
        "写 {path} | default(…)",
        "write {path} | default(…)",
    ),
    "502.kind": warning(
        "{path} 的类型变了（{old} → {new}），运行中的工单还是旧的",
        "{path} has changed its type ({old} → {new}); running tickets hold the old one",
        "换一个字段名，或两种类型都能处理",
        "choose another name, or take either type",
    ),
    "503": error(
        "{first} 已经写了 was: {name}，工单不知道该去哪一个",
        "was: {name} is written at {first} too: tickets on it would not know which step it has become",
        "只留在接替它的那一步",
        "keep it on the one step that goes on for it",
    ),
    "503.exists": error(
        "步骤 {name} 还在（{first}），不能说它改成了别的",
        "the step {name} still exists ({first}), so no other step can be what it has become",
        "去掉 was，或给还在的那一步换一个 id",
        "drop the was, or give the step that exists another id",
    ),
}
