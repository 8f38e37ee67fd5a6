"""What a workflow says to its update and to its engine: a refusal, a call's end, what intake has chosen."""

from __future__ import annotations

from collections.abc import Callable

from temporalio.exceptions import ActivityError, ApplicationError

from activities.messages import Taken
from sop.commands import CallAction
from sop.engine.planning import Plan
from sop.events import ActionFailed, DefinitionsChosen, FailureKind
from sop.gate import Gate
from sop.refusals import Refusal
from sop.values import decode, encode
from workflows.messages import Outlook


def spoken(act: Callable[[], None], seq: int | None = None) -> None:
    """Do it; a refusal becomes the update's own failure, with its words in both languages."""
    try:
        act()
    except Refusal as refusal:
        raise refused(refusal, seq) from None


def refused(refusal: Refusal, seq: int | None = None) -> ApplicationError:
    """A refusal as the update's own failure. ``seq``: the last fact the ticket knew of, where nothing has been recorded
    of the update, so that asking again by the same key is judged anew."""
    words = {"en": refusal.en, "zh": refusal.zh, "status": refusal.status, "fields": refusal.fields, "seq": seq}
    return ApplicationError(refusal.en, words, type=refusal.code, non_retryable=True)


def failed(call: CallAction, error: ActivityError) -> ActionFailed:
    """How a call ended that failed for good: a call that gave no answer in time has no failure of its own."""
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return ActionFailed(call.call, FailureKind.TIMEOUT, str(cause or error), call.attempts)
    kind = FailureKind(cause.type) if cause.type in set(FailureKind) else FailureKind.UNKNOWN
    tries = cause.details[0] if cause.details else call.attempts
    return ActionFailed(call.call, kind, cause.message, int(tries))


def chosen(on: str, taken: Taken) -> DefinitionsChosen:
    """What starts on an event, in the words of the engine."""
    candidates = {content: decode(how) for content, how in taken.candidates.items()}
    return DefinitionsChosen(
        on, tuple(taken.definitions), candidates=candidates, gates=tuple(Gate(**gate) for gate in taken.gates)
    )


def outlook(plan: Plan) -> Outlook:
    """What would become of a ticket, as plain JSON."""
    before, after = [encode(each) for each in plan.before], [encode(each) for each in plan.after]
    return Outlook(plan.verdict, plan.en, plan.zh, before, after)
