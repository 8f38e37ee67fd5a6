"""Who was recognised in the last seconds, so that a request costs no query to know who asks."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

MOST_KEPT = 10_000
Found = TypeVar("Found")
KEY = re.compile(r"gd_[0-9]{1,18}_[A-Za-z0-9_-]{20,128}")


def digest(secret: str) -> str:
    """What is kept of a key or a cookie: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Found]):
    value: Found
    until: float


class Recent(Generic[Found]):
    """Answers kept for some seconds. What is not found is asked for again every time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: OrderedDict[str, _Kept[Found]] = OrderedDict()

    async def get(self, name: str, ask: Callable[[], Awaitable[Found | None]]) -> Found | None:
        """The answer for this name, from memory or by asking."""
        now = monotonic()
        kept = self._kept.get(name)
        if kept is not None and kept.until > now:
            return kept.value
        found = await ask()
        if found is None:
            self._kept.pop(name, None)
            return None
        self._kept[name] = _Kept(found, now + self._seconds)
        self._kept.move_to_end(name)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    def forget(self, name: str) -> None:
        """Ask again next time."""
        self._kept.pop(name, None)

    def clear(self) -> None:
        """Ask for everything again."""
        self._kept.clear()
