"""Time and versions: 420–422, 501–503."""

from __future__ import annotations

from sop.lint.page import TASK, Page, steps

_GRADED = TASK + ", form: [{key: grade, type: text, label: Grade}]"
_READS = "id: a, type: end, when: steps.check.grade == 'A'"

TIME: dict[str, Page] = {
    "420": Page(
        ("日历没有工作时间", "A calendar without working time"),
        ("时钟永远不会走，期限永远不会到。", "The clock would never run, and nothing would ever be due."),
        bad=steps("id: a, type: end", more="sla: {resolution: {target: 1wd, calendar: closed}}\n"),
        good=steps("id: a, type: end", more="sla: {resolution: {target: 1wd}}\n"),
    ),
    "421": Page(
        ("最短也会超时", "The target cannot be met"),
        (
            "哪怕每个人都立刻完成，光是固定的等待就超过了时限。算的是与流程同始终的时钟：本文件的，以及公司的"
            "（gongdan.yaml 里的 sla），只要按类别和条件能确定它管这些工单。",
            "Even if everybody answers at once, the fixed waits alone take longer than the target. It is held against "
            "every clock that lasts as long as the run: the file's own, and those of the company (sla in gongdan.yaml) "
            "as far as their categories and conditions say that they are for these tickets.",
        ),
        bad=steps("id: a, type: wait, for: 3d", more="sla: {resolution: {target: 1d}}\n"),
        good=steps("id: a, type: wait, for: 3d", more="sla: {resolution: {target: 5d}}\n"),
    ),
    "422": Page(
        ("用满时限会超时", "The target is missed if every step takes its time"),
        (
            "不返工、每一步都到期才完成，加起来超过最宽的解决时限。时钟有 pause 时，客户的时间不算。"
            "节假日也看：工作时间的等待遇到长假会变长，调休上班会让工作时间的时限变短。",
            "Without any rework, but with every step done only when it is due, the sum exceeds the widest resolution "
            "target. Where the clock pauses, the customer's time does not count. Holidays count too: a wait in working "
            "time grows over a holiday, and a target in working time shrinks where a weekend is worked.",
        ),
        bad=steps("id: a, type: task, assign: team:desk, due: 3d", more="sla: {resolution: {target: 1d}}\n"),
        good=steps("id: a, type: task, assign: team:desk, due: 8h", more="sla: {resolution: {target: 1d}}\n"),
    ),
    "501": Page(
        ("删除了有工单停留的步骤", "A step on which tickets stand is gone"),
        (
            "正在这一步的工单迁移到新版本后没有地方可去。留下它，或用 was 说明它改成了哪一步。",
            "Tickets on it have nowhere to go in the new version. Keep it, or say with was which step it has become.",
        ),
        bad=steps("id: a, type: end"),
        good=steps(TASK, "id: a, type: end"),
        before=steps(TASK, "id: a, type: end"),
        standing={"check": 3},
    ),
    "502": Page(
        ("改变了运行中工单用到的输出", "Outputs that running tickets use have changed"),
        (
            "已经走过这一步的工单没有新的输出，或者类型是旧的。给默认值，或用新的字段名。",
            "Tickets that have this step behind them lack the new output, or hold it in the old type. Give a "
            "default, or "
            "use a new name.",
        ),
        bad=steps(_GRADED, "id: b, type: wait, for: 1d", _READS),
        good=steps(_GRADED, "id: b, type: wait, for: 1d", _READS.replace("grade", "grade | default('B')")),
        before=steps(TASK, "id: b, type: wait, for: 1d", "id: a, type: end"),
        standing={"b": 2},
    ),
    "503": Page(
        ("was 有歧义", "A former id that is not free"),
        (
            "was 说明旧版本的哪一步改成了这一步。两步都写同一个旧 id，或者旧 id 还有步骤在用，工单就不知道去哪里。",
            "With was a step says which step of a version before has become this one. If two steps name the same one, "
            "or a step still has that id, tickets would not know where to go on.",
        ),
        bad=steps(
            TASK,
            "id: weigh, was: check, type: wait, for: 1h",
            "id: look, was: seen, type: wait, for: 1h",
            "id: watch, was: [seen, saw], type: end",
        ),
        good=steps(TASK, "id: weigh, was: balance, type: wait, for: 1h", "id: look, was: [seen, saw], type: end"),
    ),
}
