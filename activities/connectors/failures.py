"""Why a call failed: one class per cause, each with what it means for the next try."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from sop.events import FailureKind

LONGEST_MESSAGE = 300


class CallFailed(Exception):
    """A call that brought nothing to keep, in English and Chinese. ``settled``: the other side surely did nothing.
    ``final``: another try cannot help. ``retry_after``: seconds to wait, where somebody said so."""

    kind: ClassVar[FailureKind]
    settled: ClassVar[bool] = False
    final: ClassVar[bool] = False

    def __init__(self, en: str, zh: str, retry_after: float | None = None) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh
        self.retry_after = retry_after

    def message(self, secrets: Collection[str]) -> str:
        """Both languages on one line, at most 300 characters each, without any of those texts in it."""
        en, zh = (shortened(without(text, secrets)) for text in (self.en, self.zh))
        return en if en == zh else f"{en} · {zh}"


class RefusedByOtherSide(CallFailed):
    """The other side understood and said no (4xx), or the request could not even be written. Correct what was asked."""

    kind = FailureKind.REFUSED
    settled = True
    final = True


class Busy(CallFailed):
    """Too many calls at once; this one was not carried out. Wait and try again."""

    kind = FailureKind.UNREACHABLE
    settled = True


class NotReached(CallFailed):
    """No connection: nothing was sent."""

    kind = FailureKind.UNREACHABLE
    settled = True


class LineCut(CallFailed):
    """The connection broke after the request was on its way."""

    kind = FailureKind.UNREACHABLE


class OtherSideFailing(CallFailed):
    """The other side answered 5xx; it may have done it all the same."""

    kind = FailureKind.UNREACHABLE


class NoAnswerInTime(CallFailed):
    """The other side took longer than we wait; it may still do it."""

    kind = FailureKind.TIMEOUT


class StillAtWork(CallFailed):
    """Another try of the same call may still be on its way. Wait for it."""

    kind = FailureKind.TIMEOUT


class Rubbish(CallFailed):
    """An answer came that is not what the connector file declares."""

    kind = FailureKind.RUBBISH


class OutcomeUnknown(CallFailed):
    """It may have been done, no machine can say, and to repeat it could do it twice. Ask the other side first."""

    kind = FailureKind.UNKNOWN
    final = True


def without(text: str, secrets: Collection[str]) -> str:
    """The text with every one of those replaced, the longest first."""
    for secret in sorted((secret for secret in secrets if secret), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def shortened(message: str) -> str:
    """One line of at most 300 characters."""
    line = " ".join(message.split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"
