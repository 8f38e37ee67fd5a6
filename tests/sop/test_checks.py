"""Every rule that stops a file, or warns: a file that breaks it, at which place, and one that does not."""

import pytest

from sop.catalog import Catalog
from sop.loading import examine, load
from sop.problem_table import WORDINGS
from sop.problems import Language

HEAD = "dsl: 1\nsop: x\n"  # so a snippet begins on line 3
SUB = "dsl: 1\nsop: sub\ninputs: {amount: {type: money}, note: {optional: true}}\nsteps: []\noutputs: {no: 1}\n"
CATALOG = Catalog.from_plain(
    {
        "roles": ["after_sales", "finance_manager"],
        "teams": ["warehouse"],
        "people": ["li.wei"],
        "skills": ["repair"],
        "events": {"ticket.created": [], "ticket.classified": [], "parcel.received": ["tracking_no", "at"]},
        "customer": ["id", "tier", "phone"],
        "actions": {
            "erp.rma.create": {
                "in": ["order_no"],
                "out": ["rma_no"],
                "undo": "erp.rma.cancel",
                "idempotent": "key",
            },
            "erp.rma.cancel": {"in": ["rma_no"]},
            "erp.pay": {"in": ["amount"], "effect": "money", "idempotent": "key"},
            "erp.refund.create": {"in": ["order_no", "amount"], "out": ["refund_no"]},
            "erp.refund.status": {"in": ["refund_no"], "out": ["status"], "effect": "read"},
        },
        "playbooks": ["promise_broken"],
    }
)
SUBS = {"sub": load(SUB, "sub.sop.yaml", CATALOG)}

IN_PAGES = {"306", "308", "309", "310", "405", "407", "408", "410", "411", "413", "231"} | {
    *(
        "420",
        "218.clock_for_others",
        "421",
        "421.company",
        "422",
        "422.company",
        "422.holidays",
        "422.holidays.company",
        "501",
        "501.maybe",
        "502",
        "502.kind",
        "306.template",
        "413.template",
    )
}
"""Rows that the examples of ``sop.lint.pages`` and the tests of versions and messages break."""

Told = list[tuple[str, int, int]]


def told(snippet: str) -> Told:
    return [(problem.name, problem.line, problem.column) for problem in examine(snippet, "x", CATALOG, SUBS).problems]


def step(text: str) -> str:
    """A file of one step, which stands on line 4 from column 6."""
    return HEAD + "steps:\n  - {" + text + "}\n"


def promise(text: str) -> str:
    """A file of one step that promises something, whose promise stands on line 4 from column 60."""
    return step(f"id: b, type: action, action: erp.rma.cancel, promise: {{{text}}}")


TASK = "id: a, type: task, assign: owner, due: 1d"
BRANCHES = "paths:\n  p: [{id: c, type: end}]\n  q: [{id: d, type: end}]\n"

