"""A workspace: the company of ``gongdan.yaml``, its definitions, connectors and messages, from texts by path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sop import yaml_text
from sop.calendars import Calendar, NoCalendar
from sop.catalog import CUSTOMER_FIELDS, TICKET_FIELDS, BadCatalog, Catalog, Colleague, actions_of, actions_of_connector
from sop.company import CalendarShape, CompanyShape, Title
from sop.company_clocks import Note, hours_of, notes_on, problems_of_policies, written_policies
from sop.desk import OF_TEAM
from sop.heads import playbooks_in
from sop.problems import Problem, Refused, closest, errors
from sop.public_holidays import NoSuchCountry, closures, public_holidays
from sop.yaml_text import Tree, escape

COMPANY_FILE = "gongdan.yaml"
MESSAGES_FILE = "activities/templates/messages.yaml"
CONNECTOR_FOLDER = "activities/connectors/"
DEFINITION_FOLDERS = ("sop/library/", "playbooks/library/")

Messages = Mapping[str, Mapping[str, str]]
"""Message templates: key → language → text with ``{{ }}``."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """All a company has written. ``calendars`` are plain JSON; ``definitions`` and ``connectors`` are texts by path.
    ``notes`` are what its writer should know though nothing is wrong."""

    company: CompanyShape
    calendars: Mapping[str, dict[str, object]]
    messages: Messages
    definitions: Mapping[str, str]
    connectors: Mapping[str, str]
    catalog: Catalog
    notes: tuple[Note, ...] = ()


def wanted(path: str) -> bool:
    """Whether a file of this path (relative, with ``/``) belongs to a workspace."""
    folders = (*DEFINITION_FOLDERS, CONNECTOR_FOLDER)
    return path in (COMPANY_FILE, MESSAGES_FILE) or (path.endswith(".yaml") and path.startswith(folders))


def parse(files: Mapping[str, str]) -> Workspace:
    """The workspace of its files' texts, by relative path. Definitions and connectors are not read in depth here: that
    is ``sop.loading`` and the connectors' own reader. Raises ``sop.problems.Refused`` with every mistake."""
    tree = _read(files.get(COMPANY_FILE, ""), COMPANY_FILE)
    company = _company(tree)
    connectors = {path: text for path, text in files.items() if path.startswith(CONNECTOR_FOLDER)}
    calendars, problems = _calendars(company, tree)
    problems += _unknown_names(company, tree)
    messages = _messages(files[MESSAGES_FILE]) if MESSAGES_FILE in files else {}
    if problems:
        raise Refused(problems)
    space = Workspace(
        company=company,
        calendars=calendars,
        messages=messages,
        definitions={path: text for path, text in files.items() if path.startswith(DEFINITION_FOLDERS)},
        connectors=connectors,
        catalog=_catalog(company, calendars, messages, connectors, playbooks_in(files), written_policies(tree)),
        notes=tuple(notes_on(calendars)),
    )
    if wrong := errors(problems_of_policies(company, tree, space.catalog)):
        raise Refused(wrong)
    return space


def _read(text: str, file: str) -> Tree:
    tree = yaml_text.read(text, file)
    if errors(tree.problems):
        raise Refused(tree.problems)
    return tree


def _company(tree: Tree) -> CompanyShape:
    try:
        return CompanyShape.model_validate(tree.data)
    except ValidationError as error:
        raise Refused(_of_shape(tree, detail) for detail in error.errors(include_url=False)) from None


def _of_shape(tree: Tree, detail: ErrorDetails) -> Problem:
    pointer, last = "", "—"
    for part in detail["loc"]:
        if (inner := f"{pointer}/{escape(str(part))}") in tree.positions:
            pointer, last = inner, str(part)
    if detail["type"] == "missing":
        return tree.problem("107", pointer, name=str(detail["loc"][-1]))
    if detail["type"] == "extra_forbidden":
        return tree.problem("101", pointer, on_key=True, name=last, known=", ".join(CompanyShape.model_fields))
    said = detail["msg"].removeprefix("Value error, ")
    return _wrong(tree, pointer, last, f"正确的值（{said}）", f"another value ({said})")


def _wrong(tree: Tree, pointer: str, name: str, zh: str, en: str) -> Problem:
    return tree.problem("106.value", pointer, name=name, wanted=(zh, en))


