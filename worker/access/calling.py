"""A command as a client of the API: where it is, with which key, and its refusals as sentences."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from activities.connectors import exact_json
from sop.values import Values
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Failure

PATIENCE = 15.0  # seconds


class Api:
    """The JSON API of one installation."""

    def __init__(self, url: str, key: str, terminal: Terminal) -> None:
        self._url, self._key, self._terminal = url, key, terminal

    @classmethod
    def of(cls, asked: Asked) -> Api:
        """The API that the settings name. Raises ``Failure`` where there is no key."""
        if not asked.settings.key:
            raise Failure(
                "没有 API 密钥：请设置 GONGDAN_KEY（由 gongdan key add 生成），或先在本目录运行 gongdan up",
                "there is no API key: set GONGDAN_KEY (made by `gongdan key add`), or run `gongdan up` in this folder",
            )
        return cls(asked.settings.url, asked.settings.key, asked.terminal)

    def get(self, path: str, **query: str | None) -> Values:
        """Read something. Raises ``Failure``."""
        return self._ask("GET", path, params={name: value for name, value in query.items() if value})

    def post(self, path: str, body: Values, idempotency_key: str | None = None) -> Values:
        """Write something. Raises ``Failure``."""
        headers = {"Content-Type": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        return self._ask("POST", path, content=exact_json.dumps(body), headers=headers)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Values:
        sent = {
            "Authorization": f"Bearer {self._key}",
            "Accept-Language": self._terminal.tongue.value,
            **(headers or {}),
        }
        try:
            with self._terminal.busy("正在询问 API…", "asking the API …"):
                answer = httpx.request(
                    method,
                    self._url + path,
                    params=params,
                    content=content,
                    headers=sent,
                    timeout=PATIENCE,
                    trust_env=False,
                )
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise Failure(
                f"{self._url} 没有应答（{why}）：请先运行 gongdan up，或设置 GONGDAN_URL",
                f"{self._url} does not answer ({why}): run `gongdan up`, or set GONGDAN_URL",
            ) from None
        said = _read(answer)
        if answer.is_error:
            raise _refusal(answer.status_code, said)
        return said


def _read(answer: httpx.Response) -> Values:
    try:
        said = exact_json.loads(answer.content) if answer.content else {}
    except ValueError:
        said = {"detail": answer.text[:200]}
    return said if isinstance(said, Mapping) else {"items": said}


def _refusal(status: int, said: Values) -> Failure:
    """A problem document, which is in the reader's language already, in one sentence with the fields that are wrong."""
    sentence = str(said.get("detail") or said.get("title") or f"HTTP {status}")
    errors = said.get("errors")
    fields = [each for each in errors if isinstance(each, Mapping)] if isinstance(errors, list) else []
    wrong = "; ".join(f"{each.get('pointer')}: {each.get('message')}" for each in fields)
    sentence += f" [{wrong}] ({status})" if wrong else f" ({status})"
    return Failure(sentence, sentence)
