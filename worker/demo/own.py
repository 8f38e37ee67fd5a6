"""An installation for the demo alone: in a folder that is removed afterwards, on ports that are free."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from worker.settings import Settings
from worker.terminal.screen import Terminal
from worker.up.first_start import make_ready
from worker.up.roster import foundations, product
from worker.up.site import Wanted, read_local, site_of
from worker.up.supervisor import Supervisor

_OTHERS = ("GONGDAN_DATABASE_URL", "GONGDAN_COMPANY_URL", "GONGDAN_URL", "GONGDAN_PUBLIC_URL", "GONGDAN_KEY")
"""What names somebody else's installation."""


@asynccontextmanager
async def an_own(settings: Settings, terminal: Terminal) -> AsyncIterator[Settings]:
    """Start one, give the settings of a client of it, and end it. Raises ``Failure``."""
    with tempfile.TemporaryDirectory(prefix="gongdan-demo-") as folder:
        plain = {name: value for name, value in os.environ.items() if name not in _OTHERS and "TEMPORAL_" not in name}
        given = {**plain, "GONGDAN_DATA_DIR": folder, "GONGDAN_WORKSPACE": str(settings.workspace)}
        site = site_of(Settings.from_environment(given, Path(folder)), Wanted(), given)
        supervisor = Supervisor(terminal)
        try:
            with terminal.busy("正在启动一套临时安装…", "starting an installation of its own …"):
                await supervisor.start(foundations(site))
                await make_ready(site, terminal)
                await supervisor.start(product(site))
                await supervisor.until_healthy()
            yield Settings.from_environment({**given, **read_local(site.settings)}, Path(folder))
        finally:
            await supervisor.stop()
