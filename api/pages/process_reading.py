"""The pages of processes read what is published: versions, gates, differences, pictures."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from api.pages import words
from api.pages.desk import Reader
from api.pages.process_views import (
    ChangeView,
    ComparisonView,
    GateView,
    HistoryRow,
    PastGate,
    ProcessRow,
    ProcessView,
    VersionView,
)
from api.pages.views import Choice
from api.problem_table import Code
from api.problems import Problem
from db import gates as doorkeeper
from db import releases
from db.definitions import Version, versions
from db.gates import KnownGate
from db.numbers import number_of
from db.queries.differences import between, content
from db.queries.loads import step_loads
from db.queries.standing import counts
from db.releases import Change
from db.tables import DefinitionState
from sop.definition import Definition
from sop.diagram.flow import flow_of
from sop.diagram.names import names_of
from sop.diagram.overlays import Load, live_overlay
from sop.diagram.svg import draw
from sop.diff.changes import Difference
from sop.diff.telling import plain
from sop.forms import text_of
from sop.problems import Language

MEDIAN_OF = timedelta(days=90)
MOST_WAITING = 12
LIVE = (DefinitionState.DEFAULT, DefinitionState.CANDIDATE, DefinitionState.DRAFT)


async def rows(conn: AsyncConnection, found: Reader) -> tuple[ProcessRow, ...]:
    """Every definition: SOPs first, then playbooks, by title."""
    running, held = await counts(conn), defaultdict[str, list[KnownGate]](list)
    for gate in await doorkeeper.gates(conn):
        held[gate.key].append(gate)
    of_key = defaultdict[tuple[str, str], list[Version]](list)
    for known in await versions(conn, archived=True):
        of_key[known.kind, known.key].append(known)
    told = (_row(found, known, running, held[known[0].key]) for known in of_key.values())
    return tuple(sorted(told, key=lambda row: (row.kind != "sop", row.title)))


async def process(
    conn: AsyncConnection, found: Reader, kind: str, key: str, version: int | None = None
) -> tuple[ProcessView, Definition]:
    """A definition, and the content of one version: the one asked for, the default, or the newest. Raises 404."""
    known = [one for one in await versions(conn, key=key, archived=True) if one.kind == kind]
    wanted = [one for one in known if version is None or one.version == version]
    if not wanted:
        raise Problem(Code.DEFINITION_NOT_FOUND, key=key if version is None else f"{key}@{version}")
    chosen = next((one for one in wanted if one.state is DefinitionState.DEFAULT), wanted[0])
    running, former = await counts(conn, key), await _former(conn, kind, key)
    definition = await content(conn, chosen)
    told = tuple(_version(found, one, running, former) for one in known)
    view = ProcessView(
        kind,
        key,
        found.speech.label(chosen.title) or key,
        told,
        chosen.version,
        tuple(steps_of(definition, found)),
        sum(one.open for one in told),
    )
    return view, definition


def steps_of(definition: Definition, found: Reader) -> Iterable[Choice]:
    """The steps of a version by id, with their titles."""
    for name, placed in definition.steps.items():
        title = text_of(placed.step.title, found.speech.language.value)
        yield Choice(name, f"{title} ({name})" if title else name)


async def titles(conn: AsyncConnection, found: Reader, kind: str, key: str, *numbers: int) -> dict[str, str]:
    """The titles of the steps of some versions, and of their clocks (``clock:<name>``), by id."""
    told: dict[str, str] = {}
    for number in numbers:
        definition = await content(conn, await releases.find(conn, key, number, kind))
        for name, placed in definition.steps.items():
            told[name] = text_of(placed.step.title, found.speech.language.value) or name
        for name, clock in definition.policies.items():
            told[f"clock:{name}"] = text_of(clock.title, found.speech.language.value)
    return told


async def held(conn: AsyncConnection, found: Reader, p: ProcessView) -> tuple[GateView, ...]:
    """The gates of a definition, with the tickets that wait before each."""
    known_as = {step.value: step.label.rpartition(" (")[0] or step.value for step in p.steps}
    known = [gate for gate in await doorkeeper.gates(conn) if gate.key == p.key]
    waiting = {gate.id: await doorkeeper.waiting(conn, gate.id, MOST_WAITING) for gate in known if gate.held}
    return tuple(
        GateView(
            gate.id,
            gate.step,
            known_as.get(gate.step, gate.step),
            gate.version,
            gate.condition or "",
            gate.clocks == "pause",
            gate.why,
            found.press.holder(gate.set_by, found.speech),
            gate.set_at,
            gate.held,
            tuple(number_of(ticket) for ticket in waiting.get(gate.id, ())),
        )
        for gate in known
    )


async def gates_past(conn: AsyncConnection, found: Reader, p: ProcessView) -> tuple[PastGate, ...]:
    """The gates that there have been, the newest first."""
    named = {step.value: step.label for step in p.steps}
    return tuple(
        PastGate(
            gate.id,
            named.get(gate.step, gate.step),
            gate.why,
            found.press.holder(gate.set_by, found.speech),
            gate.set_at,
            found.press.holder(gate.released_by, found.speech),
            gate.released_at,
            gate.released_note,
        )
        for gate in await doorkeeper.gates(conn, released=True)
        if gate.key == p.key
    )


async def comparison(conn: AsyncConnection, found: Reader, p: ProcessView, old: int, new: int) -> ComparisonView:
    """Two versions in the reader's words."""
    one, other = await releases.find(conn, p.key, old, p.kind), await releases.find(conn, p.key, new, p.kind)
    difference = await between(conn, one, other)
    language = found.speech.language.value
    told = plain(difference)
    changes, safety = _listed(told["changes"]), _listed(told["safety"])
    return ComparisonView(
        old,
        new,
        difference.same,
        tuple(str(line[language]) for line in safety),
        tuple(
            ChangeView(str(line["kind"]), _title(difference, line["step"], language), str(line[language]))
            for line in changes
        ),
        tuple((_title(difference, step, language), len(those)) for step, those in (difference.tickets or {}).items()),
    )


