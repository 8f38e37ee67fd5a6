"""A time that the composer's form promises to the customer."""

from __future__ import annotations

from starlette.datastructures import FormData

from api.pages.forms import given
from api.pages.language import Speech, msg
from db.tables import Visibility
from sop.durations import NotADuration, parse
from sop.events import PromiseSaid

NO_TIME = msg("Say within which time, such as 2h, 24h or 1wd.")
NOT_PUBLIC = msg("Only a reply to the customer can promise something.")


class CannotPromise(Exception):
    """What the form promises is no promise: ``text`` says why, in the reader's language."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def promise_in(form: FormData, visibility: Visibility, speech: Speech) -> PromiseSaid | None:
    """The promise of a message, if it makes one. Nothing checks it but a person. Raises ``CannotPromise``."""
    within = given(form, "promise_within", 20)
    if not within:
        if given(form, "promise_title"):
            raise CannotPromise(speech.say(NO_TIME))
        return None
    if visibility is not Visibility.PUBLIC:
        raise CannotPromise(speech.say(NOT_PUBLIC))
    try:
        known = parse(within).amount > 0
    except NotADuration:
        known = False
    if not known:
        raise CannotPromise(speech.say(NO_TIME))
    return PromiseSaid(within)