BROKEN: list[tuple[str, Told]] = [
    # shape
    ("dsl: 1\nsteps: []\n", [("100", 1, 1)]),
    ("dsl: 1\nsop: a\nplaybook: b\nsteps: []\n", [("100", 3, 1)]),
    ("dsl: 2\nsop: a\nsteps: []\n", [("106.choice", 1, 6)]),
    ("- 1\n", [("106.value", 1, 1)]),
    (HEAD, [("107", 1, 1)]),
    (HEAD + "steps: 5\n", [("106.value", 3, 8)]),
    (HEAD + "stepz: []\n", [("101", 3, 1)]),
    (step("id: b, type: end, resutl: resolved"), [("101", 4, 24)]),
    (step("id: b, type: action, action: erp.rma.cancel, arguments: {}"), [("101", 4, 51)]),
    (step("type: end"), [("102", 4, 5)]),
    (HEAD + "steps:\n  - {id: b, type: end}\n  - {id: b, type: end}\n", [("202", 5, 10), ("103", 5, 10)]),
    (HEAD + "steps: [{id: p, type: end}]\npaths: {p: [{id: q, type: end}]}\n", [("103", 3, 14), ("201", 4, 9)]),
    (step("id: 'Big Step', type: end"), [("104", 4, 10)]),
    (step("id: _x, type: end"), [("104", 4, 10)]),
    (step("id: continue, type: end"), [("104.reserved", 4, 10)]),
    (HEAD + "steps: []\nvars: {'a-b': 1}\n", [("104", 4, 8), ("203", 4, 8)]),
    (step("id: a, type: task, assign: owner, due: 1 day"), [("105", 4, 45)]),
    (step("id: a, type: task, assign: owner, due: 5"), [("105", 4, 45)]),
    (step(TASK + ", remind: 0%"), [("105.share", 4, 57)]),
    (step(TASK + ", escalate: [{at: 50, to: owner}]"), [("106.value", 4, 65)]),
    (step(TASK + ", escalate: [{at: '50', to: owner}]"), [("105.share", 4, 65)]),
    (step(TASK + ", escalate: [{to: owner}]"), [("107.rung", 4, 60)]),
    (step("id: b, type: action, action: erp.rma.cancel, timeout: 4wh"), [("105.clock", 4, 60)]),
    (step("id: b, type: wait, for: soon"), [("105", 4, 30)]),
    (HEAD + "steps: []\nsla: {resolution: {target: [{is: fast}]}}\n", [("105", 4, 34)]),
    (step("id: b, type: nap"), [("106", 4, 19)]),
    (step(TASK + ", form: [{key: n, type: mony}]"), [("106.choice", 4, 71)]),
    (step("id: b, type: approval, approvers: owner, rule: most, on_reject: end"), [("106.choice", 4, 53)]),
    (step("id: b, type: parallel, branches: [p, q], join: 3") + BRANCHES, [("106.choice", 4, 53)]),
    (
        step("id: b, type: repeat, do: p, each: ticket.tags, join: 60%") + BRANCHES,
        [("106.choice", 4, 59), ("201", 7, 3)],
    ),
    (step("id: b, type: repeat, do: p, until: loop.done > 1, join: 2") + BRANCHES, [("107", 4, 62), ("201", 7, 3)]),
    (
        step("id: b, type: parallel, branches: [p, q], join: any, rest: go") + BRANCHES,
        [("106.choice", 4, 64)],
    ),
    (
        step("id: b, type: repeat, do: p, each: ticket.tags, rest: go") + BRANCHES,
        [("106.choice", 4, 59), ("201", 7, 3)],
    ),
    (
        step("id: b, type: repeat, do: p, each: vars.two, join: 3") + BRANCHES + "vars: {two: [x, y]}\n",
        [("106.choice", 4, 56), ("201", 7, 3)],
    ),
    (step("id: b, type: repeat, do: p, max: 0") + BRANCHES, [("106.value", 4, 39), ("201", 7, 3)]),
    (step("id: b, type: end, undo: yes"), [("005", 4, 30), ("106.value", 4, 30)]),
    (step("id: b, type: decision, cases: []"), [("107", 4, 5)]),
    (step(TASK + ", form: [{key: n, type: choice}]"), [("107", 4, 56)]),
    (step(TASK + ", form: [{key: outcome, type: text}]"), [("108", 4, 62)]),
    (step(TASK + ", form: [{key: n, type: text}, {key: n, type: text}]"), [("103", 4, 84)]),
    (step(TASK + ", outcomes: [{key: n, label: a}, {key: n, label: b}]"), [("103", 4, 86)]),
    (step("id: b, type: repeat, do: p, each: '[1]', as: ticket") + BRANCHES, [("108", 4, 51), ("201", 7, 3)]),
    (step("id: b, type: wait"), [("109", 4, 5)]),
    (step("id: b, type: wait, for: 1d, until: now"), [("109", 4, 5)]),
    (HEAD + "steps: []\noutputs: {$decimal: x}\n", [("108", 4, 11)]),
    # expressions
    (step("id: b, type: end, when: '{{ ticket.tags }}'"), [("110", 4, 30)]),
    (step("id: b, type: end, when: ticket.tags ="), [("111", 4, 42)]),
    (step("id: b, type: end, when: now ** 2"), [("113", 4, 30)]),
    (step("id: b, type: end, when: ticket.tags | random"), [("114", 4, 44)]),
    (step("id: b, type: end, when: customer.phone"), [("117", 4, 30)]),
    (
        HEAD + "steps:\n  - {" + TASK + ", form: [{key: mobile, type: phone, personal: true}]}\n"
        "  - {id: b, type: end, when: not steps.a.mobile}\n",
        [("117", 5, 34)],
    ),
    # flow
    (HEAD + "steps: []\npaths:\n  p: [{id: b, type: end}]\n", [("201", 5, 3)]),
    (step(TASK + ", next: nowhere"), [("204", 4, 55)]),
    (step("id: b, type: repeat, do: b"), [("204.path", 4, 31)]),
    (HEAD + "steps: []\nwhenever: [{event: ticket.created, next: nowhere}]\n", [("204", 4, 42)]),
    (step("id: b, type: end, next: c") + "paths:\n  p: [{id: c, type: end}]\n", [("205", 4, 30), ("201", 6, 3)]),
    (
        step("id: b, type: parallel, branches: [p]") + "paths:\n  p: [{id: c, type: wait, for: 1d, next: b}]\n",
        [("205.out", 6, 42)],
    ),
    (
        step("id: b, type: end, next: p")
        + "paths:\n  p: [{id: c, type: end, next: q}]\n  q: [{id: d, type: end, next: p}]\n",
        [("207", 7, 32)],
    ),
    # references
    (step("id: b, type: end, when: foo.bar"), [("210", 4, 30)]),
    (step("id: b, type: end, when: ticket.priority == high"), [("210", 4, 49)]),
    (step("id: b, type: end, when: event.at"), [("210.place", 4, 30)]),
    (step("id: b, type: end, when: steps.bb.at"), [("211", 4, 36)]),
    (step("id: b, type: end, when: steps.b.att"), [("212", 4, 38)]),
    (step("id: b, type: end, when: vars.x"), [("215", 4, 35)]),
    (step("id: b, type: end, when: inputs.x"), [("216", 4, 37)]),
    (step("id: b, type: end, when: ticket.prority"), [("217", 4, 37)]),
    (step("id: b, type: end, when: customer.teir"), [("217.customer", 4, 39)]),
    (step("id: b, type: wait, event: parcel.received, match: event.no, timeout: never"), [("218", 4, 62)]),
    (step("id: b, type: end, when: sla.resolution.breached"), [("218.clock", 4, 34)]),
    (
        HEAD + "steps: [{id: b, type: end, when: sla.c.red}]\nsla: {c: {target: 1d}}\n",
        [("218.clock_field", 3, 40)],
    ),
    (
        HEAD
        + "steps: [{id: b, type: end, when: sla.c.remaining < 9}]\nsla: {c: {target: 1d, start: parcel.received}}\n",
        [("219", 3, 38)],
    ),
    (
        step("id: b, type: repeat, do: p, each: ticket.tags")
        + "paths:\n  p: [{id: c, type: end, when: loop.done > 1}]\n",
        [("218.loop", 6, 37)],
    ),
    (
        step("id: b, type: repeat, do: p, until: loop.count > 1") + "paths:\n  p: [{id: c, type: wait, for: 1d}]\n",
        [("218.loop", 4, 46)],
    ),
    (
        HEAD + "steps:\n  - {id: b, type: sop, sop: sub, with: {amount: 1}}\n"
        "  - {id: c, type: end, when: steps.b.outputs.on}\n",
        [("212", 5, 46)],
    ),
    (step("id: a, type: task, assign: owner, due: 1d, script: '退款 {{ vars.x }}'"), [("215", 4, 69)]),
    (HEAD + "steps: []\nwhenever: [{event: ticket.created, next: end, within: [b]}]\n", [("211", 4, 56)]),
    # catalog
    (HEAD + "start: {event: ticket.created2}\nowner: owner\nsteps: []\n", [("301", 3, 16)]),
    (HEAD + "steps: []\nsla: {c: {target: 1d, start: parcel.recieved}}\n", [("301", 4, 30)]),
    (HEAD + "steps: []\nsla: {c: {target: 1d, stop: ticket.clasified}}\n", [("301", 4, 29)]),
    (step("id: a, type: task, assign: somebody, due: 1d"), [("302", 4, 33)]),
    (step("id: a, type: task, assign: role:nobody, due: 1d"), [("303", 4, 33)]),
    (step("id: a, type: task, assign: team:nobody, due: 1d"), [("303.team", 4, 33)]),
    (step("id: a, type: task, assign: user:nobody, due: 1d"), [("303.user", 4, 33)]),
    (step(TASK + ", skills: [cook]"), [("303.skill", 4, 58)]),
    (HEAD + "steps: []\nsla: {c: {target: 1d, calendar: night}}\n", [("303.calendar", 4, 33)]),
    (step("id: b, type: approval, approvers: [owner, boss], on_reject: end"), [("302", 4, 48)]),
    (step("id: b, type: action, action: erp.nothing"), [("304", 4, 35)]),
    (step("id: b, type: action, action: erp.rma.create, undo: erp.undo"), [("304", 4, 57)]),
    (step("id: b, type: action, action: erp.refund.create, with: {amont: 1}"), [("305", 4, 61)]),
    (step("id: b, type: sop, sop: sub, with: {amount: 1, nte: 2}"), [("305.sop", 4, 52)]),
    (step("id: b, type: sop, sop: sub"), [("306.sop", 4, 29)]),
    (step("id: b, type: sop, sop: sup"), [("307", 4, 29)]),
    (step("id: b, type: sop, sop: x"), [("307.cycle", 4, 29)]),
    # safety
    (step("id: b, type: approval, approvers: owner"), [("401", 4, 5)]),
    (
        step("id: b, type: approval, approvers: owner, on_reject: end, timeout: 1d, on_timeout: continue"),
        [("402", 4, 88)],
    ),
    (step("id: b, type: approval, approvers: owner, on_reject: end, timeout: 1d"), [("402.missing", 4, 72)]),
    (step("id: b, type: wait, event: parcel.received"), [("403", 4, 5)]),
    (step("id: b, type: wait, event: parcel.received, timeout: 1d"), [("404", 4, 58)]),
    # what the ways through the file tell
    (step("id: b, type: end, when: 1 < 2"), [("112", 4, 30)]),
    (step("id: b, type: wait, for: 1h, when: true"), [("112", 4, 40)]),
    (
        step(TASK + ", outcomes: [{key: x, label: a}, {key: y, label: b}]")
        + "  - {id: b, type: end, when: \"steps.a.outcome in ['x', 'z']\"}\n",
        [("112.never", 5, 57)],
    ),
    (step("id: b, type: end, when: now > 5"), [("115", 4, 30)]),
    (step("id: b, type: end, when: ticket.created_at > '2026-01-01'"), [("116", 4, 30)]),
    (
        step("id: b, type: action, action: erp.rma.cancel, on_error: b"),
        [("206", 4, 61)],
    ),
    (
        HEAD + "steps:\n  - {" + TASK + ", timeout: 2d, on_timeout: p}\n"
        "  - {id: b, type: wait, for: 1d, when: steps.c.at}\npaths:\n  p: [{id: c, type: end}]\n",
        [("208", 5, 46)],
    ),
    (
        HEAD + "steps:\n  - {id: b, type: wait, for: 1d, when: steps.a.at}\n  - {" + TASK + "}\n",
        [("213", 4, 46)],
    ),
    (
        HEAD + "steps:\n  - {" + TASK + ", when: ticket.owner, form: [{key: n, type: number}]}\n"
        "  - {id: b, type: end, when: steps.a.n > 2}\n",
        [("214", 5, 36)],
    ),
    (
        HEAD + "steps:\n  - {" + TASK + ", form: [{key: n, type: money}]}\n"
        "  - {id: b, type: action, action: erp.pay, with: {amount: '{{ steps.a.n }}'}, when: steps.a.visits > 1}\n",
        [("407", 5, 35)],
    ),
    (HEAD + "start: {event: ticket.created}\nsteps: []\n", [("231.owner", 3, 1)]),
    (step("id: b, type: wait, for: 1d, next: incident"), [("232", 4, 10)]),
    (step("id: b, type: wait, for: 1d, next: b"), [("233", 4, 10)]),
    (step("id: b, type: approval, approvers: [owner, customer], rule: 3, on_reject: end"), [("234", 4, 65)]),
    (step("id: b, type: parallel, branches: [p]") + "paths:\n  p: [{id: c, type: end}]\n", [("234.join", 4, 5)]),
    (step("id: a, type: task, assign: customer, note: Hello, due: 1d"), [("411.note", 4, 43)]),
    # promises
    (promise("within: soon"), [("105", 4, 69)]),
    (promise("within: 1wd, warn: 0%"), [("105.share", 4, 80)]),
    (promise("check: erp.refund.status"), [("107", 4, 60)]),
    (promise("within: 1d, kept: check.status"), [("107", 4, 60)]),
    (promise("within: 1d, check: erp.refund.state"), [("304", 4, 80)]),
    (promise("within: 1d, check: erp.refund.create"), [("304.check", 4, 80)]),
    (promise("within: 1d, check: erp.refund.status, with: {no: 1}"), [("305", 4, 106)]),
    (promise("within: 1d, check: erp.refund.status, kept: check.state"), [("212.check", 4, 111)]),
    (promise("within: 1d, check: erp.refund.status, kept: check.status =="), [("111", 4, 118)]),
    (promise("within: 1d, title: '{{ check.status }}'"), [("210.place", 4, 84)]),
    (promise("within: 1d, broken: promise_kept"), [("307.playbook", 4, 81)]),
    (promise("within: 1d, title: {zh: 退款}"), [("412", 4, 80)]),
    (promise("within: 1d, until: 2d"), [("101", 4, 73)]),
    # the ids of versions before
    (step("id: a, was: b, type: wait, for: 1d") + "  - {id: b, type: end}\n", [("503.exists", 4, 18)]),
    (step("id: a, was: a, type: end"), [("503.exists", 4, 18)]),
    (step("id: a, was: c, type: wait, for: 1d") + "  - {id: b, was: [d, c], type: end}\n", [("503", 5, 22)]),
    (step("id: a, was: [c, c], type: end"), [("503", 4, 22)]),
    # warnings
    (HEAD + "steps: []\nvars: {x: 1}\n", [("203", 4, 8)]),
    (step("id: b, type: action, action: erp.rma.create"), [("406", 4, 35)]),
    (step("id: a, type: task, assign: owner"), [("409", 4, 5)]),
    (HEAD + "title: {zh: 退货}\nsteps: []\n", [("412", 3, 8)]),
]


