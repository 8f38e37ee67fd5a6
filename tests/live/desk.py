"""A whole installation as real processes on loopback, over real HTTP; each process may be killed and return."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from temporalio.client import Client, WorkflowHistory

from db.ledger import Verdict, verify
from db.numbers import id_of
from db.session import Store
from worker.settings import HOME, Settings
from worker.terminal.screen import Terminal
from worker.terminal.words import Tongue
from worker.up.child import LEASH, Plan
from worker.up.first_start import make_ready
from worker.up.roster import foundations, product
from worker.up.site import TOKENS, Site, Wanted, read_local, site_of
from workflows.messages import workflow_id

Json = Any  # an answer of an API, read by tests only
V1 = "/api/v1"
LONG = 60.0  # seconds: what a busy machine may take; nobody waits that long on a quiet one
CUSTOMER = "customer"
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
"""What of the environment the processes inherit: no setting of whoever runs the tests."""


def prepared(
    folder: Path, free_port: Callable[[], int], database_url: str | None = None, workspace: Path | None = None
) -> Site:
    """A folder with the schema, the published workspace and a key: what the first `gongdan up` leaves."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ} | {"GONGDAN_DATA_DIR": str(folder)}
    if database_url is not None:
        env["GONGDAN_DATABASE_URL"] = database_url
    if workspace is not None:
        env["GONGDAN_WORKSPACE"] = str(workspace)
    ports = Wanted(free_port(), free_port(), free_port(), free_port())
    site = site_of(Settings.from_environment(env, folder.parent), ports, env)
    if not (folder / "gongdan.db").exists():
        asyncio.run(make_ready(site, Terminal(Tongue.EN)))
    return Site(site.settings, site.port, site.temporal_port, None, site.company_port, site.env)


@dataclass
class Running:
    """One process of the installation, tied to this one: it never outlives the tests."""

    plan: Plan
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert self.process is None or self.process.poll() is not None, f"{self.plan.name} runs already"
        leash = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()))
        self.plan.log.parent.mkdir(parents=True, exist_ok=True)
        with self.plan.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*leash, *self.plan.command],
                env=dict(self.plan.env),
                cwd=HOME,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def until_well(self) -> None:
        healthy = self.plan.healthy
        if healthy is not None:
            until(lambda: asyncio.run(healthy()), f"{self.plan.name} does not answer: {self.last_words()}")

    def kill(self) -> None:
        """The power goes: no warning, no last word."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def last_words(self) -> str:
        return self.plan.log.read_text("utf-8", "replace")[-2000:] if self.plan.log.exists() else "(no log)"


@dataclass
class Company:
    """The demo company's admin paths: what it was asked, what it did, what goes wrong, and parcels that move."""

    url: str
    token: str
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)

    def effects(self, kind: str) -> list[dict[str, Json]]:
        """Every effect of a kind, with its ``facts``."""
        found: list[dict[str, Json]] = self.http.get("/admin/effects", params={"kind": kind, "limit": 5000}).json()[
            "items"
        ]
        return found

    def of_ticket(self, ticket_no: str) -> list[str]:
        """The kinds of all effects that one ticket had: known by their keys, and what undid them by their numbers."""
        items = self.http.get("/admin/effects", params={"limit": 5000}).json()["items"]
        done = [item for item in items if str(item["key"]).startswith(f"{ticket_no}/")]
        numbers = {item["ref"] for item in done}
        undone = [item for item in items if item["key"] is None and item["ref"] in numbers]
        return [item["kind"] for item in (*done, *undone)]

    def goes_wrong(self, kind: str, path_prefix: str, method: str = "POST", **more: object) -> None:
        """Switch a fault on for the paths below a prefix."""
        match = {"path_prefix": path_prefix, "method": method}
        answer = self.http.post("/admin/faults", json={"kind": kind, "match": match, **more})
        assert answer.status_code == 201, answer.text

    def recovers(self) -> None:
        self.http.delete("/admin/faults").raise_for_status()

    def struck(self) -> int:
        """How often faults have struck since they were switched on."""
        return sum(fault["used"] for fault in self.http.get("/admin/faults").json()["items"])

    def receives(self, tracking_no: str) -> None:
        """The parcel arrives in the warehouse; the carrier tells the desk by webhook."""
        self.http.post(f"/admin/parcels/{tracking_no}/receive", json={}).raise_for_status()

    def scans(self, tracking_no: str) -> None:
        self.http.post(f"/admin/parcels/{tracking_no}/scan", json={}).raise_for_status()

    def messages(self, to: str) -> list[dict[str, Json]]:
        """What the gateway has sent to an address."""
        sent: list[dict[str, Json]] = self.http.get(
            "/messages", params={"to": to}, headers={"Authorization": f"Bearer {self.token}"}
        ).json()["items"]
        return sent


