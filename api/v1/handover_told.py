"""What answers say of a hand-over, and of duty."""

from __future__ import annotations

from typing import Literal

from api.v1.told import Done, Moment, Told, Words


class StepDoneTold(Told):
    """A step that is over: how it ended, by whom, when."""

    run: str
    step: str
    title: Words
    status: str
    outcome: str | None
    by: str | None
    at: Moment


class StepLeftTold(Told):
    """A step that is open: who has it, and when it is due."""

    run: str
    step: str
    title: Words
    type: str
    person: str | None
    pool: str | None
    due_at: Moment | None
    since: Moment
    incident: str | None


class HandoffTold(Told):
    """One hand-off, of the ticket or of one step: why, from whom to whom, and what was said. ``by`` the system: a lease
    that ended, an escalation, somebody who has gone."""

    at: Moment
    reason: Literal["transfer", "release", "lease", "escalation", "away"]
    run: str | None
    step: str | None
    to: str | None
    by: str | None
    note: str


class ClockLeftTold(Told):
    """A clock as it stands."""

    run: str
    clock: str
    state: Literal["running", "paused", "stopped"]
    due_at: Moment | None
    breached: bool
    met: bool | None


class HandoverTold(Told):
    """What the next owner must know: what was done, what is open, how it came here, how its clocks stand."""

    done: list[StepDoneTold]
    open: list[StepLeftTold]
    handoffs: list[HandoffTold]
    clocks: list[ClockLeftTold]


class TransferTold(Done):
    """The ticket took it, with the hand-over bundle for whoever comes next."""

    handover: HandoverTold


class DutyTold(Told):
    """Somebody's duty has changed; so many open tickets are told."""

    person: str
    duty: Literal["on", "off", "gone"]
    tickets: int
