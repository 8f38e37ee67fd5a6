"""The time through the steps against the clocks that last as long as the run: the file's own and the company's, in a
usual week and around holidays."""

import pytest

from sop.catalog import Catalog
from sop.loading import examine

DAYS = ("mon", "tue", "wed", "thu", "fri")
HOURS = {day: ["09:00-12:00", "13:30-18:00"] for day in DAYS}
GOLDEN_WEEK = [f"2026-10-{day:02}" for day in range(1, 8)]
HEAD = "dsl: 1\nsop: x\nowner: role:lead\n"
OF_RETURNS = "start: {event: ticket.classified, when: \"ticket.category == 'return' and ticket.order\"}\n"
OF_ANY = "start: {event: ticket.created}\n"
WAITS = "steps: [{id: a, type: wait, for: 3d}]\n"
WORKS = "steps: [{id: a, type: task, assign: owner, due: 3d}]\n"


def catalog(**policies: object) -> Catalog:
    return Catalog.from_plain(
        {
            "roles": ["lead"],
            "categories": ["return", "repair"],
            "segments": ["vip"],
            "events": {"ticket.created": [], "ticket.classified": [], "parcel.received": []},
            "calendars": {
                "default": {
                    "tz": "Asia/Shanghai",
                    "week": HOURS,
                    "off": GOLDEN_WEEK,
                    "extra": {"2026-10-10": ["09:00-18:00"]},
                },
                "always": {"tz": "Asia/Shanghai", "week": {day: ["00:00-24:00"] for day in (*DAYS, "sat", "sun")}},
                "short": {"tz": "Asia/Shanghai", "week": {"mon": ["09:00-10:00"]}},
            },
            "hours": {"teams": {"field": "always", "desk": "default"}, "segments": {"vip": "always"}},
            "policies": policies,
        }
    )


def told(text: str, **policies: object) -> list[tuple[str, int, int]]:
    problems = examine(HEAD + text, "x.sop.yaml", catalog(**policies)).problems
    return [(problem.name, problem.line, problem.column) for problem in problems]


COMPANY = [("421.company", 2, 6)]


@pytest.mark.parametrize(
    ("clock", "problems"),
    [
        ({"target": "1d"}, COMPANY),
        ({"target": "4d"}, []),
        ({"target": "1d", "categories": ["return"]}, COMPANY),
        ({"target": "1d", "categories": ["return", "repair"]}, COMPANY),
        ({"target": "1d", "categories": ["repair"]}, []),
        ({"target": "1d", "when": "ticket.category == 'repair'"}, []),
        ({"target": "1d", "when": "ticket.category != 'repair'"}, COMPANY),
        ({"target": "1d", "when": "ticket.category in ['repair'] and customer.tier == 'vip'"}, []),
        ({"target": "1d", "when": "customer.tier == 'vip'"}, COMPANY),  # every ticket it is for is late
        ({"target": "1d", "metric": "first_response"}, []),
        ({"target": "1d", "metric": "resolution"}, COMPANY),
        ({"target": "1d", "stop": "ticket.handled"}, []),
        ({"target": "1d", "start": "parcel.received"}, []),
        ({"target": "1d", "pause": "ticket.status == 'waiting_customer'"}, COMPANY),
        ({"target": "1d", "pause": "ticket.status == 'waiting'"}, []),
        ({"target": "1d", "pause": [{"when": "ticket.status in ['waiting', 'open']"}]}, []),
        ({"target": [{"when": "customer.tier == 'vip'", "is": "1d"}, {"is": "2d"}]}, COMPANY),
        ({"target": [{"when": "customer.tier == 'vip'", "is": "1d"}, {"is": "5d"}]}, []),
        ({"target": [{"when": "ticket.category == 'repair'", "is": "5d"}, {"is": "1d"}, {"is": "9d"}]}, COMPANY),
        ({"target": "2wd", "calendar": "always"}, COMPANY),
        ({"target": "2wd", "calendar": "short"}, []),
        ({"target": "2wd", "calendar": "team"}, []),  # a weekend may lie in the desk's two days
        ({"target": "1d", "calendar": "team"}, COMPANY),
        ({"target": "1d", "calendar": "customer"}, COMPANY),
        ({"target": "1d", "calendar": "nobody knows"}, []),
    ],
)
def test_a_company_clock_is_held_against_the_steps_where_it_is_surely_for_them(
    clock: dict[str, object], problems: list[tuple[str, int, int]]
) -> None:
    assert told(OF_RETURNS + WAITS, whole=clock) == problems


