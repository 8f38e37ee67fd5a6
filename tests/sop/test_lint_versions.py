"""What a new version does to the tickets on the one before."""

from sop.checks.context import Running
from sop.definition import definition_of
from sop.lint import example
from sop.loading import examine, load

OLD = """\
dsl: 1
sop: x
steps:
  - {id: ask, type: task, assign: owner, due: 1d, form: [{key: size, type: text, label: Size}]}
  - {id: later, type: wait, for: 1d}
  - {id: done, type: end}
"""


def told(new: str, **standing: int | None) -> list[str]:
    old = definition_of(load(OLD, "old.yaml", example.catalog())).document
    problems = examine(new, "new.yaml", example.catalog(), running=Running(old, standing)).problems
    return [f"{problem.line}:{problem.column} {problem.name} {problem.message()[:40]}" for problem in problems]


def test_a_step_on_which_nobody_stands_can_go() -> None:
    new = OLD.replace("id: later", "id: wait")

    assert told(new, ask=3, later=0) == []
    assert told(new, later=2) == ["3:1 501 步骤 later 没有了，但有 2 张工单停在上面"]
    assert told(new, later=None) == ["3:1 501.maybe 步骤 later 没有了，工单可能停在上面"]


def test_a_step_that_says_what_it_was_is_not_gone() -> None:
    assert told(OLD.replace("id: later", "id: wait, was: later"), later=2) == []
    assert told(OLD.replace("id: later", "id: wait, was: [soon, later]"), later=2) == []


def test_an_output_that_was_not_there_is_told_where_it_is_read() -> None:
    new = OLD.replace("id: done, type: end", "id: done, type: end, when: steps.ask.grade == 'A'").replace(
        "label: Size}", "label: Size}, {key: grade, type: text, label: Grade}"
    )

    assert [line[:10] for line in told(new, later=1)] == ["6:43 502 运"]
    assert told(new, later=0) == []
    assert told(new.replace("steps.ask.grade ==", "steps.ask.grade | default('B') =="), later=1) == []


def test_an_output_that_has_changed_its_type_is_told() -> None:
    new = OLD.replace("type: text", "type: integer").replace("type: end", "type: end, when: steps.ask.size > 2")

    assert told(new, later=1) == ["6:43 502.kind steps.ask.size 的类型变了（text → integer），运行中"]


def test_a_renamed_step_still_gives_what_it_gave() -> None:
    new = OLD.replace("id: ask", "id: question, was: ask").replace(
        "type: end", "type: end, when: steps.question.size == steps.question.colour"
    )
    new = new.replace("label: Size}", "label: Size}, {key: colour, type: text, label: Colour}")

    assert [line[:9] for line in told(new, later=1)] == ["6:71 502 "]
