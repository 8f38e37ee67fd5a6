"""Versions of definitions: what new tickets take, who approved it, and what was changed when."""

from __future__ import annotations

import asyncio

import pytest

from db import definitions, people, releases
from db.people import NewPerson
from db.releases import Aim, FourEyes, NoSuchVersion, Said, WrongState
from db.session import Store
from db.tables import DefinitionState
from sop.definition import ActionContract, Compiled
from tests.db.desk import NINE, after

ANNA, BOB = Said("anna", NINE), Said("bob", after(hours=1))
DRAFT, CANDIDATE, DEFAULT = DefinitionState.DRAFT, DefinitionState.CANDIDATE, DefinitionState.DEFAULT
ARCHIVED, DERIVED = DefinitionState.ARCHIVED, DefinitionState.DERIVED
PAYS = ActionContract(takes=[], gives=[], effect="money", idempotent="key", undo=None)
A_TENTH = Aim(CANDIDATE, share=10)


def compiled(
    key: str = "return", content: str = "a", event: str | None = "ticket.classified", *, money: bool = False
) -> Compiled:
    start: dict[str, object] = {"start": {"event": event}} if event else {}
    document: dict[str, object] = {"zeta": 0.5, "title": {"zh": "退货", "en": "Return"}, "alpha": [1], **start}
    return Compiled(
        kind="sop",
        key=key,
        version=0,
        sha256=content * 64,
        file=f"{key}.sop.yaml",
        document=document,
        positions={},
        actions={"erp.pay": PAYS} if money else {},
        undo_takes={},
        personal=[],
        sops={},
        calendars={},
    )


async def test_a_new_version_is_the_default_and_the_old_one_stays_as_it_was(store: Store) -> None:
    async with store.write() as conn:
        first = await releases.publish(conn, compiled(content="a"), "one", ANNA)
        second = await releases.publish(conn, compiled(content="b"), "two", Said("anna", after(days=1)))
        [current] = await definitions.defaults(conn)
        old = await definitions.definition(conn, "sop", "return", 1)
        listed = await definitions.versions(conn, archived=True)

    assert (first.version, second.version, second.state) == (1, 2, DefinitionState.DEFAULT)
    assert (current["version"], current["sha256"]) == (2, "b" * 64)
    assert old is not None
    assert old == {**compiled(content="a"), "version": 1}
    assert list(old["document"]) == ["zeta", "title", "alpha", "start"]
    assert isinstance(old["document"]["zeta"], float)
    assert [(line.version, line.state) for line in listed] == [
        (2, DefinitionState.DEFAULT),
        (1, DefinitionState.ARCHIVED),
    ]


async def test_the_same_content_published_again_is_the_same_version(store: Store) -> None:
    async with store.write() as conn:
        for content in "aba":
            again = await releases.publish(conn, compiled(content=content), content, ANNA)
        [line] = await definitions.versions(conn)
        assert await definitions.source(conn, "sop", "return") == "a"

    assert (again.version, line.version, line.published_at) == (1, 1, NINE)


async def test_two_publish_at_once_and_get_two_versions(store: Store) -> None:
    async def publish(content: str) -> int:
        async with store.write() as conn:
            return (await releases.publish(conn, compiled(content=content), "", ANNA)).version

    assert sorted(await asyncio.gather(*[publish(content) for content in "abcdef"])) == [1, 2, 3, 4, 5, 6]


async def test_only_what_starts_on_an_event_is_asked_for_it(store: Store) -> None:
    async with store.write() as conn:
        await releases.publish(conn, compiled("return"), "", ANNA)
        await releases.publish(conn, compiled("refund", event=None), "", ANNA)

        [found] = await definitions.offered(conn, "ticket.classified")
        assert found.default
        assert (found.default["key"], found.candidate) == ("return", None)
        assert await definitions.offered(conn, "ticket.closed") == []
        assert [found["key"] for found in await definitions.defaults(conn)] == ["refund", "return"]
        assert await definitions.definition(conn, "sop", "nothing") is None


@pytest.fixture
async def staffed(store: Store) -> Store:
    """A desk that knows Anna and Bob."""
    async with store.write() as conn:
        for name in ("anna", "bob"):
            await people.put_person(conn, NewPerson(name, name.title(), f"{name}@example.org"), NINE)
    return store


async def states(store: Store) -> dict[int, DefinitionState]:
    async with store.read() as conn:
        return {one.version: one.state for one in await definitions.versions(conn, archived=True)}


async def test_money_waits_for_somebody_else(staffed: Store) -> None:
    async with staffed.write() as conn:
        await releases.publish(conn, compiled(content="a", money=True), "", ANNA, first=True)
        draft = await releases.publish(conn, compiled(content="b", money=True), "", ANNA)
        with pytest.raises(FourEyes):
            await releases.approve(conn, draft, ANNA)
        with pytest.raises(FourEyes):
            await releases.stage(conn, draft, Aim(), BOB)
        approved = await releases.approve(conn, draft, BOB)
        [latest, *_] = await releases.history(conn)

    assert (draft.state, draft.released) == (DRAFT, False)
    assert (approved.state, approved.published_by, approved.approved_by) == (DEFAULT, "anna", "bob")
    assert (latest.from_state, latest.to_state, latest.by, latest.at, latest.data) == (
        "draft",
        "default",
        "bob",
        BOB.at,
        {"approved": True},
    )
    assert await states(staffed) == {1: ARCHIVED, 2: DEFAULT}


