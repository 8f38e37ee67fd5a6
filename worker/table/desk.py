"""The commands that serve, let people in, talk to a running desk, and prove what it can do."""

from __future__ import annotations

from worker.table.rows import CANDIDATE, JSON, Command, arg
from worker.terminal.words import Words

_PORT = arg("--port", zh="端口（默认 GONGDAN_PORT 或 8000）", en="port (default: GONGDAN_PORT or 8000)", type=int)
_WORKERS = arg(
    "--workers",
    zh="worker 进程数（up 默认 GONGDAN_WORKERS 或核数的一半；bench clocks 默认 1）",
    en="worker processes (up: GONGDAN_WORKERS or half the cores; bench clocks: 1)",
    type=int,
    metavar="N",
)

SERVING = (
    Command(
        "up",
        Words("在本机启动全部：Temporal、API 与控制台、worker、relay、演示公司", "run everything on this machine"),
        "gongdan up",
        "commands.up:run",
        (
            _PORT,
            arg("--temporal-port", zh="Temporal 端口（默认 7233）", en="Temporal's port (default 7233)", type=int),
            arg("--ui-port", zh="Temporal 界面端口（默认 8233）", en="port of Temporal's UI (default 8233)", type=int),
            arg(
                "--company-port", zh="演示公司端口（默认 8100）", en="port of the demo company (default 8100)", type=int
            ),
            arg("--without-company", zh="不启动演示公司", en="leave the demo company out", action="store_true"),
            _WORKERS,
        ),
    ),
    Command(
        "api",
        Words("只启动 API 与控制台", "serve the API and the console"),
        "gongdan api --port 8000",
        "commands.serving:api",
        (_PORT, arg("--host", zh="监听地址", en="address to listen on (default: GONGDAN_HOST or 127.0.0.1)")),
    ),
    Command(
        "worker", Words("只启动 Temporal worker", "run a Temporal worker"), "gongdan worker", "commands.serving:worker"
    ),
    Command(
        "relay",
        Words("只启动 relay：把已接受的内容送到 Temporal", "deliver what has been accepted to Temporal"),
        "gongdan relay",
        "commands.serving:relay",
    ),
    Command(
        "migrate",
        Words("更新数据库结构和 Temporal 的搜索属性", "bring the database and Temporal's search attributes up to date"),
        "gongdan migrate",
        "commands.store:migrate",
        (arg("--no-temporal", zh="只更新数据库", en="only the database", action="store_true"),),
    ),
    Command(
        "publish",
        Words("检查、测试并发布整个工作区", "check, test and publish the whole workspace"),
        "gongdan publish --dry-run",
        "commands.store:publish",
        (
            arg("--dry-run", zh="只说明会改变什么", en="only say what would change", action="store_true"),
            arg("--by", zh="发布人（默认 cli）", en="who publishes (default: cli)", default="cli"),
            arg("--state", zh="新版本的状态", en="what new versions become", choices=("draft", "candidate", "default")),
            *CANDIDATE,
        ),
    ),
)

ADMITTING = (
    Command(
        "user add",
        Words("新增可登录的人，打印一次性密码", "add somebody who may log in; prints a one-time password"),
        "gongdan user add anna --name 'Anna Berg' --email anna@example.com --role after_sales --team after_sales",
        "commands.people:add_user",
        (
            arg(
                "id", zh="编号（小写字母、数字、下划线）", en="an id: small letters, digits, underscores", metavar="ID"
            ),
            arg("--name", zh="姓名", en="their name", required=True),
            arg("--email", zh="登录邮箱", en="the e-mail they log in with", required=True),
            arg("--role", zh="角色，可多次", en="a role, repeatable", action="append", default=[]),
            arg("--team", zh="团队，可多次", en="a team, repeatable", action="append", default=[]),
            arg("--skill", zh="技能，可多次", en="a skill, repeatable", action="append", default=[]),
            arg("--admin", zh="管理员", en="may administer the product", action="store_true"),
            arg("--language", zh="语言", en="their language", choices=("zh", "en"), default="zh"),
        ),
    ),
    Command(
        "user password",
        Words("重置密码，打印一次性密码", "reset a password; prints a one-time password"),
        "gongdan user password admin",
        "commands.people:reset_password",
        (arg("id", zh="编号或邮箱", en="the id or the e-mail", metavar="NAME"),),
    ),
    Command(
        "user duty",
        Words(
            "上班、下班或离职；下班和离职者交回手上的工单",
            "begin or end duty, or leave; who goes hands their work back",
        ),
        "gongdan user duty anna off",
        "commands.duty:run",
        (
            arg("id", zh="编号或邮箱", en="the id or the e-mail", metavar="NAME"),
            arg(
                "duty", zh="on 上班、off 下班、gone 离职", en="on, off, or gone for good", choices=("on", "off", "gone")
            ),
        ),
    ),
    Command(
        "key add",
        Words("新建 API 密钥；只显示这一次", "make an API key; it is shown this once"),
        "gongdan key add shop --scope tickets:write --scope events:write",
        "commands.people:add_key",
        (
            arg("name", zh="用途", en="what the key is for", metavar="NAME"),
            arg(
                "--scope",
                zh="权限，可多次（默认 admin）",
                en="a scope, repeatable (default: admin)",
                action="append",
                default=[],
            ),
            arg("--quiet", zh="只打印密钥", en="print the key alone", action="store_true"),
        ),
    ),
)

