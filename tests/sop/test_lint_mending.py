"""What ``--fix`` mends, and that it decides nothing for the author."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop.lint import example
from sop.lint.mending import MENDABLE, mended
from sop.lint.pages import PAGES
from sop.loading import examine
from sop.problems import Problem
from worker.bench.mutations import mutated

HEAD = "dsl: 1\nsop: x\nsteps:\n"
BAD = [page.bad for page in PAGES.values()]


def check(text: str) -> tuple[Problem, ...]:
    return examine(text, "a.yaml", example.catalog(), example.sops()).problems


@pytest.mark.parametrize("number", sorted(MENDABLE))
def test_the_example_of_every_code_that_can_be_mended_is_mended(number: str) -> None:
    page = PAGES[number]

    assert f"SOP{number}" not in {one.code for one in check(mended(page.bad, check).text)} or number == "006"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("due: 2 hours", "due: 2h"),
        ("due: 3天", "due: 3d"),
        ("due: 1 working day", "due: 1wd"),
        ("due: 30 min, when: '{{ ticket.tags }}'", "due: 30m, when: ticket.tags"),
        ("due: 1d, when: \"{{ ticket.no in ['a', 'b'] }}\"", "due: 1d, when: \"ticket.no in ['a', 'b']\""),
        ("due: 1d, tittle: Look", "due: 1d, title: Look"),
        ("due: 1d, script: {{ ticket.no }}", 'due: 1d, script: "{{ ticket.no }}"'),
        ("due: 1d, script: {{ ticket.no }}, title: Look", 'due: 1d, script: "{{ ticket.no }}", title: Look'),
        ("due: 1d, script: {{ ticket.no }} 号", 'due: 1d, script: "{{ ticket.no }} 号"'),
        ("due: 1d} # sop: ignore SOP409 it is there", "due: 1d} "),
    ],
)
def test_it_mends(before: str, after: str) -> None:
    start = HEAD + "  - {id: a, type: task, assign: owner, "
    end = "\n" if "#" in before else "}\n"

    assert mended(start + before + end, check).text == start + after + ("\n" if "#" in before else "}\n")


@pytest.mark.parametrize(
    "line",
    [
        "{id: a, type: task, assign: owner, due: soon}",
        "{id: a, type: task, asign: owner, assign: role:lead, due: 1d}",  # which of the two?
        "{id: a, type: task, assign: role:leed, due: 1d}",  # a name is the author's
        "{id: a, type: task, assign: owner, due: 1d, next: chek}",
        "{id: a, type: approval, approvers: owner}",
    ],
)
def test_it_leaves_to_the_author(line: str) -> None:
    text = HEAD + f"  - {line}\n"

    assert mended(text, check).text == text


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BAD), st.integers(0, 2**32))
def test_mending_never_makes_a_file_worse_and_has_an_end(text: str, seed: int) -> None:
    broken = mutated(text, random.Random(seed))
    found = mended(broken, check)

    before, after = (Counter(one.code for one in check(each)) for each in (broken, found.text))
    if not {"SOP003", "SOP004"} & set(before):  # a text that could not be read may show more once it can
        assert after <= before
    assert mended(found.text, check).text == found.text
