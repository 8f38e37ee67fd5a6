"""The clocks of the whole company: ``sla`` of ``gongdan.yaml``, and the hours of teams and segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sop.catalog import Catalog
from sop.checks import catalog_names, clocks, expressions, names, references, spans, times
from sop.checks.context import Context
from sop.company import CompanyShape
from sop.model import Document
from sop.problems import Problem
from sop.yaml_text import Tree

_RULES = (
    names.rungs,
    clocks.idle_rungs,
    clocks.half_pauses,
    clocks.calendars,
    clocks.categories,
    times.times_of_clocks,
    times.times_of_rungs,
    expressions.written_well,
    expressions.nothing_personal,
    references.declared,
    catalog_names.people,
    spans.calendars_that_work,
)
"""The rules that a company's clocks are held to: those of a file's, at the same places of the text."""


class Note(NamedTuple):
    """Something to know, in both languages."""

    zh: str
    en: str


def written_policies(tree: Tree) -> dict[str, object]:
    """The company's clocks as they are written."""
    written = tree.data.get("sla") if isinstance(tree.data, dict) else None
    return {str(name): each for name, each in written.items()} if isinstance(written, dict) else {}


def problems_of_policies(company: CompanyShape, tree: Tree, catalog: Catalog) -> list[Problem]:
    """What is wrong with the company's clocks: they are read as those of an SOP without a step."""
    if not company.sla:
        return []
    document = Document(dsl=1, sop="company", sla=company.sla, steps=())
    context = Context(tree, document, catalog, {})
    return [problem for rule in _RULES for problem in rule(document, context)]


def hours_of(company: CompanyShape) -> dict[str, dict[str, str]]:
    """The calendars of teams and segments, by name, where they have one of their own."""
    teams = {key: team.calendar for key, team in company.teams.items() if team.calendar}
    segments = {key: segment.calendar for key, segment in company.segments.items() if segment.calendar}
    return {"teams": teams, "segments": segments}


def notes_on(calendars: Mapping[str, Mapping[str, object]]) -> Iterator[Note]:
    """The years whose holidays a calendar asks for and the data does not cover yet."""
    for name, plain in calendars.items():
        years = plain.get("uncovered")
        if isinstance(years, list) and years:
            listed = ", ".join(str(year) for year in years)
            yield Note(
                f"日历 {name}：{listed} 年的节假日与调休尚未公布，现按规则推算，可先用 off、extra 写明",
                f"calendar {name}: the holidays and make-up days of {listed} are not known yet, only computed; "
                "write them down under off and extra, or update the data once they are published",
            )
