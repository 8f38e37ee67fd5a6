"""The text and its shape."""

from __future__ import annotations

from sop.wordings.row import Wording, error, warning

TEXT: dict[str, Wording] = {
    "001": error("YAML 读不下去：{detail}", "this is not YAML: {detail}"),
    "001.empty": error(
        "文件是空的", "the file is empty", "从 dsl: 1、sop: 和 steps: 写起", "begin with dsl: 1, sop: and steps:"
    ),
    "001.documents": error("一个文件只能有一份文档", "a file holds one document", "去掉 ---", "remove the ---"),
    "001.size": error("文件超过 {limit} kB", "the file is larger than {limit} kB"),
    "001.depth": error(
        "嵌套超过 {limit} 层",
        "nested more than {limit} levels deep",
        "把内层挪到支线或子 SOP",
        "move the inner part to a path or a sub-SOP",
    ),
    "001.nodes": error("展开后的内容太多（别名算在内）", "too much content, aliases expanded"),
    "001.alias": error(
        "没有这个锚点：{name}",
        "no such anchor: {name}",
        "先写 &{name}，或把内容写出来",
        "write &{name} before it, or write the content out",
    ),
    "001.character": error("不允许的字符 U+{name}", "character not allowed: U+{name}"),
    "001.tag": error("不能使用标签 {name}", "tags are not available: {name}", "去掉它", "remove it"),
    "001.number": error(
        "数字 {name} 放不进工单", "a ticket cannot carry the number {name}", "加引号作文本", "quote it"
    ),
    "001.key": error(
        "键必须是一个词",
        "a key must be one word",
        "写成 键: 值；键里有特殊字符时加引号",
        "write key: value; a key with odd characters is quoted",
    ),
    "002": error(
        "键 {name} 重复：{first} 已经写过",
        "duplicate key {name}: it already stands at {first}",
        "留下一个",
        "keep one of the two",
    ),
    "003": error(
        "{{{{ }}}} 没有加引号：YAML 会把它读成映射",
        "unquoted {{{{ }}}}: YAML reads it as a mapping",
        '写成 "{name}"',
        'write "{name}"',
    ),
    "004": error("YAML 不能用制表符缩进", "YAML cannot be indented with tabs", "改用空格", "use spaces"),
    "004.merge": error("不能使用合并键 <<", "merge keys << are not available", "把内容写出来", "write the content out"),
    "005": warning(
        "{name} 看起来像{kind}，但这里是文本",
        "{name} looks like {kind}, but it is text here",
        '如果就是文本，写成 "{name}"',
        'if text is meant, write "{name}"',
    ),
    "006": warning(
        "忽略 {name} 要写理由",
        "ignoring {name} needs a reason",
        "写成 # sop: ignore {name} 理由",
        "write # sop: ignore {name} the reason",
    ),
    "006.code": warning("没有写明要忽略的代码", "no code is named to ignore", "例如 SOP409", "such as SOP409"),
    "006.error": warning(
        "{name} 是错误，不能忽略",
        "{name} is an error and cannot be ignored",
        "改正它，再去掉这条注释",
        "mend it and remove the comment",
    ),
    "006.unused": warning(
        "这里没有可忽略的 {name}", "there is no {name} here to ignore", "去掉这条注释", "remove the comment"
    ),
}

SHAPE: dict[str, Wording] = {
    "100": error("要写 sop: 或 playbook:，只写一个", "write sop: or playbook:, exactly one of them"),
    "101": error("未知的键 {name}", "unknown key {name}", "可用的键：{known}", "keys: {known}"),
    "102": error(
        "步骤没有 id",
        "the step has no id",
        "写 id：小写字母开头，文件里不重复",
        "write an id: it begins with a small letter and is used once",
    ),
    "103": error(
        "id {name} 重复：{first} 已经用过",
        "duplicate id {name}: it already stands at {first}",
        "换一个 id",
        "choose another id",
    ),
    "104": error(
        "{name} 不能作 id",
        "{name} cannot be an id",
        "用小写字母开头，只含小写字母、数字和 _",
        "begin with a small letter; small letters, digits and _ only",
    ),
    "104.reserved": error(
        "{name} 是保留字，不能作 id", "{name} is a reserved word, not an id", "换一个名字", "choose another name"
    ),
    "105": error(
        "{name} 不是时长",
        "{name} is not a duration",
        "例如 30m 2h 3d（钟表时间）、4wh 1wd（工作时间）",
        "such as 30m 2h 3d (clock time) or 4wh 1wd (working time)",
    ),
    "105.clock": error(
        "{name}：这里只能写钟表时间",
        "{name}: only clock time is possible here",
        "写 m、h 或 d，不写 wh、wd",
        "write m, h or d, not wh or wd",
    ),
    "105.share": error("{name} 不是百分比", "{name} is not a share", "例如 80%", "such as 80%"),
    "106": error("未知的类型 {name}", "unknown type {name}", "可用的类型：{known}", "types: {known}"),
    "106.choice": error("这里不能写 {name}", "{name} cannot stand here", "可用的值：{known}", "values: {known}"),
    "106.value": error("{name} 的值不对：应为{wanted}", "wrong value for {name}: {wanted} is wanted"),
    "107": error("缺少必填的键 {name}", "missing key {name}", "{name}：{what}", "{name}: {what}"),
    "107.rung": error(
        "升级的一级要写 at 或 after，只写一个",
        "a rung has exactly one of at, after",
        "at: 80% 是到期前，after: 1d 是到期后",
        "at: 80% is before the deadline, after: 1d behind it",
    ),
    "108": error("{name} 是保留的字段名", "{name} is a reserved field name", "换一个名字", "choose another name"),
    "109": error(
        "wait 必须且只能有 event、any_of、for、until 之一",
        "a wait has exactly one of event, any_of, for, until",
        "等一个事件写 event，几个取先到写 any_of，等一段时间写 for，等到某时写 until",
        "event for one, any_of for whichever comes first, for to wait so long, until for a moment",
    ),
}
