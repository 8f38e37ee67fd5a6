"""What the customer was told, as both pages of a ticket show it."""

from __future__ import annotations

from collections.abc import Iterator

from api.pages import words
from api.pages.views import Due, PromiseView
from api.pages.voice import Voice
from db.queries.promises import PromiseFacts
from sop.state import PromisePhase


def promises_of(voice: Voice) -> Iterator[PromiseView]:
    """The promises of a ticket, the latest first; its customer sees none that was withdrawn, and no reasons."""
    staff = voice.person is not None
    for row in reversed(voice.bundle.ticket.promises):
        if staff or row.state != PromisePhase.WITHDRAWN:
            yield _view(voice, row, _why(voice, row) if staff else "")


def _view(voice: Voice, row: PromiseFacts, why: str) -> PromiseView:
    state, chip = words.PROMISES[row.state]
    return PromiseView(
        key=row.promise,
        title=voice.text(row.title) or voice.say("What was said in a message"),
        state=voice.say(state),
        chip=chip,
        open=row.state == PromisePhase.OPEN,
        due=Due(row.due_at, row.warn_at),
        why=why,
    )


def _why(voice: Voice, row: PromiseFacts) -> str:
    reason = words.PROMISE_REASONS.get(row.reason or "")
    return " · ".join(part for part in (voice.say(reason) if reason else "", row.note or "") if part)
