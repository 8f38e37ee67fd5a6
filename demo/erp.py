"""The ERP: orders, return authorisations (RMA), refunds and spare parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from demo import json_text
from demo.json_text import cents
from demo.operation import Answer, Money, Name, Nothing, Operation, System, Visit, Wish


class OrderWish(Wish):
    """An order to put into the books. `paid` in `currency`."""

    paid: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    currency: str = "CNY"
    items: Sequence[object] = ()
    tracking_no: str | None = None
    customer: dict[str, object] | None = None


class RmaWish(Wish):
    """A return to authorise; photos are references."""

    order_no: Name
    reason: str | None = None
    photos: list[object] | None = None


class RefundWish(Wish):
    """Money to give back, in the order's currency."""

    order_no: Name
    rma_no: str | None = None
    amount: Money
    reason: str | None = None


class SparePartWish(Wish):
    """Parts to reserve for an order or for an asset on the customer's site."""

    order_no: str | None = None
    asset_no: str | None = None
    part_no: Name
    quantity: Annotated[int, Field(ge=1, le=1000)] = 1

    @model_validator(mode="after")
    def _for_something(self) -> Self:
        if not (self.order_no or self.asset_no):
            raise ValueError("order_no or asset_no is needed")
        return self


def show_order(visit: Visit, _: Nothing) -> Answer:
    """The order with what was paid, as text with two decimals."""
    return Answer(visit.paper("order", visit.names["order_no"]))


def put_order(visit: Visit, wish: OrderWish) -> Answer:
    """Write an order, new or in place of the old one."""
    no = visit.names["order_no"]
    new = visit.books.find("order", no) is None
    facts = json_text.read(json_text.write({**wish.model_dump(), "no": no, "paid": cents(wish.paid)}))
    if not isinstance(facts, dict):
        raise TypeError("an order is an object")
    visit.books.keep("order", no, facts)
    return Answer(facts, 201 if new else 200)


def create_rma(visit: Visit, wish: RmaWish) -> Answer:
    """Authorise a return of a known order."""
    visit.paper("order", wish.order_no)
    no = visit.books.number("RMA-")
    visit.books.keep("rma", no, {"rma_no": no, "order_no": wish.order_no, "reason": wish.reason, "status": "open"})
    visit.happened("erp.rma.create", no, {"order_no": wish.order_no})
    return Answer({"rma_no": no}, 201)


def cancel_rma(visit: Visit, _: Nothing) -> Answer:
    """Take an authorised return back."""
    return visit.take_back("rma", "rma_no", "cancelled", "erp.rma.cancel")


def create_refund(visit: Visit, wish: RefundWish) -> Answer:
    """Pay money back for a known order."""
    visit.paper("order", wish.order_no)
    if wish.rma_no:
        visit.paper("rma", wish.rma_no)
    no = visit.books.number("RF-")
    paid = {"refund_no": no, "paid_at": visit.at.isoformat()}
    amount = cents(wish.amount)
    visit.books.keep("refund", no, {**paid, "order_no": wish.order_no, "rma_no": wish.rma_no, "amount": amount,
                                    "reason": wish.reason, "status": "paid"})  # fmt: skip
    visit.happened("erp.refund.create", no, {"order_no": wish.order_no, "amount": amount})
    return Answer(paid, 201)


def show_refund(visit: Visit, _: Nothing) -> Answer:
    """A refund: paid, or still pending while the bank is late."""
    refund = visit.paper("refund", visit.names["refund_no"])
    return Answer({**refund, "status": "pending", "paid_at": None} if visit.late else refund)


def request_spare_part(visit: Visit, wish: SparePartWish) -> Answer:
    """Reserve parts; they lie ready a day later."""
    if wish.order_no:
        visit.paper("order", wish.order_no)
    no = visit.books.number("SP-")
    ready = {"request_no": no, "available_at": (visit.at + timedelta(days=1)).isoformat()}
    visit.books.keep("spare part request", no, {**ready, **wish.model_dump(), "status": "open"})
    visit.happened("erp.spare_part.create", no, {"part_no": wish.part_no, "quantity": wish.quantity})
    return Answer(ready, 201)


def cancel_spare_part(visit: Visit, _: Nothing) -> Answer:
    """Give reserved parts free again."""
    return visit.take_back("spare part request", "request_no", "cancelled", "erp.spare_part.cancel")


OPERATIONS = (
    Operation(System.ERP, "GET", "/orders/{order_no}", "Show an order", Nothing, show_order),
    Operation(System.ERP, "PUT", "/orders/{order_no}", "Write an order", OrderWish, put_order),
    Operation(System.ERP, "POST", "/rma", "Authorise a return", RmaWish, create_rma),
    Operation(System.ERP, "POST", "/rma/{rma_no}/cancel", "Cancel a return", Nothing, cancel_rma),
    Operation(System.ERP, "POST", "/refunds", "Pay a refund", RefundWish, create_refund),
    Operation(System.ERP, "GET", "/refunds/{refund_no}", "Show a refund", Nothing, show_refund),
    Operation(System.ERP, "POST", "/spare-parts", "Reserve spare parts", SparePartWish, request_spare_part),
    Operation(System.ERP, "POST", "/spare-parts/{request_no}/cancel", "Free spare parts", Nothing, cancel_spare_part),
)
