"""Snapshots: what a case left behind, line by line, kept beside its scenario file and compared with the next time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from difflib import unified_diff

from sop.facts import Fact
from sop.scenario.trace import trace_of

CASE = "=== "
HEAD = (
    "# What each case leaves behind. `gongdan sop test` compares; with --update-snapshots it writes this file anew.\n"
)


def lines_of(facts: Sequence[Fact]) -> list[str]:
    """The story of a case: when (since it began), and what the trace says without the row's number."""
    if not facts:
        return []
    began = facts[0].at
    told = zip(facts, trace_of(facts), strict=True)
    return [f"+{_elapsed(fact.at - began):<12}{line.partition(' ')[2]}" for fact, line in told]


def _elapsed(time: timedelta) -> str:
    hours, rest = divmod(time.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    clock = f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
    return f"{time.days}d {clock}" if time.days else clock


def written(cases: Mapping[str, Iterable[str]]) -> str:
    """The snapshot file of some cases (name → lines)."""
    return HEAD + "".join(f"\n{CASE}{name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in cases.items())


def read_snapshot(text: str) -> dict[str, list[str]]:
    """The cases of a snapshot file (name → lines)."""
    cases: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith(CASE):
            lines = cases[line.removeprefix(CASE)] = []
        elif line.startswith("+"):
            lines.append(line)
    return cases


def difference(kept: Sequence[str] | None, now: Sequence[str]) -> list[str]:
    """What differs from the snapshot, as a diff with two lines around each change; empty where nothing does."""
    if kept is None:
        return ["snapshot: this case has none yet; --update-snapshots writes it"]
    found = list(unified_diff(kept, now, "snapshot", "now", lineterm="", n=2))
    return ["snapshot: it goes another way than before; --update-snapshots accepts that", *found[2:]] if found else []
