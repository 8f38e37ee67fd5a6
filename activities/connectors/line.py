"""The line to one system: one pooled HTTP client, its authentication, its pace. Knows nothing of tickets."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from activities.connectors.failures import Busy, LineCut, NoAnswerInTime, NotReached, RefusedByOtherSide, Rubbish
from activities.connectors.model import Auth, BasicAuth, BearerAuth, HeaderAuth, Method, RateLimit, Title

LARGEST_ANSWER = 1_000_000  # bytes
CONNECT_SECONDS = 5.0
LONGEST_QUEUE = 2.0  # seconds a call waits here for its turn; a longer wait is left to Temporal


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``path`` stands below the base URL and is quoted already."""

    method: Method
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back, whole and unread."""

    status: int
    headers: httpx.Headers
    body: bytes


class Pace:
    """Spreads calls evenly: at most ``calls`` in each ``per`` seconds, within this process."""

    def __init__(self, limit: RateLimit) -> None:
        self._gap = limit.per / limit.calls
        self._free_at = 0.0

    async def turn(self, title: Title) -> None:
        """Wait for a turn. Raises Busy, without taking one, when that would be long."""
        now = asyncio.get_running_loop().time()
        wait = max(0.0, self._free_at - now)
        if wait > LONGEST_QUEUE:
            raise Busy(f"{title.en}: our rate limit is used up", f"{title.zh}：已达到我方调用频率上限", wait)
        self._free_at = max(now, self._free_at) + self._gap
        await asyncio.sleep(wait)


class Line:
    """Asks one system. ``headers`` show who we are; they are never written anywhere."""

    def __init__(self, title: Title, base_url: str, headers: Mapping[str, str], tls: ssl.SSLContext) -> None:
        self._title = title
        self._base_url = base_url.rstrip("/")
        self._client = httpx.AsyncClient(
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            verify=tls,
        )

    async def ask(self, asked: Asked, seconds: float) -> Answered:
        """Send a request and read the whole answer within that time. Raises CallFailed."""
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(asked)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout):
            late = f"{self._title.en} did not answer within {seconds:.3g} s"
            raise NoAnswerInTime(late, f"{self._title.zh}在 {seconds:.3g} 秒内没有答复") from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise NotReached(f"{self._title.en} cannot be reached", f"无法连接{self._title.zh}") from None
        except (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol):
            raise RefusedByOtherSide("the request cannot be written as HTTP", "请求无法写成 HTTP") from None
        except httpx.HTTPError:
            raise LineCut(f"{self._title.en} broke the connection off", f"{self._title.zh}中断了连接") from None

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._client.aclose()

    async def _exchange(self, asked: Asked) -> Answered:
        request = self._client.build_request(
            asked.method,
            self._base_url + asked.path,
            params=asked.query or None,
            headers=dict(asked.headers),
            content=asked.body,
        )
        answer = await self._client.send(request, stream=True)
        try:
            return Answered(answer.status_code, answer.headers, await self._read(answer))
        finally:
            await answer.aclose()

    async def _read(self, answer: httpx.Response) -> bytes:
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise Rubbish(
                f"{self._title.en} sent a compressed answer unasked", f"{self._title.zh}的答复被压缩，无法读取"
            )
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise Rubbish(f"{self._title.en}: the answer is over 1 MB", f"{self._title.zh}的答复超过 1 MB")
        return bytes(body)


def credentials(auth: Auth | None, secret: str | None) -> dict[str, str]:
    """The header that shows who we are; none where the file asks for none or an optional secret is not set."""
    if secret is None:
        return {}
    match auth:
        case None:
            return {}
        case BearerAuth():
            return {"Authorization": f"Bearer {secret}"}
        case BasicAuth():
            pair = base64.b64encode(f"{auth.user}:{secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        case HeaderAuth():
            return {auth.header: secret}
