"""What pages read: the queue's views, the timeline, the customer's progress."""

from __future__ import annotations

import pytest

from db.cursors import BadCursor, Place, cursor_of, place_of
from db.intake import NewMessage, accept_message
from db.queries.progress import progress
from db.queries.queue import View, Viewer, queue, view_counts
from db.queries.tickets import id_of_token, standing, ticket
from db.queries.timeline import Audience, Happened, Said, timeline
from db.session import Store
from db.tables import Light, Visibility
from sop.facts import FactType
from tests.db.desk import ANNA, NINE, Facts, a_started_return, after, opened, projected, staffed

AT_DESK = Viewer("anna", ("after_sales",), ("care",))
ELSEWHERE = Viewer("chen", ("finance_manager",))


async def numbers(store: Store, view: View, viewer: Viewer = AT_DESK, q: str = "", **later: int) -> list[str]:
    async with store.read() as conn:
        page = await queue(conn, view, viewer, after(**later), q=q)
    return [row.no for row in page.rows]


async def a_desk(store: Store) -> None:
    """1 is Anna's and runs; 2 is new; 3 is resolved; 4 waits for its customer and asks finance for approval."""
    await staffed(store)
    for _ in range(4):
        await opened(store, customer=None)
    await projected(store, 1, a_started_return())
    await projected(store, 3, Facts().add(FactType.TICKET_STATUS, run=None, status="resolved", result="resolved"))
    waiting = Facts().add(FactType.TICKET_STATUS, run=None, status="waiting_customer", result=None)
    waiting.add(FactType.STEP_OPENED, "approve", type="approval", title="OK?", due_at=after(hours=1).isoformat())
    wanted = ["role:finance_manager"]
    waiting.add(FactType.STEP_ASSIGNED, "approve", wanted=wanted, approvals=True, approvers=wanted)
    await projected(store, 4, waiting)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (View.MINE, ["GD-10001"]),
        (View.OPEN, ["GD-10004", "GD-10001", "GD-10002"]),
        (View.UNASSIGNED, ["GD-10004", "GD-10002"]),
        (View.DUE_SOON, ["GD-10004"]),
        (View.BREACHED, []),
        (View.WAITING, ["GD-10004"]),
        (View.RESOLVED, ["GD-10003"]),
    ],
)
async def test_a_view_holds_its_tickets_by_deadline(store: Store, view: View, expected: list[str]) -> None:
    await a_desk(store)

    assert await numbers(store, view, minutes=10) == expected
    async with store.read() as conn:
        counts = await view_counts(conn, AT_DESK, after(minutes=10))
    if view is not View.RESOLVED:
        assert counts[view] == len(expected)


async def test_an_approval_is_in_the_queue_of_whoever_is_asked(store: Store) -> None:
    await a_desk(store)

    assert await numbers(store, View.MINE, ELSEWHERE) == ["GD-10004"]


async def test_time_moves_tickets_between_views(store: Store) -> None:
    await a_desk(store)

    assert await numbers(store, View.BREACHED, hours=2) == ["GD-10004"]
    assert await numbers(store, View.DUE_SOON, hours=47) == ["GD-10001"]


async def test_a_row_tells_what_the_list_shows(store: Store) -> None:
    await a_desk(store)
    async with store.read() as conn:
        page = await queue(conn, View.MINE, AT_DESK, after(days=3))

    [row] = page.rows
    assert (row.owner_name, row.step, row.light) == ("Anna", {"zh": "质检", "en": "Inspect"}, Light.RED)


