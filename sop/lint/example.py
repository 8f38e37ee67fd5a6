"""The company of the pages' examples: a few names of every kind."""

from __future__ import annotations

from functools import cache

from sop.catalog import Catalog
from sop.definition import Compiled
from sop.loading import load

_SUB = """\
dsl: 1
sop: refund
inputs: {amount: {type: money}}
steps:
  - {id: pay, type: action, action: shop.refund, with: {amount: "{{ inputs.amount }}"}, when: inputs.amount < 100}
outputs: {refund_no: "{{ steps.pay.refund_no }}"}
"""


@cache
def catalog() -> Catalog:
    """Its names. Nobody of the role ``night`` is at work; the calendar ``closed`` has no working time."""
    return Catalog.from_plain(
        {
            "roles": ["lead", "finance", "night"],
            "teams": ["desk"],
            "people": ["anna", "ben", "carl"],
            "skills": ["repair", "french"],
            "segments": ["new", "vip"],
            "categories": ["return", "repair"],
            "templates": ["hello", "done"],
            "events": {"ticket.created": [], "ticket.classified": [], "parcel.received": ["tracking_no", "at"]},
            "customer": ["id", "tier", "phone", "language"],
            "actions": {
                "shop.order": {"in": ["order_no"], "out": ["paid"], "effect": "read", "idempotent": "native"},
                "shop.reserve": {"in": ["order_no"], "out": ["no"], "idempotent": "key", "undo": "shop.release"},
                "shop.release": {"in": ["no"], "required": ["no"], "idempotent": "native"},
                "shop.ship": {"in": ["order_no"], "out": ["tracking_no"], "idempotent": "none"},
                "shop.refund": {"in": ["amount"], "out": ["refund_no"], "effect": "money", "idempotent": "key"},
            },
            "calendars": {
                "default": {"tz": "Asia/Shanghai", "week": {day: ["09:00-12:00", "13:30-18:00"] for day in _DAYS}},
                "closed": {"tz": "Asia/Shanghai", "week": {}},
            },
            "staff": {
                "anna": {"roles": ["lead"], "teams": ["desk"], "skills": ["repair"]},
                "ben": {"roles": ["finance"]},
                "carl": {"roles": ["night"], "skills": ["french"], "on_duty": False},
            },
        }
    )


_DAYS = ("mon", "tue", "wed", "thu", "fri")


@cache
def sops() -> dict[str, Compiled]:
    """The SOPs that the examples may run."""
    return {"refund": load(_SUB, "refund.sop.yaml", catalog())}
