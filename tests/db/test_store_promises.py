"""Promises in the store, on both databases: whose they are, what became of them, how many are kept."""

from __future__ import annotations

from datetime import datetime

from db.intake import NewMessage, accept_message
from db.personal import erase_customer
from db.queries.promises import GroupBy, Wanted, listed, of_ticket, rates
from db.session import Store
from db.tables import Light
from sop.facts import FactType
from tests.db.desk import ANNA, Facts, a_started_return, after, opened, projected, staffed


def made(story: Facts, promise: str, due: datetime, **more: object) -> None:
    data: dict[str, object] = {"title": {"zh": "到账", "en": "Money"}, "within": "1d", "warn_at": None, "message": None}
    data |= {"check": "erp.refund.status", "arguments": {}, "playbook": None, "sop": "return", **more}
    story.add(FactType.PROMISE_MADE, "refund", promise=promise, due_at=due.isoformat(), **data)  # type: ignore[arg-type]  # values all


def over(story: Facts, kind: FactType, promise: str, due: datetime) -> None:
    receipt = {
        "due_at": due.isoformat(),
        "checked_at": due.isoformat(),
        "late_seconds": 2,
        "outputs": {"status": "paid"},
    }
    story.add(kind, "refund", promise=promise, how="check", reason="not_kept", **receipt)


async def test_a_promise_is_the_owners_and_is_counted_where_it_belongs(store: Store) -> None:
    await staffed(store)
    ticket = await opened(store)
    story = a_started_return()
    for number, days in enumerate((1, 2, 9, 9), 1):
        made(story, f"p{number}", after(days=days))
    over(story, FactType.PROMISE_KEPT, "p1", after(days=1))
    over(story, FactType.PROMISE_BROKEN, "p2", after(days=2))
    story.add(FactType.PROMISE_WITHDRAWN, "refund", promise="p3", due_at=after(days=9).isoformat(), reason="replaced")
    await projected(store, ticket.id, story)

    async with store.read() as conn:
        kept, broken, gone, still = await of_ticket(conn, ticket.id, after(days=10))
        groups = {by: await rates(conn, by, Wanted()) for by in GroupBy}
        page = await listed(conn, Wanted(since=after(days=2), team="care"), after(days=3), limit=1)
        rest = await listed(conn, Wanted(since=after(days=2), team="care"), after(days=3), cursor=page.next_cursor)

    assert (kept.person, kept.person_name, kept.team, kept.sop) == ("anna", "Anna", "care", "return")
    assert [one.light for one in (kept, broken, gone, still)] == [Light.GREEN, Light.RED, Light.GREEN, Light.RED]
    assert (kept.late_seconds, kept.outputs, gone.reason) == (2, {"status": "paid"}, "replaced")
    for by, group in ((GroupBy.SOP, "return"), (GroupBy.TEAM, "care"), (GroupBy.PERSON, "anna")):
        assert [(one.group, one.kept, one.broken, one.open, one.rate) for one in groups[by]] == [(group, 1, 1, 1, 0.5)]
    assert [(one.group, one.kept, one.broken, one.open) for one in groups[GroupBy.WEEK]] == [
        ("2026-W19", 1, 1, 0),
        ("2026-W20", 0, 0, 1),
    ]
    assert [one.promise for one in (*page.rows, *rest.rows)] == ["p2", "p3", "p4"]
    assert rest.next_cursor is None


async def test_the_words_of_a_promise_in_a_message_go_with_their_customer(store: Store) -> None:
    await staffed(store)
    ticket = await opened(store)
    said = NewMessage(ticket.id, "王女士，明天回电", ANNA, after(), promise_title="给王女士回电")
    async with store.write() as conn:
        message = await accept_message(conn, said)
    story = a_started_return()
    made(story, "p1", after(days=1), title=None, message=str(message.id))
    await projected(store, ticket.id, story)

    titles = []
    for _ in range(2):
        async with store.read() as conn:
            titles += [one.title for one in await of_ticket(conn, ticket.id, after())]
        async with store.write() as conn:
            await erase_customer(conn, ticket.customer_id or 0, after())

    assert titles == ["给王女士回电", None]
