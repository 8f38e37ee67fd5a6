"""What the data of a fact say of the event that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sop.desk import Desk, desk_in
from sop.events import (
    ActionDone,
    ActionFailed,
    Actor,
    ActorKind,
    Classified,
    ClockCorrected,
    Command,
    Dispatched,
    Duty,
    DutyChanged,
    FailureKind,
    PromiseSaid,
    TicketCommanded,
)
from sop.replay.recording import Adoption, Migration, Pinned
from sop.values import Value, Values


class NotRecorded(ValueError):
    """The ledger does not tell enough to run this ticket again; the message says what is missing."""


def classified_of(data: Values) -> Classified:
    """The classification."""
    category, priority, rule = (str(data.get(name, "")) for name in ("category", "priority", "rule"))
    return Classified(category, priority, text_in(data, "team"), rule, _desk(data.get("desk")))


def ordered_of(told: Value) -> TicketCommanded:
    """A command on the ticket, as the first fact of it says. Raises ``NotRecorded``."""
    order = mapping(told)
    name, note = Command(str(order["name"])), str(order.get("note") or "")
    return TicketCommanded(name, _by(order), text_in(order, "to"), note, text_in(order, "step"))


def corrected_of(told: Value) -> ClockCorrected:
    """A correction of clocks."""
    data = mapping(told)
    since, until = (datetime.fromisoformat(str(data[name])) for name in ("since", "until"))
    return ClockCorrected(
        str(data["clock"]), _by(data), since, until, counts=data["counts"] is True, reason=str(data["reason"])
    )


def adoption_of(told: Value, kind: str, key: str) -> Adoption:
    """A run's taking over of the clocks of another version."""
    data = mapping(told)
    return Adoption(str(data["run"]), _by(data), Pinned(kind, key, int(str(data["version"]))))


def migration_of(told: Value) -> Migration:
    """A move to another version."""
    data = mapping(told)
    target = Pinned(str(data["kind"]), str(data["key"]), int(str(data["version"])))
    steps = {old: str(new) for old, new in mapping(data.get("steps")).items()}
    return Migration(
        old=int(str(data["from"])),
        target=target,
        by=_by(data),
        steps=steps,
        note=str(data.get("note") or ""),
        only=text_in(data, "only"),
        before=text_in(data, "before"),
        after=text_in(data, "after"),
        pausing=texts_in(data, "pausing"),
    )


def _by(data: Values) -> Actor:
    by = mapping(data.get("by"))
    if not by:
        raise NotRecorded("a command nobody gave")
    return anybody(Actor(ActorKind(str(by["kind"])), str(by["id"]), acting_for=text_in(by, "acting_for")))


def duty_of(told: Value) -> DutyChanged:
    """A change of somebody's duty."""
    data = mapping(told)
    return DutyChanged(str(data["person"]), Duty(str(data["duty"])), texts_in(data, "emptied"))


def dispatched_of(given: Values) -> Dispatched:
    """What dispatch answered."""
    seats, lead = texts_in(given, "approvers"), given.get("lead") is True
    return Dispatched(0, text_in(given, "person"), text_in(given, "pool"), seats, lead=lead)


def promise_said(data: Values) -> PromiseSaid:
    """What a message promised."""
    arguments = mapping(data.get("arguments"))
    return PromiseSaid(str(data["within"]), text_in(data, "check"), arguments, text_in(data, "playbook"))


def check_said(data: Values) -> ActionDone | ActionFailed:
    """What the check of a promise answered."""
    if data.get("reason") != "check_failed":
        return ActionDone("", mapping(data.get("outputs")))
    kind, _, message = str(data.get("problem")).partition(": ")
    return ActionFailed("", FailureKind(kind), message)


def _desk(told: Value) -> Desk | None:
    """The desk a ticket is pinned to; its calendar is known by its version alone."""
    if not isinstance(told, Mapping):
        return None
    calendar: dict[str, object] = {} if told.get("calendar") is None else {"version": told["calendar"]}
    return desk_in({**told, "calendar": calendar})


def seat_of(data: Values) -> str:
    """Whom a question to dispatch is about, as one text."""
    wanted = data.get("wanted")
    return ", ".join(map(str, wanted)) if isinstance(wanted, (list, tuple)) else str(wanted)


def anybody(by: Actor) -> Actor:
    """Somebody who was let in then: the ledger does not keep the roles that they had."""
    return by if by.kind is ActorKind.CUSTOMER else replace(by, roles=("*",))


def mapping(value: Value) -> dict[str, Value]:
    """A mapping of a fact's data, or an empty one."""
    return dict(value) if isinstance(value, Mapping) else {}


def text_in(data: Values, name: str) -> str | None:
    """A text of a fact's data."""
    value = data.get(name)
    return None if value is None else str(value)


def texts_in(data: Values, name: str) -> tuple[str, ...]:
    """A list of texts."""
    value = data.get(name)
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()
