"""Figures of a measurement: percentiles, ratios of rounds, and what is aimed at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

Figures: TypeAlias = Mapping[str, float | int | str | list[float]]
"""What one part of the bench found, by the keys of its JSON."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should come to: at most, or at least, ``limit``."""

    key: str
    limit: float
    at_most: bool

    def met(self, value: float) -> bool:
        """Whether it does."""
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.limit:,g}"


AIMS = {
    aim.key: aim
    for aim in (
        Aim("events_ratio", 1.25, at_most=True),
        Aim("throughput_ratio", 0.9, at_most=False),
        Aim("engine_per_s", 2000, at_most=False),
        Aim("accept_p95_ms", 50, at_most=True),
        Aim("first_step_p99_ms", 1000, at_most=True),
        Aim("ms_300_lines", 100, at_most=True),
        Aim("s_1000_files", 30, at_most=True),
        Aim("mutated_faults", 0, at_most=True),
    )
}


CLOCK_AIMS = {
    aim.key: aim
    for aim in (
        Aim("lost", 0, at_most=True),
        Aim("double", 0, at_most=True),
        Aim("skew_p99_s", 1, at_most=True),
    )
}
"""Of ``gongdan bench clocks``; the last is asked of a desk that nobody has cut off."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` (in percent) of all values do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(ceil(len(ordered) * share / 100) - 1, 0)] if ordered else 0.0


def latencies(name: str, seconds: Sequence[float]) -> dict[str, float | int | str | list[float]]:
    """``<name>_p50_ms``, ``_p95_ms`` and ``_p99_ms`` of durations in seconds."""
    return {f"{name}_p{share}_ms": round(percentile(seconds, share) * 1000, 1) for share in (50, 95, 99)}
