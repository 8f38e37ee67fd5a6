"""Expressions: 110–117."""

from __future__ import annotations

from sop.lint.page import TASK, Page, steps

_GRADE = TASK + ", form: [{key: grade, type: choice, label: Grade, options: [A, B]}]"
_DATES = TASK + ", form: [{key: from_day, type: date, label: From}, {key: to_day, type: date, label: To}]"
_TEXT = TASK + ", form: [{key: reason, type: text, label: Reason}]"

EXPRESSIONS: dict[str, Page] = {
    "110": Page(
        ("条件里有花括号", "Braces in a condition"),
        (
            "when、match、until 本身就是表达式，直接写，不加 {{ }}。",
            "when, match and until are expressions already: they are written bare.",
        ),
        bad=steps("id: a, type: end, when: \"{{ ticket.category == 'return' }}\""),
        good=steps("id: a, type: end, when: ticket.category == 'return'"),
    ),
    "111": Page(
        ("表达式语法错误", "Syntax error in an expression"),
        ("表达式读不懂，插入符指着读不下去的地方。", "The expression cannot be read; the caret shows where."),
        bad=steps("id: a, type: end, when: ticket.category ="),
        good=steps("id: a, type: end, when: ticket.category == 'return'"),
    ),
    "112": Page(
        ("条件永远一样", "A condition that never changes"),
        (
            "永远为真的条件是多余的，永远为假的步骤不会执行；与不可能的值比较也是这样。",
            "A condition that always holds is superfluous, a step whose condition never holds never runs; "
            "comparing with "
            "a value that cannot be is the same.",
        ),
        bad=steps(_GRADE, "id: a, type: end, when: steps.check.grade == 'C'"),
        good=steps(_GRADE, "id: a, type: end, when: steps.check.grade == 'B'"),
    ),
    "113": Page(
        ("表达式里不能这样写", "Not available in expressions"),
        (
            "表达式只读工单的内容，计算量有上限：没有乘方、循环生成、宏、导入和以 _ 开头的名字。",
            "Expressions only read the ticket and are bounded: no powers, no ranges, macros or imports, no names that "
            "begin with _.",
        ),
        bad=steps("id: a, type: end, when: customer.tier == 'vip' and range(3)"),
        good=steps("id: a, type: end, when: customer.tier == 'vip'"),
    ),
    "114": Page(
        ("没有这个过滤器", "No such filter"),
        (
            "过滤器、测试和函数来自一份固定的清单；随机和当前时间不在其中，因为重放必须得到同样的结果。",
            "Filters, tests and functions come from a fixed list. Chance and the clock are not on it: a replay "
            "must give "
            "the same result.",
        ),
        bad=steps("id: a, type: end, when: ticket.tags | random"),
        good=steps("id: a, type: end, when: ticket.tags | first"),
    ),
    "115": Page(
        ("比较了不同类型的值", "Values of different types are compared"),
        (
            "文本和数字永远不相等，也不能比大小：在工单上会成为异常。",
            "Text and a number are never equal and have no order: on a ticket it would be an incident.",
        ),
        bad=steps(_TEXT, "id: a, type: end, when: steps.check.reason > 500"),
        good=steps(_TEXT, "id: a, type: end, when: steps.check.reason | length > 500"),
    ),
    "116": Page(
        ("日期被当作文本比较", "A date is compared as text"),
        (
            "表单里的日期是文本，按字母顺序比较会在时区和格式上出错。date(…) 把它变成时刻。",
            "A form's date is text, and letter by letter it goes wrong with zones and formats. date(…) makes it a "
            "moment.",
        ),
        bad=steps(_DATES, "id: a, type: end, when: steps.check.from_day > steps.check.to_day"),
        good=steps(_DATES, "id: a, type: end, when: date(steps.check.from_day) > date(steps.check.to_day)"),
    ),
    "117": Page(
        ("条件里有个人信息", "A personal field in a condition"),
        (
            "流程里只有个人信息的引用，没有内容；它不能决定流程往哪里走。",
            "The process holds a reference to personal data, not the data: it cannot decide where the process goes.",
        ),
        bad=steps("id: a, type: end, when: customer.phone == '1'"),
        good=steps("id: a, type: end, when: customer.tier == 'vip'"),
    ),
}
