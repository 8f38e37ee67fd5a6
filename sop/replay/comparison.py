"""What another version would have changed: one ticket, then all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean, median

from sop.calendars import Calendar
from sop.replay.difference import Difference, difference_of
from sop.replay.figures import Figures, Prices, figures_of
from sop.replay.habits import Usual
from sop.replay.played import Divergence, Library, Played
from sop.replay.player import play
from sop.replay.recording import Recording


@dataclass(frozen=True, slots=True)
class Compared:
    """One ticket as it ran and as it would have run. A diverged one has no figures of the other version."""

    no: str
    before: Figures
    after: Figures
    difference: Difference | None = None
    diverged: Divergence | None = None
    assumed: tuple[str, ...] = ()
    unheard: int = 0
    overtaken: int = 0

    @property
    def removed(self) -> list[str]:
        """The breaches that would not have been."""
        return list((Counter(self.before.breaches) - Counter(self.after.breaches)).elements())

    @property
    def added(self) -> list[str]:
        """The breaches that there would have been."""
        return list((Counter(self.after.breaches) - Counter(self.before.breaches)).elements())


def compared(recording: Recording, played: Played, calendar: Calendar, *, same: bool) -> Compared:
    """A ticket's recording against how it played."""
    before = figures_of(recording.facts, calendar)
    difference = None if played.diverged else difference_of(recording.facts, played.facts, same=same)
    unchanged = difference is None or played.diverged is not None
    return Compared(
        recording.no,
        before,
        before if unchanged else figures_of(played.facts, calendar),
        difference,
        played.diverged,
        played.assumed,
        played.unheard,
        len(played.overtaken),
    )


def what_if(recording: Recording, library: Library, calendar: Calendar, usual: Usual | None = None) -> Compared:
    """A ticket with other definitions in place of those it ran on. First it runs on its own, which must tell what is
    recorded: only then what another version changes is the version's doing. What that shows of timers that were not
    heard in time holds for the other version too."""
    own = play(recording, Library(library.recorded), same=True)
    as_it_was = compared(recording, own, calendar, same=True)
    if library.is_same(recording.pinned) or as_it_was.diverged is not None:
        return as_it_was
    if (difference := as_it_was.difference) is not None:
        zh = f"在当时的版本上也不能照原样重演：{difference.was} / {difference.now}"
        en = f"it does not run as it did even on its own version: {difference.was} / {difference.now}"
        return replace(as_it_was, difference=None, diverged=Divergence(difference.at, "", zh, en))
    late = replace(recording, rung={**own.overtaken, **recording.rung})
    return compared(recording, play(late, library, usual), calendar, same=False)


@dataclass(frozen=True, slots=True)
class Sum:
    """One figure over all tickets, before and after."""

    before: float
    after: float

    @property
    def plain(self) -> dict[str, float]:
        """As JSON."""
        return {"before": round(self.before, 2), "after": round(self.after, 2)}

    @property
    def more_percent(self) -> float:
        """How much more it became, in percent of before."""
        if self.before == 0:
            return 0.0 if self.after == 0 else 100.0
        return (self.after - self.before) / self.before * 100


@dataclass(frozen=True, slots=True)
class Comparison:
    """All tickets. Sums leave out those that diverged: there is no telling what they would have come to."""

    tickets: Sequence[Compared]
    prices: Prices = field(default_factory=Prices)

    @property
    def played(self) -> list[Compared]:
        """The tickets that could be played to their end."""
        return [each for each in self.tickets if each.diverged is None]

    @property
    def diverged(self) -> list[Compared]:
        """Those that could not."""
        return [each for each in self.tickets if each.diverged is not None]

    @property
    def changed(self) -> list[Compared]:
        """Those that went otherwise."""
        return [each for each in self.played if each.difference is not None]

    @property
    def breaches_removed(self) -> list[tuple[str, str]]:
        """Ticket and ``run clock`` of every breach that would not have been."""
        return [(each.no, name) for each in self.played for name in each.removed]

    @property
    def breaches_added(self) -> list[tuple[str, str]]:
        """Ticket and ``run clock`` of every breach that there would have been."""
        return [(each.no, name) for each in self.played for name in each.added]

    def sums(self) -> dict[str, Sum]:
        """Every figure that can be added up; of the time to the result the median and the mean."""
        adding: dict[str, Callable[[Figures], float]] = {
            "breaches": lambda one: len(one.breaches),
            "escalations": lambda one: one.escalations,
            "steps": lambda one: one.steps,
            "answers": lambda one: one.answers,
            "staff_seconds": lambda one: one.staff_seconds,
            "actions": lambda one: one.actions,
            "cost": lambda one: one.cost(self.prices),
        }
        sums = {name: self._over(sum, of) for name, of in adding.items()}
        sums["resolution_median_seconds"] = self._over(_median, _resolution)
        sums["resolution_mean_seconds"] = self._over(_mean, _resolution)
        return sums

    def results(self) -> dict[str, dict[str, int]]:
        """How many tickets had each result, before and after."""
        before, after = Counter(e.before.result for e in self.played), Counter(e.after.result for e in self.played)
        return {name: {"before": before[name], "after": after[name]} for name in sorted({*before, *after})}

    def _over(self, add: Callable[[Iterable[float]], float], of: Callable[[Figures], float | None]) -> Sum:
        pairs = [(of(each.before), of(each.after)) for each in self.played]
        return Sum(add(v for v, _ in pairs if v is not None), add(v for _, v in pairs if v is not None))


def _resolution(one: Figures) -> float | None:
    return one.resolution_seconds


def _median(values: Iterable[float]) -> float:
    found = list(values)
    return median(found) if found else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return mean(found) if found else 0.0
