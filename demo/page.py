"""The page of the demo company: what was called, what happened, and buttons for faults and parcels."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from demo.admin import Office, Receipt, Scan
from demo.books import Books, Row
from demo.door import limited_body
from demo.faults import Fault, FaultKind
from demo.operation import Refusal, System
from demo.words import preferred, words

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
LISTS = {
    "calls": "SELECT * FROM calls ORDER BY id DESC LIMIT 30",
    "effects": "SELECT * FROM effects ORDER BY id DESC LIMIT 15",
    "totals": "SELECT kind, count(*) AS n FROM effects GROUP BY kind ORDER BY kind",
    "repeated": "SELECT system, key, max(path) AS path, count(*) AS asked, sum(effect) AS done FROM calls"
    " WHERE key IS NOT NULL GROUP BY system, key HAVING count(*) > 1 ORDER BY max(id) DESC LIMIT 10",
    "parcels": "SELECT no, json_extract(facts, '$.status') AS status, json_extract(facts, '$.order_no') AS order_no"
    " FROM papers WHERE kind = 'parcel' AND status NOT IN ('void', 'received')"
    " ORDER BY no LIKE 'SF9%', no DESC LIMIT 12",
    "webhooks": "SELECT * FROM webhooks ORDER BY at DESC LIMIT 8",
    "doubled": "SELECT key FROM calls WHERE effect AND key IS NOT NULL"
    " GROUP BY system, key HAVING count(*) > 1 LIMIT 1",
}


def lists(books: Books) -> dict[str, list[Row]]:
    """Everything that the page lists, newest first."""
    return {name: books.rows(sql) for name, sql in LISTS.items()}


def add_page(app: FastAPI, office: Office) -> None:
    """Put the page and the forms on it onto the app."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(), trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    template, style = pages.get_template("page.html"), (Path(__file__).parent / "page.css").read_text("utf-8")
    router = APIRouter(include_in_schema=False, dependencies=[Depends(office.guard)])

    @router.get("/")
    async def page(request: Request, lang: str | None = None) -> Response:
        language = preferred(lang, request.headers.get("Accept-Language", ""))
        shown = await office.books.ask(lists, office.books)
        text = template.render(
            lang=language, t=words(language), systems=System, kinds=FaultKind, faults=office.faults.all(), **shown
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    @router.get("/page.css")
    async def css() -> Response:
        return Response(style, media_type="text/css")

    _add_forms(router, office)
    app.include_router(router)


def _add_forms(router: APIRouter, office: Office) -> None:
    @router.post("/page/faults")
    async def switch_on(request: Request) -> Response:
        form = await _form(request)
        wanted = {name: form[name] for name in ("kind", "times", "seconds") if form.get(name)}
        system = form.get("system")
        try:
            office.faults.switch_on(Fault.model_validate({**wanted, "match": {"system": system} if system else {}}))
        except ValidationError as wrong:
            raise Refusal(422, "invalid", "This fault means nothing.", "故障设置无效。") from wrong
        return _back(form)

    @router.post("/page/faults/lift")
    async def lift(request: Request) -> Response:
        office.faults.lift()
        return _back(await _form(request))

    @router.post("/page/parcels/{tracking_no}/scan")
    async def scan(tracking_no: str, request: Request) -> Response:
        await office.courier.report("scanned", tracking_no, {"place": Scan().place})
        return _back(await _form(request))

    @router.post("/page/parcels/{tracking_no}/receive")
    async def receive(tracking_no: str, request: Request) -> Response:
        await office.courier.report("received", tracking_no, {"warehouse": Receipt().warehouse})
        return _back(await _form(request))


async def _form(request: Request) -> dict[str, str]:
    text = (await limited_body(request)).decode(errors="replace")
    return {name: values[-1] for name, values in parse_qs(text).items()}


def _back(form: dict[str, str]) -> Response:
    return RedirectResponse(f"/?lang={preferred(form.get('lang'), '')}", status_code=303)
