"""Facts about runs and steps."""

from __future__ import annotations

from sqlalchemy import ColumnElement, insert, update

from db.correlations import add_keys, keys_in
from db.inbox import match_waiting
from db.projection.shadow import Shadow, Told, moment_of, place_of, text_of, texts_of, values_of
from db.tables import Run, Step
from db.upsert import upsert
from sop.facts import Fact

_KEY = ("ticket_id", "run", "step", "visit")


async def run_started(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A definition runs."""
    row = {
        "ticket_id": shadow.ticket_id,
        "run": fact.run or "",
        "kind": text_of(told, "kind") or "",
        "key": text_of(told, "key") or "",
        "version": told.get("version") or 0,
        "sha256": text_of(told, "sha256") or "",
        "title": told.get("title"),
        "parent_run": text_of(told, "parent_run"),
        "parent_step": text_of(told, "parent_step"),
        "status": "running",
        "started_at": fact.at,
    }
    await shadow.conn.execute(insert(Run), row)


async def run_ended(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A run is over."""
    await shadow.conn.execute(
        update(Run)
        .where(Run.ticket_id == shadow.ticket_id, Run.run == (fact.run or ""))
        .values(status="ended", result=text_of(told, "result"), ended_at=fact.at)
    )


async def step_opened(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A step is open, for the first time or again on the same visit (an incident's retry)."""
    row: dict[str, object] = {
        **place_of(shadow, fact),
        "seq": fact.seq,
        "type": text_of(told, "type") or "",
        "title": told.get("title"),
        "assign": text_of(told, "assign"),
        "skills": texts_of(told, "skills"),
        "approvers": [],
        "form": told.get("form"),
        "outcomes": told.get("outcomes"),
        "script": told.get("script"),
        "waits_for": texts_of(told, "waits_for"),
        "until": told.get("until"),
        "status": "open",
        "outputs": {},
        "due_at": moment_of(told, "due_at"),
        "timeout_at": moment_of(told, "timeout_at"),
        "ledger": told.get("ledger"),
        "opened_at": fact.at,
    }
    await shadow.conn.execute(upsert(shadow.conn, Step, row, by=_KEY))
    shadow.deadlines_moved = True


async def step_moved(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The step has got the time back that it lost while the ticket was paused, or its time was corrected."""
    dues = {"due_at": moment_of(told, "due_at"), "timeout_at": moment_of(told, "timeout_at")}
    moved: dict[str, object] = {**dues, "ledger": told.get("ledger")}
    await shadow.conn.execute(update(Step).where(*is_of(shadow, fact)).values(moved))
    shadow.deadlines_moved = True


async def step_assigned(shadow: Shadow, fact: Fact, told: Told) -> None:
    """Somebody has the step: a person, a pool, or the approvers asked."""
    values: dict[str, object] = {"person": text_of(told, "person"), "pool": text_of(told, "pool")}
    if "approvers" in told:
        values["approvers"] = texts_of(told, "approvers")
    await shadow.conn.execute(update(Step).where(*is_of(shadow, fact)).values(values))


async def step_skipped(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The step was passed over."""
    await _close(shadow, fact, {"status": "skipped"}, told)


async def step_closed(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The step is over. What it gave may hold business keys: a waybill a person has typed in."""
    outputs = values_of(told, "outputs")
    values: dict[str, object] = {
        "status": text_of(told, "status") or "done",
        "outcome": text_of(told, "outcome"),
        "outputs": outputs,
    }
    await _close(shadow, fact, values, told)
    await _correlate(shadow, fact, outputs)


async def action_done(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A system has answered: the numbers it gave are business keys."""
    if told.get("undo") is not True:
        await _correlate(shadow, fact, values_of(told, "outputs"))


async def incident_opened(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The step waits for its owner; a failed undo waits on a step that is closed."""
    incident: Told = {name: told.get(name) for name in ("code", "message", "where", "undo") if name in told}
    values = {"incident": {**incident, "at": fact.at.isoformat()}}
    found = await shadow.conn.execute(update(Step).where(*is_of(shadow, fact)).values(values).returning(Step.step))
    if found.first() is None:  # it failed before it was open
        await step_opened(shadow, fact, told)
        await shadow.conn.execute(update(Step).where(*is_of(shadow, fact)).values(values))


async def incident_closed(shadow: Shadow, fact: Fact, _told: Told) -> None:
    """The owner has chosen."""
    await shadow.conn.execute(update(Step).where(*is_of(shadow, fact)).values(incident=None))


async def _close(shadow: Shadow, fact: Fact, values: dict[str, object], told: Told) -> None:
    closing = {
        **values,
        "closed_at": fact.at,
        "closed_by": fact.by.id if fact.by else None,
        "incident": None,
        "gate": None,
    }
    closed = await shadow.conn.execute(update(Step).where(*is_of(shadow, fact)).values(closing))
    if closed.rowcount == 0:  # a step that needs no time (a decision, an end) is never seen open
        row = {
            **place_of(shadow, fact),
            "seq": fact.seq,
            "type": text_of(told, "type") or "",
            "title": told.get("title"),
            "skills": [],
            "approvers": [],
            "waits_for": [],
            "outputs": {},
            "opened_at": fact.at,
        }
        await shadow.conn.execute(insert(Step), {**row, **closing})
    shadow.deadlines_moved = True


async def _correlate(shadow: Shadow, fact: Fact, outputs: Told) -> None:
    keys = keys_in(outputs)
    if not keys or shadow.replaying:
        return
    await match_waiting(shadow.conn, shadow.ticket_id, keys, fact.at)
    await add_keys(shadow.conn, shadow.ticket_id, keys)


def is_of(shadow: Shadow, fact: Fact) -> tuple[ColumnElement[bool], ...]:
    """The step a fact is about."""
    return (
        Step.ticket_id == shadow.ticket_id,
        Step.run == (fact.run or ""),
        Step.step == (fact.step or ""),
        Step.visit == (fact.visit or 1),
    )
