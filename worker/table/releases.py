"""The commands of versions and of what is done with open tickets: see ``worker.table``."""

from __future__ import annotations

from worker.table.rows import CANDIDATE, JSON, Argument, Command
from worker.terminal.words import Words

_REF = Argument(
    ("ref",), Words("定义与版本，如 return@7", "definition and version, e.g. return@7"), {"metavar": "NAME@VERSION"}
)
_BY = Argument(("--by",), Words("谁（人员编号）", "who does it: a person's id"), {"required": True, "metavar": "WHO"})
_NOTE = Argument(("--note",), Words("原因", "why"), {"default": ""})

_WHY = Argument(("--why",), Words("原因", "why"), {"required": True})
_IF = Argument(
    ("--if",),
    Words("条件：ticket、customer、sop", "a condition on ticket, customer and sop"),
    {"metavar": "CONDITION"},
)
_CLOCKS = Argument(
    ("--clocks",),
    Words("时钟继续还是停住（默认继续）", "whether clocks run on or stand still (default: run)"),
    {"choices": ("run", "pause"), "default": "run"},
)

RELEASING = (
    Command(
        "sop versions",
        Words("各版本的状态，或其变更记录", "the versions of a definition and their states"),
        "gongdan sop versions return --history",
        "commands.sop_versions:versions",
        (
            Argument(("ref",), Words("定义；不写则全部", "a definition; none: all"), {"nargs": "?", "metavar": "NAME"}),
            Argument(("--history",), Words("变更记录", "what was changed, when, by whom"), {"action": "store_true"}),
            JSON,
        ),
    ),
    Command(
        "sop approve",
        Words("审批涉及资金的版本（须与发布人不同）", "approve a version that moves money: not by who published it"),
        "gongdan sop approve return@7 --by zhaomin",
        "commands.sop_versions:approve",
        (_REF, _BY, _NOTE),
    ),
    Command(
        "sop stage",
        Words("设为候选（部分新工单）或默认版本", "make a version the candidate for some new tickets, or the default"),
        "gongdan sop stage return@7 --share 10% --by anna",
        "commands.sop_versions:stage",
        (_REF, *CANDIDATE, _BY, _NOTE),
    ),
    Command(
        "sop rollback",
        Words("退回到之前的默认版本", "go back to an earlier default"),
        "gongdan sop rollback return --by anna",
        "commands.sop_versions:rollback",
        (_REF, _BY, _NOTE),
    ),
    Command(
        "sop archive",
        Words("撤下一个版本，新工单不再使用", "withdraw a version: no new ticket takes it"),
        "gongdan sop archive return@7 --by anna",
        "commands.sop_versions:archive",
        (_REF, _BY, _NOTE),
    ),
    Command(
        "sop migrate",
        Words("让进行中的工单改用另一版本", "let open tickets go on with another version"),
        "gongdan sop migrate return@6 return@7 --dry-run --by anna",
        "commands.sop_migrate:run",
        (
            Argument(
                ("refs",),
                Words("两个版本：return@6 return@7，或 return@6→7", "two versions: return@6 return@7, or return@6→7"),
                {"nargs": "+", "metavar": "NAME@VERSION"},
            ),
            Argument(
                ("--dry-run",),
                Words("只说明每张工单会怎样", "only say what would become of each ticket"),
                {"action": "store_true"},
            ),
            Argument(
                ("--canary",),
                Words("先移动这么多张，分布在尽量多的步骤上", "move so many first, on as many steps as possible"),
                {"type": int, "metavar": "COUNT"},
            ),
            Argument(
                ("--map",),
                Words("旧步骤=新步骤，可多次", "OLD=NEW of a step without a counterpart, repeatable"),
                {"action": "append", "default": [], "metavar": "OLD=NEW"},
            ),
            Argument(("--ticket",), Words("只这一张工单", "this ticket only"), {"metavar": "NO"}),
            _BY,
            _NOTE,
            JSON,
        ),
    ),
    Command(
        "sop hold",
        Words("让符合条件的工单停在某一步之前", "hold every matching ticket before a step"),
        "gongdan sop hold return refund --if \"customer.tier == 'vip'\" --by anna --why 'refunds twice'",
        "commands.sop_gates:hold",
        (
            Argument(("ref",), Words("定义，可带版本", "a definition, perhaps of one version"), {"metavar": "NAME"}),
            Argument(("step",), Words("步骤", "the step"), {"metavar": "STEP"}),
            _IF,
            _CLOCKS,
            _BY,
            _WHY,
        ),
    ),
    Command(
        "sop release",
        Words("解除暂停放行，被挡住的工单继续", "release a gate: what it holds goes on"),
        "gongdan sop release 3 --by anna --why repaired",
        "commands.sop_gates:release",
        (Argument(("gate",), Words("编号", "the gate's number"), {"type": int, "metavar": "GATE"}), _BY, _WHY),
    ),
    Command(
        "sop gates",
        Words("暂停放行一览", "the gates, and how much each holds"),
        "gongdan sop gates --all",
        "commands.sop_gates:list_gates",
        (
            Argument(("--all",), Words("含已解除的", "those too that were released"), {"action": "store_true"}),
            JSON,
        ),
    ),
    Command(
        "sop inject",
        Words("给符合条件的进行中工单加一步", "put a step into every matching open ticket"),
        "gongdan sop inject return@6 check.step.yaml --before refund --by anna --why 'double check'",
        "commands.sop_gates:inject",
        (
            _REF,
            Argument(("file",), Words("一个步骤的 YAML 文件", "a YAML file of one step"), {"metavar": "FILE"}),
            Argument(("--before",), Words("加在这一步之前", "put it before this step"), {"metavar": "STEP"}),
            Argument(("--after",), Words("加在这一步之后", "put it after this step"), {"metavar": "STEP"}),
            _IF,
            _CLOCKS,
            Argument(
                ("--dry-run",),
                Words("只说明每张工单会怎样", "only say what would become of each ticket"),
                {"action": "store_true"},
            ),
            _BY,
            _WHY,
            JSON,
        ),
    ),
)
