"""The company as ``gongdan.yaml`` writes it: one frozen model for each of its mappings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from sop.durations import parse
from sop.model import FormField, Shape
from sop.policies import ClockPolicy

Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
EventType: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Language: TypeAlias = Literal["zh", "en"]


class Title(Shape):
    """What people read; both languages are required."""

    zh: str
    en: str


class TeamShape(Shape):
    """A team, the person who leads it, and the hours it works where they are not the company's."""

    title: Title
    lead: Name | None = None
    calendar: Name | None = None


class SegmentShape(Title):
    """A segment of customers; ``calendar``: the hours that promises to them count on."""

    calendar: Name | None = None


class PersonShape(Shape):
    """A colleague. ``manager`` is another person's key. Passwords are given by the product, never here."""

    name: str
    email: str | None = None
    phone: str | None = None
    wechat: str | None = None
    roles: tuple[Name, ...] = ()
    teams: tuple[Name, ...] = ()
    skills: tuple[Name, ...] = ()
    languages: tuple[Language, ...] = ("zh",)
    timezone: str = "Asia/Shanghai"
    manager: Name | None = None
    on_duty: bool = True
    admin: bool = False


class HolidayShape(Shape):
    """Whose public holidays a calendar keeps, and for which years."""

    country: str
    years: tuple[int, ...] = (2025, 2026, 2027)


def _country(value: object) -> object:
    return {"country": value} if isinstance(value, str) else value


class CalendarShape(Shape):
    """Working time: windows of the week, public holidays, and the company's own days off and extra days.

    ``make_up``: the windows of a weekend day worked in exchange for a holiday; those of Monday if it is empty."""

    title: Title | None = None
    tz: str
    week: dict[Day, tuple[str, ...]]
    holidays: Annotated[HolidayShape | None, BeforeValidator(_country)] = None
    make_up: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class CategoryShape(Shape):
    """One kind of ticket: the team it goes to and its usual priority."""

    title: Title
    team: Name | None = None
    priority: str = "normal"


class RuleShape(Shape):
    """A rule of classification; all the conditions it writes must hold. The first rule that holds decides.

    ``words``: any of them in the subject or the body, whatever the case. ``fields``: ticket fields with one of
    the values, or any value at all for an empty list. ``channels``, ``tiers`` and ``categories`` (as asked for at
    intake): one of them."""

    id: Name
    words: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    fields: dict[Name, tuple[str, ...]] = Field(default_factory=dict)
    categories: tuple[Name, ...] = ()
    tiers: tuple[Name, ...] = ()
    category: Name | None = None
    priority: str | None = None
    team: Name | None = None


class EventShape(Shape):
    """An event that may come from outside or from the desk itself."""

    title: Title
    fields: tuple[Name, ...] = ()


class Counted(StrEnum):
    """A kind of hand-off that may be counted: one is one, however many steps it moves."""

    TRANSFER = "transfer"
    RELEASE = "release"
    LEASE = "lease"
    ESCALATION = "escalation"
    AWAY = "away"


def _lease(text: str) -> str:
    if text != "never" and parse(text).amount < 1:
        raise ValueError(f"{text} is no time at all: write 4wh, 1d, or never")
    return text


class DeskShape(Shape):
    """Who holds a ticket, and for how long.

    ``lease``: how long a claim holds without a sign of life from whoever claimed, or ``never`` ends; working time
    counts on ``calendar`` (``team``: that of the ticket's team). More than ``max_handoffs`` (0: any number) of the
    kinds ``counted`` are told to ``handoffs_to``, again after as many more. ``fallback_team`` answers for tickets that
    nobody else does."""

    lease: Annotated[str, AfterValidator(_lease)] = "4wh"
    calendar: Name = "default"
    max_handoffs: Annotated[int, Field(ge=0, le=1000)] = 3
    handoffs_to: Annotated[str, Field(pattern=r"^(lead|(user|role|team):[a-z][a-z0-9_]*)$")] = "lead"
    counted: tuple[Counted, ...] = (Counted.TRANSFER, Counted.RELEASE, Counted.LEASE, Counted.ESCALATION)
    fallback_team: Name | None = None


class PublishShape(Shape):
    """What publishing asks of a definition: how much of it its scenarios must come by, in percent."""

    min_coverage: Annotated[int, Field(ge=0, le=100)] = 0


class CompanyShape(Shape):
    """The whole file."""

    company: Title
    languages: tuple[Language, ...] = ("zh", "en")
    roles: dict[Name, Title]
    teams: dict[Name, TeamShape]
    skills: dict[Name, Title] = Field(default_factory=dict)
    people: dict[Name, PersonShape] = Field(default_factory=dict)
    calendars: dict[Name, CalendarShape]
    desk: DeskShape = DeskShape()
    priorities: dict[Name, Title] = Field(default_factory=dict)
    channels: dict[Name, Title] = Field(default_factory=dict)
    segments: dict[Name, SegmentShape] = Field(default_factory=dict)
    sla: dict[Name, ClockPolicy] = Field(default_factory=dict)
    publish: PublishShape = Field(default_factory=PublishShape)
    categories: dict[Name, CategoryShape]
    rules: tuple[RuleShape, ...] = ()
    fields: tuple[FormField, ...] = ()
    customer: tuple[Name, ...] = ()
    personal: tuple[Name, ...] = ("name", "phone", "email", "address")
    events: dict[EventType, EventShape]
