"""The tutorial as its reader meets it: blocks of a page, a file that grows piece by piece, what a terminal showed."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

DEFINITION = "sop/library/office_repair.sop.yaml"
SCENARIOS = "tests/scenarios/office_repair.yaml"
ANY = "…"
PATIENCE = 20.0  # seconds
_VARIES = (  # what no two runs have in common
    (re.compile(r"^((?:open|  [•◷]) .*)  \d{4}-\d\d-\d\d \d\d:\d\d$", re.MULTILINE), r"\1  MOMENT"),
    (re.compile(r"[0-9a-f]{12}  cli \d{4}-\d\d-\d\d \d\d:\d\d"), "SHA  cli MINUTE"),
    (re.compile(r"\b\d+ ms\b"), "N ms"),
    (re.compile(r"\d+\.\d+ s\b"), "N s"),
)


class Block(NamedTuple):
    """One fenced block of a page."""

    kind: str
    text: str


def blocks_of(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [Block(kind, text) for kind, text in re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL)]


def woven(text: str, piece: str) -> str:
    """A file with a piece where the page says: the whole of it, above ``steps:``, a step or a path at the end of its
    like; what is there under that name already is replaced."""
    if piece.startswith(("dsl:", "file:")):
        return piece
    if (there := _span(text, piece)) is not None:
        return text[: there[0]] + piece + text[there[1] :]
    if piece.startswith("  - id:") and "\npaths:" in text:
        return text.replace("\npaths:", f"\n{piece}\npaths:", 1)
    if piece.startswith("  "):
        gap = "" if piece.startswith("  - name:") else "\n"
        return text + gap + piece
    return text + "\n" + piece if piece.startswith("paths:") else text.replace("\nsteps:", f"{piece}\nsteps:", 1)


def _span(text: str, piece: str) -> tuple[int, int] | None:
    """From where to where the part of the same first line stands: it ends before the next line indented no deeper."""
    first = piece.split("\n", 1)[0]
    found = re.search(rf"^{re.escape(first)}\n", text, re.MULTILINE)
    if found is None:
        return None
    deep = len(first) - len(first.lstrip())
    end = re.compile(rf"^(?= {{0,{deep}}}\S|$)", re.MULTILINE).search(text, found.end())
    return found.start(), end.start() if end else len(text)


def plain(text: str) -> list[str]:
    """The lines of an output with what varies from run to run put aside."""
    for pattern, word in _VARIES:
        text = pattern.sub(word, text)
    return [line.rstrip() for line in text.splitlines()]


def differs(shown: str, told: str) -> str | None:
    """Where the page shows another output than there was: the lines not found; ``…`` stands for any lines."""
    lines = plain(told)
    parts = "\n".join(plain(shown)).split(ANY)
    if len(parts) == 1:
        return None if plain(shown) == lines else f"shown:\n{shown}\ntold:\n{told}"
    at = 0
    for part in (part.strip("\n").split("\n") for part in parts if part.strip()):
        found = next((i for i in range(at, len(lines)) if lines[i : i + len(part)] == part), None)
        if found is None:
            return "\n".join(["shown:", *part, "told:", told])
        at = found + len(part)
    return None


@dataclass
class Reader:
    """Somebody at a terminal with a page beside it. ``room`` stands for the folder that holds their checkout."""

    room: Path
    env: Mapping[str, str]
    ports: Mapping[str, str]
    told: str = ""
    code: int = 0
    typed: str = ""
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.room / "checkout"
        self._state = self.room / "state"
        self._state.write_text("")

    @property
    def office(self) -> Path:
        return self.room / "office"

    def write(self, piece: str) -> None:
        """Write what a YAML block says into its file."""
        of_scenarios = piece.startswith(("file:", "  - name:"))
        file = self.office / (SCENARIOS if of_scenarios else DEFINITION)
        file.write_text(woven(file.read_text("utf-8") if file.exists() else "", piece), "utf-8")

    def type(self, commands: str, stdin: str = "") -> None:
        """Run commands in the shell that the ones before ran in; what was told is kept, and the exit code."""
        self.typed = commands
        for shown, port in self.ports.items():
            commands = commands.replace(shown, port)
        script = f". {self._state}\n{commands}\ncode=$?\nexport -p > {self._state}; pwd > {self._state}.pwd; exit $code"
        place = Path(f"{self._state}.pwd")
        where = place.read_text().strip() if place.exists() else str(self.folder)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=where,
            env=dict(self.env),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.told, self.code = done.stdout + done.stderr, done.returncode

    def read(self, shown: str) -> str | None:
        """Compare a block of output with what was told. A ticket is looked at again for a while: a person is slower."""
        end = time.monotonic() + (PATIENCE if self.typed.startswith("gongdan ticket show") else 0)
        while (wrong := differs(shown, self.told)) and time.monotonic() < end:
            self.type(self.typed)
        self.code = 0
        return wrong

    def walk(self, session: str) -> str | None:
        """Play a session: what stands behind ``>`` is typed; returns how its output differs from the page."""
        first, *lines = session.splitlines()
        typed = [line.removeprefix("> ") for line in lines if line.startswith("> ")]
        self.type(shlex.join(shlex.split(first.removeprefix("$ "))), "\n".join(typed) + "\n")
        self.code = 0
        return differs("\n".join(line for line in lines if not line.startswith("> ")), self.told)
