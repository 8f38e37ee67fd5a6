"""The admin paths: what was called, what happened, faults, and parcels that move. Open on loopback only."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, Depends, FastAPI, Query, Request, Response

from demo import json_text
from demo.books import Books, Row
from demo.courier import Courier
from demo.door import Door, as_json
from demo.faults import Fault, FaultBoard
from demo.json_text import Json
from demo.operation import Name, Refusal, Wish, unknown

Limit = Annotated[int, Query(ge=1, le=5000)]
Text = Annotated[str | None, Query()]


class Scan(Wish):
    """A parcel was seen somewhere."""

    place: Name = "上海分拨中心"


class Receipt(Wish):
    """A parcel arrived in one of our warehouses."""

    warehouse: Name = "WH-1"


@dataclass(frozen=True, slots=True)
class Office:
    """Everything the admin paths and the page work with."""

    books: Books
    faults: FaultBoard
    courier: Courier
    door: Door

    def guard(self, request: Request) -> None:
        """Let in who sits on this machine or has the token; raises 403. A foreign page's form is refused too."""
        origin = urlsplit(request.headers.get("Origin", "")).netloc
        if origin and origin != request.headers.get("Host"):
            raise Refusal(403, "foreign_origin", "This page may not do that.", "该页面无权执行此操作。")
        if not (_is_loopback(request) or self.door.knows(request)):
            raise Refusal(403, "not_here", "Admin paths are open on loopback only.", "管理路径仅限本机访问。")


def _is_loopback(request: Request) -> bool:
    name = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    try:
        near = request.client is not None and ip_address(request.client.host).is_loopback
        return near and (name == "localhost" or ip_address(name).is_loopback)
    except ValueError:  # a name that is no address: a page that rebinds its name to this machine, for instance
        return False


def add_admin(app: FastAPI, office: Office) -> None:
    """Put the admin paths onto the app."""
    router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(office.guard)])
    _add_lists(router, office)
    _add_faults(router, office.faults)
    _add_parcels(router, office.courier)
    app.include_router(router)


def _add_lists(router: APIRouter, office: Office) -> None:
    @router.get("/calls", summary="Every call, oldest first; path is a prefix; after is the last id seen")
    async def calls(
        system: Text = None, path: Text = None, key: Text = None, method: Text = None, after: int = 0,
        limit: Limit = 1000,
    ) -> Response:  # fmt: skip
        where = {"system = ?": system, "path LIKE ? ESCAPE '\\'": _prefix(path), "key = ?": key, "method = ?": method}
        return as_json(await office.books.ask(listed, office.books, "calls", where, after, limit))

    @router.get("/effects", summary="Every effect, oldest first")
    async def effects(
        kind: Text = None, system: Text = None, ref: Text = None, key: Text = None, after: int = 0,
        limit: Limit = 1000,
    ) -> Response:  # fmt: skip
        where = {"kind = ?": kind, "system = ?": system, "ref = ?": ref, "key = ?": key}
        return as_json(await office.books.ask(listed, office.books, "effects", where, after, limit))

    @router.get("/webhooks", summary="Every webhook and what became of it, oldest first")
    async def webhooks(tracking_no: Text = None) -> Response:
        sql = "SELECT * FROM webhooks WHERE ? IS NULL OR tracking_no = ? ORDER BY at"
        rows = await office.books.ask(office.books.rows, sql, (tracking_no, tracking_no))
        return as_json({"items": rows})


def listed(
    books: Books, table: str, where: dict[str, str | None], after: int, limit: int
) -> dict[str, Json]:  # fmt: skip
    """A page of a table of ours as `{items, total}`; `total` counts what matches, whatever `after` and `limit`."""
    wanted = {condition: value for condition, value in where.items() if value is not None}
    condition = " AND ".join(wanted) or "1"
    values = list(wanted.values())
    total = books.rows(f"SELECT count(*) AS n FROM {table} WHERE {condition}", values)  # noqa: S608 - text of ours
    rows = books.rows(
        f"SELECT * FROM {table} WHERE {condition} AND id > ? ORDER BY id LIMIT ?",  # noqa: S608 - text of ours
        [*values, after, limit],
    )
    return {"items": [_plain(row) for row in rows], "total": total[0]["n"]}


def _plain(row: Row) -> Row:
    flags = {name: bool(row[name]) for name in ("answered", "effect", "replay") if name in row}
    facts = {"facts": json_text.read(str(row["facts"]))} if "facts" in row else {}
    return {**row, **flags, **facts}  # type: ignore[dict-item]  # facts were written by us, from Json


def _prefix(path: str | None) -> str | None:
    if path is None:
        return None
    return path.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _add_faults(router: APIRouter, faults: FaultBoard) -> None:
    @router.get("/faults", summary="The faults that are switched on, and how often they struck")
    async def show() -> Response:
        return as_json({"items": [switched.facts() for switched in faults.all()]})

    @router.post("/faults", summary="Switch a fault on", status_code=201)
    async def switch_on(fault: Fault) -> Response:
        return as_json(faults.switch_on(fault).facts(), 201)

    @router.delete("/faults", summary="Lift all faults", status_code=204)
    async def lift_all() -> None:
        faults.lift()

    @router.delete("/faults/{fault_id}", summary="Lift one fault", status_code=204)
    async def lift(fault_id: int) -> None:
        if not faults.lift(fault_id):
            raise unknown("fault", str(fault_id))


def _add_parcels(router: APIRouter, courier: Courier) -> None:
    @router.post("/parcels/{tracking_no}/scan", summary="Scan a parcel and tell Gongdan", status_code=202)
    async def scan(tracking_no: str, wish: Annotated[Scan | None, Body()] = None) -> Response:
        return as_json(await courier.report("scanned", tracking_no, {"place": (wish or Scan()).place}), 202)

    @router.post("/parcels/{tracking_no}/receive", summary="Receive a parcel and tell Gongdan", status_code=202)
    async def receive(tracking_no: str, wish: Annotated[Receipt | None, Body()] = None) -> Response:
        return as_json(await courier.report("received", tracking_no, {"warehouse": (wish or Receipt()).warehouse}), 202)

    @router.post("/webhooks/{webhook_id}/redeliver", summary="Send a webhook once more", status_code=202)
    async def redeliver(webhook_id: str) -> Response:
        return as_json(await courier.redeliver(webhook_id), 202)
