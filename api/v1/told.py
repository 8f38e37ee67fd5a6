"""What answers say. These shapes document the API; ``api.v1.views`` fills them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Words = Annotated[str | dict[str, str] | None, Field(description="A text, or one for each language: {zh, en}.")]
Moment = Annotated[datetime, Field(description="ISO 8601 in UTC.")]
Light = Literal["green", "yellow", "red"]


class Told(BaseModel):
    """Part of an answer; fields may be added, never taken away."""

    model_config = ConfigDict(extra="allow")


class ProblemTold(Told):
    """RFC 9457. ``code`` is stable, ``title`` and ``detail`` are in the language of Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FieldErrorTold] | None = None


class FieldErrorTold(Told):
    """One field that is not valid; ``pointer`` is a JSON pointer into the body."""

    pointer: str
    message: str


class TicketOpened(Told):
    """A ticket accepted: whatever happens now, it will be worked on. ``token`` opens the customer's page."""

    no: str
    status: str
    url: str
    token: str
    created_at: Moment


class Done(Told):
    """The ticket took it: where it stands now, and the ledger row up to which it has happened."""

    status: str
    seq: int


class MessageKept(Told):
    """A message kept."""

    id: int
    created_at: Moment


class EventKept(Told):
    """What became of an event: its tickets are told, it was known already, or it waits for its ticket."""

    status: Literal["accepted", "duplicate", "waiting"]
    tickets: list[str]


class FileKept(Told):
    """A file kept; its ``id`` is the value of a file or photo field."""

    id: str
    name: str
    media_type: str
    size: int
    url: str


class TicketLine(Told):
    """A ticket in a list."""

    no: str
    subject: str
    category: str | None
    priority: str
    channel: str
    status: str
    owner_person: str | None
    owner_team: str | None
    due_at: Moment | None
    light: Light
    created_at: Moment
    updated_at: Moment


class TicketPage(Told):
    """One page of tickets; ``next_cursor`` is null on the last."""

    items: list[TicketLine]
    next_cursor: str | None


class RunTold(Told):
    """One run of an SOP or playbook on the ticket, with its pinned version."""

    run: str
    kind: Literal["sop", "playbook"]
    key: str
    version: int
    sha256: str
    title: Words
    status: str
    result: str | None


class OptionTold(Told):
    """One choice of a field."""

    value: str
    label: Words


class FieldTold(Told):
    """One question of a form."""

    key: str
    type: str
    label: Words
    required: bool
    options: list[OptionTold] = []
    default: object = None
    min: object = None
    max: object = None
    personal: bool = False
    help: Words = None


class OutcomeTold(Told):
    """One button that ends a task."""

    key: str
    label: Words


class IncidentTold(Told):
    """Why a step waits for its owner; settle it with ``…/incident``."""

    code: str
    message: str
    where: str = ""
    choices: list[str] = ["retry", "enter", "skip", "stop"]


class StepTold(Told):
    """An open step. ``key`` (``<run>.<step>``) always addresses it, ``step`` alone where it is the only one."""

    key: str
    run: str
    step: str
    visit: int
    type: str
    title: Words
    person: str | None
    pool: str | None
    approvers: list[str]
    form: list[FieldTold]
    outcomes: list[OutcomeTold]
    script: Words
    waits_for: list[str]
    due_at: Moment | None
    timeout_at: Moment | None
    opened_at: Moment
    incident: IncidentTold | None
    gate: int | None


class ClockTold(Told):
    """One clock: when it is due, whether it counts, and its light."""

    run: str
    clock: str
    state: Literal["running", "paused", "stopped"]
    due_at: Moment | None
    warn_at: Moment | None
    breached_at: Moment | None
    met: bool | None
    target: str
    light: Light


class PromiseTold(Told):
    """A time that the customer was told. ``reason``: how it was kept, or why it was broken or withdrawn."""

    promise: str
    title: Words
    state: Literal["open", "kept", "broken", "withdrawn"]
    light: Light
    within: str
    made_at: Moment
    due_at: Moment
    warn_at: Moment | None
    closed_at: Moment | None
    late_seconds: int | None
    reason: str | None
    note: str | None
    sop: str | None
    run: str | None
    step: str | None
    message_id: int | None
    checked_by: str | None
    playbook: str | None
    person: str | None
    team: str | None
    outputs: dict[str, object]


class CustomerTold(Told):
    """The ticket's customer."""

    id: int
    external_id: str | None
    name: str | None
    tier: str | None
    language: str | None


class MergedTold(Told):
    """A ticket in whose place this one goes on: its files are listed here, the rest is there."""

    no: str
    subject: str
    url: str


class TicketTold(Told):
    """A ticket: where it stands, who owns it, what runs, and what can be done now."""

    no: str
    subject: str
    body: str
    status: str
    result: str | None
    merged_into: str | None
    category: str | None
    priority: str
    channel: str
    seq: int
    owner: dict[str, str | None]
    customer: CustomerTold | None
    fields: dict[str, object]
    order: dict[str, object]
    tags: list[str]
    due_at: Moment | None
    light: Light
    created_at: Moment
    updated_at: Moment
    runs: list[RunTold]
    steps: list[StepTold]
    clocks: list[ClockTold]
    promises: list[PromiseTold]
    merged_from: list[MergedTold]


class EntryTold(Told):
    """One row of the ledger; ``hash`` covers the row and ``prev_hash``."""

    seq: int
    type: str
    at: Moment
    run: str | None
    step: str | None
    visit: int | None
    by: dict[str, object] | None
    data: dict[str, object]
    prev_hash: str
    hash: str


class LedgerPage(Told):
    """One page of the ledger, oldest first."""

    items: list[EntryTold]
    next_cursor: str | None


class MistakeTold(Told):
    """One mistake of a draft at its place (from 1)."""

    line: int
    column: int
    severity: str
    code: str
    message: Words
    hint: Words


class OpenStepTold(Told):
    """A step that stands open in a simulation, and what may be done with it."""

    step: str
    type: str
    title: Words = None
    assign: str | None = None
    incident: str | None = None
    form: list[dict[str, object]]
    outcomes: list[dict[str, object]]
    waits_for: list[str]


class WalkTold(Told):
    """Where a simulation stands after its moves. ``way``: each step it came by, and how that stands; ``refused``: the
    moves (from 1) the engine refused, each with the reason; ``diagram``: the way taken, as Mermaid."""

    now: Moment
    next_timer: Moment | None
    ended: bool
    status: str
    result: str | None
    open: list[OpenStepTold]
    clocks: list[dict[str, object]]
    alerts: list[dict[str, object]]
    calls: list[dict[str, object]]
    way: dict[str, str]
    trail: list[dict[str, object]]
    refused: list[dict[str, object]]
    diagram: str


class SimulationTold(Told):
    """What came of it. A draft with errors has no ``simulation``."""

    definition: dict[str, object] | None
    problems: list[MistakeTold]
    simulation: WalkTold | None


class ScenarioTold(Told):
    """A ticket as a scenario file. ``left_out``: what of it no scenario holds; ``otherwise``: what goes otherwise when
    the file is played on that version, one sentence each; nothing where it passes."""

    ticket: str
    definition: dict[str, object]
    scenario: str
    left_out: list[dict[str, str]]
    otherwise: list[str]
