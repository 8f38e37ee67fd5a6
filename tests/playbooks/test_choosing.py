import pytest

from playbooks.choosing import choose
from sop.catalog import Catalog
from sop.definition import Compiled
from sop.loading import load

FACTS = {"ticket": {"category": "complaint", "order": None}, "customer": {"tier": "vip"}, "event": {}}


def definition(key: str, start: str = "", *, kind: str = "sop", more: str = "", version: int = 1) -> Compiled:
    begin = f"start: {{event: ticket.classified, {start}}}" if start else "start: {event: ticket.classified}"
    text = f"dsl: 1\n{kind}: {key}\ntitle: {{zh: 题, en: T}}\n{begin}\n{more}\nsteps: [{{id: done, type: end}}]\n"
    return load(text, f"{key}.yaml", Catalog(segments=frozenset({"vip"})), version=version)


def keys(*candidates: Compiled, event: str = "ticket.classified") -> list[str]:
    return [f"{each['key']}@{each['version']}" for each in choose(candidates, event, FACTS).definitions]


def test_of_several_sops_the_highest_priority_starts() -> None:
    fallback = definition("general", "priority: -100")
    exact = definition("complaint", "when: ticket.category == 'complaint'")

    assert keys(fallback, exact) == ["complaint@1"]
    assert keys(fallback) == ["general@1"]


def test_of_equal_sops_the_newest_version_starts_and_then_the_first_by_name() -> None:
    assert keys(definition("a", version=1), definition("a", version=2)) == ["a@2"]
    assert keys(definition("b"), definition("a")) == ["a@1"]


def test_all_playbooks_that_fit_start_after_the_sop() -> None:
    vip = definition("vip", "when: customer.tier == 'vip', priority: 5", kind="playbook")
    other = definition("other", "when: customer.tier == 'new'", kind="playbook")
    every = definition("every", kind="playbook")

    assert keys(every, other, vip, definition("complaint")) == ["complaint@1", "vip@1", "every@1"]


def test_of_an_exclusive_group_only_the_best_starts() -> None:
    good = definition("good", "priority: 1", kind="playbook", more="exclusive: gifts")
    better = definition("better", "priority: 2", kind="playbook", more="exclusive: gifts")
    alone = definition("alone", kind="playbook", more="exclusive: calls")

    assert keys(good, better, alone) == ["better@1", "alone@1"]


def test_nothing_starts_on_another_event() -> None:
    assert keys(definition("a"), event="ticket.created") == []


def test_a_condition_that_cannot_be_answered_starts_nothing_and_is_told() -> None:
    broken = definition("broken", "when: ticket.order.paid > 5", kind="playbook")

    choice = choose([broken, definition("complaint")], "ticket.classified", FACTS)

    assert [each["key"] for each in choice.definitions] == ["complaint"]
    [fault] = choice.faults
    assert (fault.key, fault.where) == ("broken", "broken.yaml:4:41")
    assert "ticket.order" in str(fault.error)


@pytest.mark.parametrize("when", ["true", "false"])
def test_a_start_may_be_switched_on_and_off(when: str) -> None:
    assert keys(definition("a", f"when: {when}")) == (["a@1"] if when == "true" else [])
