"""A page about one code: what it means, why it matters, a file that has the problem and one that has not."""

from __future__ import annotations

from dataclasses import dataclass, field

HEAD = "dsl: 1\nsop: example\nowner: role:lead\n"


@dataclass(frozen=True, slots=True)
class Page:
    """Texts are (zh, en). ``bad`` and ``good`` are whole files; ``before`` is the version that tickets run on, and
    ``standing`` says how many stand on each of its steps."""

    title: tuple[str, str]
    why: tuple[str, str]
    bad: str
    good: str
    before: str = ""
    standing: dict[str, int | None] = field(default_factory=dict)


def steps(*lines: str, more: str = "") -> str:
    """A file of these steps, each a mapping's inside or, ending in a line break, a whole block; then ``more``."""
    return HEAD + more + "steps:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


TASK = "id: check, type: task, assign: team:desk, due: 1d"
PATHS = """\
paths:
  refused:
    - {id: stop, type: end, result: rejected}
"""
