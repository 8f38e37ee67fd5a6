"""The desk on a port, served beside the test, for a real browser. The relay turns by itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import uvicorn

from api.doors import Doors
from tests.pages.page_desk import PageDesk, desk_of, fields_of
from worker.definitions.publishing import Edition

Answer = TypeVar("Answer")
PATIENCE = 30.0


@dataclass
class LiveDesk:
    """A desk that runs in its own thread and loop."""

    url: str
    desk: PageDesk
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:  # Any: a coroutine's send and yield types
        """Have something done where the desk lives."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def open(self, category: str, subject: str) -> str:
        """A customer opens a ticket; the path of their page."""
        return self.do(_open(self.desk, category, subject))


async def _open(desk: PageDesk, category: str, subject: str) -> str:
    async with desk.browser() as browser:
        hidden = fields_of((await browser.get("/portal")).text, "/portal")
        who = {"f.name": "李雷", "f.phone": "13800000000", "f.order_no": "SO-2024-0815"}
        said = {**hidden, **who, "category": category, "f.subject": subject, "f.body": "请尽快处理，谢谢。"}
        answer = await browser.post("/portal", data=said)
    await desk.relay()
    return answer.url.path


@contextmanager
def served(database: str, edition: Edition, port: int) -> Iterator[LiveDesk]:
    """The desk, until the block ends."""
    ready, ended, desks = threading.Event(), threading.Event(), list[tuple[PageDesk, asyncio.AbstractEventLoop]]()
    url = f"http://127.0.0.1:{port}"

    async def serve() -> None:
        desk = desk_of(database, edition, url)
        config = uvicorn.Config(
            desk.app,
            host="127.0.0.1",
            port=port,
            log_level="warning",
            timeout_graceful_shutdown=2,
            server_header=False,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        relaying = asyncio.create_task(_relay(desk))
        await _until_up(url, desk)
        desks.append((desk, asyncio.get_running_loop()))
        ready.set()
        await asyncio.to_thread(ended.wait)
        relaying.cancel()
        with suppress(asyncio.CancelledError):
            await relaying
        await desk.app.state.pulse.stop()
        server.should_exit = True
        await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    try:
        assert ready.wait(PATIENCE), "the desk did not start"
        yield LiveDesk(url, *desks[0])
    finally:
        ended.set()
        thread.join(PATIENCE)


async def _relay(desk: PageDesk) -> None:
    while True:
        await asyncio.sleep(0.1)
        await desk.relay()


async def _until_up(url: str, desk: PageDesk) -> None:
    doors: Doors = desk.app.state.doors
    async with httpx.AsyncClient() as client:
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(f"{url}/login")).status_code == 200:
                    break
            await asyncio.sleep(0.05)
    await doors.line.keep_connecting()
