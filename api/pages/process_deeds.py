"""What those who lead do with processes: release versions, hold and let go, move tickets, put a step in."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api.injecting import Extra, inject
from api.migrating import PAGE, Move, migrate
from api.once import Once, Reply
from api.pages.desk import Reader, StaffForm
from api.pages.errors import PageRoute
from api.pages.forms import given
from api.pages.plan_view import plan_of, steps_in
from api.pages.process_reading import process, titles
from api.pages.processes import Designer, Key, moving, overview, sent_in, show
from api.pages.telling import once_key
from api.problem_table import Code
from api.problems import Problem, invalid
from db import gates as doorkeeper
from db import releases
from db.definitions import Version
from db.gates import NewGate
from db.idempotency import Claim
from db.releases import Aim, Said
from db.tables import DefinitionState
from sop.conditions import examine
from sop.model import Kind
from sop.refusals import Refusal
from workflows.client import TemporalUnavailable
from workflows.journeys import Wish

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Work = Callable[[AsyncConnection], Awaitable[None]]
REFUSALS = (Problem, Refusal, TemporalUnavailable)
CANARY = 5


@router.post("/processes/{kind}/{key}/versions/{version}")
async def release_version(kind: Kind, key: Key, version: Number, form: StaffForm, found: Designer) -> Response:
    """Approve a version, make it the candidate or the default, go back to it, or withdraw it."""
    deed = given(form, "deed", 20)
    said = Said(found.staff.id, datetime.now(UTC), given(form, "note", 2000))

    async def work(conn: AsyncConnection) -> None:
        await _release(conn, await releases.find(conn, key, version, kind), deed, said, form)

    try:
        await _once(found, form, work)
    except REFUSALS as error:
        return await overview(found, kind, key, problem=Problem.of(error), sent=sent_in(form))
    return RedirectResponse(f"/processes/{kind}/{key}?told={deed}", 303)


async def _release(conn: AsyncConnection, known: Version, deed: str, said: Said, form: FormData) -> None:
    match deed:
        case "approve":
            await releases.approve(conn, known, said)
        case "default":
            await releases.stage(conn, known, Aim(), said)
        case "candidate":
            await releases.stage(conn, known, _aim(form), said)
        case "rollback":
            await releases.roll_back(conn, known, said)
        case "archive":
            await releases.archive(conn, known, said)
        case _:
            raise Problem(Code.INVALID)


def _aim(form: FormData) -> Aim:
    """A candidate's share or segment: one of the two. Raises 422."""
    share, segment = given(form, "share", 4).rstrip("%"), given(form, "segment", 2000)
    if segment and not share:
        examine(segment)
        return Aim(DefinitionState.CANDIDATE, None, segment)
    if segment or not (share.isascii() and share.isdigit() and 1 <= int(share) <= 99):
        raise invalid("/share", "unknown")
    return Aim(DefinitionState.CANDIDATE, int(share))


@router.post("/processes/{kind}/{key}/gates")
async def hold(kind: Kind, key: Key, form: StaffForm, found: Designer) -> Response:
    """Hold every matching ticket before a step."""
    version, clocks = given(form, "version", 10), "pause" if given(form, "clocks") == "pause" else "run"
    new = NewGate(
        key,
        given(form, "step", 64),
        int(version) if version.isascii() and version.isdigit() else None,
        given(form, "condition", 2000) or None,
        clocks,
    )
    said = Said(found.staff.id, datetime.now(UTC), given(form, "why", 2000))

    async def work(conn: AsyncConnection) -> None:
        if not said.note:
            raise invalid("/why", "missing")
        await doorkeeper.require_step(conn, new, kind)
        await doorkeeper.hold(conn, new, said)

    try:
        await _once(found, form, work)
    except REFUSALS as error:
        return await overview(found, kind, key, problem=Problem.of(error), sent=sent_in(form))
    return RedirectResponse(f"/processes/{kind}/{key}?told=held#gates", 303)


