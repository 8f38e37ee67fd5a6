"""The text of a file: 001–006."""

from __future__ import annotations

from sop.lint.page import HEAD, Page, steps

TEXT: dict[str, Page] = {
    "001": Page(
        ("不是有效的 YAML", "Not YAML"),
        (
            "文件必须是一份有效的 YAML 文档：括号和引号成对，缩进一致，不超过 256 kB，没有标签。"
            "读不懂的文件不会被猜测。",
            "A file is one valid YAML document: brackets and quotes are closed, the indentation is even, it is no "
            "larger "
            "than 256 kB and has no tags. What cannot be read is not guessed at.",
        ),
        bad=HEAD + "steps: [{id: a, type: end}\n",
        good=HEAD + "steps: [{id: a, type: end}]\n",
    ),
    "002": Page(
        ("键重复", "A key is written twice"),
        (
            "YAML 的其他读取程序会悄悄留下最后一个值；这里不替您决定哪一个才对。",
            "Other readers of YAML silently keep the last value; here nobody decides for you which one was meant.",
        ),
        bad=steps("id: a, type: end", more="vars: {limit: 500, limit: 800}\n"),
        good=steps("id: a, type: end, when: ticket.order.paid > vars.limit", more="vars: {limit: 500}\n"),
    ),
    "003": Page(
        ("花括号没有加引号", "Braces without quotes"),
        (
            "没有引号的 {{ … }} 在 YAML 里是映射，不是表达式。整个值加上引号。",
            "Without quotes, {{ … }} is a mapping to YAML and no expression. Quote the whole value.",
        ),
        bad=HEAD
        + "steps:\n  - id: a\n    type: action\n    action: shop.order\n    with: {order_no: {{ ticket.no }}}\n",
        good=HEAD
        + 'steps:\n  - id: a\n    type: action\n    action: shop.order\n    with: {order_no: "{{ ticket.no }}"}\n',
    ),
    "004": Page(
        ("制表符或合并键", "A tab, or a merge key"),
        (
            "制表符缩进在每个编辑器里看起来都不一样；合并键 << 会让读者看不到真正的内容。",
            "Tabs look different in every editor; the merge key << hides from the reader what really stands there.",
        ),
        bad=HEAD + "steps:\n\t- {id: a, type: end}\n",
        good=HEAD + "steps:\n  - {id: a, type: end}\n",
    ),
    "005": Page(
        ("像数字或日期的文本", "Text that looks like a number or a date"),
        (
            "yes、12:30、2026-01-01 在 YAML 1.1 里是布尔值、数字或日期，这里是文本。加引号，谁读都一样。",
            "yes, 12:30 and 2026-01-01 are a boolean, a number and a date in YAML 1.1; here they are text. In quotes "
            "they are the same to every reader.",
        ),
        bad=steps("id: a, type: end, when: ticket.no == vars.code", more="vars: {code: 007}\n"),
        good=steps("id: a, type: end, when: ticket.no == vars.code", more='vars: {code: "007"}\n'),
    ),
    "006": Page(
        ("忽略注释不成立", "A comment that ignores nothing"),
        (
            "# sop: ignore SOP409 理由：写在行尾对本行有效，单独一行对下一行有效。必须有理由；错误不能忽略；"
            "没有东西可忽略时请删掉。",
            "# sop: ignore SOP409 reason: at the end of a line it is for that line, on a line of its own for the next "
            "one. The reason is required; errors cannot be ignored; a comment with nothing to ignore should go.",
        ),
        bad=HEAD + "steps:\n  - {id: a, type: task, assign: team:desk} # sop: ignore SOP409\n",
        good=HEAD + "steps:\n  - {id: a, type: task, assign: team:desk} # sop: ignore SOP409 the clock reminds\n",
    ),
}
