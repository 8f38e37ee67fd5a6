"""A message is given all that its template says."""

from dataclasses import replace

import pytest

from sop.lint import example
from sop.loading import examine

TEXTS = {
    "hello": {"zh": "您好", "en": "Hello {{ reader.name }}, see {{ link }} of {{ ticket.no }}"},
    "done": {"zh": "原因：{{ reason }}", "en": "Because of {{ reason }}{{ note | default('') }}"},
    "call": {"zh": "请致电 {{ customer.phone }}", "en": "Please call the customer"},
}
CATALOG = replace(example.catalog(), templates=frozenset(TEXTS), texts=TEXTS)


def told(step: str) -> list[str]:
    text = f"dsl: 1\nsop: x\nsteps:\n  - {{id: a, type: action, {step}}}\n"
    return [f"{one.line}:{one.column} {one.name}" for one in examine(text, "x.yaml", CATALOG).problems]


@pytest.mark.parametrize(
    "step",
    [
        "action: notify.customer, with: {template: hello}",
        "action: notify.customer, with: {template: done, reason: because}",
        "action: notify.customer, with: {template: call}",
        "action: notify.staff, with: {to: role:lead, template: hello}",
        "action: notify.staff, with: {to: role:lead, template: '{{ ticket.category }}'}",
    ],
)
def test_a_message_that_has_all_it_says(step: str) -> None:
    assert told(step) == []


def test_a_message_that_lacks_something() -> None:
    assert told("action: notify.customer, with: {template: done}") == ["4:69 306.template"]


def test_staff_are_not_told_a_customers_number() -> None:
    assert told("action: notify.staff, with: {to: role:lead, template: call}") == ["4:81 413.template"]
