from datetime import date
from pathlib import Path

import pytest

from sop.calendars import Calendar
from sop.desk import desk_in, desk_of, plain_desk
from sop.problems import Language, Refused
from sop.workspace import COMPANY_FILE, Workspace, parse, wanted

SMALL = """
company: {zh: 小店, en: Small shop}
roles: {agent: {zh: 客服, en: Agent}}
teams: {desk: {title: {zh: 服务台, en: Desk}, lead: wang}}
people: {wang: {name: 王, roles: [agent], teams: [desk]}}
calendars: {default: {tz: Asia/Shanghai, week: {mon: ["09:00-18:00"]}}}
priorities: {normal: {zh: 普通, en: Normal}}
categories: {general: {title: {zh: 一般, en: General}, team: desk}}
events: {ticket.created: {title: {zh: 已创建, en: Opened}}}
"""


def refused(text: str) -> list[str]:
    with pytest.raises(Refused) as error:
        parse({COMPANY_FILE: text})
    assert all(problem.message(Language.ZH) for problem in error.value.problems)
    return [problem.head(Language.EN) for problem in error.value.problems]


@pytest.fixture(scope="module")
def shipped(checkout: Path) -> Workspace:
    folders = ("sop/library", "playbooks/library", "activities/connectors", "activities/templates")
    paths = [checkout / COMPANY_FILE, *(path for folder in folders for path in (checkout / folder).glob("*.yaml"))]
    names = {path.relative_to(checkout).as_posix(): path for path in paths}
    return parse({name: path.read_text(encoding="utf-8") for name, path in names.items() if wanted(name)})


def test_the_shipped_company_is_complete(shipped: Workspace) -> None:
    company = shipped.company

    assert len(company.people) >= 12
    for key, team in company.teams.items():
        assert team.lead in company.people, key
        assert any(key in person.teams for person in company.people.values()), key
    for role in company.roles:
        assert any(role in person.roles and person.on_duty for person in company.people.values()), role
    for skill in company.skills:
        assert any(skill in person.skills and person.on_duty for person in company.people.values()), skill


def test_the_shipped_calendar_works_on_make_up_days_and_rests_on_holidays(shipped: Workspace) -> None:
    office = Calendar.from_plain(shipped.calendars["default"])
    days = {day: len(office.shifts_on(date.fromisoformat(day))) for day in ("2026-10-01", "2026-10-10", "2026-10-11")}

    assert days == {"2026-10-01": 0, "2026-10-10": 2, "2026-10-11": 0}
    assert shipped.calendars["default"]["version"] == office.version


def test_the_catalog_knows_connectors_events_fields_and_templates(shipped: Workspace) -> None:
    catalog = shipped.catalog

    assert {"erp.rma.create", "logistics.dispatch.create", "crm.coupon.issue", "ticket.update"} <= set(catalog.actions)
    assert catalog.events["parcel.received"] == ("tracking_no", "at", "warehouse")
    assert {"order", "asset_no"} <= set(catalog.ticket)
    assert "refund_done" in catalog.templates
    assert "wangfang" in catalog.people


def test_every_template_that_a_definition_names_exists(shipped: Workspace) -> None:
    named = {
        line.split("template: ")[1].split(",")[0].split("}")[0].strip()
        for text in shipped.definitions.values()
        for line in text.splitlines()
        if "template: " in line
    }

    assert named <= shipped.catalog.templates


def test_unknown_names_are_found_with_their_place_and_what_was_meant() -> None:
    said = refused(SMALL.replace("roles: [agent]", "roles: [agnt]").replace("team: desk", "team: dsk"))

    assert len(said) == 2
    assert "gongdan.yaml:5:" in said[0]
    assert "agent" in said[0]
    assert "desk" in said[1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('week: {mon: ["09:00-18:00"]}', "week: {mon: []}", "no working time"),
        ("default:", "office:", "default"),
        ("tz: Asia/Shanghai, ", "tz: Asia/Shanghai, holidays: XX, ", "XX"),
        ("company: {zh: 小店, en: Small shop}", "company: {zh: 小店}", "en"),
        ("events:", "evnts:", "evnts"),
        ("name: 王,", "name: 王, password: secret,", "password"),
    ],
)
def test_a_wrong_company_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    heads = refused(SMALL.replace(old, new))

    assert any(said in head and head.startswith("gongdan.yaml:") for head in heads)


def test_a_message_needs_both_languages() -> None:
    with pytest.raises(Refused, match="zh and en"):
        parse({COMPANY_FILE: SMALL, "activities/templates/messages.yaml": "hello: {zh: 您好}"})


def test_a_connector_that_offers_nonsense_is_refused() -> None:
    connector = "connector: a\noperations: {b: {in: [], out: {}, effect: nonsense, idempotent: key}}"

    with pytest.raises(Refused, match="nonsense"):
        parse({COMPANY_FILE: SMALL, "activities/connectors/a.yaml": connector})


@pytest.mark.parametrize(
    ("path", "belongs"),
    [
        ("gongdan.yaml", True),
        ("sop/library/return.sop.yaml", True),
        ("activities/connectors/erp.yaml", True),
        ("activities/connectors/model.py", False),
        ("tests/scenarios/return.yaml", False),
    ],
)
def test_only_its_own_files_belong_to_a_workspace(path: str, belongs: bool) -> None:
    assert wanted(path) is belongs


@pytest.mark.parametrize(
    ("desk", "at"),
    [
        ("lease: soon", "lease"),
        ("lease: 0h", "no time at all"),
        ("calendar: nights", "nights"),
        ("handoffs_to: customer", "handoffs_to"),
        ("handoffs_to: 'role:boss'", "boss"),
        ("fallback_team: nobody", "nobody"),
        ("counted: [claim]", "escalation"),
        ("max_handoffs: -1", "max_handoffs"),
        ("leases: 4h", "leases"),
    ],
)
def test_a_desk_that_cannot_be_kept_is_refused(desk: str, at: str) -> None:
    [problem] = refused(f"{SMALL}desk: {{{desk}}}\n")

    assert at in problem


def test_a_desk_goes_by_the_hours_of_the_tickets_team(shipped: Workspace) -> None:
    company, calendars = shipped.company, shipped.calendars

    desks = {team: desk_of(company, calendars, team) for team in ("field_service", "warehouse", None)}

    assert desks["field_service"].calendar == calendars["field_service"]
    assert desks["warehouse"].calendar == desks[None].calendar == calendars["default"]
    assert desk_in(plain_desk(desks["field_service"])) == desks["field_service"]


def test_a_desk_that_is_not_written_has_a_lease_and_a_fallback() -> None:
    space = parse({COMPANY_FILE: SMALL})
    never = parse({COMPANY_FILE: f"{SMALL}desk: {{lease: never}}\n"})

    desk = desk_of(space.company, space.calendars)

    assert (desk.lease, desk.max_handoffs, desk.fallback) == ("4wh", 3, "team:desk")
    assert "away" not in desk.counted
    assert desk_of(never.company, never.calendars).lease is None
