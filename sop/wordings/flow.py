"""Expressions, the flow, and what is read."""

from __future__ import annotations

from sop.wordings.row import Wording, error, info, warning

EXPRESSIONS: dict[str, Wording] = {
    "110": error("条件不加花括号", "a condition is written without braces", "写成 {name}", "write {name}"),
    "111": error(
        "表达式有语法错误：{detail}",
        "syntax error in the expression: {detail}",
        "相等写 ==，文本加引号，并且、或者、不写 and、or、not",
        "equal is ==, text stands in quotes; and, or, not",
    ),
    "113": error("表达式里不能这样写：{detail}", "this cannot stand in an expression: {detail}"),
    "114": error(
        "过滤器、测试或函数用错了：{detail}",
        "a filter, test or function is wrong: {detail}",
        "常用的过滤器：default、round、int、length、join、upper、lower",
        "usual filters: default, round, int, length, join, upper, lower",
    ),
    "112": warning(
        "条件永远一样：{value}",
        "the condition never changes: {value}",
        "去掉它，或去掉这一步",
        "remove it, or the step",
    ),
    "112.never": warning(
        "{name} 永远不会是 {value}", "{name} is never {value}", "可能的值：{known}", "it can be: {known}"
    ),
    "115": error(
        "比较了不同类型的值：{detail}",
        "values of different types are compared: {detail}",
        "数字不加引号，文本加引号；也可用 | int、money(…)、date(…) 转换",
        "write numbers bare and text in quotes, or convert: | int, money(…), date(…)",
    ),
    "116": warning(
        "日期被当作文本比较",
        "a date is compared as text",
        "写成 date(…)，与 now 或另一个 date(…) 比较",
        "write date(…), and compare it with now or another date(…)",
    ),
    "117": error(
        "{name} 是个人信息，不能用在条件里",
        "{name} is personal and cannot stand in a condition",
        "流程里只有它的引用；用 customer.tier 这样的字段判断",
        "the workflow holds a reference only; decide by a field such as customer.tier",
    ),
}

FLOW: dict[str, Wording] = {
    "201": warning(
        "没有任何地方进入支线 {name}",
        "nothing enters the path {name}",
        "在某个 next、outcomes 或 on_timeout 里写 {name}，或删掉它",
        "lead to it by a next, an outcome or an on_timeout, or remove it",
    ),
    "202": warning(
        "步骤 {name} 永远不会执行",
        "the step {name} never runs",
        "前面的步骤都去了别处：让其中一步来到这里，或删掉它",
        "the steps before all lead elsewhere: let one lead here, or remove it",
    ),
    "203": info(
        "变量 {name} 没有用到",
        "the variable {name} is not used",
        "删掉它，或写 vars.{name}",
        "remove it, or read it as vars.{name}",
    ),
    "204": error(
        "没有名为 {name} 的支线或步骤",
        "no path or step is called {name}",
        "有：{known}；也可以写 continue、end 或 incident",
        "there are: {known}; continue, end and incident may be written too",
    ),
    "204.path": error("没有名为 {name} 的支线", "no path is called {name}", "有：{known}", "there are: {known}"),
    "205": error(
        "{name} 在支线 {line} 里面，不能从这里跳进去",
        "{name} stands inside the path {line}: nothing can jump in from here",
        "进入整条支线：{line}",
        "enter the whole path: {line}",
    ),
    "205.out": error(
        "不能从并行分支 {line} 跳到外面的 {name}",
        "nothing can jump out of the parallel branch {line} to {name}",
        "让分支走完，汇合以后再跳",
        "let the branch end, and jump after the join",
    ),
    "206": warning(
        "回到 {name} 的循环里没有人、等待或计时",
        "the loop back to {name} waits for nobody and nothing",
        "加上任务、等待，或改用 repeat",
        "put a task or a wait in it, or use repeat",
    ),
    "207": error(
        "支线互相调用，没有尽头：{name}",
        "paths call each other without end: {name}",
        "让其中一条走完或 end",
        "let one of them run out, or end",
    ),
    "208": warning(
        "支线 {path} 不会回来，所以 {name} 在这里总是空的",
        "the path {path} never comes back, so {name} is always empty here",
        "去掉那条支线末尾的跳转，或在这里写 default(…)",
        "let the path run out without a jump, or write default(…) here",
    ),
    "231": warning(
        "工单停在 {name} 时，既没有负责人也没有计时",
        "a ticket that stands at {name} has neither an owner nor a timer",
        "写 timeout，或在文件里写 owner",
        "write a timeout, or an owner of the file",
    ),
    "231.owner": warning(
        "没有 owner：出了异常没有人知道",
        "no owner: nobody is told of incidents",
        "写 owner: role:…",
        "write owner: role:…",
    ),
    "232": warning(
        "从 {name} 出发只会走到异常", "from {name} every way leads to an incident", "给它一条出路", "give it a way out"
    ),
    "233": warning(
        "从 {name} 出发永远到不了结束",
        "from {name} no way ever reaches an end",
        "给循环一个出口",
        "give the loop a way out",
    ),
    "234": warning(
        "需要 {needed} 票，但只有 {seats} 个席位：永远通不过",
        "{needed} votes are needed, but there are {seats} seats: it can never be approved",
        "减少票数，或多写审批人；role、team 按在岗的人数算，份额写 60%",
        "ask for fewer votes or a share (60%), or name more approvers: of a role or team those at work count",
    ),
    "234.join": warning(
        "分支 {name} 不会结束在这里，全部汇合永远等不到",
        "the branch {name} never ends here, so a join of all is never met",
        "写 join: any，或让它回来",
        "write join: any, or let it come back",
    ),
}

