"""Returns that stand at different points of their SOP when the power goes, and how each is brought to its end."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.live.desk import Desk

EACH_ONCE = Counter({"erp.rma.create": 1, "carrier.label.create": 1, "erp.refund.create": 1, "messages.send": 1})
PHONES: Iterator[str] = (f"1390000{number:04}" for number in itertools.count(1))


@dataclass
class Return:
    """One return, large enough to need approval."""

    desk: Desk
    no: str
    phone: str
    waybill: str = ""
    is_told: bool = False  # the carrier has said that the parcel is there
    deadlines: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, desk: Desk) -> Return:
        phone = next(PHONES)
        customer = {"name": "王小明", "phone": phone}
        no = desk.open(category="return", customer=customer, order={"no": "O-1016", "paid": 1800})
        desk.step(no, "photo_evidence")
        return cls(desk, no, phone, deadlines=desk.deadlines(no))

    def send_photos(self) -> None:
        self.desk.answer(self.no, "photo_evidence", photos=["front.jpg", "back.jpg"], reason="质量问题")

    def parcel_arrives(self) -> None:
        """Unless the carrier has said so already: then the desk is only slow to hear it."""
        if not self.is_told:
            self.desk.company.receives(self.desk.waybill(self.no))

    def inspect(self) -> None:
        self.desk.answer(self.no, "inspect", "pass", by="zhouting", grade="A")

    def approve(self) -> None:
        self.desk.vote(self.no, "refund_approval", by="zhaomin")

    def parcel_arrives_in_the_dark(self) -> None:
        """The carrier tells the desk while nobody may be there to hear it."""
        self.desk.company.receives(self.waybill)
        self.is_told = True

    def on_its_way(self) -> Return:
        """Waiting for the parcel, the clock running."""
        self.send_photos()
        self.waybill = self.desk.waybill(self.no)
        return self

    def on_the_table(self) -> Return:
        """The inspection is somebody's open task."""
        self.on_its_way().parcel_arrives()
        self.desk.step(self.no, "inspect")
        return self

    def at_finance(self) -> Return:
        """The approval is asked for."""
        self.on_the_table().inspect()
        self.desk.step(self.no, "refund_approval")
        return self

    def goes_on(self) -> None:
        """Everybody does their part, whatever is open, until it is resolved; it ended as if nothing had happened."""
        parts = {
            "photo_evidence": self.send_photos,
            "wait_parcel": self.parcel_arrives,
            "inspect": self.inspect,
            "refund_approval": self.approve,
        }
        for step, play in parts.items():
            told = self.desk.until(self.no, lambda told: told["result"] or _open(told) & set(parts), "somebody's turn")
            if step in _open(told):
                play()
                self.desk.until(self.no, lambda told, done=step: done not in _open(told), f"{step} is done")
        self.is_as_if_nothing_had_happened()

    def is_as_if_nothing_had_happened(self) -> None:
        ended = self.desk.resolved(self.no)
        assert Counter(self.desk.company.of_ticket(self.no)) == EACH_ONCE
        assert len(self.desk.company.messages(self.phone)) == 1
        assert self.desk.deadlines(self.no) == self.deadlines
        assert [clock["met"] for clock in ended["clocks"]] == [True]
        rows = self.desk.ledger(self.no)
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        assert self.desk.verdict(self.no).whole
        closed = Counter((row["step"], row["visit"]) for row in rows if row["type"] == "step.closed")
        assert set(closed.values()) == {1}
        assert not [row for row in rows if row["type"] == "incident.opened"]


def _open(told: dict[str, object]) -> set[str]:
    steps = told["steps"]
    assert isinstance(steps, list)
    return {each["step"] for each in steps}