@pytest.mark.parametrize(("snippet", "problems"), BROKEN, ids=[rows[0][0] for _, rows in BROKEN])
def test_a_broken_rule_is_told_at_its_place_and_nothing_else_is(snippet: str, problems: Told) -> None:
    assert sorted(told(snippet)) == sorted(problems)


@pytest.mark.parametrize(
    "snippet",
    [
        step(
            TASK + ", timeout: never, remind: 2h, escalate: [{at: 50%, to: owner}, {after: 1d, to: 'role:after_sales'}]"
        ),
        step("id: b, type: approval, approvers: ['user:li.wei', manager_of:owner], rule: 60%, on_reject: end"),
        step("id: b, type: approval, approvers: owner, on_reject: p, timeout: 1d, on_timeout: q") + BRANCHES,
        step("id: b, type: wait, until: \"add(now, '2wd')\""),
        step("id: b, type: wait, for: '{{ ticket.tags }}'"),
        step("id: b, type: wait, any_of: [{event: parcel.received, match: event.at}], timeout: 1d, on_timeout: b"),
        step("id: b, type: parallel, branches: [p, {path: q, when: ticket.owner}], join: 2") + BRANCHES,
        step("id: b, type: parallel, branches: [p, q], join: any, rest: beside") + BRANCHES,
        step("id: b, type: repeat, do: p, each: ticket.tags, as: tag")
        + "paths:\n  p: [{id: c, type: end, when: tag == loop.index}]\n",
        step("id: b, type: repeat, do: p, each: ticket.tags, at_once: 3, join: 2, rest: beside, until: loop.done > 1")
        + "paths:\n  p: [{id: c, type: wait, for: 1d}]\n",
        step("id: b, type: repeat, do: p, until: steps.c.visits > 2") + "paths:\n  p: [{id: c, type: wait, for: 1d}]\n",
        step("id: b, type: sop, sop: sub, with: {amount: 1}") + "outputs: {no: '{{ steps.b.outputs.no }}'}\n",
        step("id: b, type: action, action: erp.rma.create, undo: none, retry: {attempts: 2, interval: 1s}"),
        step("id: b, type: decision, cases: [{when: inputs.a, next: p}], otherwise: q")
        + BRANCHES
        + "inputs: {a: {}}\n",
        HEAD + "steps: []\nsla: {c: {target: 1d, start: parcel.received, stop: ticket.status == 'open', warn: 80%}}\n",
        step("id: a, type: end, when: ticket.serial") + "fields: [{key: serial, type: text, required: true}]\n",
        "dsl: 1\nplaybook: p\nowner: owner\nsteps: []\n"
        "start: {event: parcel.received, when: event.at > now and vars}\n",
        step("id: a, was: [c, d], type: wait, for: 1d") + "  - {id: b, was: e, type: end}\n",
        promise("within: 3wd, warn: 1wd, check: erp.refund.status, kept: check.status == 1, broken: promise_broken"),
        promise(
            "within: 3wd, with: {refund_no: '{{ ticket.no }}'}, check: erp.refund.status, title: {zh: 到账, en: Money}"
        ),
        step(TASK + ", script: '{{ customer.phone }} {{ customer.name }}'"),
        step("id: b, type: parallel, branches: [p, q]")
        + "paths:\n  p: [{id: c, type: wait, for: 1d, when: steps.d.status == 'done'}]\n"
        + "  q: [{id: d, type: wait, for: 1d, when: steps.c.status == 'done'}]\n",
        step("id: b, type: wait, for: 1d")
        + "whenever: [{event: parcel.received, next: p}]\n"
        + "paths:\n  p: [{id: c, type: wait, for: 1d, when: steps.b.status == 'done'}]\n",
        step("id: b, type: end") + "whenever: [{event: parcel.received, match: event.at, within: [b], next: b}]\n",
    ],
)
def test_what_the_language_allows_is_not_complained_about(snippet: str) -> None:
    assert told(snippet) == []


