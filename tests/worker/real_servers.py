"""A real Temporal development server for the tests of this room, on loopback, ended by its pid."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from worker.up.roster import temporal_program
from workflows.attributes import TYPES


@dataclass
class TemporalServer:
    """Temporal's development server; its data are in a file, so that it may be killed and come back."""

    port: int
    file: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        attributes = [word for name, kind in TYPES.items() for word in ("--search-attribute", f"{name}={kind}")]
        where = ["--ip", "127.0.0.1", "--port", str(self.port), "--db-filename", str(self.file), "--headless"]
        command = [temporal_program(), "server", "start-dev", *where, "--log-level", "error", *attributes]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def wait_for_port(port: int, seconds: float = 30) -> None:
    """Wait until somebody listens; fails the test when nobody does in time."""
    end = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end, f"nobody listens on {port}"
        time.sleep(0.05)


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
