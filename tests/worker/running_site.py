"""The product on one machine, started as a person starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.worker.real_servers import lives

ROOT = Path(__file__).parents[2]
START_SECONDS = 90
QUIET = {"GONGDAN_", "TEMPORAL_", "LC_", "LANG"}


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """This process's environment without anything of ours, in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(tuple(QUIET))}
    return {**kept, "PYTHONPATH": str(ROOT), "LANG": "en_GB.UTF-8", "GONGDAN_DATA_DIR": str(data_dir), **more}


def gongdan(*words: str, env: dict[str, str], stdin: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "worker", *words],
        env=env,
        input=stdin,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass
class Site:
    """``gongdan up`` as a process with everything it started; ``folder`` is where it is called."""

    data_dir: Path
    ports: tuple[int, int, int, int]
    folder: Path = ROOT
    process: subprocess.Popen[str] | None = None
    output: Path = field(init=False)

    def __post_init__(self) -> None:
        self.output = self.data_dir.parent / "up.out"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def env(self) -> dict[str, str]:
        return environment(self.data_dir)

    def start(self) -> str:
        """Start it and wait for its banner, which is the answer."""
        api, temporal, ui, company = map(str, self.ports)
        where = ["--port", api, "--temporal-port", temporal, "--ui-port", ui, "--company-port", company]
        self.output.write_text("")
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "worker", "up", *where],
                env=self.env,
                cwd=self.folder,
                stdout=out,
                stderr=out,
                text=True,
            )
        end = time.monotonic() + START_SECONDS
        while "is ready" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < end, self.output.read_text()
            time.sleep(0.05)
        return self.output.read_text()

    def pid_of(self, name: str) -> int | None:
        """The process that has this word among its arguments."""
        return next((pid for pid, words in self.children() if name in words), None)

    def children(self) -> list[tuple[int, list[str]]]:
        """Everything that `up` has started and that lives."""
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = []
        for pid in map(int, listed.read_text().split()):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            except FileNotFoundError:
                continue
            if lives(pid):
                found.append((pid, words))
        return found

    def end(self, number: signal.Signals) -> int:
        """Send a signal to `up` and wait for its end."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def get(self, path: str) -> httpx.Response:
        """Ask the API with this machine's key."""
        key = json.loads((self.data_dir / "local.json").read_text())["GONGDAN_KEY"]
        return httpx.get(self.url + path, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=10)


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Poll until it holds; fails the test when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
