"""The demo company as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from demo import carrier, crm, erp, messages, seed
from demo.admin import Office, add_admin
from demo.books import Books
from demo.courier import Addressee, Courier
from demo.door import Door, as_json, response
from demo.faults import FaultBoard
from demo.journal import AnyOperation, by_key, refused
from demo.operation import Answer, Operation, Refusal, System, Visit, Wish, unknown
from demo.page import add_page

EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the company is started with."""

    file: Path
    token: str
    addressee: Addressee


def build_app(settings: Settings) -> FastAPI:
    """Put the company together; its books open when the server starts it."""
    books = Books(settings.file)
    faults = FaultBoard(Random())  # noqa: S311 - the dice of probability, no secret
    http = httpx.AsyncClient(timeout=10, trust_env=False)
    courier = Courier(books, faults, settings.addressee, http)
    office = Office(books, faults, courier, Door(books, faults, settings.token))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await books.open()
        await books.ask(seed.sow, books)
        await courier.resume()
        async with http:
            yield
            await courier.stop()
        await books.close()

    app = FastAPI(title="Demo company 演示公司", lifespan=lifespan, redoc_url=None)
    _add_refusals(app)
    _add_business(app, office.door)
    add_admin(app, office)
    add_page(app, office)
    _add_health(app)
    return app


def _add_business(app: FastAPI, door: Door) -> None:
    shipped: tuple[AnyOperation, ...] = (
        *erp.OPERATIONS, *carrier.OPERATIONS, *crm.OPERATIONS, *messages.OPERATIONS,
    )  # fmt: skip
    nowhere = [Operation(s, "*", "/{rest:path}", "No such path", Wish, _no_such_path) for s in System]
    for operation in (*shipped, *map(by_key, System), *nowhere):
        schema = operation.wish.model_json_schema()
        known = operation.method != "*"
        app.add_api_route(
            f"/{operation.system}{operation.path}",
            door.endpoint(operation),
            methods=[operation.method] if known else EVERY_METHOD,
            summary=operation.summary,
            tags=[operation.system],
            include_in_schema=known,
            response_class=Response,
            openapi_extra={"requestBody": {"content": {"application/json": {"schema": schema}}}}
            if operation.method in ("POST", "PUT")
            else None,
        )


def _no_such_path(visit: Visit, _: Wish) -> Answer:
    raise unknown("path", visit.names["rest"])


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", tags=["admin"], summary="Whether the company is there")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refusal(_: Request, cause: Refusal) -> Response:
        return response(refused(cause))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, cause: RequestValidationError) -> Response:
        errors = [{"where": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in cause.errors()]
        facts = Refusal(422, "invalid", "The request does not fit.", "请求不符合要求。").problem()
        return as_json({**facts, "errors": errors}, 422)
