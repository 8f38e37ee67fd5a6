"""Our converter writes what Temporal's own writes, and reads it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from temporalio.converter import DataConverter

from activities.messages import Found, Taken, Writing, Written
from sop.events import Actor, ActorKind
from workflows.converter import CONVERTER
from workflows.messages import Answer, Receipt, TicketStart

ANNA = Actor(ActorKind.STAFF, "anna", ("after_sales",), ("care",))
TAKEN = Taken("return", "normal", "care", "given", [{"kind": "sop", "key": "return", "steps": [{"id": "a"}]}])


@dataclass(frozen=True)
class Dated:
    """Values that JSON does not know."""

    at: datetime = datetime(2026, 3, 2, 2, tzinfo=UTC)
    names: set[str] = field(default_factory=lambda: {"a"})


@pytest.mark.parametrize(
    "message",
    [
        TicketStart(1, {"no": "T1"}, {"id": "C1"}, receipts={"k": Receipt(3, "open")}, taken=TAKEN),
        Answer("look", ANNA, "key", None, {"photos": ["a", "b"]}),
        Writing(1, [{"seq": 1, "data": {"x": [1, {"y": None}]}}]),
        Written([Found(2, "anna", None, ["user:anna"])], "2026-03-02T02:00:00+00:00"),
        Dated(),
    ],
    ids=lambda message: type(message).__name__,
)
def test_the_same_json_as_temporals_own_converter(message: object) -> None:
    ours = CONVERTER.payload_converter.to_payloads([message])
    usual = DataConverter.default.payload_converter.to_payloads([message])

    assert ours == usual
    assert CONVERTER.payload_converter.from_payloads(ours, [type(message)]) == [message]
