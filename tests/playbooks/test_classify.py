import pytest

from playbooks.classify import Request, classify
from sop.company import CategoryShape, RuleShape, Title

TITLE = Title(zh="类", en="Kind")
CATEGORIES = {
    "general": CategoryShape(title=TITLE, team="desk"),
    "return": CategoryShape(title=TITLE, team="after_sales"),
    "repair": CategoryShape(title=TITLE, team="field", priority="high"),
    "complaint": CategoryShape(title=TITLE, team="after_sales"),
}
RULES = (
    RuleShape(id="fire", words=("起火", "fire"), category="complaint", priority="urgent", team="managers"),
    RuleShape(id="return_words", words=("退货", "return"), category="return"),
    RuleShape(id="device", fields={"asset_no": ()}, category="repair"),
    RuleShape(id="big_device", fields={"size": ("l", "xl")}, category="repair", team="heavy"),
    RuleShape(id="monitor", channels=("monitor",), category="repair", priority="low"),
    RuleShape(id="urgent_words", words=("紧急", "urgent"), priority="urgent"),
    RuleShape(id="vip", tiers=("vip",), priority="high"),
)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request("我要退货"), ("return", "normal", "after_sales", "return_words: 退货")),
        (Request("Hello", "I want to RETURN it"), ("return", "normal", "after_sales", "return_words: RETURN")),
        (Request("It returned by itself"), ("general", "normal", "desk", "fallback")),  # no part of a word
        (Request("退货，机器起火"), ("complaint", "urgent", "managers", "fire: 起火")),  # the first rule wins
        (Request("退货，紧急"), ("return", "urgent", "after_sales", "return_words: 退货; urgent_words: 紧急")),
        (Request("x", fields={"asset_no": "A1"}), ("repair", "high", "field", "device: asset_no")),
        (Request("x", fields={"asset_no": ""}), ("general", "normal", "desk", "fallback")),
        (Request("x", fields={"size": "xl"}), ("repair", "high", "heavy", "big_device: size")),
        (Request("x", fields={"size": "s"}), ("general", "normal", "desk", "fallback")),
        (Request("x", channel="monitor"), ("repair", "low", "field", "monitor")),
        (Request("x", tier="vip"), ("general", "high", "desk", "vip; fallback")),
        (Request("退货", category="repair"), ("repair", "high", "field", "asked")),
        (Request("退货", category="nonsense"), ("return", "normal", "after_sales", "return_words: 退货")),
        (Request("退货，紧急", priority="low"), ("return", "low", "after_sales", "return_words: 退货")),
    ],
)
def test_the_first_rule_that_says_something_decides_it(request_: Request, expected: tuple[str, ...]) -> None:
    found = classify(request_, RULES, CATEGORIES)

    assert (found.category, found.priority, found.team, found.rule) == expected


def test_rules_of_another_category_do_not_speak_of_an_asked_one() -> None:
    found = classify(Request("起火", category="return"), RULES, CATEGORIES)

    assert (found.category, found.priority, found.team) == ("return", "normal", "after_sales")


def test_without_rules_a_ticket_is_general() -> None:
    assert classify(Request("退货"), (), {}).category == "general"
