"""The gate: which limits a comparison exceeds."""

from __future__ import annotations

from dataclasses import dataclass

from sop.replay.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Limits:
    """What a new version may cost at most; none: anything. Percentages are of what was before (of diverged and changed
    tickets: numbers of tickets)."""

    breaches_added: int | None = None
    escalations_added: int | None = None
    diverged: int | None = None
    changed: int | None = None
    cost_percent: float | None = None
    slower_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Exceeded:
    """One limit that is exceeded, by its option's name."""

    name: str
    limit: float
    got: float


def exceeded(comparison: Comparison, limits: Limits) -> list[Exceeded]:
    """Every limit the comparison exceeds."""
    sums = comparison.sums()
    escalations = sums["escalations"]
    found: dict[str, tuple[float | None, float]] = {
        "max-breaches-added": (limits.breaches_added, len(comparison.breaches_added)),
        "max-escalations-added": (limits.escalations_added, escalations.after - escalations.before),
        "max-diverged": (limits.diverged, len(comparison.diverged)),
        "max-changed": (limits.changed, len(comparison.changed)),
        "max-cost-percent": (limits.cost_percent, sums["cost"].more_percent),
        "max-slower-percent": (limits.slower_percent, sums["resolution_median_seconds"].more_percent),
    }
    return [Exceeded(name, limit, got) for name, (limit, got) in found.items() if limit is not None and got > limit]
