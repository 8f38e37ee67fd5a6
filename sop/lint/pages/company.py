"""Names of the company: 301–310."""

from __future__ import annotations

from sop.lint.page import TASK, Page, steps

_MAIL = "id: a, type: action, action: notify.customer, with: {template: "

COMPANY: dict[str, Page] = {
    "301": Page(
        ("没有这个事件", "No such event"),
        (
            "写错的事件永远不会来，工单就一直等着。事件在工作区的 events 里声明。",
            "A misspelt event never comes, and the ticket waits for ever. Events are declared in the workspace's "
            "events.",
        ),
        bad=steps("id: a, type: end", more="start: {event: ticket.clasified}\n"),
        good=steps("id: a, type: end", more="start: {event: ticket.classified}\n"),
    ),
    "302": Page(
        ("不是可指派的人", "Nobody to assign"),
        (
            "可以写 customer、owner、role:x、team:x、user:x、manager_of:owner。",
            "Write customer, owner, role:x, team:x, user:x or manager_of:owner.",
        ),
        bad=steps("id: a, type: task, assign: desk, due: 1d"),
        good=steps("id: a, type: task, assign: team:desk, due: 1d"),
    ),
    "303": Page(
        ("没有这个角色、团队、人、技能或日历", "No such role, team, person, skill or calendar"),
        ("它们在工作区的 gongdan.yaml 里声明。", "They are declared in the workspace's gongdan.yaml."),
        bad=steps("id: a, type: task, assign: role:leed, due: 1d"),
        good=steps("id: a, type: task, assign: role:lead, due: 1d"),
    ),
    "304": Page(
        ("没有这个操作", "No such action"),
        (
            "操作来自 activities/connectors 里的连接器文件，写作 连接器.操作。",
            "Actions come from the connector files in activities/connectors, and are called connector.operation.",
        ),
        bad=steps("id: a, type: action, action: shop.odrer, with: {order_no: '{{ ticket.no }}'}"),
        good=steps("id: a, type: action, action: shop.order, with: {order_no: '{{ ticket.no }}'}"),
    ),
    "305": Page(
        ("操作没有这个参数", "No such argument"),
        ("多余的参数不会传到任何地方。", "An argument the action does not take would go nowhere."),
        bad=steps("id: a, type: action, action: shop.order, with: {order: '{{ ticket.no }}'}"),
        good=steps("id: a, type: action, action: shop.order, with: {order_no: '{{ ticket.no }}'}"),
    ),
    "306": Page(
        ("缺少必填的参数", "A required argument is missing"),
        (
            "没有它，调用一定失败：地址里要用到的参数，或子 SOP 必填的输入。",
            "Without it the call is sure to fail: it is part of the address, or a sub-SOP's input that is not "
            "optional.",
        ),
        bad=steps("id: a, type: action, action: shop.release"),
        good=steps("id: a, type: action, action: shop.release, with: {no: '{{ ticket.no }}'}"),
    ),
    "307": Page(
        ("没有这个子 SOP，或互相调用", "No such sub-SOP, or a circle of them"),
        (
            "sop: 写工作区里另一个 SOP 的名字；它们不能绕成一圈。",
            "sop: names another SOP of the workspace; they must not run each other in a circle.",
        ),
        bad=steps("id: a, type: sop, sop: refnd, with: {amount: 1}"),
        good=steps("id: a, type: sop, sop: refund, with: {amount: 1}"),
    ),
    "308": Page(
        ("现在没有人在岗", "Nobody is at work"),
        (
            "角色、团队或人存在，但没有人在岗，任务会没有人接。",
            "The role, team or person exists, but nobody of it is at work: a task would find nobody.",
        ),
        bad=steps("id: a, type: task, assign: role:night, due: 1d"),
        good=steps("id: a, type: task, assign: role:lead, due: 1d"),
    ),
    "309": Page(
        ("没有这个消息模板", "No such message template"),
        (
            "模板在 activities/templates/messages.yaml 里，每种语言一段文字。",
            "Templates stand in activities/templates/messages.yaml, one text for each language.",
        ),
        bad=steps(_MAIL + "helo}"),
        good=steps(_MAIL + "hello}"),
    ),
    "310": Page(
        ("在岗的人都没有这项技能", "Nobody at work has the skill"),
        (
            "任务要求的技能，被指派的角色或团队里要有在岗的人具备。",
            "Somebody at work, of the role or team that is asked, holds each skill that a task requires.",
        ),
        bad=steps(TASK + ", skills: [french]"),
        good=steps(TASK + ", skills: [repair]"),
    ),
}
