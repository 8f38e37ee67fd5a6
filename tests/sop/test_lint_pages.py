"""Every code has a page, and its examples show it: the bad one has the problem, the good one has not."""

from pathlib import Path

import pytest

from sop.checks.context import Running
from sop.definition import definition_of
from sop.lint import example
from sop.lint.document import names_of_pages
from sop.lint.page import Page
from sop.lint.pages import PAGES
from sop.loading import examine, load
from sop.problem_table import WORDINGS
from sop.problems import Problem, errors


def problems_of(text: str, page: Page) -> tuple[Problem, ...]:
    running = None
    if page.before:
        old = definition_of(load(page.before, "before.sop.yaml", example.catalog(), example.sops()))
        running = Running(old.document, page.standing)
    return examine(text, "example.sop.yaml", example.catalog(), example.sops(), running=running).problems


@pytest.mark.parametrize("number", sorted({name.partition(".")[0] for name in WORDINGS}))
def test_every_code_has_a_file_that_breaks_it_and_one_that_does_not(number: str) -> None:
    page = PAGES[number]

    assert f"SOP{number}" in {problem.code for problem in problems_of(page.bad, page)}
    good = problems_of(page.good, page)
    assert f"SOP{number}" not in {problem.code for problem in good}
    assert [problem.head() for problem in errors(good)] == []


def test_there_is_no_page_without_a_code() -> None:
    assert set(PAGES) == {name.partition(".")[0] for name in WORDINGS}


@pytest.mark.parametrize("number", sorted(PAGES))
def test_every_page_speaks_both_languages(number: str) -> None:
    page = PAGES[number]

    for zh, en in (page.title, page.why):
        assert any("\u4e00" <= char <= "\u9fff" for char in zh)
        assert not any("\u4e00" <= char <= "\u9fff" for char in en)


def test_the_documents_are_what_the_pages_say(checkout: Path) -> None:
    """When this fails: gongdan sop explain --write docs/reference/problems"""
    folder = checkout / "docs/reference/problems"

    assert {file.name: file.read_text("utf-8") for file in folder.glob("*.md")} == names_of_pages()
