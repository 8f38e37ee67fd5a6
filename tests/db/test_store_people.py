"""People, their entrance, and the keys of integrations."""

from __future__ import annotations

from db import auth, people
from db.dispatching import candidates, lead_of
from db.people import NewPerson
from db.session import Store
from db.tables import Standing
from sop.facts import FactType
from tests.db.desk import NINE, Facts, a_started_return, after, opened, projected, staffed


async def test_a_person_brought_up_to_date_keeps_password_and_duty(store: Store) -> None:
    await staffed(store)
    async with store.write() as conn:
        assert await auth.set_password(conn, "chen", "argon2…", must_change=True)
        await people.put_person(conn, NewPerson("chen", "Chen W.", "Chen@desk.example", Standing.ADMIN), after(days=1))

        chen = await people.person(conn, "chen")
        known = await auth.credentials_of(conn, " CHEN@desk.example")

    assert chen is not None
    assert (chen.name, chen.standing, chen.on_duty, chen.must_change_password) == (
        "Chen W.",
        Standing.ADMIN,
        False,
        True,
    )
    assert known == auth.Credentials("chen", "argon2…")


async def test_who_has_left_cannot_enter_and_is_given_nothing(store: Store) -> None:
    await staffed(store)
    async with store.write() as conn:
        await auth.open_session(conn, "hash", "anna", "csrf", NINE, after(hours=8))
        await people.deactivate(conn, "anna")

        assert await auth.credentials_of(conn, "anna@desk.example") is None
        assert await auth.session_of(conn, "hash", NINE) is None
        assert await candidates(conn, role="after_sales") == []
        assert [person.id for person in await people.people(conn)] == ["bo", "chen"]
        assert len(await people.people(conn, active=False)) == 3


async def test_a_session_lasts_until_it_ends(store: Store) -> None:
    await staffed(store)
    async with store.write() as conn:
        for name in ("one", "two"):
            await auth.open_session(conn, name, "anna", "csrf", NINE, after(hours=8))
        kept = await auth.session_of(conn, "one", after(hours=7))
        assert await auth.session_of(conn, "one", after(hours=8)) is None
        await auth.close_session(conn, "one")
        assert await auth.session_of(conn, "one", NINE) is None
        await auth.close_sessions_of(conn, "anna")
        assert await auth.session_of(conn, "two", NINE) is None

    assert kept is not None
    assert (kept.person.id, kept.person.roles, kept.csrf) == ("anna", ("after_sales",), "csrf")


async def test_an_installation_nobody_has_entered_knows_it(store: Store) -> None:
    await staffed(store)
    async with store.write() as conn:
        assert not await auth.anybody(conn)
        await auth.set_password(conn, "anna", "argon2…", must_change=True)
        assert await auth.anybody(conn)
        assert not await auth.set_password(conn, "nobody", "argon2…", must_change=True)


async def test_a_key_opens_until_it_is_revoked(store: Store) -> None:
    async with store.write() as conn:
        first = await auth.reserve_key(conn, "erp", ["events:write"], NINE)
        second = await auth.reserve_key(conn, "erp", [], after(seconds=1))
        await auth.set_key(conn, first, "a" * 64)
        await auth.key_used(conn, first, after(hours=1))
        key = await auth.key_of(conn, "a" * 64)
        assert await auth.revoke_key(conn, first, NINE)
        assert not await auth.revoke_key(conn, first, NINE)
        assert await auth.key_of(conn, "a" * 64) is None

        assert [known.id for known in await auth.keys(conn)] == [first, second]
    assert key is not None
    assert (key.id, key.name, key.scopes, key.last_used_at) == (first, "erp", ("events:write",), after(hours=1))


async def test_candidates_come_least_loaded_first(store: Store) -> None:
    await staffed(store)
    accepted = await opened(store)
    await projected(store, accepted.id, a_started_return())
    async with store.write() as conn:
        await people.put_person(conn, NewPerson("dong", "Dong", roles=("after_sales",), skills=("lamps",)), NINE)

        everybody = await candidates(conn, role="after_sales", on_duty=False)
        skilled = await candidates(conn, role="after_sales", skills=["lamps"])
        of_team = await candidates(conn, team="care")

    assert [(one.person.id, one.tickets, one.steps) for one in everybody] == [
        ("chen", 0, 0),
        ("dong", 0, 0),
        ("anna", 1, 1),
    ]
    assert [one.person.id for one in skilled] == ["dong"]
    assert [(one.person.id, one.load) for one in of_team] == [("bo", 0), ("anna", 2)]


async def test_finished_work_is_no_load(store: Store) -> None:
    await staffed(store)
    accepted = await opened(store)
    story = a_started_return().add(FactType.STEP_CLOSED, "inspect", status="done", outputs={})
    await projected(
        store, accepted.id, story.add(FactType.TICKET_STATUS, run=None, status="resolved", result="resolved")
    )

    async with store.read() as conn:
        assert [one.load for one in await candidates(conn, role="after_sales")] == [0]


async def test_a_team_knows_its_lead_and_members(store: Store) -> None:
    await staffed(store)
    async with store.write() as conn:
        [team] = await people.teams(conn)
        assert (team.lead, team.members, team.title) == ("bo", ("anna", "bo"), {"zh": "客服", "en": "Care"})
        assert await lead_of(conn, "care") == "bo"
        await people.deactivate(conn, "bo")
        assert await lead_of(conn, "care") is None
        assert await lead_of(conn, None) is None


async def test_facts_are_numbered_from_where_they_start() -> None:
    assert [fact.seq for fact in Facts(start=4).add(FactType.ALERT).add(FactType.ALERT).all] == [4, 5]