@pytest.mark.parametrize("publisher", ["cli", "gone"])
async def test_money_needs_two_people_whom_the_desk_knows(staffed: Store, publisher: str) -> None:
    async with staffed.write() as conn:
        await people.put_person(conn, NewPerson("gone", "Gone", "gone@example.org"), NINE)
        await people.deactivate(conn, "gone")
        draft = await releases.publish(conn, compiled(money=True), "", Said(publisher, NINE))
        with pytest.raises(FourEyes):
            await releases.approve(conn, draft, BOB)
        by_name = await releases.publish(conn, compiled(money=True), "", ANNA)
        approved = await releases.approve(conn, by_name, BOB)

    assert (by_name.version, by_name.published_by, approved.state) == (1, "anna", DEFAULT)


async def test_whoever_publishes_again_does_not_take_a_draft_over(staffed: Store) -> None:
    async with staffed.write() as conn:
        await releases.publish(conn, compiled(money=True), "", ANNA)
        again = await releases.publish(conn, compiled(money=True), "", BOB)
        with pytest.raises(FourEyes):
            await releases.approve(conn, again, ANNA)

    assert again.published_by == "anna"


async def test_money_in_a_called_sop_is_money_too(staffed: Store) -> None:
    caller: Compiled = {**compiled("caller"), "sops": {"refund": compiled("refund", money=True)}}
    async with staffed.write() as conn:
        stored = await releases.publish(conn, caller, "", ANNA)

    assert (stored.money, stored.state) == (True, DRAFT)


async def test_a_draft_that_was_meant_as_a_candidate_becomes_one(staffed: Store) -> None:
    async with staffed.write() as conn:
        draft = await releases.publish(conn, compiled(money=True), "", ANNA, A_TENTH)
        approved = await releases.approve(conn, draft, BOB)

    assert (draft.state, approved.state, approved.share) == (DRAFT, CANDIDATE, 10)


async def test_a_candidate_stands_beside_the_default_until_it_is_promoted(store: Store) -> None:
    async with store.write() as conn:
        await releases.publish(conn, compiled(content="a"), "", ANNA)
        tried = await releases.publish(conn, compiled(content="b"), "", ANNA, A_TENTH)
        other = await releases.publish(conn, compiled(content="c"), "", ANNA, Aim(CANDIDATE, segment="true"))
        [offer] = await definitions.offered(conn, "ticket.classified")
        promoted = await releases.stage(conn, other, Aim(), BOB)
        [after_it] = await definitions.offered(conn, "ticket.classified")

    assert (tried.state, tried.share) == (CANDIDATE, 10)
    assert offer.default
    assert offer.candidate
    assert (offer.default["version"], offer.candidate["version"], offer.segment) == (1, 3, "true")
    assert after_it.default
    assert (promoted.state, promoted.segment, after_it.default["version"]) == (DEFAULT, None, 3)
    assert await states(store) == {1: ARCHIVED, 2: ARCHIVED, 3: DEFAULT}


async def test_the_default_of_one_event_gives_way_to_a_candidate_for_another(store: Store) -> None:
    async with store.write() as conn:
        await releases.publish(conn, compiled(content="a"), "", ANNA)
        await releases.publish(conn, compiled(content="b", event="ticket.created"), "", ANNA, A_TENTH)

        for event in ("ticket.classified", "ticket.created"):
            [offer] = await definitions.offered(conn, event)
            assert offer.default
            assert offer.candidate


async def test_rolling_back_goes_to_the_default_before(store: Store) -> None:
    async with store.write() as conn:
        for content in "ab":
            await releases.publish(conn, compiled(content=content), "", ANNA)
        never = await releases.publish(conn, compiled(content="c"), "", ANNA, A_TENTH)
        with pytest.raises(WrongState):
            await releases.roll_back(conn, never, BOB)
        back = await releases.roll_back(conn, await releases.before(conn, "sop", "return"), BOB)
        forth = await releases.roll_back(conn, await releases.before(conn, "sop", "return"), BOB)
        [latest, *_] = await releases.history(conn)

    assert (back.version, forth.version) == (1, 2)
    assert latest.data == {"rollback": True}


async def test_what_was_never_published_is_not_found(store: Store) -> None:
    async with store.write() as conn:
        with pytest.raises(NoSuchVersion):
            await releases.find(conn, "return", 7)
        with pytest.raises(NoSuchVersion):
            await releases.before(conn, "sop", "return")


async def test_a_derived_version_is_taken_by_no_new_ticket(store: Store) -> None:
    async with store.write() as conn:
        await releases.publish(conn, compiled(content="a"), "", ANNA)
        derived = await releases.derive(conn, compiled(content="b"), "", BOB)
        with pytest.raises(WrongState):
            await releases.stage(conn, derived, Aim(), BOB)
        [offer] = await definitions.offered(conn, "ticket.classified")

    assert (derived.version, derived.state) == (2, DERIVED)
    assert offer.default
    assert (offer.default["version"], offer.candidate) == (1, None)
