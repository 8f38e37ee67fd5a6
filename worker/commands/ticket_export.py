"""``gongdan ticket export``: a ticket that has ended, as a scenario file for ``gongdan sop test``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sop.replay.scenario_text import flow
from worker.access.calling import Api
from worker.commands.tickets import V1
from worker.terminal.asked import Asked
from worker.terminal.words import Failure, Words


def run(asked: Asked) -> int:
    """Write the file, or print it; 1 where it does not pass on the version the ticket ran on."""
    told = Api.of(asked).get(f"{V1}/tickets/{asked.text('no')}/scenario")
    definition, out = told["definition"], asked.maybe("out")
    named = str(definition["file"]) if isinstance(definition, Mapping) else ""
    folder = Path(out).resolve().parent if out else Path.cwd()
    here = os.path.relpath(asked.settings.workspace / named, folder)
    text = str(told["scenario"]).replace(f"file: {flow(named)}\n", f"file: {flow(Path(here).as_posix())}\n", 1)
    if out is None:
        asked.terminal.tell(text.removesuffix("\n"))
    else:
        _write(Path(out), text)
        asked.terminal.note(Words(f"已写入 {out}", f"wrote {out}"))
    otherwise = told.get("otherwise")
    for sentence in otherwise if isinstance(otherwise, list) else ():
        asked.terminal.note(Words(f"与工单不同：{sentence}", f"otherwise than the ticket: {sentence}"))
    return 1 if otherwise else 0


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise Failure(f"无法写入 {file}：{why}", f"{file} cannot be written: {why}") from None
