"""The broken files of the language's contract: every mistake in them is told, at its place, with what was meant."""

from pathlib import Path

import pytest

from sop.catalog import Catalog
from sop.loading import examine
from sop.yaml_text import read

HERE = Path(__file__).resolve().parent / "bad"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    plain = read((HERE / "catalog.yaml").read_text("utf-8"), "catalog.yaml").data
    assert isinstance(plain, dict)
    return Catalog.from_plain(plain)


def told(name: str, catalog: Catalog) -> list[tuple[int, str, str | None]]:
    problems = examine((HERE / name).read_text("utf-8"), name, catalog).problems
    return [(problem.line, problem.code, problem.meant) for problem in problems]


def test_a_file_with_a_mistake_on_nearly_every_line(catalog: Catalog) -> None:
    assert told("broken.sop.yaml", catalog) == [
        (3, "SOP231", None),
        (3, "SOP301", "ticket.classified"),
        (3, "SOP110", None),
        (4, "SOP002", None),
        (9, "SOP101", "assign"),
        (10, "SOP303", "role:after_sales"),
        (11, "SOP105", "1d"),
        (13, "SOP101", "label"),
        (14, "SOP403", None),
        (16, "SOP301", "parcel.received"),
        (17, "SOP218", "tracking_no"),
        (17, "SOP211", None),
        (18, "SOP107", None),
        (18, "SOP401", None),
        (19, "SOP106", "approval"),
        (20, "SOP211", "photos"),
        (20, "SOP215", "limit"),
        (21, "SOP401", None),
        (23, "SOP412", None),
        (24, "SOP212", "amount"),
        (24, "SOP210", None),
        (26, "SOP402", None),
        (29, "SOP304", "erp.refund.create"),
        (30, "SOP114", None),
        (30, "SOP305", None),
        (31, "SOP204", None),
        (33, "SOP201", None),
    ]


def test_missing_quotes_are_explained_and_the_word_yes_is_told(catalog: Catalog) -> None:
    assert told("quotes.sop.yaml", catalog) == [(3, "SOP005", None), (9, "SOP003", None)]