def _calendars(company: CompanyShape, tree: Tree) -> tuple[dict[str, dict[str, object]], list[Problem]]:
    """The calendars as plain JSON with their versions, holidays filled in; and what is wrong with them."""
    plain: dict[str, dict[str, object]] = {}
    problems: list[Problem] = []
    for name, shape in company.calendars.items():
        try:
            known = _plain_calendar(shape)
            plain[name] = {**known, "version": Calendar.from_plain(known).version}
        except (NoCalendar, NoSuchCountry) as error:
            wanted = (f"可用的日历（{error.zh}）", f"a calendar that can be used ({error})")
            problems.append(_wrong(tree, f"/calendars/{name}", name, *wanted))
    if "default" not in company.calendars:
        problems.append(tree.problem("107", "/calendars", name="default"))
    return plain, problems


def _plain_calendar(shape: CalendarShape) -> dict[str, object]:
    week = {str(day): list(windows) for day, windows in shape.week.items()}
    off, extra = list(shape.off), {day: list(windows) for day, windows in shape.extra.items()}
    if shape.holidays is not None:
        make_up = shape.make_up or week.get("mon", [])
        found = public_holidays(shape.holidays.country, shape.holidays.years)
        holidays_off, made_up = closures(found, week, make_up)
        off, extra = sorted({*off, *holidays_off}), {**made_up, **extra}
        if found.uncovered:
            return {"tz": shape.tz, "week": week, "off": off, "extra": extra, "uncovered": list(found.uncovered)}
    return {"tz": shape.tz, "week": week, "off": off, "extra": extra}


def _unknown_names(company: CompanyShape, tree: Tree) -> Iterator[Problem]:
    """Names that lead nowhere: of roles, teams, skills, people, categories, priorities, channels and segments."""
    for kind, name, pointer, known in _names_used(company):
        if name not in known:
            meant = closest(name, known) or "—"
            yield _wrong(tree, pointer, name, f"已有的{_KINDS[kind]}（{meant}？）", f"a known {kind} ({meant}?)")


def _names_used(company: CompanyShape) -> Iterator[tuple[str, str, str, Mapping[str, object]]]:
    people, teams = company.people, company.teams
    for key, team in teams.items():
        yield from _one("person", team.lead, f"/teams/{key}/lead", people)
        yield from _one("calendar", team.calendar, f"/teams/{key}/calendar", company.calendars)
    for key, segment in company.segments.items():
        yield from _one("calendar", segment.calendar, f"/segments/{key}/calendar", company.calendars)
    for key, person in people.items():
        pointer = f"/people/{key}"
        yield from (("role", name, f"{pointer}/roles", company.roles) for name in person.roles)
        yield from (("team", name, f"{pointer}/teams", teams) for name in person.teams)
        yield from (("skill", name, f"{pointer}/skills", company.skills) for name in person.skills)
        yield from _one("person", person.manager, f"{pointer}/manager", people)
    for key, category in company.categories.items():
        yield from _one("team", category.team, f"/categories/{key}/team", teams)
        yield "priority", category.priority, f"/categories/{key}/priority", company.priorities
    yield from _names_of_desk(company)
    yield from _names_of_rules(company)


def _names_of_desk(company: CompanyShape) -> Iterator[tuple[str, str, str, Mapping[str, object]]]:
    desk = company.desk
    if desk.calendar != OF_TEAM:
        yield "calendar", desk.calendar, "/desk/calendar", company.calendars
    yield from _one("team", desk.fallback_team, "/desk/fallback_team", company.teams)
    kind, _, name = desk.handoffs_to.partition(":")
    known: dict[str, tuple[str, Mapping[str, object]]] = {
        "user": ("person", company.people),
        "role": ("role", company.roles),
        "team": ("team", company.teams),
    }
    if kind in known:
        yield known[kind][0], name, "/desk/handoffs_to", known[kind][1]


