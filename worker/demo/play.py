"""Ten stories at once: each ticket opened, played to its end, and held against what was planned."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from time import monotonic

import httpx

from sop.values import Values
from worker.demo.line import Line, WentWrong
from worker.demo.scene import Scene
from worker.demo.stories import Story
from worker.terminal.words import Words


@dataclass(frozen=True, slots=True)
class End:
    """How a story ended. ``wrong`` is empty where it ended as planned; ``seconds`` from the door to the result."""

    story: Story
    no: str
    result: str
    effects: Counter[str]
    seconds: float
    wrong: str = ""


@dataclass(slots=True)
class Playing:
    """A story under way, and what is known of it until it ends."""

    story: Story
    line: Line
    scene: Scene | None = None
    seconds: float = 0.0

    async def play(self) -> Values:
        """Open the ticket, let everybody do their part; the ticket at its end. Raises ``WentWrong``, HTTPError."""
        began = monotonic()
        opened = await self.line.ask("POST", "/tickets", self.story.ticket)
        self.scene = Scene(self.line, str(opened["no"]))
        await self.story.play(self.scene)
        ended = await self.scene.ended()
        self.seconds = monotonic() - began
        return ended


async def play_all(line: Line, stories: tuple[Story, ...], limit: float) -> list[End]:
    """Play all stories side by side, for at most ``limit`` seconds."""
    playing = [Playing(story, line) for story in stories]
    tasks = [asyncio.create_task(one.play()) for one in playing]
    _, late = await asyncio.wait(tasks, timeout=limit)
    for task in late:
        task.cancel()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    effects = await line.effects()
    return [_end(one, said, effects, limit) for one, said in zip(playing, told, strict=True)]


def _end(one: Playing, said: Values | BaseException, effects: list[Values], limit: float) -> End:
    no = one.scene.no if one.scene else ""
    mine = _effects_of(no, effects)
    match said:
        case asyncio.CancelledError():
            waiting = one.scene.waiting if one.scene else ""
            return End(one.story, no, "", mine, limit, f"… {waiting}")
        case WentWrong() | httpx.HTTPError():
            return End(one.story, no, "", mine, one.seconds, str(said) or type(said).__name__)
        case BaseException():
            raise said
        case _:
            result = str(said["result"])
            return End(one.story, no, result, mine, one.seconds, _difference(one.story, result, mine))


def _effects_of(no: str, effects: list[Values]) -> Counter[str]:
    """What happened for one ticket: known by the keys of its calls, and what took such a thing back by its number."""
    done = [each for each in effects if no and str(each["key"]).startswith(f"{no}/")]
    numbers = {str(each["ref"]) for each in done}
    undone = [each for each in effects if each["key"] is None and str(each["ref"]) in numbers]
    return Counter(str(each["kind"]) for each in (*done, *undone))


def _difference(story: Story, result: str, effects: Counter[str]) -> str:
    if result != story.result:
        return f"{story.result} ≠ {result}"
    planned = Counter(story.effects)
    missing, more = planned - effects, effects - planned
    return " ".join([f"-{kind}" for kind in missing.elements()] + [f"+{kind}" for kind in more.elements()])


RESULTS = {
    "resolved": Words("已解决", "resolved"),
    "rejected": Words("已拒绝", "rejected"),
    "cancelled": Words("已取消", "cancelled"),
}