TALKING = (
    Command(
        "ticket open",
        Words("开单，打印工单号", "open a ticket and print its number"),
        'gongdan ticket open "屏幕有划痕，要退货" --category return --field order_no=O-1001',
        "commands.tickets:open_ticket",
        (
            arg("subject", zh="标题", en="the subject", metavar="SUBJECT"),
            arg("--body", zh="正文", en="what the customer writes", default=""),
            arg("--category", zh="类别；不写则按规则分类", en="the category; without it the rules decide"),
            arg("--priority", zh="优先级", en="the priority", choices=("low", "normal", "high", "urgent")),
            arg("--channel", zh="渠道", en="the channel", default="web"),
            arg(
                "--customer",
                zh="客户字段 名=值，可多次",
                en="NAME=VALUE of the customer, repeatable",
                action="append",
                metavar="NAME=VALUE",
            ),
            arg(
                "--order",
                zh="订单字段 名=值，可多次",
                en="NAME=VALUE of the order, repeatable",
                action="append",
                metavar="NAME=VALUE",
            ),
            arg(
                "--field",
                zh="工单字段 名=值，可多次",
                en="NAME=VALUE of the ticket, repeatable",
                action="append",
                metavar="NAME=VALUE",
            ),
            arg(
                "--idempotency-key", zh="幂等键：重发不会重复开单", en="sent again with it, no second ticket is opened"
            ),
            JSON,
        ),
    ),
    Command(
        "ticket show",
        Words("一张工单：状态、待办步骤、时钟", "one ticket: status, open steps, clocks"),
        "gongdan ticket show GD-10001",
        "commands.tickets:show",
        (arg("no", zh="工单号", en="the ticket's number", metavar="NO"), JSON),
    ),
    Command(
        "ticket list",
        Words("工单列表", "tickets, newest first"),
        "gongdan ticket list --query 退货",
        "commands.tickets:list_tickets",
        (
            arg("--view", zh="视图", en="the view, as in the console"),
            arg("--query", zh="搜索", en="words to search for"),
            arg("--cursor", zh="从上一页给出的位置继续", en="go on from where the page before ended"),
            JSON,
        ),
    ),
    Command(
        "event send",
        Words("告知一个外部事件", "tell of something that happened elsewhere"),
        "gongdan event send parcel.received tracking_no=SF900001",
        "commands.tickets:send_event",
        (
            arg("type", zh="事件类型", en="the event's type", metavar="TYPE"),
            arg("data", zh="内容 名=值", en="what it says, NAME=VALUE", nargs="*", metavar="NAME=VALUE"),
            arg("--source", zh="来源系统（默认 cli）", en="the system that tells (default: cli)", default="cli"),
            arg("--id", zh="来源内的编号；同一编号只算一次", en="its id there; the same id counts once"),
            arg("--ticket", zh="工单号；不写则按业务单号匹配", en="the ticket; without it business keys find it"),
            JSON,
        ),
    ),
)

PROVING = (
    Command(
        "demo",
        Words("同时走十张不同的工单，列出它们的结局", "play ten tickets of different kinds and print how they end"),
        "gongdan demo",
        "demo.main:run",
        (
            arg(
                "--own",
                zh="另起一套临时安装，用完即删",
                en="start an installation of its own, removed afterwards",
                action="store_true",
            ),
        ),
    ),
    Command(
        "bench",
        Words("测量引擎、吞吐与延迟", "measure the engine, throughput and latency"),
        "gongdan bench --json",
        "bench.main:run",
        (
            arg(
                "what",
                zh="另测一项：clocks（2,000 个时钟）、lint（一千个文件）、replay（重演一万张记录的工单）",
                en="something else instead: clocks (2,000), lint (1,000 files), replay (10,000 recorded tickets)",
                nargs="?",
                choices=("clocks", "lint", "replay"),
            ),
            arg(
                "--kill",
                zh="clocks：在这一分钟内 kill -9 Temporal 与 worker",
                en="clocks: kill -9 Temporal and the worker within that minute",
                action="store_true",
            ),
            _WORKERS,
            arg(
                "--seconds",
                zh="clocks：全部在这么多秒内到期（默认 60）",
                en="clocks: all are due within so many seconds (default 60)",
                type=int,
                metavar="N",
            ),
            arg(
                "--mutations",
                zh="lint：再检查这么多随机改坏的文件",
                en="lint: so many files broken at random, too",
                type=int,
                metavar="N",
            ),
            arg(
                "--only",
                zh="只测其中几项，逗号分隔：engine, temporal, accept, first_step",
                en="only some of: engine, temporal, accept, first_step (comma between)",
                metavar="PARTS",
            ),
            arg(
                "--tickets",
                zh="每项的工单数（默认各不相同）",
                en="tickets of each part (each has its own default)",
                type=int,
            ),
            arg(
                "--clients",
                zh="受理时同时的客户数（默认 16）",
                en="customers at once at the door (default 16)",
                type=int,
            ),
            arg(
                "--loaded",
                zh="再测一次产品全部运行时的受理",
                en="acceptance once more, with the whole product at work",
                action="store_true",
            ),
            JSON,
        ),
    ),
)