def _names_of_rules(company: CompanyShape) -> Iterator[tuple[str, str, str, Mapping[str, object]]]:
    for index, rule in enumerate(company.rules):
        pointer = f"/rules/{index}"
        yield from _one("category", rule.category, f"{pointer}/category", company.categories)
        yield from _one("priority", rule.priority, f"{pointer}/priority", company.priorities)
        yield from _one("team", rule.team, f"{pointer}/team", company.teams)
        yield from (("category", name, f"{pointer}/categories", company.categories) for name in rule.categories)
        yield from (("channel", name, f"{pointer}/channels", company.channels) for name in rule.channels)
        yield from (("segment", name, f"{pointer}/tiers", company.segments) for name in rule.tiers)


_KINDS = {
    "person": "人员",
    "role": "角色",
    "team": "团队",
    "skill": "技能",
    "priority": "优先级",
    "category": "类别",
    "channel": "渠道",
    "segment": "客户分级",
    "calendar": "日历",
}


def _one(
    kind: str, name: str | None, pointer: str, known: Mapping[str, object]
) -> Iterator[tuple[str, str, str, Mapping[str, object]]]:
    if name is not None:
        yield kind, name, pointer, known


def _messages(text: str) -> Messages:
    tree = _read(text, MESSAGES_FILE)
    entries = tree.data if isinstance(tree.data, dict) else {}
    problems = [
        _wrong(tree, f"/{escape(str(key))}", str(key), "zh 和 en 各一段文本", "one text for each of zh and en")
        for key, texts in entries.items()
        if not isinstance(texts, dict)
        or set(texts) != {"zh", "en"}
        or not all(isinstance(t, str) for t in texts.values())
    ]
    if problems:
        raise Refused(problems)
    return entries


def _catalog(
    company: CompanyShape,
    calendars: Mapping[str, dict[str, object]],
    messages: Messages,
    connectors: Mapping[str, str],
    playbooks: frozenset[str],
    policies: Mapping[str, object],
) -> Catalog:
    fields = [field.key for field in company.fields]
    return Catalog(
        roles=frozenset(company.roles),
        teams=frozenset(company.teams),
        people=frozenset(company.people),
        skills=frozenset(company.skills),
        segments=frozenset(company.segments),
        categories=frozenset(company.categories),
        templates=frozenset(messages),
        texts=messages,
        playbooks=playbooks,
        events={name: tuple(event.fields) for name, event in company.events.items()},
        ticket=tuple(dict.fromkeys((*TICKET_FIELDS, *fields))),
        customer=tuple(dict.fromkeys((*CUSTOMER_FIELDS, *company.customer))),
        personal=frozenset(company.personal),
        actions=actions_of(_offered(connectors)),
        calendars=calendars,
        staff={
            name: Colleague(frozenset(each.roles), frozenset(each.teams), frozenset(each.skills), each.on_duty)
            for name, each in company.people.items()
        },
        kinds={f"ticket.{field.key}": str(field.type) for field in company.fields},
        titles=_titles(company),
        policies=policies,
        hours=hours_of(company),
    )


def _titles(company: CompanyShape) -> dict[str, tuple[str, str]]:
    named: dict[str, Title | None] = {f"role:{key}": title for key, title in company.roles.items()}
    named |= {f"team:{key}": team.title for key, team in company.teams.items()}
    named |= {f"skill:{key}": title for key, title in company.skills.items()}
    named |= {f"event:{key}": event.title for key, event in company.events.items()}
    named |= {f"calendar:{key}": calendar.title for key, calendar in company.calendars.items()}
    return {key: (title.zh, title.en) for key, title in named.items() if title is not None}


def _offered(connectors: Mapping[str, str]) -> dict[str, object]:
    """The operations of every connector file; raises ``Refused`` for a file that cannot be read or offers nonsense."""
    offered: dict[str, object] = {}
    for path, text in sorted(connectors.items()):
        tree = _read(text, path)
        try:
            offered |= actions_of_connector(tree.data if isinstance(tree.data, dict) else {})
            actions_of(offered | _inverses(offered))
        except BadCatalog as error:
            raise Refused(
                [_wrong(tree, "/operations", "operations", f"目录可用的操作（{error}）", f"usable ones ({error})")]
            ) from None
    return offered


def _inverses(offered: Mapping[str, object]) -> dict[str, object]:
    """The inverses named so far: another file may still bring them."""
    named = {each["undo"] for each in offered.values() if isinstance(each, dict) and each.get("undo")}
    return {str(name): {} for name in named if name not in offered}
