"""What expressions read of clocks: the file's own, and the company's that can be for its tickets."""

import pytest

from sop.catalog import Catalog
from sop.loading import examine
from sop.problems import Language, Problem

OF_RETURNS = "start: {event: ticket.created, when: ticket.category == 'return'}\n"
OF_ANY = "start: {event: ticket.created}\n"
REOPENED = "start: {event: ticket.reopened}\n"
LATE = "sla.swift.breached"
SOON = "sla.swift.remaining < 3600"


def problems(condition: str, start: str = OF_RETURNS, more: str = "", **policies: object) -> tuple[Problem, ...]:
    """What is wrong with a file that asks one condition, in a company with these clocks."""
    catalog = Catalog.from_plain(
        {
            "categories": ["return", "repair"],
            "segments": ["vip", "new"],
            "events": {name: [] for name in ("ticket.created", "ticket.reopened", "parcel.received")},
            "policies": policies,
        }
    )
    file = f'dsl: 1\nsop: x\nowner: owner\n{start}{more}steps: [{{id: a, type: end, when: "{condition}"}}]\n'
    return examine(file, "x.sop.yaml", catalog).problems


def told(condition: str, start: str = OF_RETURNS, more: str = "", **policies: object) -> list[str]:
    return [problem.name for problem in problems(condition, start, more, **policies)]


@pytest.mark.parametrize(
    "clock",
    [
        {"target": "1d"},
        {"target": "1d", "categories": ["return"]},
        {"target": "1d", "categories": ["return", "repair"]},
        {"target": "1d", "when": "customer.tier == 'vip'"},
        {"target": "1d", "start": "parcel.received"},
    ],
)
def test_a_companys_clock_may_be_read_where_it_can_be_for_the_tickets(clock: dict[str, object]) -> None:
    assert told(LATE, swift=clock) == []


@pytest.mark.parametrize(
    "clock",
    [{"target": "1d", "categories": ["repair"]}, {"target": "1d", "when": "ticket.category == 'repair'"}],
)
def test_a_companys_clock_that_is_for_other_tickets_is_refused(clock: dict[str, object]) -> None:
    assert told(LATE, swift=clock) == ["218.clock_for_others"]
    assert told(LATE, OF_ANY, swift=clock) == []
    assert told(LATE, more="sla: {swift: {target: 1d}}\n", swift=clock) == []


def test_a_file_that_only_others_run_and_a_playbook_read_none_of_the_companys() -> None:
    assert told(LATE, start="", swift={"target": "1d"}) == ["218.clock"]

    catalog = Catalog(policies={"swift": {"target": "1d"}})
    book = f"dsl: 1\nplaybook: x\nowner: owner\n{OF_ANY}steps: [{{id: a, type: end, when: {LATE}}}]\n"
    assert [problem.name for problem in examine(book, "x", catalog).problems] == ["218.clock"]


def test_an_unknown_clock_is_refused_and_the_companys_are_among_those_that_may_be_meant() -> None:
    (problem,) = problems("sla.swfit.breached", swift={"target": "1d"}, other={"target": "1d"})
    (far,) = problems("sla.nothing.breached", swift={"target": "1d"}, other={"target": "1d"})

    assert (problem.name, problem.meant) == ("218.clock", "swift")
    assert far.hint(Language.EN) == "there are: other, swift"


def test_a_companys_clock_has_the_fields_of_any_clock() -> None:
    assert told("sla.swift.remainder", swift={"target": "1d"}) == ["218.clock_field"]


@pytest.mark.parametrize(
    ("clock", "names"),
    [
        ({"target": "1d"}, []),
        ({"target": "1d", "categories": ["return"]}, []),
        ({"target": "1d", "when": "ticket.category == 'return'"}, []),
        ({"target": [{"when": "customer.tier == 'vip'", "is": "1h"}, {"is": "1d"}]}, []),
        ({"target": "1d", "stop": "parcel.received"}, []),
        ({"target": "1d", "when": "customer.tier == 'vip'"}, ["219"]),
        ({"target": [{"when": "customer.tier == 'vip'", "is": "1h"}]}, ["219"]),
        ({"target": "1d", "start": "parcel.received"}, ["219"]),
        ({"target": "1d", "metric": "next_response"}, ["219"]),
    ],
)
@pytest.mark.parametrize("own", [False, True])
def test_a_deadline_that_may_not_be_there_is_read_with_a_default(
    clock: dict[str, object], names: list[str], *, own: bool
) -> None:
    written = f"sla: {{swift: {clock}}}\n" if own else ""

    assert told(SOON, more=written, **({} if own else {"swift": clock})) == names


def test_a_clock_for_some_categories_may_have_no_deadline_where_any_ticket_starts() -> None:
    assert told(SOON, OF_ANY, swift={"target": "1d", "categories": ["return"]}) == ["219"]


def test_a_clock_may_have_ended_before_the_ticket_was_opened_again() -> None:
    assert told(SOON, REOPENED, swift={"target": "1d", "stop": "parcel.received"}) == ["219"]
    assert told(SOON, REOPENED, swift={"target": "1d", "stop": "parcel.received", "reopen": "restart"}) == []
    assert told(SOON, REOPENED, swift={"target": "1d"}) == []


@pytest.mark.parametrize(
    "condition",
    [
        "sla.swift.due_at and sla.swift.remaining < 3600",
        "sla.swift.breached and sla.swift.remaining < -3600",
        "sla.swift.remaining | default(9999) < 3600",
        "sla.swift.remaining == none",
        LATE,
    ],
)
def test_whoever_asks_first_or_gives_a_default_hears_nothing(condition: str) -> None:
    assert told(condition, swift={"target": "1d", "when": "customer.tier == 'vip'"}) == []


def test_why_there_may_be_none_is_said_in_both_languages() -> None:
    (problem,) = problems(SOON, swift={"target": "1d", "when": "customer.tier == 'vip'"})

    assert problem.message() == "时钟 swift 可能没有时限（它只在某种条件下适用），sla.swift.remaining 会是空的"
    said = problem.message(Language.EN)
    assert said.startswith("the clock swift may have no deadline (it applies under a condition only)")
