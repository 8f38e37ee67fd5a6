"""Examples of what is asked and answered, by the name of the shape they are examples of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.v1.examples_of_definitions import OF_DEFINITIONS
from api.v1.examples_of_simulations import OF_SIMULATIONS

WHY: Mapping[str, object] = {
    "clock": "resolution",
    "run": "return",
    "target": "5wh",
    "working": True,
    "budget_seconds": 18000,
    "used_seconds": 9000,
    "started_at": "2026-11-20T01:30:00Z",
    "due_at": "2026-11-23T02:00:00Z",
    "stopped_at": None,
    "paused": False,
    "zone": "Asia/Shanghai",
    "calendars": [{"since": "2026-11-20T01:30:00Z", "name": "default", "version": "5c2d9cbe3a73"}],
    "uncovered": [],
    "stretches": [
        {
            "sort": "counted",
            "since": "2026-11-20T01:30:00Z",
            "until": "2026-11-20T04:00:00Z",
            "counted_seconds": 9000,
            "paused_seconds": 0,
            "extra": False,
            "reason": None,
            "by": None,
        }
    ],
    "corrections": [],
    "lines": {"zh": ["11月20日周五 09:30–12:00 计入 2 小时 30 分"], "en": ["Fri 20 Nov 09:30–12:00 counted 2 h 30 m"]},
}
HANDOVER: Mapping[str, object] = {
    "done": [
        {
            "run": "return",
            "step": "photo_evidence",
            "title": {"zh": "拍照举证", "en": "Photo evidence"},
            "status": "done",
            "outcome": None,
            "by": "7",
            "at": "2026-05-06T02:10:00Z",
        }
    ],
    "open": [
        {
            "run": "return",
            "step": "inspect",
            "title": {"zh": "质检", "en": "Inspect"},
            "type": "task",
            "person": "u-anna",
            "pool": "team:warehouse_qc",
            "due_at": "2026-05-08T01:30:00Z",
            "since": "2026-05-06T02:10:00Z",
            "incident": None,
            "gate": None,
        }
    ],
    "handoffs": [
        {
            "at": "2026-05-06T03:00:00Z",
            "reason": "transfer",
            "run": None,
            "step": None,
            "from": "u-anna",
            "to": "team:warehouse",
            "by": "u-anna",
            "note": "实物在仓库",
        }
    ],
    "clocks": [
        {
            "run": "return",
            "clock": "resolution",
            "state": "running",
            "due_at": "2026-05-15T01:30:00Z",
            "breached": False,
            "met": None,
        }
    ],
}
_PROMISE: dict[str, object] = {
    "promise": "p7",
    "title": {"zh": "退款到账", "en": "The refund arrives"},
    "state": "kept",
    "light": "green",
    "within": "3wd",
    "made_at": "2026-05-06T01:30:00Z",
    "due_at": "2026-05-11T01:30:00Z",
    "warn_at": "2026-05-08T09:30:00Z",
    "closed_at": "2026-05-08T09:30:01Z",
    "late_seconds": 0,
    "reason": "check",
    "note": None,
    "sop": "lost_parcel",
    "run": "lost_parcel",
    "step": "notify_refund",
    "message_id": None,
    "checked_by": "erp.refund.status",
    "playbook": "promise_broken",
    "person": "anna",
    "team": "after_sales",
    "outputs": {"status": "paid", "amount": 199.0, "paid_at": "2026-05-07T03:00:00Z"},
}

EXAMPLES: Mapping[str, Sequence[object]] = {
    "Alive": [{"status": "ok", "version": "0.1.0"}],
    "Ready": [
        {
            "status": "ready",
            "database": {"status": "up", "undelivered": 0, "dead": 0},
            "temporal": {"status": "up"},
        }
    ],
    "Answer": [{"outcome": "pass", "values": {"grade": "A", "resale_value": 150.5}}],
    "Ballot": [{"approve": True, "comment": "同意"}],
    "Claim": [{}, {"step": "main.inspect"}],
    "NewEvent": [
        {
            "source": "wms",
            "id": "scan-000123",
            "type": "parcel.received",
            "data": {"tracking_no": "SF123456", "warehouse": "SZ1"},
        }
    ],
    "NewMessage": [
        {"body": "已联系仓库，今天发出。", "visibility": "public"},
        {
            "body": "退款已提交，24 小时内到账。",
            "promise": {
                "within": "24h",
                "check": "erp.refund.status",
                "with": {"refund_no": "RF-000001"},
                "broken": "promise_broken",
                "title": "退款到账",
            },
        },
    ],
    "PromisePage": [{"items": [{"no": "GD-10001", **_PROMISE}], "next_cursor": None}],
    "PromiseRates": [
        {
            "group_by": "sop",
            "items": [{"group": "lost_parcel", "kept": 47, "broken": 3, "open": 5, "rate": 0.94}],
            "total": {"group": None, "kept": 47, "broken": 3, "open": 5, "rate": 0.94},
        }
    ],
    "NewPriority": [{"priority": "urgent", "note": "客户停产"}],
    **OF_SIMULATIONS,
    "NewTicket": [
        {
            "subject": "申请退货：台灯不亮",
            "body": "昨天收到的台灯不亮，想退货。",
            "category": "return",
            "channel": "web",
            "customer": {
                "external_id": "C-1024",
                "name": "李雷",
                "phone": "13800000000",
                "tier": "vip",
                "language": "zh",
            },
            "order": {"no": "SO-2024-0815", "paid": 199.0},
            "fields": {"order_no": "SO-2024-0815"},
        }
    ],
    "Merger": [{"into": "GD-10002", "note": "同一件事"}],
    "Remark": [{"note": "等客户寄回"}],
    "Settlement": [{"choice": "enter", "values": {"rma_no": "RMA-77"}}, {"choice": "retry"}],
    "Correction": [
        {
            "since": "2026-11-26T06:00:00Z",
            "until": "2026-11-26T09:00:00Z",
            "count": "running",
            "reason": "客户当时已回复，不应暂停",
        }
    ],
    "WhyTold": [WHY],
    "CustomerStanding": [{"tier": "vip"}, {"calendar": "always"}],
    "StandingTold": [{"customer": 7, "tickets": 2}],
    "Transfer": [{"to": "team:warehouse", "note": "实物在仓库"}],
    "NewDuty": [{"duty": "off"}],
    "DutyTold": [{"person": "u-anna", "duty": "off", "tickets": 4}],
    "HandoverTold": [HANDOVER],
    "TransferTold": [{"status": "open", "seq": 17, "handover": HANDOVER}],
    "Done": [{"status": "waiting", "seq": 17}],
    "EventKept": [{"status": "accepted", "tickets": ["GD-10001"]}],
    "FileKept": [
        {
            "id": "f_8sKd02",
            "name": "lamp.jpg",
            "media_type": "image/jpeg",
            "size": 48211,
            "url": "/api/v1/files/f_8sKd02",
        }
    ],
    "LedgerPage": [
        {
            "items": [
                {
                    "seq": 1,
                    "type": "ticket.opened",
                    "at": "2026-05-06T01:30:00Z",
                    "run": None,
                    "step": None,
                    "visit": None,
                    "by": None,
                    "data": {"channel": "web", "category": "return", "priority": "normal"},
                    "prev_hash": "",
                    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                }
            ],
            "next_cursor": None,
        }
    ],
    "MessageKept": [{"id": 42, "created_at": "2026-05-06T01:30:00Z"}],
    "TicketOpened": [
        {
            "no": "GD-10001",
            "status": "new",
            "url": "/api/v1/tickets/GD-10001",
            "token": "q1w2e3r4t5y6u7i8o9p0",
            "created_at": "2026-05-06T01:30:00Z",
        }
    ],
    "TicketPage": [
        {
            "items": [
                {
                    "no": "GD-10001",
                    "subject": "申请退货：台灯不亮",
                    "category": "return",
                    "priority": "normal",
                    "channel": "web",
                    "status": "waiting_customer",
                    "owner_person": "u-anna",
                    "owner_team": "after_sales",
                    "due_at": "2026-05-08T01:30:00Z",
                    "light": "green",
                    "created_at": "2026-05-06T01:30:00Z",
                    "updated_at": "2026-05-06T01:30:00Z",
                }
            ],
            "next_cursor": "eyJpIjo3fQ",
        }
    ],
    "TicketTold": [
        {
            "no": "GD-10001",
            "subject": "申请退货：台灯不亮",
            "category": "return",
            "priority": "normal",
            "channel": "web",
            "status": "waiting_customer",
            "owner_person": "u-anna",
            "owner_team": "after_sales",
            "due_at": "2026-05-08T01:30:00Z",
            "light": "green",
            "created_at": "2026-05-06T01:30:00Z",
            "updated_at": "2026-05-06T01:30:00Z",
            "body": "昨天收到的台灯不亮，想退货。",
            "result": None,
            "merged_into": None,
            "merged_from": [{"no": "GD-10007", "subject": "灯坏了", "url": "/api/v1/tickets/GD-10007"}],
            "seq": 9,
            "owner": {"person": "u-anna", "team": "after_sales"},
            "customer": {"id": 7, "external_id": "C-1024", "name": "李雷", "tier": "vip", "language": "zh"},
            "fields": {"order_no": "SO-2024-0815"},
            "order": {"no": "SO-2024-0815", "paid": 199.0},
            "tags": [],
            "runs": [
                {
                    "run": "main",
                    "kind": "sop",
                    "key": "return",
                    "version": 3,
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "title": {"zh": "退货退款", "en": "Return and refund"},
                    "status": "running",
                    "result": None,
                }
            ],
            "steps": [
                {
                    "key": "main.photo_evidence",
                    "run": "main",
                    "step": "photo_evidence",
                    "visit": 1,
                    "type": "task",
                    "title": {"zh": "拍照举证", "en": "Photo evidence"},
                    "person": None,
                    "pool": None,
                    "approvers": [],
                    "form": [
                        {
                            "key": "reason",
                            "type": "choice",
                            "label": {"zh": "退货原因", "en": "Reason"},
                            "required": True,
                            "options": [{"value": "质量问题", "label": "质量问题"}],
                        }
                    ],
                    "outcomes": [],
                    "script": None,
                    "waits_for": [],
                    "due_at": "2026-05-08T01:30:00Z",
                    "timeout_at": "2026-05-13T01:30:00Z",
                    "opened_at": "2026-05-06T01:30:00Z",
                    "incident": None,
                    "gate": None,
                }
            ],
            "promises": [_PROMISE],
            "clocks": [
                {
                    "run": "main",
                    "clock": "resolution",
                    "state": "running",
                    "due_at": "2026-05-15T01:30:00Z",
                    "warn_at": None,
                    "breached_at": None,
                    "met": None,
                    "target": "7wd",
                    "light": "green",
                }
            ],
            "messages": [],
            "files": [],
        }
    ],
    "ScenarioTold": [
        {
            "ticket": "GD-10001",
            "definition": {
                "kind": "sop",
                "key": "return",
                "version": 7,
                "sha256": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
                "file": "sop/library/return.sop.yaml",
            },
            "scenario": "file: sop/library/return.sop.yaml\ncases:\n  - name: …\n",
            "left_out": [],
            "otherwise": [],
        }
    ],
    **OF_DEFINITIONS,
}
