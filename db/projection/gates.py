"""Facts about steps before which a ticket is held."""

from __future__ import annotations

from sqlalchemy import update

from db.projection import steps
from db.projection.shadow import Shadow, Told
from db.tables import Step
from sop.facts import Fact


async def held(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The step is there for all to see, though nobody can do it yet."""
    await steps.step_opened(shadow, fact, told)
    gate = told.get("gate")
    await shadow.conn.execute(update(Step).where(*steps.is_of(shadow, fact)).values(gate=gate, person=None, pool=None))


async def released(shadow: Shadow, fact: Fact, _told: Told) -> None:
    """The gate is open; the step opens next, or another gate holds it."""
    await shadow.conn.execute(update(Step).where(*steps.is_of(shadow, fact)).values(gate=None))
