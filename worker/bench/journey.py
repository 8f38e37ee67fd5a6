"""The one story everything is measured with: a return whose refund needs an approval, from opening to resolution."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sop.events import Actor, ActorKind, Occurred, StepAnswered, VoteCast
from sop.values import Value, Values

SOP_FILE = "sop/library/return.sop.yaml"
CATEGORY = "return"
SUBJECT, BODY = "屏幕有划痕，申请退货", "昨天收到的显示器屏幕有一道划痕，想退货退款。"
PAID, REFUND = Decimal("1999.00"), Decimal("1800.00")

BUYER = Actor(ActorKind.CUSTOMER, "customer")
INSPECTOR = Actor(ActorKind.STAFF, "zhouting", teams=("warehouse", "warehouse_qc"))
MANAGER = Actor(ActorKind.STAFF, "zhaomin", roles=("finance_manager",), teams=("finance",))

PHOTOS, WAIT, INSPECT, APPROVAL = "photo_evidence", "wait_parcel", "inspect", "refund_approval"
"""The steps at which the story waits for somebody, in their order."""

EVIDENCE = StepAnswered(PHOTOS, BUYER, None, {"photos": ["front.jpg", "back.jpg"], "reason": "质量问题"})
INSPECTED = StepAnswered(INSPECT, INSPECTOR, "pass", {"grade": "B", "refund_amount": REFUND})
APPROVED = VoteCast(APPROVAL, MANAGER, approve=True, comment="同意")


def order_no(ticket: int) -> str:
    """The order that is sent back."""
    return f"SO-{ticket}"


def tracking_no(ticket: int) -> str:
    """The parcel it comes back in."""
    return f"SF{ticket:09d}"


def parcel(ticket: int) -> Occurred:
    """The parcel arrives."""
    return Occurred("parcel.received", "wms", f"scan-{ticket}", {"tracking_no": tracking_no(ticket)})


def outputs(action: str, ticket: int) -> Values:
    """What the company's systems answer to the story's four calls."""
    known: Mapping[str, dict[str, Value]] = {
        "erp.rma.create": {"rma_no": f"RMA-{ticket}"},
        "logistics.label.create": {"tracking_no": tracking_no(ticket), "label_url": f"https://labels.example/{ticket}"},
        "erp.refund.create": {"refund_no": f"RF-{ticket}", "paid_at": "2026-01-07T01:00:00+00:00"},
        "notify.customer": {"message_id": f"M-{ticket}"},
    }
    return known[action]
