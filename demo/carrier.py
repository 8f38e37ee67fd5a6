"""The carrier: labels, tracking, claims for lost parcels, and deliveries of spare parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from demo.books import Books, Paper
from demo.json_text import Json, cents
from demo.operation import Answer, Money, Name, Nothing, Operation, Refusal, System, Visit, Wish


class LabelWish(Wish):
    """A parcel to print a label for; `to` is an address as text or as an object."""

    order_no: Name
    rma_no: str | None = None
    to: object = None


class ClaimWish(Wish):
    """Compensation asked for a lost or broken parcel."""

    tracking_no: Name
    amount: Money
    evidence: object = None


class DispatchWish(Wish):
    """Spare parts to bring to a customer."""

    request_no: str | None = None
    order_no: str | None = None
    asset_no: str | None = None
    part_no: str | None = None
    to: object = None


def new_parcel(tracking_no: str, order_no: str | None, rma_no: str | None = None) -> Paper:
    """The paper of a parcel that nobody has scanned yet."""
    return {"tracking_no": tracking_no, "order_no": order_no, "rma_no": rma_no, "status": "announced", "history": []}


def move_parcel(books: Books, tracking_no: str, at: datetime, status: str, where: Mapping[str, Json]) -> None:
    """Write a scan into a parcel's history; a number never seen before becomes a parcel. Raises a 409 if voided."""
    parcel = books.find("parcel", tracking_no) or new_parcel(tracking_no, None)
    if parcel["status"] == "void":
        raise Refusal(409, "void", f"Label {tracking_no} is void.", f"面单 {tracking_no} 已作废。")
    history = parcel["history"] if isinstance(parcel["history"], list) else []
    seen = {"at": at.isoformat(), "status": status, **where}
    books.keep("parcel", tracking_no, {**parcel, "status": status, "history": [*history, seen]})


def create_label(visit: Visit, wish: LabelWish) -> Answer:
    """Print a label: a parcel is announced."""
    no = visit.books.number("SF1000")
    visit.books.keep("parcel", no, new_parcel(no, wish.order_no, wish.rma_no))
    visit.happened("carrier.label.create", no, {"order_no": wish.order_no, "rma_no": wish.rma_no})
    return Answer({"tracking_no": no, "label_url": f"https://carrier.example/labels/{no}"}, 201)


def void_label(visit: Visit, _: Nothing) -> Answer:
    """Void a label; a parcel that is already on its way cannot be stopped so."""
    return visit.take_back("parcel", "tracking_no", "void", "carrier.label.void")


def track(visit: Visit, _: Nothing) -> Answer:
    """Where a parcel is and was."""
    return Answer(visit.paper("parcel", visit.names["tracking_no"]))


def create_claim(visit: Visit, wish: ClaimWish) -> Answer:
    """File a claim for a known parcel."""
    visit.paper("parcel", wish.tracking_no)
    no = visit.books.number("CL-")
    amount = cents(wish.amount)
    visit.books.keep("claim", no, {"claim_no": no, "tracking_no": wish.tracking_no, "amount": amount, "status": "open"})
    visit.happened("carrier.claim.create", no, {"tracking_no": wish.tracking_no, "amount": amount})
    return Answer({"claim_no": no}, 201)


def withdraw_claim(visit: Visit, _: Nothing) -> Answer:
    """Take a claim back."""
    return visit.take_back("claim", "claim_no", "withdrawn", "carrier.claim.withdraw")


def create_dispatch(visit: Visit, wish: DispatchWish) -> Answer:
    """Send spare parts to a customer; they arrive two days later."""
    no = visit.books.number("DP-")
    tracking_no = visit.books.number("SF2000")
    eta = (visit.at + timedelta(days=2)).isoformat()
    answer: Paper = {"dispatch_no": no, "tracking_no": tracking_no, "eta": eta}
    visit.books.keep("parcel", tracking_no, new_parcel(tracking_no, wish.order_no))
    visit.books.keep("dispatch", no, {**answer, "request_no": wish.request_no, "status": "open"})
    visit.happened("carrier.dispatch.create", no, {"request_no": wish.request_no, "tracking_no": tracking_no})
    return Answer(answer, 201)


def cancel_dispatch(visit: Visit, _: Nothing) -> Answer:
    """Call a delivery off."""
    return visit.take_back("dispatch", "dispatch_no", "cancelled", "carrier.dispatch.cancel")


OPERATIONS = (
    Operation(System.CARRIER, "POST", "/labels", "Print a label", LabelWish, create_label),
    Operation(System.CARRIER, "POST", "/labels/{tracking_no}/void", "Void a label", Nothing, void_label),
    Operation(System.CARRIER, "GET", "/track/{tracking_no}", "Track a parcel", Nothing, track),
    Operation(System.CARRIER, "POST", "/claims", "File a claim", ClaimWish, create_claim),
    Operation(System.CARRIER, "POST", "/claims/{claim_no}/withdraw", "Withdraw a claim", Nothing, withdraw_claim),
    Operation(System.CARRIER, "POST", "/dispatches", "Deliver spare parts", DispatchWish, create_dispatch),
    Operation(System.CARRIER, "POST", "/dispatches/{dispatch_no}/cancel", "Call it off", Nothing, cancel_dispatch),
)
