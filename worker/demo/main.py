"""The command: finds an installation or starts one, plays the ten stories, prints the table of their ends."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections import Counter
from collections.abc import Sequence

from worker.demo.line import call
from worker.demo.own import an_own
from worker.demo.play import RESULTS, End, play_all
from worker.demo.stories import stories
from worker.settings import Settings
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Words

LIMIT = 75.0  # seconds for the stories; what comes before and after needs a few more
HEAD = (
    Words("工单", "ticket"),
    Words("情形", "story"),
    Words("结局", "end"),
    Words("用时", "time"),
    Words("公司系统中发生的事", "what happened at the company"),
)


def run(asked: Asked) -> int:
    """Play; 0 when every ticket ended as planned."""
    return asyncio.run(_run(asked))


async def _run(asked: Asked) -> int:
    if not asked.flag("own"):
        return await _play(asked.settings, asked.terminal)
    async with an_own(asked.settings, asked.terminal) as settings:
        return await _play(settings, asked.terminal)


async def _play(settings: Settings, terminal: Terminal) -> int:
    line = await call(settings)
    try:
        with terminal.busy("十张工单正在进行…", "ten tickets are under way …"):
            ends = await play_all(line, stories(f"O-NEW-{secrets.token_hex(3)}"), LIMIT)
    finally:
        await line.close()
    terminal.tell(_table(ends, terminal))
    wrong = [end for end in ends if end.wrong]
    for end in wrong:
        terminal.note(f"✗ {end.no} {end.story.title.tell(terminal.tongue)}: {end.wrong}")
    slowest = max(end.seconds for end in ends)
    good = len(ends) - len(wrong)
    terminal.note(
        terminal.say(
            f"{good}/{len(ends)} 张工单按计划结束，最长 {slowest:.1f} 秒。控制台 {settings.url}",
            f"{good} of {len(ends)} tickets ended as planned, the longest took {slowest:.1f} s. See {settings.url}",
        )
    )
    return 1 if wrong else 0


def _table(ends: Sequence[End], terminal: Terminal) -> str:
    rows = [[head.tell(terminal.tongue) for head in HEAD], *(_row(end, terminal) for end in ends)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def _row(end: End, terminal: Terminal) -> list[str]:
    mark = "✗" if end.wrong else "✓"
    result = RESULTS[end.result].tell(terminal.tongue) if end.result in RESULTS else end.result or "…"
    title = end.story.title.tell(terminal.tongue)
    return [end.no, title, f"{mark} {result}", f"{end.seconds:.1f} s", _counted(end.effects)]


def _counted(effects: Counter[str]) -> str:
    return ", ".join(kind if count == 1 else f"{kind} ×{count}" for kind, count in effects.items())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
