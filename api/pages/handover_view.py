"""What the next owner must know, on the ticket's page: how it came here, and what was done before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from api.pages import words
from api.pages.views import DoneView, HandoffView, HandoverView
from api.pages.voice import Voice
from sop.values import Value

LATEST = 5


def handover_view(voice: Voice) -> HandoverView | None:
    """The panel; None for a ticket that has never changed hands."""
    handed = list(_parts(voice.bundle.handover.get("handoffs")))
    if not handed:
        return None
    done = list(_parts(voice.bundle.handover.get("done")))[-LATEST:]
    return HandoverView(
        count=len(handed),
        handoffs=tuple(_handoff(voice, one) for one in reversed(handed[-LATEST:])),
        done=tuple(_done(voice, one) for one in reversed(done)),
    )


def _handoff(voice: Voice, one: Mapping[str, Value]) -> HandoffView:
    person, reason = voice.teller.person, str(one["reason"])
    parties = [person(str(one[side])) for side in ("from", "to") if one[side]]
    why = voice.say(words.HANDOFFS.get(reason, reason))
    return HandoffView(_at(one), " → ".join(parties), why, voice.text(one["note"]))


def _done(voice: Voice, one: Mapping[str, Value]) -> DoneView:
    by = voice.teller.person(str(one["by"])) if one["by"] else ""
    return DoneView(_at(one), voice.text(one["title"]) or str(one["step"]), by)


def _at(one: Mapping[str, Value]) -> datetime:
    return datetime.fromisoformat(str(one["at"]))


def _parts(value: Value) -> Iterator[Mapping[str, Value]]:
    if isinstance(value, (list, tuple)):
        yield from (one for one in value if isinstance(one, Mapping))
