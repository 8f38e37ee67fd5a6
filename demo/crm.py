"""The CRM: customers' profiles and coupons."""

from __future__ import annotations

from demo.json_text import cents
from demo.operation import Answer, Money, Name, Nothing, Operation, System, Visit, Wish


class CustomerWish(Wish):
    """A customer's profile to put into the books."""

    name: Name
    tier: str = "regular"
    phone: str | None = None
    email: str | None = None
    language: str = "zh"


class CouponWish(Wish):
    """A coupon for a customer; the customer need not be in these books."""

    customer_id: Name
    amount: Money
    reason: str | None = None


def show_customer(visit: Visit, _: Nothing) -> Answer:
    """A customer's profile."""
    return Answer(visit.paper("customer", visit.names["customer_id"]))


def put_customer(visit: Visit, wish: CustomerWish) -> Answer:
    """Write a profile, new or in place of the old one."""
    no = visit.names["customer_id"]
    new = visit.books.find("customer", no) is None
    profile = {"id": no, **wish.model_dump()}
    visit.books.keep("customer", no, profile)
    return Answer(profile, 201 if new else 200)


def issue_coupon(visit: Visit, wish: CouponWish) -> Answer:
    """Give a coupon."""
    no = visit.books.number("CP-")
    amount = cents(wish.amount)
    coupon = {"coupon_no": no, "customer_id": wish.customer_id, "amount": amount, "reason": wish.reason}
    visit.books.keep("coupon", no, {**coupon, "status": "open"})
    visit.happened("crm.coupon.issue", no, {"customer_id": wish.customer_id, "amount": amount})
    return Answer({"coupon_no": no}, 201)


def revoke_coupon(visit: Visit, _: Nothing) -> Answer:
    """Take a coupon back."""
    return visit.take_back("coupon", "coupon_no", "revoked", "crm.coupon.revoke")


OPERATIONS = (
    Operation(System.CRM, "GET", "/customers/{customer_id}", "Show a customer", Nothing, show_customer),
    Operation(System.CRM, "PUT", "/customers/{customer_id}", "Write a customer", CustomerWish, put_customer),
    Operation(System.CRM, "POST", "/coupons", "Issue a coupon", CouponWish, issue_coupon),
    Operation(System.CRM, "POST", "/coupons/{coupon_no}/revoke", "Revoke a coupon", Nothing, revoke_coupon),
)
