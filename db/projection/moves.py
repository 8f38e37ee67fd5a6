"""Facts about a run that goes on with another version of its definition."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from db.projection.shadow import Shadow, Told, moment_of, text_of, texts_of, values_of
from db.tables import Run, Step, Vote
from sop.facts import Fact

ON_THE_WAY = "~"
"""Marks a step whose id is changing: two may have changed theirs with each other. No id holds it."""


async def run_migrated(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The run has another version, and some of its steps another id: they are the same steps."""
    conn, mine = shadow.conn, (Run.ticket_id == shadow.ticket_id)
    values = {"version": told.get("version") or 0, "sha256": text_of(told, "sha256") or "", "title": told.get("title")}
    await conn.execute(update(Run).where(mine, Run.run == (fact.run or "")).values(values))
    slots = await _slots(shadow, fact, {old: str(new) for old, new in values_of(told, "steps").items()})
    for old in slots:
        await _rename(shadow, fact, old, ON_THE_WAY + old)
    for old, new in slots.items():
        await _rename(shadow, fact, ON_THE_WAY + old, new)
        called = (mine, Run.parent_run == fact.run, Run.parent_step == old)
        await conn.execute(update(Run).where(*called).values(parent_step=new))
    shadow.deadlines_moved = True


async def _slots(shadow: Shadow, fact: Fact, renamed: Mapping[str, str]) -> dict[str, str]:
    """The new name of each slot of the run whose step has another id now (``pack``, ``pack#2``)."""
    if not renamed:
        return {}
    found = select(Step.step).distinct().where(Step.ticket_id == shadow.ticket_id, Step.run == (fact.run or ""))
    parts = {slot: slot.partition("#") for slot in (await shadow.conn.execute(found)).scalars()}
    return {slot: renamed[base] + mark + rest for slot, (base, mark, rest) in parts.items() if base in renamed}


async def _rename(shadow: Shadow, fact: Fact, old: str, new: str) -> None:
    for table in (Step, Vote):
        own = (table.ticket_id == shadow.ticket_id, table.run == (fact.run or ""), table.step == old)
        await shadow.conn.execute(update(table).where(*own).values(step=new))


async def step_changed(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The open step is the new version's: its texts, its form, its deadlines. Who has it keeps it."""
    values: dict[str, object] = {
        "title": told.get("title"),
        "assign": text_of(told, "assign"),
        "skills": texts_of(told, "skills"),
        "form": told.get("form"),
        "outcomes": told.get("outcomes"),
        "script": told.get("script"),
        "waits_for": texts_of(told, "waits_for"),
        "until": told.get("until"),
        "due_at": moment_of(told, "due_at"),
        "timeout_at": moment_of(told, "timeout_at"),
    }
    mine = (Step.ticket_id == shadow.ticket_id, Step.run == (fact.run or ""))
    this = (Step.step == (fact.step or ""), Step.visit == (fact.visit or 1))
    await shadow.conn.execute(update(Step).where(*mine, *this).values(values))
    shadow.deadlines_moved = True