@router.post("/processes/{kind}/{key}/gates/{gate}/release")
async def let_go(kind: Kind, key: Key, gate: Number, form: StaffForm, found: Designer) -> Response:
    """Whatever a gate holds goes on."""
    said = Said(found.staff.id, datetime.now(UTC), given(form, "note", 2000))

    async def work(conn: AsyncConnection) -> None:
        await doorkeeper.release(conn, gate, said)

    try:
        await _once(found, form, work)
    except REFUSALS as error:
        return await overview(found, kind, key, problem=Problem.of(error))
    return RedirectResponse(f"/processes/{kind}/{key}?told=released#gates", 303)


@router.post("/processes/{kind}/{key}/move")
async def move_tickets(kind: Kind, key: Key, form: StaffForm, found: Designer) -> Response:
    """Move a few tickets, or up to 50 of those on a version: each wholly or not at all."""
    pair = (_number(form, "from"), _number(form, "to"))
    wanted = Move(key, *pair, kind, steps_in(form.multi_items()), given(form, "note", 2000))
    few = given(form, "many") == "few"
    wish = Wish(canary=CANARY if few else None, after=_number(form, "after", 0), most=PAGE)
    actor = found.staff.actor()
    try:
        journey = await migrate(found.doors, wanted, actor, wish, once_key(actor, given(form, "key")))
    except REFUSALS as error:
        return await moving(found, kind, key, pair, problem=Problem.of(error))
    async with found.doors.store.read() as conn:
        told = await titles(conn, found, kind, key, *pair)
    more: dict[str, object] = {"plan": plan_of(journey, found, told, done=True), "chosen": dict(wanted.steps)}
    return await moving(found, kind, key, pair, more)


@router.post("/processes/{kind}/{key}/extra")
async def put_in(kind: Kind, key: Key, form: StaffForm, found: Designer) -> Response:
    """Try a step on open tickets of a version, or put it in."""
    sent, version = sent_in(form), _number(form, "version")
    trying, place = given(form, "deed") != "apply", given(form, "place")
    step = given(form, "at", 64)
    wanted = Extra(
        key,
        given(form, "step", 20_000),
        sent.get("why", ""),
        step if place != "after" else None,
        step if place == "after" else None,
        version,
        kind,
        sent.get("condition") or None,
        pausing=given(form, "clocks") == "pause",
    )
    actor, wish = found.staff.actor(), Wish(trying, after=_number(form, "after", 0), most=PAGE)
    problem = None
    try:
        if not wanted.why:
            raise invalid("/why", "missing")
        done = await inject(found.doors, wanted, actor, found.staff.id, wish, once_key(actor, given(form, "key")))
    except REFUSALS as error:
        done, problem = None, Problem.of(error)
    async with found.doors.store.read() as conn:
        p, _ = await process(conn, found, kind, key, version)
        told = await titles(conn, found, kind, key, version)
        plan = plan_of(done.journey, found, told, done=not trying) if done else None
        return await show(conn, found, "extra", p, {"plan": plan, "sent": sent}, problem)


def _number(form: FormData, name: str, otherwise: int | None = None) -> int:
    """A number that the form itself has written. Raises 422 where it is none."""
    text = given(form, name, 16)
    if text.isascii() and text.isdigit():
        return int(text)
    if otherwise is None:
        raise invalid(f"/{name}", "missing")
    return otherwise


async def _once(found: Reader, form: FormData, work: Work) -> None:
    """Do it in one transaction with the form's key: a form sent twice is one deed."""
    said = "\n".join(f"{name}={value}" for name, value in sorted(sent_in(form).items()))
    path, caller = found.request.url.path, f"user:{found.staff.id}"
    claim = Claim(caller, given(form, "key", 64), "POST", path, hashlib.sha256(said.encode()).hexdigest())

    async def reply(conn: AsyncConnection) -> Reply:
        await work(conn)
        return Reply(200, {})

    await Once(found.doors, claim, given=bool(claim.key)).within(reply)
