"""Who answers for a ticket: somebody who is here, or a team that has somebody here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.dispatch import dispatch
from db import people
from db.dispatching import Ask
from db.people import NewPerson
from db.session import Store
from db.tables import Row, Standing
from sop.events import Dispatched

NOW = datetime(2026, 7, 30, 9, 0, tzinfo=UTC)
FOR_THE_TICKET = Ask(1, 1, ("team:care",), (), False, False, None, None, None, "care", "normal")
FOR_A_STEP = replace(FOR_THE_TICKET, wanted=("role:agent",), run="t", step="do")
EVERYBODY = ("ann", "bob", "lea", "root")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Ann and Bob of the team care, Lea who leads it from outside, and an administrator off duty."""
    store = Store(f"sqlite:///{tmp_path / 'desk.db'}")
    async with store.write() as conn:
        await conn.run_sync(Row.metadata.create_all)
        await people.put_team(conn, "care", None, "lea")
        for name in ("ann", "bob"):
            await people.put_person(conn, NewPerson(name, name, roles=("agent",), teams=("care",)), NOW)
        await people.put_person(conn, NewPerson("lea", "Lea", roles=("lead",)), NOW)
        await people.put_person(conn, NewPerson("root", "Root", standing=Standing.ADMIN), NOW)
        await people.set_duty(conn, "root", on_duty=False)
    yield store
    await store.dispose()


async def found(store: Store, ask: Ask, *away: str, gone: tuple[str, ...] = ()) -> tuple[str | None, str | None]:
    async with store.write() as conn:
        for name in away:
            await people.set_duty(conn, name, on_duty=False)
        for name in gone:
            await people.deactivate(conn, name)
        answer: Dispatched = await dispatch(conn, ask)
    return answer.person, answer.pool


@pytest.mark.parametrize(
    ("more", "away", "person", "pool"),
    [
        ({}, (), "ann", "team:care"),
        ({"besides": "ann"}, (), "bob", "team:care"),
        ({"besides": "ann"}, ("bob",), None, "team:care"),  # only she could take it: it waits in the queue
        ({"queue": True}, (), None, "team:care"),
        ({"queue": True}, ("ann", "bob"), "lea", None),
        ({}, ("ann", "bob"), "lea", None),
        ({}, EVERYBODY, None, None),
        ({"wanted": ("role:lead",)}, (), "lea", "role:lead"),
        ({"wanted": ("role:nobody",)}, (), "lea", None),
        ({"wanted": ("user:bob",)}, (), "bob", None),
        ({"wanted": ("user:bob",)}, ("bob",), None, None),
        ({"wanted": ("user:ghost",)}, (), None, None),
        ({"wanted": ("lead",)}, (), "lea", None),
        ({"wanted": ("admin",)}, (), "lea", None),  # the administrator is off duty: the team's lead
        ({"wanted": ("admin",), "owner_team": None}, EVERYBODY, "root", None),
    ],
)
async def test_the_ticket_is_given_to_somebody_who_is_here(
    store: Store, more: dict[str, object], away: tuple[str, ...], person: str | None, pool: str | None
) -> None:
    assert await found(store, replace(FOR_THE_TICKET, **more), *away) == (person, pool)  # type: ignore[arg-type]  # a case says what differs


async def test_the_last_seat_of_all_is_for_whoever_still_works_here(store: Store) -> None:
    ask = replace(FOR_THE_TICKET, wanted=("admin",))

    assert await found(store, ask, "ann", "bob", "lea", gone=("root",)) == ("lea", None)
    assert await found(store, ask, gone=EVERYBODY) == (None, None)


async def test_a_step_goes_to_another_than_whoever_has_just_had_it(store: Store) -> None:
    again = replace(FOR_A_STEP, besides="ann")

    assert await found(store, FOR_A_STEP) == ("ann", "role:agent")
    assert await found(store, again) == ("bob", "role:agent")
    assert await found(store, again, "bob") == (None, "role:agent")