async def picture(conn: AsyncConnection, found: Reader, kind: str, key: str, version: int) -> str:
    """The diagram of a version as SVG, with how many tickets stand on each step and for how long."""
    _, definition = await process(conn, found, kind, key, version)
    loads = await step_loads(conn, kind, key, datetime.now(UTC) - MEDIAN_OF)
    language, names = Language(found.speech.language.value), names_of(found.press.company)

    def work() -> str:
        flow = flow_of(definition, language, names)
        return draw(flow, live_overlay(flow, {step: Load(one.open, one.median_seconds) for step, one in loads.items()}))

    return await asyncio.to_thread(work)


async def past(conn: AsyncConnection, found: Reader, p: ProcessView) -> tuple[HistoryRow, ...]:
    """What was done to the versions of a definition, the newest first."""
    return tuple(_past(found, one) for one in await releases.history(conn, p.key) if one.kind == p.kind)


def _past(found: Reader, change: Change) -> HistoryRow:
    say, data = found.speech.say, change.data if isinstance(change.data, Mapping) else {}
    more = []
    if "share" in data:
        more.append(f"{data['share']}%")
    if "segment" in data:
        more.append(str(data["segment"]))
    if "rollback" in data:
        more.append(say("rolled back"))
    if isinstance(aim := data.get("aim"), Mapping) and aim.get("state") in words.RELEASES:
        more.append(say("is to become: %(state)s", state=say(words.RELEASES[str(aim["state"])])))
    if "approved" in data:
        more.append(say("approved"))
    if isinstance(tickets := data.get("tickets"), Mapping):
        told = ", ".join(f"{say(words.VERDICTS.get(name, name))} {count}" for name, count in sorted(tickets.items()))
        more.append(say("tickets from %(version)s: %(counts)s", version=f"@{data['migrated_from']}", counts=told))
    return HistoryRow(
        change.at,
        change.version,
        say(words.RELEASES[change.from_state]) if change.from_state else say("Published"),
        say(words.RELEASES[change.to_state]),
        found.press.holder(change.by, found.speech),
        change.note,
        " · ".join(more),
    )


def _row(
    found: Reader, known: list[Version], running: Mapping[tuple[str, str, int], int], held: list[KnownGate]
) -> ProcessRow:
    newest = known[0]
    told = [_version(found, one, running, frozenset()) for one in known]
    return ProcessRow(
        newest.kind,
        newest.key,
        found.speech.label(newest.title) or newest.key,
        tuple(sorted((one for one in told if one.state in LIVE), key=lambda one: LIVE.index(one.state))),
        sum(one.open for one in told),
        len(held),
        sum(gate.held for gate in held),
    )


def _version(
    found: Reader, known: Version, running: Mapping[tuple[str, str, int], int], former: frozenset[int]
) -> VersionView:
    scope = f"{known.share}%" if known.share is not None else known.segment or ""
    own = known.published_by == found.staff.id
    return VersionView(
        known.version,
        known.state,
        scope,
        found.press.holder(known.published_by, found.speech),
        known.published_at,
        found.press.holder(known.approved_by, found.speech),
        known.state is DefinitionState.DRAFT and not known.released,
        own,
        running.get((known.kind, known.key, known.version), 0),
        tuple(_deeds(known, own=own, former=known.version in former)),
    )


def _deeds(known: Version, *, own: bool, former: bool) -> Iterable[str]:
    match known.state:
        case DefinitionState.DERIVED:
            return
        case DefinitionState.DEFAULT:
            yield "archive"
            return
        case DefinitionState.DRAFT if not known.released:
            yield from () if own else ("approve",)
            yield "archive"
            return
        case _:
            yield "rollback" if former else "default"
            yield "candidate"
            if known.state is not DefinitionState.ARCHIVED:
                yield "archive"


async def _former(conn: AsyncConnection, kind: str, key: str) -> frozenset[int]:
    return frozenset(
        one.version
        for one in await releases.history(conn, key)
        if one.kind == kind and (one.from_state, one.to_state) == (DefinitionState.DEFAULT, DefinitionState.ARCHIVED)
    )


def _listed(value: object) -> list[Mapping[str, object]]:
    assert isinstance(value, list)  # noqa: S101 - the shape that ``plain`` gives
    return value


def _title(difference: Difference, step: object, language: str) -> str:
    title = difference.titles.get(str(step)) if step is not None else None
    if isinstance(title, Mapping):
        title = title.get(language) or next(iter(title.values()), "")
    return str(title or step or "")