@pytest.mark.parametrize("view", [View.OPEN, View.ALL])
async def test_pages_follow_each_other_without_gap_or_repetition(store: Store, view: View) -> None:
    await a_desk(store)
    whole = await numbers(store, view)
    found: list[str] = []
    cursor: str | None = None
    async with store.read() as conn:
        while True:
            page = await queue(conn, view, AT_DESK, NINE, cursor=cursor, limit=1)
            found += [row.no for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break

    assert found == whole


@pytest.mark.parametrize(
    "q", ["GD-10001", "10001", "so-77", "台灯不亮", "李雷", "13800000000", "lilei@example.com", "100%_"]
)
async def test_a_ticket_is_found_by_what_people_know_of_it(store: Store, q: str) -> None:
    await opened(store, subject="台灯不亮 100%_", order={"no": "so-77"})
    await opened(store, subject="other", order={}, customer=None)

    assert await numbers(store, View.ALL, q=q) == ["GD-10001"]


@pytest.mark.parametrize("q", ["%", "_", "SO-7", "GD-10009"])
async def test_what_is_not_there_is_not_found(store: Store, q: str) -> None:
    await opened(store, subject="lamp", order={"no": "SO-77"})

    assert await numbers(store, View.ALL, q=q) == []


@pytest.mark.parametrize("cursor", ["", "x", "e30", "W10", cursor_of(Place(NINE, 5))[:-3], "中"])
def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        place_of(cursor)


def test_a_cursor_leads_back_to_its_place() -> None:
    assert place_of(cursor_of(Place(after(minutes=3), 7))) == Place(after(minutes=3), 7)


async def test_the_timeline_is_one_story(store: Store) -> None:
    accepted = await opened(store)
    await projected(store, accepted.id, a_started_return())
    async with store.write() as conn:
        await accept_message(
            conn, NewMessage(accepted.id, "内部", ANNA, after(minutes=4, seconds=30), Visibility.INTERNAL)
        )
        await accept_message(conn, NewMessage(accepted.id, "您好", ANNA, after(minutes=9), author_name="Anna"))

    async with store.read() as conn:
        for_staff = await timeline(conn, accepted.id, Audience.STAFF)
        for_customer = await timeline(conn, accepted.id, Audience.CUSTOMER)

    story = [item.body if isinstance(item, Said) else item.type.value for item in for_staff]
    assert story == [
        "昨天收到的台灯不亮，想退货。",
        "ticket.opened",
        "ticket.classified",
        "ticket.owner",
        "ticket.status",
        "内部",
        "run.started",
        "您好",
    ]
    assert [item.body for item in for_customer if isinstance(item, Said)] == ["昨天收到的台灯不亮，想退货。", "您好"]
    assert {item.type for item in for_customer if isinstance(item, Happened)} == {
        FactType.TICKET_OPENED,
        FactType.TICKET_STATUS,
    }


async def test_a_customer_sees_how_far_their_ticket_is_and_what_is_theirs_to_do(store: Store) -> None:
    accepted = await opened(store)
    story = a_started_return()
    story.add(FactType.STEP_CLOSED, "inspect", by=ANNA, status="done", outcome="pass", outputs={})
    story.add(FactType.STEP_CLOSED, "which", status="done", outcome=None, outputs={})
    story.add(FactType.STEP_OPENED, "evidence", type="task", title="拍照", assign="customer", form=[])
    story.add(FactType.STEP_ASSIGNED, "evidence", wanted="customer", person=None, pool="customer")
    story.add(FactType.STEP_OPENED, "watch", type="task", title="内部", run="care_playbook")
    await projected(store, accepted.id, story)

    async with store.read() as conn:
        assert await id_of_token(conn, accepted.token) == accepted.id
        assert await id_of_token(conn, "guess") is None
        seen = await progress(conn, accepted.id)

    assert seen is not None
    assert [(stage.title, stage.current) for stage in seen.stages] == [
        ({"zh": "质检", "en": "Inspect"}, False),
        ("拍照", True),
    ]
    assert [task.step for task in seen.tasks] == ["evidence"]
    assert [message.body for message in seen.messages] == ["昨天收到的台灯不亮，想退货。"]


async def test_what_is_not_there_has_no_page(store: Store) -> None:
    async with store.read() as conn:
        assert await ticket(conn, 99, NINE) is None
        assert await standing(conn, 99) is None
        assert await progress(conn, 99) is None
