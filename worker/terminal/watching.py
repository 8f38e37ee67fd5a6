"""Doing something again whenever a file changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from worker.terminal.screen import Terminal
from worker.terminal.words import Failure

EVERY = 0.3
"""Seconds between two looks at the files."""

State = dict[Path, tuple[int, int]]


def watch(files: Callable[[], Iterable[Path]], act: Callable[[], int], terminal: Terminal) -> int:
    """Act now and whenever one of the files has changed, until Ctrl-C. A failure is told and waited out."""
    while True:
        seen = _state(files)
        try:
            act()
        except Failure as failure:
            terminal.note(failure.words)
        now = datetime.now().astimezone().strftime("%H:%M:%S")
        terminal.note(
            terminal.say(f"—— {now}，等待改动（Ctrl-C 结束）", f"—— {now}, waiting for a change (Ctrl-C ends)")
        )
        while _state(files) == seen:
            time.sleep(EVERY)


def _state(files: Callable[[], Iterable[Path]]) -> State:
    """When each file was written and how large it is; nothing of one that is not there now."""
    try:
        return {file: (status.st_mtime_ns, status.st_size) for file in files() if (status := _status(file))}
    except Failure:
        return {}


def _status(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None
