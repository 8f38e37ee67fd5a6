"""Where the bench runs: installations of its own in a temporary folder, on ports of their own, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from worker.settings import HOME, Settings
from worker.terminal.screen import Terminal
from worker.terminal.words import Failure
from worker.up.child import Plan
from worker.up.first_start import make_ready
from worker.up.ports import LOOPBACK
from worker.up.roster import foundations, product
from worker.up.site import Site, Wanted, site_of
from worker.up.supervisor import Supervisor

OURS = ("GONGDAN_", "TEMPORAL_", "DEMO_")
DATABASE = "gongdan.db"


class Ground:
    """Fresh installations with everything published, each a copy of the first; the real one is never touched."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self._folder, self.terminal = folder, terminal
        self._first: Path | None = None
        self.key = ""

    async def site(
        self, name: str, *, with_temporal: bool = False, with_company: bool = False, workers: int | None = None
    ) -> Site:
        """An installation named so, ready to be started. Raises ``Failure``."""
        folder = self._folder / name
        port, temporal, ui, company = _free_ports(4)
        wanted = Wanted(
            port, temporal, ui, company, workers or 1, with_company=with_company, with_temporal=with_temporal
        )
        env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        env |= {"GONGDAN_WORKSPACE": str(HOME), "GONGDAN_DATA_DIR": str(folder)}
        if not with_temporal:
            env["TEMPORAL_ADDRESS"] = f"{LOOPBACK}:{temporal}"  # nobody is there
        if not with_company:
            env["GONGDAN_COMPANY_URL"] = f"http://{LOOPBACK}:{company}"
        site = replace(site_of(Settings.from_environment(env), wanted, env), ui_port=None)
        if self._first is None:
            welcome = await make_ready(site, self.terminal)
            self._first, self.key = folder, welcome.key or ""
            shutil.copy(folder / DATABASE, self._folder / DATABASE)
        else:
            shutil.copy(self._folder / DATABASE, folder / DATABASE)
        return site

    @asynccontextmanager
    async def running(self, plans: Sequence[Plan]) -> AsyncIterator[None]:
        """These processes, from healthy until ended. Raises ``Failure``."""
        supervisor = Supervisor(self.terminal)
        try:
            await supervisor.start(plans)
            await supervisor.until_healthy()
            yield
        finally:
            await supervisor.stop()


def everything(site: Site) -> list[Plan]:
    """The whole product and what it stands on."""
    return [*foundations(site), *product(site)]


def api_alone(site: Site) -> list[Plan]:
    """The doors, with nobody behind them: what is accepted waits."""
    return [plan for plan in product(site) if plan.name == "api"]


def module(site: Site, name: str, *command: str) -> Plan:
    """A module of the bench as a process of its own."""
    return Plan(name, (sys.executable, "-P", "-m", *command), site.env, site.log(name))


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    except OSError as error:
        raise Failure(f"没有空闲端口：{error}", f"there is no free port: {error}") from None
    finally:
        for probe in probes:
            probe.close()
