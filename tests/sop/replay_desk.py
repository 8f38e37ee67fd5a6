"""What the tests of replay share: made-up lives of tickets, their recordings, and other versions of a shipped SOP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from sop.calendars import Calendar
from sop.catalog import Catalog
from sop.definition import Compiled
from sop.facts import Fact, FactType
from sop.loading import load_many
from sop.replay.comparison import Compared, what_if
from sop.replay.habits import Usual
from sop.replay.played import Library
from sop.replay.reading import recording_of
from sop.replay.recording import Pinned, Recording
from worker.bench.lives import Life, a_life

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "sop" / "library"

LINES = {
    FactType.RUN_ENDED: ("result",),
    FactType.STEP_OPENED: ("type",),
    FactType.STEP_CLOSED: ("status", "outcome"),
    FactType.STEP_SKIPPED: (),
    FactType.ACTION_CALLED: ("action", "undo"),
    FactType.ACTION_FAILED: ("action", "kind"),
    FactType.INCIDENT_OPENED: ("code",),
    FactType.INCIDENT_CLOSED: ("choice",),
    FactType.VOTE_CAST: ("approve",),
    FactType.EVENT_MATCHED: ("type",),
    FactType.CLOCK_BREACHED: ("clock",),
    FactType.CLOCK_STOPPED: ("clock", "met"),
}


TWINS = """
steps: [{id: both, type: parallel, branches: [x, y]}]
paths:
  x: [{id: x1, type: task, assign: role:agent, due: 1d, next: check}]
  y: [{id: y1, type: task, assign: role:agent, due: 1d, next: check}]
  check: [{id: look, type: task, assign: role:agent, due: 1d, form: [{key: n, type: text, label: N}]}]
"""
"""Two branches that may stand on the same step at once."""


def row_of(fact: Fact, life: Life) -> Fact:
    """The fact as its ledger row holds it: with what dispatch answered."""
    answer = life.answers.get(fact.seq)
    if answer is None:
        return fact
    kept = {"person": answer.person, "pool": answer.pool, "approvers": [*answer.approvers], "lead": answer.lead}
    return fact._replace(data={**fact.data, "dispatched": kept})


def recorded(life: Life) -> Recording:
    """A life's recording."""
    return recording_of({**life.ticket, "customer": life.customer}, [row_of(fact, life) for fact in life.facts])


def recordings(compiled: Compiled, many: int) -> list[Recording]:
    """The recordings of tickets 1 to ``many``."""
    return [recorded(a_life(compiled, number)) for number in range(1, many + 1)]


def library_of(compiled: Compiled, swap: Compiled | None = None) -> Library:
    """The definition that ran, and another in its place."""
    pinned = Pinned(compiled["kind"], compiled["key"], compiled["version"])
    return Library({pinned: compiled}, {(swap["kind"], swap["key"]): swap} if swap else {})


def changed(file: str, catalog: Catalog, *changes: tuple[str, str]) -> Compiled:
    """A shipped definition with some text replaced."""
    texts = {path.name: path.read_text("utf-8") for path in LIBRARY.glob("*.yaml")}
    for old, new in changes:
        assert old in texts[file], old
        texts[file] = texts[file].replace(old, new)
    return load_many(texts, catalog)[file]


def tried(recording: Recording, ran: Compiled, other: Compiled | None = None, usual: Usual | None = None) -> Compared:
    """A recording on another version, or on its own."""
    return what_if(recording, library_of(ran, other), Calendar.from_plain(ran["calendars"]["default"]), usual)


def by_name(library: Mapping[str, Compiled], key: str) -> Compiled:
    """A shipped SOP by its key."""
    return library[f"{key}.sop.yaml"]


def story(facts: Iterable[Fact], key: str) -> list[tuple[object, ...]]:
    """What an SOP's run and those below it did, in order."""
    runs: set[str | None] = set()
    lines: list[tuple[object, ...]] = []
    for fact in facts:
        data = fact.data
        if fact.type is FactType.RUN_STARTED and (data["parent_run"] in runs or (data["key"] == key and not runs)):
            runs.add(fact.run)
        elif fact.run in runs and fact.type in LINES:
            lines.append((fact.type.value, fact.step, fact.visit, *(data[name] for name in LINES[fact.type])))
    return lines
