"""The pages of processes, for those who lead: what tickets go by, compared, held and moved."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import FormData
from starlette.responses import Response

from api.leading import require_lead
from api.migrating import PAGE, Move, migrate
from api.pages import words
from api.pages.desk import Reader, StaffReader
from api.pages.errors import PageRoute
from api.pages.frame import framed
from api.pages.plan_view import lost_steps, plan_of, steps_in
from api.pages.process_reading import comparison, gates_past, held, past, picture, process, rows, titles
from api.pages.process_views import ProcessView
from api.problems import Problem
from sop.model import Kind
from sop.refusals import Refusal
from workflows.client import TemporalUnavailable
from workflows.journeys import Wish

router = APIRouter(route_class=PageRoute, include_in_schema=False)
DRAWING = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
Key = Annotated[str, Path(max_length=64, pattern=r"^[\w.-]+$")]
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


async def designer_reader(found: StaffReader) -> Reader:
    """Somebody who leads. Raises 401 and 403."""
    await require_lead(found.doors, found.staff.id, admin=found.staff.is_admin)
    return found


Designer = Annotated[Reader, Depends(designer_reader)]


@router.get("/processes")
async def show_processes(found: Designer) -> Response:
    """Every SOP and playbook with the state of its versions and what its tickets are doing."""
    async with found.doors.store.read() as conn:
        page = await framed(conn, found, datetime.now(UTC), view="processes")
        values: dict[str, object] = {"page": page, "processes": await rows(conn, found)}
    return found.show("processes/list.html", values)


@router.get("/processes/{kind}/{key}")
async def show_process(kind: Kind, key: Key, found: Designer, version: Number = None, told: str = "") -> Response:
    """A definition: its versions, what holds its tickets, its diagram."""
    return await overview(found, kind, key, version, told=told)


@router.get("/processes/{kind}/{key}/gates")
async def show_gates(kind: Kind, key: Key, found: Designer) -> Response:
    """What holds its tickets alone, fetched again when a ticket has changed."""
    async with found.doors.store.read() as conn:
        p, _ = await process(conn, found, kind, key)
        return found.show("processes/held.html", {"p": p, "gates": await held(conn, found, p)})


@router.get("/processes/{kind}/{key}/compare")
async def show_comparison(
    kind: Kind,
    key: Key,
    found: Designer,
    old: Annotated[Number, Query(alias="from")] = None,
    new: Annotated[Number, Query(alias="to")] = None,
) -> Response:
    """Two versions by what they mean; without a choice the default and the newest."""
    async with found.doors.store.read() as conn:
        p, _ = await process(conn, found, kind, key)
        pair = pair_of(p, old, new)
        difference = await comparison(conn, found, p, *pair)
        values: dict[str, object] = {"difference": difference, "pair": pair}
        return await show(conn, found, "compare", p, values)


@router.get("/processes/{kind}/{key}/move")
async def show_move(
    kind: Kind,
    key: Key,
    found: Designer,
    old: Annotated[Number, Query(alias="from")] = None,
    new: Annotated[Number, Query(alias="to")] = None,
) -> Response:
    """What would become of each ticket of one version on another; without a choice nothing is asked yet."""
    steps = steps_in(found.request.query_params.multi_items())
    if old is None or new is None:
        return await moving(found, kind, key, (old, new))
    wanted = Move(key, old, new, kind, steps)
    try:
        journey = await migrate(found.doors, wanted, found.staff.actor(), Wish(dry_run=True, most=PAGE), "")
    except (Problem, Refusal, TemporalUnavailable) as error:
        return await moving(found, kind, key, (old, new), problem=Problem.of(error))
    async with found.doors.store.read() as conn:
        target = await titles(conn, found, kind, key, new)
        told = await titles(conn, found, kind, key, old, new)
    plan = plan_of(journey, found, told, lost_steps(journey, steps, target))
    return await moving(found, kind, key, (old, new), {"plan": plan, "chosen": steps})


@router.get("/processes/{kind}/{key}/extra")
async def show_extra(kind: Kind, key: Key, found: Designer, version: Number = None) -> Response:
    """A form for a step to put into open tickets."""
    async with found.doors.store.read() as conn:
        p, _ = await process(conn, found, kind, key, version)
        if version is None and p.busiest != p.shown:
            p, _ = await process(conn, found, kind, key, p.busiest)
        return await show(conn, found, "extra", p, {"plan": None, "sent": sent_in(None)})


@router.get("/processes/{kind}/{key}/history")
async def show_history(kind: Kind, key: Key, found: Designer) -> Response:
    """What was done to its versions, by whom."""
    async with found.doors.store.read() as conn:
        p, _ = await process(conn, found, kind, key)
        return await show(
            conn,
            found,
            "history",
            p,
            {"changes": await past(conn, found, p), "gates": await gates_past(conn, found, p)},
        )


@router.get("/processes/{kind}/{key}/{version}/flow.svg")
async def show_picture(kind: Kind, key: Key, version: int, found: Designer) -> Response:
    """The diagram of a version, with where its tickets stand now."""
    async with found.doors.store.read() as conn:
        text = await picture(conn, found, kind, key, version)
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": DRAWING, "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type="image/svg+xml", headers=headers)


async def overview(
    found: Reader,
    kind: str,
    key: str,
    version: int | None = None,
    *,
    told: str = "",
    problem: Problem | None = None,
    sent: dict[str, str] | None = None,
) -> Response:
    """The page of a definition, with what was just done or refused."""
    async with found.doors.store.read() as conn:
        p, _ = await process(conn, found, kind, key, version)
        values: dict[str, object] = {
            "gates": await held(conn, found, p),
            "told": found.speech.say(words.RELEASED[told]) if told in words.RELEASED else "",
            "sent": sent or sent_in(None),
        }
        return await show(conn, found, "overview", p, values, problem)


async def moving(
    found: Reader,
    kind: str,
    key: str,
    pair: tuple[int | None, int | None],
    more: dict[str, object] | None = None,
    *,
    problem: Problem | None = None,
) -> Response:
    """The page on which tickets are moved."""
    async with found.doors.store.read() as conn:
        p, _ = await process(conn, found, kind, key, pair[1] if problem is None else None)
        shown = (pair[0], pair[1]) if None not in pair else _likely(p)
        values = {"plan": None, "chosen": {}, "pair": shown, **(more or {})}
        return await show(conn, found, "move", p, values, problem)


async def show(
    conn: AsyncConnection,
    found: Reader,
    tab: str,
    p: ProcessView,
    values: dict[str, object],
    problem: Problem | None = None,
) -> Response:
    """A page of a definition."""
    page = await framed(conn, found, datetime.now(UTC), view="processes")
    language = found.speech.language
    wrong = [problem.explanation(language)] if problem and not problem.errors else []
    wrong += [one.message(language) for one in problem.errors] if problem else []
    return found.show(
        f"processes/{tab}.html",
        {"page": page, "p": p, "tab": tab, "wrong": wrong, **values},
        problem.status_code if problem else 200,
    )


def sent_in(form: FormData | None) -> dict[str, str]:
    """What was typed, to stand in the form again; whatever was not is empty."""
    typed = form.multi_items() if form else ()
    return defaultdict(str, {name: value.strip()[:20_000] for name, value in typed if isinstance(value, str)})


def pair_of(p: ProcessView, old: int | None, new: int | None) -> tuple[int, int]:
    """The versions to compare: those asked for, else the default and the newest other one."""
    numbers = [one.number for one in p.versions]
    base = old or p.default or numbers[0]
    other = next((number for number in numbers if number != base), base)
    pair = (base, new or other)
    return pair if old or new or pair[0] < pair[1] else (pair[1], pair[0])


def _likely(p: ProcessView) -> tuple[int, int]:
    """From the oldest version with open tickets to the default."""
    busy = [one.number for one in p.versions if one.open and one.number != p.default]
    target = p.default or p.versions[0].number
    return (busy[-1] if busy else pair_of(p, None, None)[0], target)
