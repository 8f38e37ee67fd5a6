"""One machine's installation: its ports, its secrets, and the environment its processes run in."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from worker.settings import HOME, Settings
from worker.up.ports import LOOPBACK, chosen

TOKENS = ("GONGDAN_ERP_TOKEN", "GONGDAN_LOGISTICS_TOKEN", "GONGDAN_CRM_TOKEN", "GONGDAN_MESSAGES_TOKEN")
HOOK_SECRET = "GONGDAN_CARRIER_HOOK_SECRET"  # noqa: S105 - a name
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: ports, and what is left out because the environment names another one."""

    port: int | None = None
    temporal_port: int | None = None
    ui_port: int | None = None
    company_port: int | None = None
    workers: int | None = None
    with_company: bool = True
    with_temporal: bool = True


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything is. ``company_port`` and ``temporal_port`` are none where somebody else runs them."""

    settings: Settings
    port: int
    temporal_port: int | None
    ui_port: int | None
    company_port: int | None
    env: Mapping[str, str]

    @property
    def logs(self) -> Path:
        """The folder of the processes' logs."""
        return self.settings.data_dir / "log"

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.logs / f"{name}.log"


def site_of(settings: Settings, wanted: Wanted, given: Mapping[str, str]) -> Site:
    """Choose the ports and secrets; ``given`` is the real environment, which always wins. Raises ``Failure``."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken: set[int] = set()
    port = chosen(wanted.port, settings.port, taken)
    temporal = chosen(wanted.temporal_port, 7233, taken) if wanted.with_temporal else None
    ui = chosen(wanted.ui_port, 8233, taken) if wanted.with_temporal else None
    company = chosen(wanted.company_port, 8100, taken) if wanted.with_company else None
    local = _local(settings, port, temporal, company, given)
    write_local(settings, local)
    path = os.pathsep.join(filter(None, (str(HOME), given.get("PYTHONPATH"))))
    env = {**local, **given, "GONGDAN_PORT": str(port), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    env |= {"GONGDAN_URL": local["GONGDAN_URL"], "GONGDAN_DATA_DIR": str(settings.data_dir)}
    env["GONGDAN_WORKERS"] = str(settings.workers if wanted.workers is None else wanted.workers)
    found = Settings.from_environment(env, settings.data_dir.parent)
    return Site(found, port, temporal, ui, company, env)


def write_local(settings: Settings, local: Mapping[str, str]) -> None:
    """Tell the other commands on this machine where everything is; readable by nobody else."""
    file = settings.local_file.with_suffix(".new")
    file.touch(mode=PRIVATE)
    file.write_text(json.dumps(local, indent=1, sort_keys=True), encoding="utf-8")
    file.replace(settings.local_file)


def read_local(settings: Settings) -> dict[str, str]:
    """What was told last."""
    return {
        str(name): str(value) for name, value in json.loads(settings.local_file.read_text(encoding="utf-8")).items()
    }


def _local(
    settings: Settings, port: int, temporal: int | None, company: int | None, given: Mapping[str, str]
) -> dict[str, str]:
    """What the environment does not say itself. Secrets are made once and kept."""
    known = settings.environment
    token = known.get(TOKENS[0]) or secrets.token_urlsafe(24)
    url = f"http://{LOOPBACK}:{port}"
    local = {
        "GONGDAN_URL": url,
        "GONGDAN_PUBLIC_URL": url,
        "GONGDAN_WORKSPACE": str(settings.workspace),
        "GONGDAN_DATABASE_URL": given.get("GONGDAN_DATABASE_URL") or f"sqlite:///{settings.data_dir / 'gongdan.db'}",
        HOOK_SECRET: known.get(HOOK_SECRET) or secrets.token_urlsafe(24),
        **{name: known.get(name) or token for name in TOKENS},
    }
    if temporal is not None:
        local["TEMPORAL_ADDRESS"] = f"{LOOPBACK}:{temporal}"
    if company is not None:
        local["GONGDAN_COMPANY_URL"] = f"http://{LOOPBACK}:{company}"
    return local | {name: known[name] for name in ("GONGDAN_KEY",) if name in known}
