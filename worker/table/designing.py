"""The commands on definitions: schema, tests, simulations, publishing."""

from __future__ import annotations

from worker.table.rows import JSON, Command, arg
from worker.terminal.words import Words

_FILES = arg("files", zh="文件；不写则为整个工作区", en="files; none: the whole workspace", nargs="*", metavar="FILE")
_CATALOG = arg("--catalog", zh="改用此目录文件", en="a catalog file in place of the workspace's", metavar="FILE")
DESIGNING = (
    Command(
        "init",
        Words("新建自己的工作区：演示公司的一份副本", "make a workspace of your own: a copy of the demo company"),
        "gongdan init ../office",
        "commands.init:run",
        (arg("folder", zh="新文件夹", en="a new folder", metavar="FOLDER"),),
    ),
    Command(
        "sop test",
        Words("在纯引擎上运行场景", "run scenarios on the pure engine"),
        "gongdan sop test sop/library/return.sop.yaml",
        "commands.sop_test:run",
        (
            arg(
                "files",
                zh="场景文件，或有场景的 SOP；不写则运行全部",
                en="scenario files, or SOPs that have scenarios; none: all of them",
                nargs="*",
                metavar="FILE",
            ),
            _CATALOG,
            arg("--min-coverage", zh="每个定义至少覆盖百分之几", en="least coverage of each, in percent", type=int),
            arg("--junit", zh="写 JUnit XML 到此文件", en="write JUnit XML to this file", metavar="FILE"),
            arg(
                "--update-snapshots",
                zh="写下每个场景的经过，以后与它比较",
                en="write down how each case goes, to compare with later",
                action="store_true",
            ),
        ),
    ),
    Command(
        "sop simulate",
        Words("在终端里一步步走一遍", "step through a definition in the terminal"),
        "gongdan sop simulate sop/library/return.sop.yaml",
        "commands.sop_simulate:run",
        (
            arg("file", zh="SOP 或剧本文件", en="a file of an SOP or a playbook", metavar="FILE"),
            _CATALOG,
            arg("--ticket", zh="工单字段（YAML）", en="the ticket's fields, as YAML", metavar="YAML"),
            arg("--customer", zh="客户字段（YAML）", en="the customer's fields, as YAML", metavar="YAML"),
        ),
    ),
    Command(
        "sop matrix",
        Words("每种故障下每一步会怎样", "what each step does when everything goes wrong"),
        "gongdan sop matrix sop/library/return.sop.yaml",
        "commands.sop_matrix:run",
        (
            _FILES,
            _CATALOG,
            arg(
                "--all",
                zh="列出全部格子，而不只是没有着落的",
                en="show every cell, not only the undefined",
                action="store_true",
            ),
            JSON,
        ),
    ),
)
