"""HTTP lines of the demo: to the API with a key that may speak for people, and to the demo company."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from activities.connectors import exact_json
from sop.values import Value, Values
from worker.settings import Settings
from worker.terminal.words import Failure

V1 = "/api/v1"
CUSTOMER = "customer"
TOKEN = "GONGDAN_ERP_TOKEN"  # noqa: S105 - a name
LOOK_EVERY = 0.25  # seconds
SECONDS = 20.0
_PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


class WentWrong(Exception):
    """An answer that the story does not expect, in one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """The API and the demo company of one installation."""

    api: httpx.AsyncClient
    company: httpx.AsyncClient

    async def ask(
        self, method: str, path: str, body: Value = None, *, by: str | None = None, key: str | None = None
    ) -> Values:
        """Ask the API; a 503 is asked again, with the same key, when it says so. Raises ``WentWrong``."""
        headers = {"Idempotency-Key": key or secrets.token_urlsafe(12)} if method != "GET" else {}
        if by is not None:
            headers["On-Behalf-Of"] = by
        content = exact_json.dumps(body) if body is not None else None
        if content is not None:
            headers["Content-Type"] = "application/json"
        while True:
            answer = await self.api.request(method, V1 + path, content=content, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return _said(answer)
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))

    async def send_file(self, no: str, name: str, by: str) -> str:
        """Put a picture on a ticket; its id."""
        headers = {"On-Behalf-Of": by, "Idempotency-Key": secrets.token_urlsafe(12)}
        sent = {"file": (name, _PICTURE, "image/jpeg")}
        return str(_said(await self.api.post(f"{V1}/tickets/{no}/files", files=sent, headers=headers))["id"])

    async def at_company(self, method: str, path: str, body: Value = None) -> Values:
        """Ask the demo company. Raises ``WentWrong``."""
        content = exact_json.dumps(body) if body is not None else None
        headers = {"Content-Type": "application/json"}
        return _said(await self.company.request(method, path, content=content, headers=headers))

    async def effects(self) -> list[Values]:
        """Everything that has happened at the demo company."""
        found: list[Values] = []
        while True:
            after = str(found[-1]["id"]) if found else "0"
            page = await self.at_company("GET", f"/admin/effects?limit=5000&after={after}")
            more = items(page.get("items"))
            found += more
            if not more:
                return found

    async def close(self) -> None:
        """Hang up."""
        await self.api.aclose()
        await self.company.aclose()


async def call(settings: Settings) -> Line:
    """The line to the installation the settings name. Raises ``Failure`` where nobody answers."""
    company_url, key = settings.environment.get("GONGDAN_COMPANY_URL"), settings.key
    if not key or not company_url:
        raise Failure(
            "找不到正在运行的安装：请在本目录运行 gongdan up，或用 gongdan demo --own",
            "no installation is known here: run `gongdan up` in this folder, or use `gongdan demo --own`",
        )
    token = settings.environment.get(TOKEN, "")
    line = Line(_client(settings.url, key), _client(company_url, token))
    try:
        for client, path in ((line.api, "/healthz"), (line.company, "/healthz")):
            (await client.get(path)).raise_for_status()
    except httpx.HTTPError as error:
        await line.close()
        why = str(error) or type(error).__name__
        raise Failure(
            f"没有应答（{why}）：请在本目录运行 gongdan up，或用 gongdan demo --own",
            f"nobody answers ({why}): run `gongdan up` in this folder, or use `gongdan demo --own`",
        ) from None
    return line


def items(value: object) -> list[Values]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _client(url: str, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=SECONDS, trust_env=False)


def _said(answer: httpx.Response) -> Values:
    try:
        said = exact_json.loads(answer.content)
    except ValueError:
        said = answer.text[:200]
    if answer.is_error:
        detail = said.get("detail") if isinstance(said, Mapping) else said
        raise WentWrong(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {detail}")
    return said if isinstance(said, Mapping) else {"items": said}
