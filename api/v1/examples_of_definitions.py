"""Examples of bodies and answers about definitions, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_RETURN: dict[str, object] = {
    "kind": "sop",
    "key": "return",
    "version": 3,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "title": {"zh": "退货退款", "en": "Return and refund"},
    "state": "candidate",
    "published_at": "2026-05-06T01:30:00Z",
    "published_by": "anna",
    "share": 10,
    "segment": None,
    "money": True,
    "approved_at": "2026-05-06T02:00:00Z",
    "approved_by": "zhaomin",
}

_ITEM = {**_RETURN, "open_tickets": 12}
_MOVED: Mapping[str, object] = {
    "ticket": "GD-10001",
    "verdict": "ok",
    "reason": None,
    "before": [{"step": "return.inspect", "type": "task", "due_at": "2026-05-07T01:30:00+00:00"}],
    "after": [{"step": "return.inspect", "type": "task", "due_at": "2026-05-08T01:30:00+00:00"}],
}

OF_DEFINITIONS: Mapping[str, Sequence[object]] = {
    "DefinitionList": [{"items": [_ITEM], "next_cursor": None}],
    "DefinitionLine": [_RETURN],
    "DefinitionTold": [
        {
            **_ITEM,
            "source": "dsl: 1\nsop: return\n…",
            "versions": [_ITEM],
            "changes": [
                {
                    "version": 3,
                    "from_state": "draft",
                    "to_state": "candidate",
                    "by": "zhaomin",
                    "at": "2026-05-06T02:00:00Z",
                    "note": "",
                    "data": {"share": 10, "approved": True},
                }
            ],
        }
    ],
    "Migration": [
        {"from_version": 6, "to_version": 7},
        {"from_version": 6, "to_version": 7, "dry_run": False, "canary": 5, "note": "photo check"},
    ],
    "MigrationTold": [
        {
            "items": [
                _MOVED,
            ],
            "next_after": None,
        }
    ],
    "DifferenceTold": [
        {
            "old": "return@6",
            "new": "return@7",
            "same": False,
            "changes": [
                {
                    "kind": "changed",
                    "step": "refund_approval",
                    "key": ["when"],
                    "old": "form.amount > 500",
                    "new": "form.amount > 1000",
                    "zh": "when 500 → 1000",
                    "en": "when 500 → 1000",
                }
            ],
            "safety": [
                {
                    "risk": "limit_raised",
                    "step": "refund_approval",
                    "zh": "审批 refund_approval 问得更少：界限 500 → 1000",
                    "en": "approval refund_approval is asked for less: limit 500 → 1000",
                }
            ],
            "tickets": {"total": 143, "steps": {"refund_approval": 143}},
        }
    ],
    "Injection": [
        {
            "step": "{id: second_look, type: task, title: {zh: 复核, en: Second look}, assign: role:finance_manager}",
            "before": "refund",
            "condition": "customer.tier == 'vip'",
            "clocks": "pause",
            "dry_run": False,
            "why": "a batch of lamps is faulty",
        }
    ],
    "InjectionTold": [
        {
            "version": {**_RETURN, "version": 8, "state": "derived", "share": None},
            "step": "second_look",
            "items": [{**_MOVED, "verdict": "moved"}],
            "next_after": None,
        }
    ],
    "NewGate": [
        {"key": "return", "step": "refund", "clocks": "pause", "why": "refunds are paid twice"},
        {"key": "return", "step": "refund", "condition": "customer.tier == 'vip'", "why": "a check by hand"},
    ],
    "GateList": [
        {
            "items": [
                {
                    "id": 3,
                    "key": "return",
                    "step": "refund",
                    "version": None,
                    "condition": None,
                    "clocks": "pause",
                    "why": "refunds are paid twice",
                    "set_by": "anna",
                    "set_at": "2026-05-06T02:00:00Z",
                    "released_by": None,
                    "released_at": None,
                    "released_note": "",
                    "held": 12,
                }
            ],
            "next_cursor": None,
        }
    ],
    "GateSetTold": [{"gate": 3, "tickets": 143}],
    "Publication": [
        {"files": {"sop/library/return.sop.yaml": "dsl: 1\nsop: return\n…"}, "share": 10, "note": "photo check"}
    ],
    "PublicationTold": [{"items": [{"kind": "sop", "key": "return", "version": 7, "change": "waits"}]}],
    "Staging": [{"share": 10}, {"segment": "customer.tier == 'vip'", "note": "VIP first"}, {}],
    "RollingBack": [{"note": "too many rejects"}, {"version": 2}],
}
