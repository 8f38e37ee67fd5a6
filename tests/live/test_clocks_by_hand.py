"""Clocks on real servers, reckoned by hand: calendars of a team and of a customer, and a ladder by several ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tests.live.console import notes, signed_in
from tests.live.desk import Desk, prepared, until
from tests.live.workspaces import workspace_with

pytestmark = pytest.mark.live
Json = Any  # an answer of an API, read by tests only

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANGES = (
    ("en: IT}, lead: sunhao}", "en: IT}, lead: sunhao, calendar: early_shift}"),
    ("en: Human resources}, lead: qianyu}", "en: Human resources}, lead: qianyu, calendar: owls}"),
    ("  regular: {zh: 普通客户, en: Regular customer}", "  regular: {zh: 普通, en: Regular, calendar: always}"),
)
LADDER = """sla:
  quick:
    metric: first_response
    when: ticket.channel == 'wechat'
    target: 2s
    escalate:
      - {at: 50%, to: "user:wangfang", notify: [sms, wechat]}
      - {at: 100%, to: "role:department_manager", notify: [app, sms, wechat, email]}
  their_time:
    categories: [general]
    calendar: customer
    target: [{when: customer.tier == 'vip', is: 4wh}, {is: 8wh}]
"""


class Hours(NamedTuple):
    """Working hours that are the same every day, of a place."""

    zone: str
    windows: tuple[tuple[str, str], ...]

    def written(self) -> str:
        """As a calendar of the company's file."""
        shifts = ", ".join(f'"{opening}-{closing}"' for opening, closing in self.windows)
        week = ", ".join(f"{day}: [{shifts}]" for day in DAYS)
        return f"{{tz: {self.zone}, week: {{{week}}}}}"

    def shifts(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """A month of shifts from a moment on."""
        zone = ZoneInfo(self.zone)
        first = start.astimezone(zone).date() - timedelta(days=1)
        for day in (first + timedelta(days=n) for n in range(30)):
            for opening, closing in self.windows:
                opens, closes = time.fromisoformat(opening), time.fromisoformat(closing)
                ends_on = day if closes > opens else day + timedelta(days=1)
                begin = max(start, datetime.combine(day, opens, zone).astimezone(UTC))
                end = datetime.combine(ends_on, closes, zone).astimezone(UTC)
                if begin < end:
                    yield begin, end

    def due(self, start: datetime, work: timedelta) -> datetime:
        """When so much work is done, shift by shift."""
        for begin, end in self.shifts(start):
            if work <= end - begin:
                return begin + work
            work -= end - begin
        raise AssertionError("a month is not enough")

    def worked(self, start: datetime, until_: datetime) -> timedelta:
        """How much is worked between two moments."""
        return sum((min(end, until_) - begin for begin, end in self.shifts(start) if begin < until_), timedelta())


EARLY = Hours("Asia/Shanghai", (("06:00", "10:00"), ("11:00", "15:00")))
OWLS = Hours("Europe/Berlin", (("20:00", "04:00"),))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[Desk]:
    """A company whose IT works early and whose HR works at night, where WeChat escalates soon."""
    folder = tmp_path_factory.mktemp("desk")
    calendars = f"calendars:\n  early_shift: {EARLY.written()}\n  owls: {OWLS.written()}\n"
    space = workspace_with(folder / "space", "sla:\n", LADDER, ("calendars:\n", calendars), *CHANGES)
    running = Desk(prepared(folder / "var", free_port, workspace=space))
    try:
        running.start()
        yield running
    finally:
        running.stop()


def clock(desk: Desk, no: str, name: str) -> dict[str, Json]:
    [found] = [one for one in desk.ticket(no)["clocks"] if one["clock"] == name]
    return dict(found)


def why(desk: Desk, no: str, name: str) -> dict[str, Json]:
    answer = desk.http.get(f"/api/v1/tickets/{no}/clocks/{name}/why")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def sent(desk: Desk, no: str, *addresses: str) -> Counter[tuple[str, str]]:
    """What the gateway has sent about a ticket, by channel and address."""
    return Counter(
        (message["channel"], message["to"])
        for address in addresses
        for message in desk.company.messages(address)
        if no in message["text"]
    )


def test_a_rung_tells_by_every_way_it_names_once_each(desk: Desk) -> None:
    no = desk.open(category="general", subject="咨询", channel="wechat")
    desk.until(no, lambda told: [c for c in told["clocks"] if c["clock"] == "quick" and c["breached_at"]], "too late")
    ways = {("sms", "13900000001"), ("wechat", "huangwei_gd"), ("email", "huangwei@example.com")}
    addresses = [address for _, address in ways]
    until(lambda: len(sent(desk, no, *addresses)) >= len(ways), "the manager is told", lambda: f"{sent(desk, no)}")
    until(lambda: bool(sent(desk, no, "wangfang@example.com")), "she has an e-mail address only, and is told by it")

    with signed_in(desk, "huangwei") as browser:
        noted = notes(browser, no)

    assert sent(desk, no, *addresses) == dict.fromkeys(ways, 1)
    assert sent(desk, no, "wangfang@example.com") == {("email", "wangfang@example.com"): 1}
    assert len(noted) == 1
    alerts = [row["data"] for row in desk.ledger(no) if row["type"] == "alert" and row["data"]["about"] == "quick"]
    assert [alert["reached"] for alert in alerts] == [["wangfang"], ["huangwei"]]
    assert desk.ticket(no)["messages"] == []  # the relay says so where a message cannot be sent


def test_a_merged_ticket_escalates_no_more(desk: Desk) -> None:
    over, stays = (desk.open(category="general", subject="咨询", channel="wechat") for _ in range(2))
    for each in (over, stays):
        desk.until(each, lambda told: [c for c in told["clocks"] if c["clock"] == "quick"], "its clocks run")
    assert desk.post(f"/tickets/{over}/merge", {"into": stays}).status_code == 200

    until(lambda: bool(clock(desk, stays, "quick")["breached_at"]), "the other one is late")

    assert {one["state"] for one in desk.ticket(over)["clocks"]} == {"stopped"}
    assert clock(desk, over, "quick")["met"] is None
    rows = desk.ledger(over)
    [merged] = [row["seq"] for row in rows if row["type"] == "ticket.merged"]
    assert not [row for row in rows if row["seq"] > merged and row["type"] in ("alert", "clock.breached")]


def test_the_teams_hours_are_what_its_tickets_are_due_by(desk: Desk) -> None:
    no = desk.open(category="it_request", subject="换电脑")
    desk.until(no, lambda told: told["clocks"], "its clocks run")
    told = why(desk, no, "ordinary_handling")

    start = moment(told["started_at"])
    assert moment(clock(desk, no, "ordinary_handling")["due_at"]) == EARLY.due(start, timedelta(hours=2))
    assert told["calendars"][0]["name"] == "early_shift"
    assert "日历 early_shift（" in told["lines"]["zh"][0]
    assert "calendar early_shift (" in told["lines"]["en"][0]

    assert desk.post(f"/tickets/{no}/transfer", {"to": "team:hr"}).status_code == 200

    told = why(desk, no, "ordinary_handling")
    assert [use["name"] for use in told["calendars"]] == ["early_shift", "owls"]
    changed = moment(told["calendars"][1]["since"])
    left = timedelta(hours=2) - EARLY.worked(start, changed)
    assert moment(clock(desk, no, "ordinary_handling")["due_at"]) == OWLS.due(changed, left)
    assert any("按日历 owls" in line for line in told["lines"]["zh"])
    assert any("on calendar owls" in line for line in told["lines"]["en"])


def test_another_tier_and_calendar_reach_the_open_tickets_only(desk: Desk) -> None:
    customer = {"external_id": "C-77", "tier": "regular", "name": "韩梅梅"}
    over, no = (desk.open(category="general", subject="咨询", customer=customer) for _ in range(2))
    for each in (over, no):
        desk.until(each, lambda told: [c for c in told["clocks"] if c["clock"] == "their_time"], "its clocks run")
    assert desk.post(f"/tickets/{over}/cancel", {}).status_code == 200
    ended, rows = desk.ticket(over), desk.ledger(over)
    first = why(desk, no, "their_time")
    start = moment(first["started_at"])
    assert moment(first["due_at"]) == start + timedelta(hours=8)

    answer = desk.post(f"/customers/{ended['customer']['id']}/standing", {"tier": "vip", "calendar": "owls"})

    assert answer.json()["tickets"] == 1
    desk.until(no, lambda told: [r for r in desk.ledger(no) if r["type"] == "ticket.customer"], "the ticket is told")
    [changed] = [moment(row["at"]) for row in desk.ledger(no) if row["type"] == "ticket.customer"]
    used = changed - start
    told = why(desk, no, "their_time")
    assert moment(told["due_at"]) == OWLS.due(changed, timedelta(hours=4) - used)
    assert moment(clock(desk, no, "their_time")["due_at"]) == moment(told["due_at"])
    assert [use["name"] for use in told["calendars"]] == ["always", "owls"]
    assert any("按日历 owls" in line for line in told["lines"]["zh"])
    assert any("on calendar owls" in line for line in told["lines"]["en"])

    new = desk.open(category="general", subject="又来", customer={"external_id": "C-77", "tier": "regular"})
    desk.until(new, lambda told: [c for c in told["clocks"] if c["clock"] == "their_time"], "its clocks run")
    first = why(desk, new, "their_time")
    assert moment(first["due_at"]) == OWLS.due(moment(first["started_at"]), timedelta(hours=8))
    until(lambda: clock(desk, no, "their_time")["target"] == "8wh", "the intake's tier is told to the other one")
    assert moment(clock(desk, no, "their_time")["due_at"]) == OWLS.due(changed, timedelta(hours=8) - used)
    assert (desk.ticket(over), desk.ledger(over)) == ({**ended, "customer": desk.ticket(over)["customer"]}, rows)
