"""The SOP language as data: one frozen model for each step type, with exactly the keys of the language's contract.

Text that holds an expression stays text here; ``sop.expressions`` compiles it once and caches it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictInt

from sop.policies import ClockPolicy as ClockPolicy
from sop.policies import Ladder as Ladder
from sop.policies import Metric as Metric
from sop.policies import Rung as Rung
from sop.written import Constant as Constant
from sop.written import Label as Label
from sop.written import Number as Number
from sop.written import Shape as Shape


class FieldType(StrEnum):
    """What a form field holds. ``money`` and ``number`` are decimals; files and photos are lists of file ids."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"
    CHOICE = "choice"
    CHOICES = "choices"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    FILE = "file"
    PHOTO = "photo"
    EMAIL = "email"
    PHONE = "phone"


class Option(Shape):
    """One choice of a field, when its value and its label differ."""

    value: str
    label: Label


class FormField(Shape):
    """One question of a form, and one output of its step. ``min``/``max``: of a number its size, of text its
    length, of files and choices how many."""

    key: str
    type: FieldType
    label: Label = ""
    optional: StrictBool = False
    options: tuple[str | Option, ...] = ()
    min: Number | None = None
    max: Number | None = None
    default: Constant = None
    personal: StrictBool = False
    help: Label = ""


class Outcome(Shape):
    """One button that ends a task, and where it leads."""

    key: str
    label: Label
    next: str | None = None


class StepShape(Shape):
    """What every step has. ``was``: the id, or ids, that it had in versions before (``gongdan sop migrate``)."""

    id: str
    title: Label = ""
    note: Label = ""
    when: str | StrictBool | None = None
    next: str | None = None
    was: str | tuple[str, ...] | None = None

    @property
    def formerly(self) -> tuple[str, ...]:
        """The ids it had before."""
        return (self.was,) if isinstance(self.was, str) else self.was or ()


