"""Facts fall on the tables: once, whole, and the same again from the ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from db import ledger
from db.projection import LedgerConflict, NoSuchTicket, project, rebuild_ticket
from db.projection.table import PROJECTORS
from db.queries.notifications import mark_read, notifications, unread
from db.queries.tickets import ticket as ticket_page
from db.rebuild import rebuild
from db.session import Store
from db.tables import Clock, Correlation, Light, Notification, Promise, Run, Step, Ticket, Vote
from sop.events import Dispatched
from sop.facts import FactType
from tests.db.desk import (
    ANNA,
    NINE,
    AnnaTakesAll,
    Facts,
    a_started_return,
    after,
    opened,
    projected,
    rows,
    staffed,
)

READ_MODELS = (Ticket, Run, Step, Vote, Clock, Promise, Notification)


def a_long_story() -> Facts:
    """A return with everything in it: an approval, an incident, pauses, alerts, an answer, its end."""
    story = a_started_return()
    due = after(days=8).isoformat()
    story.add(FactType.CLOCK_PAUSED, clock="resolution", used_seconds=120, due_at=None)
    story.add(FactType.CLOCK_RESUMED, clock="resolution", due_at=due, warn_at=None)
    warn = after(hours=1).isoformat()
    story.add(FactType.CLOCK_CHANGED, clock="resolution", target="8wd", due_at=due, warn_at=warn)
    story.add(FactType.CLOCK_WARNED, clock="resolution", due_at=due, fired_at=due)
    story.add(FactType.ALERT, kind="warn", about="resolution", to="owner", due_at=due)
    story.add(FactType.MESSAGE_POSTED, by=ANNA, run=None, message="1", visibility="public")
    story.add(
        FactType.STEP_CLOSED, "inspect", by=ANNA, status="done", outcome="pass", outputs={"amount": Decimal("9.90")}
    )
    story.add(FactType.STEP_OPENED, "rma", type="action", title="RMA")
    story.add(FactType.ACTION_CALLED, "rma", call="c1", action="erp.rma.create", key="k", arguments={}, undo=False)
    story.add(
        FactType.ACTION_FAILED, "rma", call="c1", action="erp.rma.create", kind="timeout", message="late", attempts=5
    )
    story.add(
        FactType.INCIDENT_OPENED, "rma", code="ACTION_TIMEOUT", message="late", where="r.yaml:1:1", owner="role:lead"
    )
    story.add(FactType.INCIDENT_CLOSED, "rma", by=ANNA, choice="enter", values={"rma_no": "R1"})
    story.add(FactType.ACTION_DONE, "rma", call="c1", action="rma.create", outputs={"rma_no": "R1"}, undo=False)
    story.add(FactType.STEP_CLOSED, "rma", by=ANNA, status="done", outcome=None, outputs={"rma_no": "R1"})
    story.add(FactType.STEP_CLOSED, "which", status="done", outcome=None, outputs={"taken": "a"})
    story.add(FactType.STEP_OPENED, "approve", type="approval", title="OK?", assign="role:lead")
    story.add(FactType.STEP_ASSIGNED, "approve", wanted=["role:lead"], approvals=True, expand=True, approvers=[])
    story.add(FactType.VOTE_CAST, "approve", by=ANNA, approve=True, comment="行")
    story.add(FactType.STEP_CLOSED, "approve", by=ANNA, status="done", outcome="approved", outputs={"approved": True})
    story.add(FactType.STEP_SKIPPED, "survey")
    story.add(FactType.TICKET_PRIORITY, run=None, priority="urgent", reason="vip")
    story.add(FactType.TICKET_TAGS, run=None, tags=["vip", "灯"])
    story.add(FactType.EVENT_RECEIVED, run=None, type="parcel.received", source="sf", id="e1", data={})
    story.add(FactType.EVENT_MATCHED, type="parcel.received", source="sf", id="e1")
    story.add(FactType.CLOCK_BREACHED, clock="resolution", due_at=due, fired_at=due)
    story.add(FactType.CLOCK_CORRECTED, clock="resolution", target="8wd", due_at=due, reason="一次误停", counts=True)
    story.add(FactType.CLOCK_STOPPED, clock="resolution", met=False, due_at=due)
    story.add(FactType.TICKET_WATCHED, run=None, who="role:lead", reason="escalation")
    story.add(FactType.TICKET_CUSTOMER, run=None, tier="vip")
    story.add(FactType.TICKET_MERGED, run=None, into="GD-19999", note="")
    story.add(FactType.STEP_MOVED, "inspect", due_at=due, timeout_at=None)
    story.add(
        FactType.RUN_MIGRATED, version=2, sha256="b" * 64, title="退货", steps={"inspect": "check", "rma": "make"}
    )
    story.add(FactType.STEP_CHANGED, "check", type="task", title="检查", due_at=due, timeout_at=None)
    story.add(FactType.STEP_HELD, "pay", type="action", title="付款", gate=1, why="x", clocks="run")
    story.add(FactType.STEP_RELEASED, "pay", gate=1, note="")
    story.add(FactType.STEP_CLOSED, "pay", status="done", outcome=None, outputs={})
    _promises(story, due)
    story.add(FactType.RUN_ENDED, result="resolved")
    return story.add(FactType.TICKET_STATUS, run=None, status="resolved", result="resolved")


def _promises(story: Facts, due: str) -> None:
    made = {"within": "8d", "due_at": due, "warn_at": due, "check": "erp.refund.status", "playbook": "promise_broken"}
    made |= {"arguments": {"refund_no": "F1"}}
    for number, title in enumerate(({"zh": "退款到账", "en": "Refund"}, "二", "三"), 1):
        promise = {"promise": f"p{number}", "title": title, "message": None, "sop": "return"}
        story.add(FactType.PROMISE_MADE, "refund", **made, **promise)
    seen = {"outputs": {"status": "pending"}, "problem": "", "reason": "not_kept"}
    receipt = {"due_at": due, "checked_at": due, "late_seconds": 3}
    story.add(FactType.PROMISE_WARNED, "refund", promise="p1", due_at=due, fired_at=due, **seen)
    story.add(FactType.PROMISE_BROKEN, "refund", promise="p1", **receipt, **seen, playbook="promise_broken")
    story.add(
        FactType.PROMISE_KEPT,
        "refund",
        by=ANNA,
        promise="p2",
        **receipt,
        early=False,
        how="person",
        outputs={},
        note="x",
    )
    story.add(FactType.PROMISE_WITHDRAWN, "refund", promise="p3", due_at=due, reason="replaced")


def test_every_type_of_fact_falls_somewhere() -> None:
    assert set(PROJECTORS) == set(FactType)
    assert {fact.type for fact in a_long_story().all} == set(FactType)


async def test_a_started_ticket_stands_as_its_page_shows(store: Store) -> None:
    await staffed(store)
    accepted = await opened(store)
    await projected(store, accepted.id, a_started_return())

    async with store.read() as conn:
        page = await ticket_page(conn, accepted.id, after(minutes=9))

    assert page is not None
    assert (page.status, page.category, page.priority, page.seq) == ("open", "return", "high", 8)
    assert (page.owner_person, page.owner_name, page.owner_team) == ("anna", "Anna", "care")
    assert (page.due_at, page.light) == (after(days=2), Light.GREEN)
    [run] = page.runs
    assert (run.run, run.kind, run.version, run.status) == ("return", "sop", 3, "running")
    [step] = page.steps
    assert (step.address, step.person, step.person_name) == ("return.inspect", "anna", "Anna")
    assert step.form == [{"key": "refund_amount", "type": "money", "default": Decimal("199.50")}]
    [clock] = page.clocks
    assert (clock.clock, clock.state, clock.due_at, clock.light) == (
        "resolution",
        "running",
        after(days=7),
        Light.GREEN,
    )
    assert page.customer is not None
    assert page.customer.name == "李雷"


async def test_the_light_turns_by_itself(store: Store) -> None:
    accepted = await opened(store)
    await projected(store, accepted.id, a_started_return())

    async with store.read() as conn:
        pages = [await ticket_page(conn, accepted.id, after(days=days)) for days in (1, 3)]

    assert [page.light for page in pages if page] == [Light.GREEN, Light.RED]


async def test_the_same_facts_again_change_nothing_and_answer_the_same(store: Store) -> None:
    accepted = await opened(store)
    story = a_long_story()
    dispatch = AnnaTakesAll()
    async with store.write() as conn:
        first = await project(conn, accepted.id, story.all, dispatch)
    async with store.read() as conn:
        before = [await rows(conn, table) for table in READ_MODELS]

    async with store.write() as conn:
        again = await project(conn, accepted.id, story.all, dispatch)
        part = await project(conn, accepted.id, story.all[2:4], dispatch)

    async with store.read() as conn:
        assert [await rows(conn, table) for table in READ_MODELS] == before
    assert again == first
    assert [answer.seq for answer in first] == [3, 8, 25]
    assert part == first[:1]
    assert [ask.seq for ask in dispatch.asked] == [3, 8, 25]


async def test_facts_half_of_which_are_known_go_on_where_the_ledger_ends(store: Store) -> None:
    accepted = await opened(store)
    story = a_long_story()
    async with store.write() as conn:
        await project(conn, accepted.id, story.all[:6], AnnaTakesAll())
        answers = await project(conn, accepted.id, story.all[2:], AnnaTakesAll())

    assert [answer.seq for answer in answers] == [3, 8, 25]
    async with store.read() as conn:
        assert (await ledger.verify(conn, accepted.id)) == ledger.Verdict(rows=len(story.all))


async def test_dispatch_is_asked_with_all_it_needs(store: Store) -> None:
    accepted = await opened(store)
    dispatch = AnnaTakesAll()
    async with store.write() as conn:
        await project(conn, accepted.id, a_started_return().all, dispatch)

    owner, step = dispatch.asked
    assert (owner.run, owner.wanted, owner.owner_team, owner.priority) == (None, ("team:care",), "care", "high")
    assert (step.step, step.wanted, step.skills) == ("inspect", ("role:after_sales",), ("lamps",))
    assert step.owner_person == "anna"


async def test_what_dispatch_found_stands_in_the_ledger(store: Store) -> None:
    accepted = await opened(store)

    [owner, step] = await projected(store, accepted.id, a_started_return())

    assert owner == Dispatched(3, person="anna", pool="team:care")
    assert step == Dispatched(8, person="anna", pool="role:after_sales")
    async with store.read() as conn:
        told = {row.seq: row.data for row in await ledger.read(conn, accepted.id)}
    assert (told[3]["person"], told[3]["team"]) == ("anna", "care")
    assert (told[8]["person"], told[8]["pool"]) == ("anna", "role:after_sales")


async def test_facts_with_a_gap_are_refused_whole(store: Store) -> None:
    accepted = await opened(store)
    story = a_started_return().all

    with pytest.raises(LedgerConflict):
        async with store.write() as conn:
            await project(conn, accepted.id, [story[0], story[1]._replace(seq=3)], AnnaTakesAll())

    async with store.read() as conn:
        assert await ledger.read(conn, accepted.id) == []


async def test_facts_of_no_ticket_are_refused(store: Store) -> None:
    with pytest.raises(NoSuchTicket):
        await projected(store, 99, a_started_return())


async def test_the_end_of_the_story_is_on_the_ticket(store: Store) -> None:
    await staffed(store)
    accepted = await opened(store)
    story = a_long_story()
    await projected(store, accepted.id, story)

    async with store.read() as conn:
        page = await ticket_page(conn, accepted.id, after(days=30))
        keys = {tuple(row) for row in await conn.execute(select(Correlation.kind, Correlation.value))}
        [clock] = await rows(conn, Clock)

    assert page is not None
    assert (page.status, page.result, page.resolved_at) == ("resolved", "resolved", story.all[-1].at)
    assert (page.priority, page.tags, page.first_response_at) == ("urgent", ["vip", "灯"], after(minutes=14))
    assert (page.due_at, page.light, page.steps) == (None, Light.GREEN, ())
    assert (clock["state"], clock["met"], clock["target"], clock["used_seconds"]) == ("stopped", False, "8wd", 120)
    assert ("rma_no", "R1") in keys


async def test_a_reopened_ticket_was_never_resolved(store: Store) -> None:
    accepted = await opened(store)
    story = a_long_story().add(FactType.TICKET_STATUS, run=None, status="open", result=None)
    await projected(store, accepted.id, story)

    async with store.read() as conn:
        page = await ticket_page(conn, accepted.id, NINE)
    assert page is not None
    assert (page.status, page.result, page.resolved_at) == ("open", None, None)


async def test_alerts_and_incidents_reach_the_people_they_are_for(store: Store) -> None:
    await staffed(store)
    accepted = await opened(store)
    await projected(store, accepted.id, a_long_story())

    async with store.write() as conn:
        [to_anna] = await notifications(conn, "anna")
        [to_bo] = await notifications(conn, "bo")
        assert (to_anna.kind, to_anna.text, to_anna.no) == ("warn", "resolution", accepted.no)
        assert (to_bo.kind, to_bo.text) == ("incident", "late")
        await mark_read(conn, "anna", [to_anna.id, to_bo.id], NINE)
        assert (await unread(conn, "anna"), await unread(conn, "bo")) == (0, 1)


@pytest.mark.parametrize(
    ("to", "reached"),
    [
        ("user:chen", ["chen"]),
        ("role:after_sales", ["anna"]),
        ("role:nobody", []),
        ("team:care", ["bo"]),
        ("owner", ["anna"]),
        ("lead", ["bo"]),
        ("manager_of:owner", ["bo"]),
        ("customer", []),
    ],
)
async def test_an_alert_finds_its_people(store: Store, to: str, reached: list[str]) -> None:
    await staffed(store)
    accepted = await opened(store)
    await projected(store, accepted.id, a_started_return().add(FactType.ALERT, kind="overdue", about="inspect", to=to))

    async with store.read() as conn:
        assert [row["to_person"] for row in await rows(conn, Notification)] == reached


async def test_read_models_made_anew_from_the_ledger_are_the_same(store: Store) -> None:
    await staffed(store)
    accepted = await opened(store)
    await projected(store, accepted.id, a_long_story())
    waiting = await opened(store)
    async with store.write() as conn:
        before = [await rows(conn, table, "id") for table in READ_MODELS]
        for table in (Step, Run, Vote, Clock, Notification):
            await conn.execute(delete(table))

    assert [ticket async for ticket in rebuild(store)] == [accepted.id, waiting.id]

    async with store.read() as conn:
        assert [await rows(conn, table, "id") for table in READ_MODELS] == before
        assert (await ledger.verify(conn, accepted.id)).whole


async def test_a_rebuild_keeps_what_people_have_read(store: Store) -> None:
    await staffed(store)
    accepted = await opened(store)
    await projected(store, accepted.id, a_long_story())
    async with store.write() as conn:
        [note] = await notifications(conn, "anna")
        await mark_read(conn, "anna", [note.id], NINE)

        await rebuild_ticket(conn, accepted.id)

        assert await unread(conn, "anna") == 0
