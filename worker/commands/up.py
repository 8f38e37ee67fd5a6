"""``gongdan up``: the whole product on this machine, in one terminal."""

from __future__ import annotations

import asyncio
import os
from time import monotonic
from typing import TYPE_CHECKING

from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Words
from worker.up.roster import foundations, product
from worker.up.site import Site, Wanted, site_of
from worker.up.supervisor import Supervisor, only_one, until_done_or_told, until_told_to_stop

if TYPE_CHECKING:
    from worker.up.first_start import Welcome


def run(asked: Asked) -> int:
    """Start everything, say where it is, and keep it running until told to stop."""
    with only_one(asked.settings.data_dir):
        site = site_of(asked.settings, _wanted(asked), os.environ)
        return asyncio.run(_up(site, asked.terminal))


def _wanted(asked: Asked) -> Wanted:
    return Wanted(
        port=asked.number("port"),
        temporal_port=asked.number("temporal_port"),
        ui_port=asked.number("ui_port"),
        company_port=asked.number("company_port"),
        workers=asked.number("workers"),
        with_company=not asked.flag("without_company") and "GONGDAN_COMPANY_URL" not in os.environ,
        with_temporal="TEMPORAL_ADDRESS" not in os.environ,
    )


async def _up(site: Site, terminal: Terminal) -> int:
    began = monotonic()
    supervisor = Supervisor(terminal)
    welcomes: list[Welcome] = []

    async def start() -> None:
        await supervisor.start(product(site))  # they wait for the schema
        await supervisor.start(foundations(site))
        from worker.up.first_start import make_ready  # heavy: not before the processes are on their way

        welcomes.append(await make_ready(site, terminal))
        await supervisor.until_healthy()

    try:
        if not await until_done_or_told(start):
            return 130
        _greet(site, welcomes[0], terminal, monotonic() - began)
        await until_told_to_stop()
        terminal.note(Words("正在停止…", "stopping …"))
    finally:
        await supervisor.stop()
    terminal.note(Words("已全部停止，数据仍在", "everything has stopped; your data stays"))
    return 0


def _greet(site: Site, welcome: Welcome, terminal: Terminal, seconds: float) -> None:
    """Where everything is, in both languages: who reads it first may read either."""
    rows = [
        ("控制台 Console", site.settings.public_url),
        ("接口 API", f"{site.settings.public_url}/api/v1/openapi.json"),
    ]
    if site.ui_port is not None:
        rows.append(("Temporal", f"http://127.0.0.1:{site.ui_port}"))
    if site.company_port is not None:
        rows.append(("演示公司 Demo company", f"http://127.0.0.1:{site.company_port}"))
    if welcome.password is not None:
        rows += [("用户 User", welcome.login), ("一次性密码 One-time password", welcome.password)]
    else:
        rows.append(("忘记密码 Password lost?", f"gongdan user password {welcome.user}"))
    if welcome.key is not None:
        rows.append(("API 密钥 API key", welcome.key))
    width = max(_width(name) for name, _ in rows)
    lines = [f"  {name}{' ' * (width - _width(name))}  {value}" for name, value in rows]
    ready = f"工单已就绪 Gongdan is ready ({seconds:.1f} s)"
    terminal.tell("\n".join(["", ready, *lines, f"  日志 Logs: {site.logs} · Ctrl-C 停止 stops everything", ""]))


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)