class Task(StepShape):
    """A person does it."""

    type: Literal["task"]
    assign: str
    skills: tuple[str, ...] = ()
    form: tuple[FormField, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    script: Label = ""
    due: str | None = None
    remind: str | None = None
    escalate: Ladder = None
    timeout: str | None = None
    on_timeout: str | None = None


class ApprovalOrder(StrEnum):
    """Whether all are asked at once or one after the other."""

    TOGETHER = "together"
    IN_TURN = "in_turn"


class Approval(StepShape):
    """People decide. ``rule``: ``any``, ``all``, a number of votes, or a share such as ``60%``."""

    type: Literal["approval"]
    approvers: str | tuple[str, ...]
    rule: str | StrictInt = "any"
    order: ApprovalOrder = ApprovalOrder.TOGETHER
    script: Label = ""
    due: str | None = None
    remind: str | None = None
    escalate: Ladder = None
    timeout: str | None = None
    on_reject: str | None = None
    on_timeout: str | None = None
    self_approval: StrictBool = False


class Retry(Shape):
    """How often a failed call is tried again: ``attempts`` in all, ``interval`` before the second, doubling up to
    ``max_interval``."""

    attempts: StrictInt = 5
    interval: str = "2s"
    max_interval: str = "2m"


class PromisePolicy(Shape):
    """A time that the customer is told: a durable promise. ``check`` asks a system whether it is kept (``kept`` is a
    condition over ``check.<output>``); ``warn`` is a share of the time, or how long before its end; ``broken`` names
    the playbook that starts when it is not kept."""

    within: str
    check: str | None = None
    arguments: dict[str, Constant] = Field(default_factory=dict, alias="with")
    kept: str | None = None
    warn: str | None = None
    broken: str | None = None
    title: Label = ""


class Action(StepShape):
    """A system does it. ``with`` is a keyword in Python, hence ``arguments``."""

    type: Literal["action"]
    action: str
    arguments: dict[str, Constant] = Field(default_factory=dict, alias="with")
    retry: StrictInt | Retry | None = None
    timeout: str | None = None
    on_error: str | None = None
    idempotency_key: str | None = None
    undo: str | None = None
    promise: PromisePolicy | None = None


class Case(Shape):
    """One case of a decision."""

    when: str
    next: str


class Decision(StepShape):
    """Choose: the first true case, or ``otherwise``."""

    type: Literal["decision"]
    cases: tuple[Case, ...]
    otherwise: str


class Awaited(Shape):
    """One of several events a step waits for."""

    event: str
    match: str | None = None
    next: str | None = None


class Wait(StepShape):
    """Event or time: exactly one of ``event``, ``any_of``, ``for``, ``until``."""

    type: Literal["wait"]
    event: str | None = None
    match: str | None = None
    any_of: tuple[Awaited, ...] = ()
    duration: str | None = Field(default=None, alias="for")
    until: str | None = None
    timeout: str | None = None
    on_timeout: str | None = None


class Branch(Shape):
    """One branch of a parallel step: a path, entered only when its condition holds."""

    path: str
    when: str | None = None


class Rest(StrEnum):
    """What becomes of the branches or passes under way once there are enough: withdrawn, awaited, or left to end by
    themselves beside what comes next."""

    CANCEL = "cancel"
    WAIT = "wait"
    BESIDE = "beside"


class Parallel(StepShape):
    """At the same time: ``join`` is ``all``, ``any`` or how many branches must be done. Without ``rest``, what is under
    way once they are is withdrawn."""

    type: Literal["parallel"]
    branches: tuple[str | Branch, ...]
    join: str | StrictInt = "all"
    rest: Rest | None = None


class Repeat(StepShape):
    """Again: over a list (``each``, ``as``) or ``until`` a condition, ``at_once`` so many together; never more than
    ``max`` passes. ``join``: of a list, ``all``, ``any`` or how many passes must be done. Without ``rest``, what is
    under way once they are is withdrawn, and once the condition holds awaited."""

    type: Literal["repeat"]
    do: str
    each: str | None = None
    name: str = Field(default="item", alias="as")
    at_once: StrictInt = 1
    until: str | None = None
    join: str | StrictInt = "all"
    rest: Rest | None = None
    max: StrictInt = 20


class SubSop(StepShape):
    """Run another SOP in the same ticket, with its own scope."""

    type: Literal["sop"]
    sop: str
    arguments: dict[str, Constant] = Field(default_factory=dict, alias="with")


class Result(StrEnum):
    """How a run ended."""

    RESOLVED = "resolved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class End(StepShape):
    """Stop here."""

    type: Literal["end"]
    result: Result = Result.RESOLVED
    undo: StrictBool = False


Step: TypeAlias = Annotated[
    Task | Approval | Action | Decision | Wait | Parallel | Repeat | SubSop | End, Field(discriminator="type")
]


class Start(Shape):
    """Which tickets a file starts for; of several SOPs the highest ``priority`` wins."""

    event: str
    when: str | StrictBool | None = None
    priority: StrictInt = 0


class Parameter(Shape):
    """A typed input of a sub-SOP."""

    type: FieldType = FieldType.TEXT
    label: Label = ""
    optional: StrictBool = False
    default: Constant = None


class IntakeField(FormField):
    """A ticket field an SOP needs at intake."""

    required: StrictBool = False


class Whenever(Shape):
    """An event handled at any time, beside the open steps or instead of them."""

    event: str
    match: str | None = None
    within: tuple[str, ...] = ()
    interrupt: StrictBool = False
    next: str


class AfterClose(StrEnum):
    """Whether a playbook goes on once the ticket is done."""

    STOP = "stop"
    KEEP = "keep"


class Kind(StrEnum):
    """What a file is."""

    SOP = "sop"
    PLAYBOOK = "playbook"


class Document(Shape):
    """One file, as written."""

    dsl: Literal[1]
    sop: str | None = None
    playbook: str | None = None
    title: Label = ""
    description: Label = ""
    owner: str | None = None
    start: Start | None = None
    inputs: dict[str, Parameter] = Field(default_factory=dict)
    outputs: dict[str, Constant] = Field(default_factory=dict)
    fields: tuple[IntakeField, ...] = ()
    vars: dict[str, Constant] = Field(default_factory=dict)
    calendar: str = "default"
    sla: dict[str, ClockPolicy] = Field(default_factory=dict)
    whenever: tuple[Whenever, ...] = ()
    after_close: AfterClose = AfterClose.STOP
    exclusive: str | None = None
    steps: tuple[Step, ...]
    paths: dict[str, tuple[Step, ...]] = Field(default_factory=dict)
