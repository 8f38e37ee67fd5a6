"""How often somebody may try a password: a few times, then a pause that doubles."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

MOST_KEPT = 10_000
LONGEST_PAUSE = 3600.0


@dataclass(slots=True)
class _Tries:
    failed: int = 0
    free_at: float = 0.0


class Throttle:
    """Failed attempts by name and by address. ``now`` is any steadily growing number of seconds."""

    def __init__(self, attempts: int, pause: float) -> None:
        self._attempts = attempts
        self._pause = pause
        self._tries: OrderedDict[bytes, _Tries] = OrderedDict()

    def wait(self, *names: str, now: float) -> float:
        """Seconds until the next attempt is allowed; 0 when it is allowed now."""
        tries = (self._tries.get(_digest(name)) for name in names)
        return max((one.free_at - now for one in tries if one and one.free_at > now), default=0.0)

    def failed(self, *names: str, now: float) -> None:
        """An attempt has failed."""
        for name in names:
            tries = self._tries.setdefault(_digest(name), _Tries())
            self._tries.move_to_end(_digest(name))
            tries.failed += 1
            over = tries.failed - self._attempts
            if over >= 0:
                tries.free_at = now + min(self._pause * 2 ** min(over, 12), LONGEST_PAUSE)
        while len(self._tries) > MOST_KEPT:
            self._tries.popitem(last=False)

    def succeeded(self, *names: str) -> None:
        """The right password was given: forget the failures of that name."""
        for name in names:
            self._tries.pop(_digest(name), None)


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=12).digest()
