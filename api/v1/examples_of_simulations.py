"""Examples of what is asked and answered about simulations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OF_SIMULATIONS: Mapping[str, Sequence[object]] = {
    "Simulation": [
        {
            "definition": {"kind": "sop", "key": "return"},
            "ticket": {"category": "return", "order": {"no": "O-1001", "paid": 199}},
            "mocks": {"logistics.label.create": {"tracking_no": "SF123", "label_url": "https://example.com/l"}},
            "moves": [
                {"complete": "photo_evidence", "by": "customer", "with": {"photos": ["a", "b"], "reason": "质量问题"}},
                {"fail": "erp.refund.create", "kind": "timeout"},
                {"after": "2d", "event": "parcel.received", "data": {"tracking_no": "SF123"}},
                {"timer": True},
            ],
        },
        {"source": "dsl: 1\nsop: draft\nsteps: [{id: ask, type: task, assign: owner, due: 1d}]"},
    ],
    "SimulationTold": [
        {
            "definition": {"kind": "sop", "key": "return", "version": 3, "sha256": "9f86d081884c7d65"},
            "problems": [],
            "simulation": {
                "now": "2026-01-07T01:00:00Z",
                "next_timer": "2026-01-08T01:00:00Z",
                "ended": False,
                "status": "open",
                "result": None,
                "open": [
                    {
                        "step": "return.inspect",
                        "type": "task",
                        "title": {"zh": "质检", "en": "Quality inspection"},
                        "assign": "team:warehouse_qc",
                        "incident": None,
                        "form": [{"key": "grade", "type": "choice", "options": [{"value": "A", "label": "A"}]}],
                        "outcomes": [{"key": "pass", "label": "合格"}],
                        "waits_for": [],
                    }
                ],
                "clocks": [
                    {
                        "run": "return",
                        "name": "resolution",
                        "target": "7wd",
                        "due_at": "2026-01-14T01:00:00Z",
                        "phase": "running",
                        "light": "green",
                    }
                ],
                "alerts": [],
                "calls": [{"step": "create_rma", "action": "erp.rma.create", "arguments": {}, "state": "done"}],
                "way": {"photo_evidence": "done", "create_rma": "done", "inspect": "open"},
                "trail": [{"seq": 1, "at": "2026-01-05T01:00:00Z", "type": "ticket.opened", "data": {}}],
                "refused": [{"move": 4, "code": "step_not_open", "message": {"zh": "步骤未打开", "en": "not open"}}],
                "diagram": 'flowchart TD\n  n0(["退货退款"])\n',
            },
        }
    ],
}
