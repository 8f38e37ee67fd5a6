"""Which version a new ticket takes."""

from __future__ import annotations

import pytest

from playbooks.picking import bucket, pick
from sop.definition import Compiled
from sop.expressions import ExpressionError


def version(number: int) -> Compiled:
    return Compiled(
        kind="sop",
        key="return",
        version=number,
        sha256=str(number) * 64,
        file="return.sop.yaml",
        document={},
        positions={},
        actions={},
        undo_takes={},
        personal=[],
        sops={},
        calendars={},
    )


OLD, NEW = version(6), version(7)


def taken(no: str, share: int | None = None, segment: str | None = None, tier: str = "regular") -> int:
    facts = {"ticket": {"no": no}, "customer": {"tier": tier}}
    picked = pick(OLD, NEW, share, segment, facts)
    assert picked
    return picked.compiled["version"]


def test_a_share_of_tickets_takes_the_candidate_each_always_the_same() -> None:
    numbers = [f"GD-{10_000 + number}" for number in range(5000)]
    tried = [no for no in numbers if taken(no, share=10) == 7]
    wider = [no for no in numbers if taken(no, share=30) == 7]

    assert 400 <= len(tried) <= 600
    assert set(tried) <= set(wider)
    assert tried == [no for no in numbers if taken(no, share=10) == 7]


def test_two_keys_try_on_different_tickets() -> None:
    assert len({bucket(key, {"no": "GD-10001"}) for key in ("return", "repair", "refund")}) == 3


def test_a_segment_takes_the_candidate() -> None:
    assert taken("GD-1", segment="customer.tier == 'vip'", tier="vip") == 7
    assert taken("GD-1", segment="customer.tier == 'vip'") == 6


def test_a_ticket_says_why_it_is_tried_on() -> None:
    by_share = pick(OLD, NEW, 99, None, {"ticket": {"no": "GD-1"}, "customer": {}})
    by_segment = pick(OLD, NEW, None, "true", {"ticket": {"no": "GD-1"}, "customer": {}})
    usual = pick(OLD, None, None, None, {"ticket": {"no": "GD-1"}, "customer": {}})

    assert by_share
    assert by_share.how == {"share": 99, "bucket": bucket("return", {"no": "GD-1"})}
    assert by_segment
    assert by_segment.how == {"segment": "true"}
    assert usual
    assert usual.how is None


def test_a_candidate_without_a_default_is_for_its_share_alone() -> None:
    facts = {"ticket": {"no": "GD-1"}, "customer": {"tier": "vip"}}

    assert pick(None, NEW, None, "customer.tier == 'svip'", facts) is None
    assert pick(None, None, None, None, facts) is None


def test_a_segment_that_cannot_be_judged_is_an_error() -> None:
    with pytest.raises(ExpressionError):
        pick(OLD, NEW, None, "customer.nothing > 1", {"ticket": {"no": "GD-1"}, "customer": {}})
