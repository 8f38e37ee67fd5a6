"""What a process is told: the environment, and under it what ``gongdan up`` wrote down on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOCAL_FILE = "local.json"
MOST_WORKERS = 64
HOME = Path(__file__).resolve().parent.parent
"""The checkout: its own definitions are the workspace unless another one is named, or one is worked in."""
COMPANY_FILE = "gongdan.yaml"  # as sop.workspace has it, which takes long to import


class BadSetting(ValueError):
    """A setting cannot be used; the message names it and says what it must look like."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between two installations.

    ``url`` and ``key`` are for commands that talk to the API as a client. ``environment`` holds whatever connectors
    and Temporal's client read on their own: base URLs, secrets, ``TEMPORAL_…``."""

    data_dir: Path
    workspace: Path
    database_url: str
    host: str
    port: int
    workers: int
    public_url: str
    temporal_address: str
    temporal_namespace: str
    url: str
    key: str | None
    environment: Mapping[str, str]

    @property
    def local_file(self) -> Path:
        """Where ``gongdan up`` writes what other commands on this machine need to find it."""
        return self.data_dir / LOCAL_FILE

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Settings:
        """The settings of this process. Raises ``BadSetting``."""
        given = dict(os.environ if env is None else env)
        here = cwd or Path.cwd()
        data_dir = here / given.get("GONGDAN_DATA_DIR", "var")
        known = {**_local(data_dir / LOCAL_FILE), **given}
        host, port = known.get("GONGDAN_HOST", "127.0.0.1"), _port(known, "GONGDAN_PORT", 8000)
        url = known.get("GONGDAN_URL", f"http://{host}:{port}").rstrip("/")
        return cls(
            data_dir=data_dir,
            workspace=_workspace(known, here),
            database_url=known.get("GONGDAN_DATABASE_URL") or f"sqlite:///{data_dir / 'gongdan.db'}",
            host=host,
            port=port,
            workers=_workers(known),
            public_url=known.get("GONGDAN_PUBLIC_URL", url).rstrip("/"),
            temporal_address=known.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
            temporal_namespace=known.get("TEMPORAL_NAMESPACE", "default"),
            url=url,
            key=known.get("GONGDAN_KEY"),
            environment=known,
        )


def _workspace(env: Mapping[str, str], here: Path) -> Path:
    """The one that is named, else the folder one stands in, else the checkout."""
    if named := env.get("GONGDAN_WORKSPACE"):
        return Path(named).resolve()
    return here.resolve() if (here / COMPANY_FILE).is_file() else HOME


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 <= int(text) <= 65535):
        raise BadSetting(f"{name} must be a port number, not {text!r}")
    return int(text)


def _workers(env: Mapping[str, str]) -> int:
    """How many worker processes this machine runs: one for every two cores, four at most, where it is not said."""
    text = env.get("GONGDAN_WORKERS") or str(min(max((os.cpu_count() or 1) // 2, 1), 4))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
        raise BadSetting(f"GONGDAN_WORKERS must be a number from 1 to {MOST_WORKERS}, not {text!r}")
    return int(text)


def _local(file: Path) -> dict[str, str]:
    """The environment that ``gongdan up`` left; nothing where it never ran."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadSetting(f"{file} cannot be read ({error}); remove it, `gongdan up` writes it again") from None
    if not isinstance(plain, dict):
        raise BadSetting(f"{file} holds no settings; remove it, `gongdan up` writes it again")
    return {str(name): str(value) for name, value in plain.items()}