BAD_EVERYWHERE = """\
dsl: 1
sop: broken
start: {event: ticket.clasified, when: "{{ ticket.category == 'return' }}"}
vars: {limit: 500, limit: 800}
steps:
  - id: photos
    type: task
    title: 拍照举证（含外包装）
    asign: customer
    assign: role:aftersales
    due: 1 day
    form:
      - {key: amount, type: money, lable: 金额}
  - id: wait_parcel
    type: wait
    event: parcel.recieved
    match: event.trackingno == steps.label.tracking_no
  - id: approve
    type: aproval
    when: steps.photo.amount > vars.limmit
  - id: ok
    type: approval
    title: {zh: 大额审批}
    when: steps.photos.amout > vars.limit and customer.tier == vip
    approvers: role:finance_manager
    on_timeout: continue
  - id: pay
    type: action
    action: erp.refund.creat
    with: {amount: "{{ steps.photos.amount | random }}", memo: x}
    next: finsh
paths:
  never_used:
    - {id: bye, type: end}
"""


def test_a_file_with_a_mistake_on_every_line_tells_them_all_at_once() -> None:
    problems = examine(BAD_EVERYWHERE, "broken.sop.yaml", CATALOG).problems

    assert [(problem.line, problem.name, problem.meant) for problem in problems] == [
        (3, "231.owner", None),
        (3, "301", "ticket.classified"),
        (3, "110", None),
        (4, "002", None),
        (9, "101", "assign"),
        (10, "303", "role:after_sales"),
        (11, "105", "1d"),
        (13, "101", "label"),
        (14, "403", None),
        (16, "301", "parcel.received"),
        (17, "218", "tracking_no"),
        (17, "211", None),
        (18, "107", None),
        (18, "401", None),
        (19, "106", "approval"),
        (20, "211", "photos"),
        (20, "215", "limit"),
        (21, "401", None),
        (23, "412", None),
        (24, "212", "amount"),
        (24, "210", None),
        (26, "402", None),
        (29, "304", "erp.refund.create"),
        (30, "114", None),
        (30, "305", None),
        (31, "204", None),
        (33, "201", None),
    ]


def test_every_wording_is_broken_by_some_test_or_belongs_to_the_text() -> None:
    """A row nobody can reach is no rule."""
    tried = {name for _, problems in BROKEN for name, _, _ in problems} | IN_PAGES

    assert {name for name in WORDINGS if name[0] != "0"} == {name for name in tried if name[0] != "0"}


@pytest.mark.parametrize("name", WORDINGS)
def test_every_wording_is_written_in_both_languages(name: str) -> None:
    row = WORDINGS[name]

    assert row.zh != row.en
    assert any("\u4e00" <= char <= "\u9fff" for char in row.zh)
    assert not any("\u4e00" <= char <= "\u9fff" for char in row.en)
    assert bool(row.hint_zh) == bool(row.hint_en)
    assert set(Language) == {"zh", "en"}