class Desk:
    """The installation as its users meet it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.processes = {plan.name: Running(plan) for plan in (*foundations(site), *product(site))}
        self.company = Company(f"http://127.0.0.1:{site.company_port}", site.env[TOKENS[0]])
        self.http = httpx.Client(base_url=site.settings.url, timeout=30, trust_env=False)
        self.http.headers["Authorization"] = f"Bearer {read_local(site.settings)['GONGDAN_KEY']}"

    # Processes

    def start(self, *names: str) -> None:
        """Start these processes (all of them where none is named) and wait until they answer."""
        wanted = [self.processes[name] for name in names or self.processes]
        for each in wanted:
            each.start()
        for each in wanted:
            each.until_well()

    def kill(self, *names: str) -> None:
        for name in names:
            self.processes[name].kill()

    def stop(self) -> None:
        for name in ("api", "relay", "worker", "company", "temporal"):
            self.processes[name].stop()
        self.http.close()
        self.company.http.close()

    # Doors

    def post(self, path: str, body: object = None, *, by: str | None = None, key: str | None = None) -> httpx.Response:
        """A write, perhaps for somebody."""
        headers = {"On-Behalf-Of": by} if by else {}
        if key:
            headers["Idempotency-Key"] = key
        return self.http.post(V1 + path, json=body, headers=headers)

    def open(self, **said: object) -> str:
        """Open a ticket; its number."""
        answer = self.post("/tickets", {"subject": "屏幕有划痕，要退货", "channel": "web", **said})
        assert answer.status_code == 201, answer.text
        no: str = answer.json()["no"]
        return no

    def ticket(self, no: str) -> dict[str, Json]:
        answer = self.http.get(f"{V1}/tickets/{no}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Json] = answer.json()
        return told

    def ledger(self, no: str) -> list[dict[str, Json]]:
        """Every row, oldest first, page by page."""
        rows: list[dict[str, Json]] = []
        cursor: str | None = "0"
        while cursor is not None:
            page = self.http.get(f"{V1}/tickets/{no}/ledger", params={"cursor": cursor}).json()
            rows, cursor = [*rows, *page["items"]], page["next_cursor"]
        return rows

    def answer(self, no: str, step: str, outcome: str | None = None, by: str = CUSTOMER, **values: object) -> None:
        """Somebody completes a task, as soon as it is open."""
        self.step(no, step)
        said = {"outcome": outcome, "values": values}
        self._ask(f"/tickets/{no}/steps/{step}/answer", said, by)

    def vote(self, no: str, step: str, by: str, *, approve: bool = True, comment: str = "") -> None:
        self.step(no, step)
        self._ask(f"/tickets/{no}/steps/{step}/vote", {"approve": approve, "comment": comment}, by)

    def settle(self, no: str, step: str, choice: str, by: str, **values: object) -> None:
        """Somebody says how a failed step goes on."""
        self._ask(f"/tickets/{no}/steps/{step}/incident", {"choice": choice, "values": values}, by)

    def correct(self, no: str, clock: str, said: Mapping[str, object], by: str) -> None:
        """Somebody says that a clock has counted wrongly."""
        self._ask(f"/tickets/{no}/clocks/{clock}/correct", said, by)

    def photos(self, no: str, count: int = 2) -> list[str]:
        """The customer sends photos; their ids."""
        ids = []
        for number in range(count):
            sent = {"file": (f"{number}.jpg", b"\xff\xd8\xff" + bytes([number]), "image/jpeg")}
            answer = self.http.post(f"{V1}/tickets/{no}/files", files=sent, headers={"On-Behalf-Of": CUSTOMER})
            assert answer.status_code == 201, answer.text
            ids.append(answer.json()["id"])
        return ids

    def _ask(self, path: str, said: object, by: str) -> None:
        """Say it until the desk is there to hear it, always with the same key, as a client would."""
        key, end = secrets.token_hex(8), time.monotonic() + LONG
        while True:
            with suppress(httpx.TransportError):
                answer = self.post(path, said, by=by, key=key)
                if answer.status_code == 200:
                    return
                assert answer.status_code == 503 or answer.json()["code"] == "still_running", answer.text
                assert int(answer.headers.get("Retry-After", "1")) >= 1
            assert time.monotonic() < end, f"{path} is never answered"
            time.sleep(0.2)

    # What is awaited

    def until(self, no: str, holds: Callable[[dict[str, Json]], object], what: str) -> dict[str, Json]:
        """Wait until it holds of the ticket; gives the ticket."""
        seen: list[dict[str, Json]] = []

        def look() -> bool:
            with suppress(httpx.TransportError, AssertionError):
                seen.append(self.ticket(no))
                return bool(holds(seen[-1]))
            return False

        until(look, f"{no}: {what}", lambda: self._standing(seen[-1:]))
        return seen[-1]

    def step(self, no: str, step: str) -> dict[str, Json]:
        """The open step, once it is open."""
        ticket = self.until(no, lambda told: _named(told, step), f"{step} is open")
        return _named(ticket, step)[0]

    def incident(self, no: str, step: str) -> dict[str, Json]:
        """The incident on a step, once there is one."""
        ticket = self.until(
            no, lambda told: [each for each in _named(told, step) if each["incident"]], f"an incident on {step}"
        )
        found: dict[str, Json] = _named(ticket, step)[0]["incident"]
        return found

    def resolved(self, no: str, result: str = "resolved") -> dict[str, Json]:
        return self.until(no, lambda told: told["result"] == result, f"it is {result}")

    def waybill(self, no: str) -> str:
        """The number on the return label, once the parcel is awaited."""
        self.step(no, "wait_parcel")
        done = [row["data"] for row in self.ledger(no) if row["type"] == "action.done"]
        found: str = next(
            row["outputs"]["tracking_no"] for row in reversed(done) if row["action"] == "logistics.label.create"
        )
        return found

    def verdict(self, no: str) -> Verdict:
        """Whether the ticket's ledger is whole, as the store finds it."""

        async def look() -> Verdict:
            store = Store(self.site.settings.database_url)
            try:
                async with store.read() as conn:
                    return await verify(conn, id_of(no) or 0)
            finally:
                await store.dispose()

        return asyncio.run(look())

    def history(self, no: str) -> WorkflowHistory:
        """What Temporal keeps of a ticket."""

        async def look() -> WorkflowHistory:
            client = await Client.connect(f"127.0.0.1:{self.site.temporal_port}")
            return await client.get_workflow_handle(workflow_id(id_of(no) or 0)).fetch_history()

        return asyncio.run(look())

    def deadlines(self, no: str) -> dict[str, str]:
        """When each clock is due."""
        return {clock["clock"]: clock["due_at"] for clock in self.ticket(no)["clocks"]}

    def _standing(self, tickets: Sequence[dict[str, Json]]) -> str:
        if not tickets:
            return "the API does not answer: " + self.processes["api"].last_words()
        ticket = tickets[-1]
        steps = [(each["key"], each["incident"]) for each in ticket["steps"]]
        return f"{ticket['status']}/{ticket['result']}, open: {steps}"


def _named(ticket: Mapping[str, Json], step: str) -> list[dict[str, Json]]:
    return [each for each in ticket["steps"] if step in (each["key"], each["step"])]


def until(holds: Callable[[], bool], what: str, seen: Callable[[], str] = lambda: "", seconds: float = LONG) -> None:
    """Poll until it holds; fails the test, saying what was awaited and what is there, when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"it did not happen in time: {what}. {seen()}"
        time.sleep(0.1)


def copy_of(template: Path, folder: Path) -> Path:
    """A fresh installation from the first start of another one."""
    shutil.copytree(template, folder)
    return folder