REFERENCES: dict[str, Wording] = {
    "210": error(
        "没有 {name}",
        "there is no {name}",
        "可用：{known}；如果是文本，加引号：'{name}'",
        "there are: {known}; text is written in quotes: '{name}'",
    ),
    "210.place": error(
        "这里不能用 {name}",
        "{name} is not available here",
        "event 只在 match、start 和 whenever 里；as 的名字和 loop 只在 repeat 的支线里；check 只在承诺的 kept 里",
        "event stands in a match, start or whenever; loop and the name of as in the path of a repeat; check in a "
        "promise's kept",
    ),
    "211": error("没有步骤 {name}", "no step is called {name}", "有：{known}", "there are: {known}"),
    "212": error(
        "步骤 {step} 没有输出 {name}", "the step {step} has no output {name}", "它有：{known}", "it has: {known}"
    ),
    "212.check": error(
        "操作 {action} 没有输出 {name}", "the action {action} gives no {name}", "它有：{known}", "it gives: {known}"
    ),
    "213": warning(
        "步骤 {name} 不会在这之前执行，这里总是空的",
        "the step {name} does not run before this, so it is empty here",
        "把它移到前面，或读别的步骤",
        "move it before this, or read another step",
    ),
    "214": warning(
        "步骤 {name} 可能没有执行，{path} 会是空的",
        "the step {name} may not have run, and {path} is empty then",
        "写 {path} | default(…)，或加上条件",
        "write {path} | default(…), or a condition",
    ),
    "215": error("没有变量 {name}", "no variable is called {name}", "有：{known}", "there are: {known}"),
    "216": error("没有输入 {name}", "no input is called {name}", "有：{known}", "there are: {known}"),
    "217": error("工单没有字段 {name}", "a ticket has no field {name}", "有：{known}", "there are: {known}"),
    "217.customer": error("客户没有字段 {name}", "a customer has no field {name}", "有：{known}", "there are: {known}"),
    "218": error(
        "事件 {event} 没有字段 {name}", "the event {event} has no field {name}", "有：{known}", "there are: {known}"
    ),
    "218.loop": error("loop 没有 {name}", "loop has no {name}", "有：{known}", "there are: {known}"),
    "218.clock": error("没有时钟 {name}", "no clock is called {name}", "有：{known}", "there are: {known}"),
    "218.clock_for_others": error(
        "公司时钟 {name} 不管本文件的工单",
        "the company's clock {name} is not for this file's tickets",
        "有：{known}",
        "there are: {known}",
    ),
    "218.clock_field": error("时钟没有 {name}", "a clock has no {name}", "有：{known}", "there are: {known}"),
    "219": warning(
        "时钟 {name} 可能没有时限（{why}），{path} 会是空的",
        "the clock {name} may have no deadline ({why}), and {path} is empty then",
        "写 {path} | default(…)，或先问有没有：sla.{name}.due_at and …",
        "write {path} | default(…), or ask first whether it has one: sla.{name}.due_at and …",
    ),
}