def test_a_clock_for_some_categories_says_nothing_of_a_file_for_any() -> None:
    assert told(OF_ANY + WAITS, whole={"target": "1d", "categories": ["return"]}) == []
    assert told(OF_ANY + WAITS, whole={"target": "1d"}) == COMPANY


def test_a_file_that_only_others_run_has_no_company_clocks() -> None:
    assert told(WAITS, whole={"target": "1d"}) == []


def test_a_playbook_has_no_company_clocks() -> None:
    book = (HEAD + OF_ANY + WAITS).replace("sop:", "playbook:")

    assert examine(book, "x.playbook.yaml", catalog(whole={"target": "1d"})).problems == ()


def test_a_clock_of_the_file_comes_before_its_namesake() -> None:
    assert told(OF_ANY + WAITS + "sla: {whole: {target: 4d}}\n", whole={"target": "1d"}) == []


def test_every_clock_of_the_file_that_lasts_as_long_as_the_run_is_looked_at() -> None:
    assert told(WAITS + "sla: {whole: {target: 1d}, resolution: {target: 2d, stop: parcel.received}}\n") == [
        ("421", 5, 23)
    ]


def test_a_target_says_which_clock_it_is_of() -> None:
    (problem,) = examine(HEAD + OF_ANY + WAITS, "x", catalog(whole={"target": "1d"})).problems

    assert problem.message() == "走完步骤至少要 3d，超过公司时钟 whole 的时限 1d"


def test_steps_that_take_their_time_are_held_against_a_company_clock_that_is_surely_for_them() -> None:
    assert told(OF_RETURNS + WORKS, whole={"target": "1d"}) == [("422.company", 2, 6)]
    assert told(OF_RETURNS + WORKS, whole={"target": "1d", "when": "customer.tier == 'vip'"}) == []


WORKING_WAIT = "steps: [{id: a, type: wait, for: 2wd}]\n"


def test_a_wait_in_working_time_is_longer_around_holidays() -> None:
    (problem,) = examine(HEAD + WORKING_WAIT + "sla: {resolution: {target: 6d}}\n", "x", catalog()).problems

    assert (problem.name, problem.line, problem.column) == ("422.holidays", 5, 28)
    assert problem.message() == "节假日前后（如 2026-09-30）走完步骤至少要 9d，而 resolution 过 6d 就到期（时限 6d）"
    assert told(WORKING_WAIT + "sla: {resolution: {target: 9d}}\n") == []
    assert told(OF_ANY + WORKING_WAIT, whole={"target": "6d"}) == [("422.holidays.company", 2, 6)]


def test_a_target_in_working_time_is_shorter_when_a_weekend_is_worked() -> None:
    assert told("steps: [{id: a, type: wait, for: 7d}]\nsla: {resolution: {target: 5wd}}\n") == [
        ("422.holidays", 5, 28)
    ]
    assert told("steps: [{id: a, type: wait, for: 5d}]\nsla: {resolution: {target: 5wd}}\n") == []


def test_holidays_that_both_keep_make_no_difference() -> None:
    assert told(WORKING_WAIT + "sla: {resolution: {target: 2wd}}\n") == []


def test_a_weekend_that_lies_in_a_target_is_allowed_for() -> None:
    assert told("steps: [{id: a, type: wait, for: 3d}]\nsla: {resolution: {target: 1wd}}\n") == []
    assert told("steps: [{id: a, type: wait, for: 4d}]\nsla: {resolution: {target: 1wd}}\n") == [("421", 5, 28)]
