"""One definition with everything in it that a picture must show: each type of step, each way to leave one."""

TOUR = """
dsl: 1
sop: t
title: {zh: "全部 <步骤> & 类型", en: "A tour of <all> & everything"}
start: {event: ticket.classified, when: ticket.category == 'general'}
vars: {limit: 500}
whenever:
  - {event: called.off, interrupt: true, next: called_off}
  - {event: parcel.lost, match: event.no == 'P1', within: [ask], next: look_for_it}
  - {event: ticket.customer_message, next: end, interrupt: true}
steps:
  - id: ask
    type: task
    title: {zh: 询问客户, en: Ask the customer}
    assign: customer
    due: 1d
    timeout: 3d
    on_timeout: remind
    outcomes:
      - {key: ok, label: {zh: 好, en: Fine}}
      - {key: maybe, label: {zh: 再说, en: Maybe}}
      - {key: no, label: {zh: 不, en: "No"}, next: remind}
  - id: allow
    type: approval
    title: {zh: 审批, en: Allow}
    when: ticket.flag > vars.limit
    approvers: [role:boss, manager_of:owner]
    rule: all
    due: 4wh
    timeout: 2d
    on_timeout: incident
    on_reject: sorry
  - {id: pay, type: action, title: {zh: 付款, en: Pay}, action: erp.pay, with: {a: 1}, on_error: sorry}
  - {id: make, type: action, action: erp.make, with: {a: 1}, undo: erp.unmake}
  - id: which
    type: decision
    title: {zh: 哪一种, en: Which}
    cases:
      - {when: ticket.flag == vars.limit, next: remind}
      - {when: "ticket.flag in ['a', \\"b\\"]", next: both}
    otherwise: continue
  - id: parcel
    type: wait
    any_of:
      - {event: parcel.received}
      - {event: parcel.lost, next: look_for_it}
    timeout: 5d
    on_timeout: end
  - id: both
    type: parallel
    title: {zh: 同时, en: Both}
    branches: [left, {path: right, when: ticket.flag == 1}]
    join: all
  - {id: many, type: repeat, title: {zh: 逐项, en: One by one}, do: one, each: ticket.list, at_once: 2}
  - {id: rest, type: wait, for: 2wd}
  - {id: other, type: sop, title: {zh: 别的流程, en: Another SOP}, sop: s}
paths:
  remind:
    - {id: nudge, type: task, assign: owner, due: 1h}
  look_for_it:
    - {id: search, type: task, assign: "role:agent", due: 1h}
  sorry:
    - {id: explain, type: task, assign: "team:care", due: 1h, next: ask}
  left:
    - {id: l1, type: task, assign: "user:bob", due: 1h}
    - {id: l2, type: action, action: erp.look, with: {a: 1}}
  right:
    - {id: r1, type: wait, for: 1h}
  one:
    - {id: o1, type: task, assign: "role:qc", due: 1h}
    - {id: o2, type: repeat, do: again, until: steps.o3.visits > 2}
  again:
    - {id: o3, type: wait, for: 1h}
  called_off:
    - {id: gone, type: end, result: cancelled, undo: true}
"""
SUB = """
dsl: 1
sop: s
steps: [{id: s1, type: task, assign: "role:agent", due: 1h}]
"""
