"""A step is put into a version: the result is linted, and says the same as before in everything else."""

from __future__ import annotations

import pytest

from sop.definition import Compiled, definition_of
from sop.injecting import NoStep, derive
from sop.loading import load_many
from sop.problems import Refused
from sop.refusals import Refusal, UnknownStep
from worker.definitions.workspace import parse_texts, read_texts
from worker.settings import HOME

STEP = "- {id: second_look, type: task, title: {zh: 复核, en: Second look}, assign: role:finance_manager, due: 4wh}\n"
SPACE = parse_texts(read_texts(HOME))
LIBRARY = load_many(SPACE.definitions, SPACE.catalog)
RETURN = LIBRARY["sop/library/return.sop.yaml"]


@pytest.mark.parametrize("base", LIBRARY.values(), ids=lambda base: base["key"])
def test_every_shipped_definition_can_take_a_step(base: Compiled) -> None:
    first = definition_of(base).document.steps[0].id
    derived = derive(base, STEP, SPACE.catalog, before=first)
    line = derived.compiled["document"]["steps"]
    assert isinstance(line, list)

    assert line[0]["id"] == derived.step == "second_look"
    assert {**derived.compiled["document"], "steps": line[1:]} == base["document"]
    assert derived.compiled["sha256"] != base["sha256"]


def test_a_step_stands_before_or_after_another_also_in_a_path() -> None:
    before = definition_of(derive(RETURN, STEP, SPACE.catalog, before="refund").compiled)
    after = definition_of(derive(RETURN, STEP.strip("- \n"), SPACE.catalog, after="remind_to_ship").compiled)

    assert before.steps["second_look"].index + 1 == before.steps["refund"].index
    assert after.steps["second_look"].line == "chase_customer"
    assert after.steps["second_look"].index == after.steps["remind_to_ship"].index + 1


def test_what_lint_refuses_is_not_put_in() -> None:
    with pytest.raises(Refused) as refused:
        derive(RETURN, STEP.replace("role:finance_manager", "role:nobody_at_all"), SPACE.catalog, before="refund")

    assert [problem.name for problem in refused.value.problems] == ["303"]


@pytest.mark.parametrize(
    ("snippet", "place", "refusal"),
    [("just text", "refund", NoStep), ("{type: task}", "refund", NoStep), (STEP, "nowhere", UnknownStep)],
)
def test_what_is_no_step_or_has_no_place_is_said(snippet: str, place: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        derive(RETURN, snippet, SPACE.catalog, before=place)
