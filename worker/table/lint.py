"""The commands that find mistakes before a customer does: see ``worker.table``."""

from __future__ import annotations

from worker.table.rows import Argument, Command
from worker.terminal.words import Words

_FILES = Argument(
    ("files",),
    Words("文件；不写则为整个工作区", "files; none: the whole workspace"),
    {"nargs": "*", "metavar": "FILE"},
)
_CATALOG = Argument(
    ("--catalog",), Words("改用此目录文件", "a catalog file in place of the workspace's"), {"metavar": "FILE"}
)
_ARGUMENTS = (
    _FILES,
    _CATALOG,
    Argument(
        ("--format",),
        Words("输出格式", "output"),
        {"choices": ("text", "json", "sarif", "github"), "default": "text"},
    ),
    Argument(
        ("--profile",),
        Words("draft：只有错误不通过；publish：警告也不通过", "draft: errors fail; publish: warnings fail too"),
        {"choices": ("draft", "publish"), "default": "draft"},
    ),
    Argument(
        ("--fix",), Words("改好能自动改的，再检查", "mend what can be mended, then check"), {"action": "store_true"}
    ),
    Argument(
        ("--watch",),
        Words("文件一变就再检查，直到 Ctrl-C", "check again whenever a file changes"),
        {"action": "store_true"},
    ),
    Argument(
        ("--against",),
        Words(
            "运行中的版本：文件或 return@6；检查对停在各步的工单的影响",
            "the version tickets run on, a file or return@6: what the change does to those on its steps",
        ),
        {"metavar": "FILE"},
    ),
)

LINTING = (
    Command(
        "sop lint",
        Words("指出文件里的全部错误与警告", "show every mistake in the files, and what may go wrong"),
        "gongdan sop lint sop/library/return.sop.yaml --profile publish",
        "commands.sop_validate:run",
        _ARGUMENTS,
    ),
    Command(
        "sop validate",
        Words("同 sop lint", "the same as sop lint"),
        "gongdan sop validate sop/library/return.sop.yaml",
        "commands.sop_validate:run",
        _ARGUMENTS,
    ),
    Command(
        "sop explain",
        Words("说明一个问题代码", "explain the code of a problem"),
        "gongdan sop explain SOP403",
        "commands.sop_explain:run",
        (
            Argument(
                ("code",), Words("代码；不写则列出全部", "the code; none: list all"), {"nargs": "?", "metavar": "CODE"}
            ),
            Argument(
                ("--write",), Words("把全部说明写入此文件夹", "write all pages into this folder"), {"metavar": "FOLDER"}
            ),
        ),
    ),
    Command(
        "sop schema",
        Words("为编辑器生成 JSON Schema", "make the JSON Schema that an editor completes by"),
        "gongdan sop schema --write sop/sop.schema.json",
        "commands.sop_schema:run",
        (_CATALOG, Argument(("--write",), Words("写入此文件", "write to this file"), {"metavar": "FILE"})),
    ),
)
