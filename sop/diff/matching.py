"""Which step of the new version is which of the old one, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sop.definition import Definition
from sop.diff.changes import Neighbours


@dataclass(frozen=True, slots=True)
class Match:
    """The steps of two versions. ``same``: the old id by the new one; renamed where they differ. ``lines`` likewise."""

    same: dict[str, str]
    lines: dict[str, str]
    new: tuple[str, ...]
    removed: tuple[str, ...]
    moved: frozenset[str]

    @property
    def renamed(self) -> dict[str, str]:
        """The old id by the new one, of those that have another now."""
        return {now: before for now, before in self.same.items() if now != before}

    @property
    def renamed_lines(self) -> dict[str, str]:
        """The old name by the new one, of paths that have another now."""
        return {now: before for now, before in self.lines.items() if now != before}

    @property
    def targets(self) -> dict[str, str]:
        """The new name by the old one, of steps and paths that have another now."""
        return {before: now for now, before in (self.renamed | self.renamed_lines).items()}


def match(old: Definition, new: Definition) -> Match:
    """The steps of the new version and those of the old one: by id, or by ``was``."""
    same = {name: name for name in new.steps if name in old.steps}
    for name, placed in new.steps.items():
        before = next((one for one in placed.step.formerly if one in old.steps and one not in same.values()), None)
        if name not in same and before is not None:
            same[name] = before
    lines = _lines(old, new, same)
    return Match(
        lines=lines,
        same={name: same[name] for name in new.steps if name in same},
        new=tuple(name for name in new.steps if name not in same),
        removed=tuple(name for name in old.steps if name not in same.values()),
        moved=frozenset(_moved(old, new, same, lines)),
    )


def _lines(old: Definition, new: Definition, same: dict[str, str]) -> dict[str, str]:
    """The old name of each line: its own, or that of a path that is gone and had the same steps in the main."""
    lines = {line: line for line in new.lines if line in old.lines}
    for line in new.lines:
        before = [_line(old, same[step.id]) for step in new.lines[line] if step.id in same]
        usual = max(before, key=before.count, default=None)
        if line not in lines and usual is not None and usual not in new.lines and usual not in lines.values():
            lines[line] = usual
    return lines


def _moved(old: Definition, new: Definition, same: dict[str, str], lines: dict[str, str]) -> Iterator[str]:
    """Steps on another line, and those of a line that have to be taken out of it so that the others are in order."""
    for line, members in new.lines.items():
        now = [step.id for step in members if step.id in same]
        here = [name for name in now if _line(old, same[name]) == lines.get(line)]
        yield from (name for name in now if name not in here)
        before = [old.steps[same[name]].index for name in here]
        kept = _increasing(before)
        yield from (name for place, name in enumerate(here) if place not in kept)


def _line(definition: Definition, step: str) -> str:
    return definition.steps[step].line


def _increasing(numbers: Sequence[int]) -> frozenset[int]:
    """The places of a longest increasing part of a sequence."""
    best: list[tuple[int, int]] = []  # length of the longest that ends here, place before
    for place, number in enumerate(numbers):
        before = [at for at in range(place) if numbers[at] < number]
        last = max(before, key=lambda at: best[at][0], default=-1)
        best.append(((best[last][0] if last >= 0 else 0) + 1, last))
    place = max(range(len(best)), key=lambda at: best[at][0], default=-1)
    kept = set()
    while place >= 0:
        kept.add(place)
        place = best[place][1]
    return frozenset(kept)


def neighbours(definition: Definition, step: str) -> Neighbours:
    """Where a step stands."""
    placed = definition.steps[step]
    members = definition.lines[placed.line]
    before = members[placed.index - 1].id if placed.index else None
    after = members[placed.index + 1].id if placed.index + 1 < len(members) else None
    return Neighbours(placed.line, before, after)
