"""The commands that show what a definition is, and what a change of it means: see ``worker.table``."""

from __future__ import annotations

from worker.table.rows import Argument, Command
from worker.terminal.words import Words

_CATALOG = Argument(
    ("--catalog",), Words("改用此目录文件", "a catalog file in place of the workspace's"), {"metavar": "FILE"}
)
_FILE = Words("文件，或已发布的版本（return@6）", "a file, or a published version (return@6)")

PICTURING = (
    Command(
        "sop diagram",
        Words("把 SOP 或剧本画成流程图", "draw a definition as Mermaid, SVG or BPMN"),
        "gongdan sop diagram sop/library/return.sop.yaml --format svg --output return.svg",
        "commands.sop_diagram:run",
        (
            Argument(("file",), _FILE, {"metavar": "FILE"}),
            _CATALOG,
            Argument(
                ("--format",), Words("格式", "format"), {"choices": ("mermaid", "svg", "bpmn"), "default": "mermaid"}
            ),
            Argument(
                ("--overlay",),
                Words(
                    "叠加：coverage 场景覆盖，live 在办工单与中位用时",
                    "coverage: what scenarios come by; live: tickets on each step and their median time",
                ),
                {"choices": ("coverage", "live")},
            ),
            Argument(("--output",), Words("写入此文件", "write to this file"), {"metavar": "FILE"}),
        ),
    ),
    Command(
        "sop diff",
        Words(
            "按含义比较两个版本；退出码 0 相同，1 不同，2 出错",
            "tell what a change means; exit code 0: the same, 1: different, 2: trouble",
        ),
        "gongdan sop diff return@6 sop/library/return.sop.yaml",
        "commands.sop_diff:run",
        (
            Argument(("old",), _FILE, {"metavar": "A"}),
            Argument(
                ("new",),
                Words(
                    "与 A 比较的文件或版本；不写：把 A 与它已发布的默认版本比较",
                    "what to compare A with; none: A is compared with the published default of its name",
                ),
                {"nargs": "?", "metavar": "B"},
            ),
            _CATALOG,
            Argument(("--format",), Words("输出格式", "output"), {"choices": ("text", "json"), "default": "text"}),
        ),
    ),
)
