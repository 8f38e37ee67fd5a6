"""Why something that is asked for is refused: one class a cause, with the words for it in both languages."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """What was asked is not possible now. ``code`` is stable; ``status`` is the HTTP status a door answers with."""

    code = "refused"
    status = 409

    def __init__(self, en: str, zh: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh
        self.fields = dict(fields or {})


class UnknownStep(Refusal):
    """No such step in any run of the ticket: check the address (``<run>.<step>``)."""

    code = "unknown_step"
    status = 404


class UnknownClock(Refusal):
    """No such clock or open step with a deadline on the ticket: see ``clocks`` of the ticket."""

    code = "unknown_clock"
    status = 404


class AmbiguousStep(Refusal):
    """Several runs have an open step of that name: address it as ``<run>.<step>``."""

    code = "ambiguous_step"


class StepNotOpen(Refusal):
    """The step is closed, or not reached yet; a late answer is never applied."""

    code = "step_not_open"


class WrongAnswer(Refusal):
    """The values do not fit the form: see ``fields``."""

    code = "wrong_answer"
    status = 422


class NotAllowed(Refusal):
    """The sender is not one of those the step is for."""

    code = "not_allowed"
    status = 403


class NoIncident(Refusal):
    """The step has no open incident to settle."""

    code = "no_incident"


class UnknownPromise(Refusal):
    """The ticket has no promise of that id."""

    code = "unknown_promise"
    status = 404


class PromiseOver(Refusal):
    """The promise has been kept, broken or withdrawn already."""

    code = "promise_over"


class TicketOver(Refusal):
    """The ticket has ended; reopen it first."""

    code = "ticket_over"


class NotPossible(Refusal):
    """The command does not fit the ticket's state (pause a paused ticket, reopen an open one)."""

    code = "not_possible"


class NotOnThisVersion(Refusal):
    """Nothing of the ticket runs on that version, or the condition does not hold: it stays as it is."""

    code = "not_on_this_version"


class NeedsMapping(Refusal):
    """An open step has no counterpart in the new version: say which one goes on for it."""

    code = "needs_mapping"


class CannotMigrate(Refusal):
    """The ticket cannot go on with the new version as it stands; it stays on its own."""

    code = "cannot_migrate"
