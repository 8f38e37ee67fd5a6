"""The only code that talks to Temporal as a client: start a ticket, tell it something, ask something of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.messages import Taken
from sop.events import (
    ClockCorrected,
    CustomerChanged,
    DutyChanged,
    GateLifted,
    GateSet,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PoliciesAdopted,
    PromiseKept,
    RunMigrated,
    StepAnswered,
    TicketCommanded,
    Told,
    VoteCast,
)
from sop.model import Kind
from sop.state import Status
from workflows import attributes
from workflows.converter import CONVERTER
from workflows.messages import (
    TASK_QUEUE,
    WORKFLOW,
    Adopting,
    Answer,
    Ballot,
    Correcting,
    CustomerNews,
    DutyNews,
    GateNews,
    Happening,
    Keeping,
    Order,
    Outlook,
    Posting,
    Previewed,
    Receipt,
    Said,
    Settlement,
    Signal,
    TicketStart,
    Vow,
    encoded,
    migration,
    workflow_id,
)

PATIENCE = timedelta(seconds=10)
HEARING = timedelta(seconds=13)  # Temporal gives the task of a worker that died to another one after ten
Handle: TypeAlias = WorkflowHandle[Any, Any]  # Any: a workflow known by its id and type name only
_AWAY = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED})


class Refused(Exception):
    """The ticket says no: ``code`` is stable, ``message`` has a text a language, ``fields`` say what is wrong where.
    ``seq``: the last fact it knew of; None where its word stands, whatever it learns."""

    def __init__(
        self,
        code: str,
        message: Mapping[str, str],
        status: int,
        fields: Mapping[str, str] | None = None,
        seq: int | None = None,
    ) -> None:
        super().__init__(message.get("en", code))
        self.code, self.message, self.status, self.fields = code, dict(message), status, dict(fields or {})
        self.seq = seq


class TicketNotRunning(Exception):
    """No workflow of this ticket runs: it has not started yet, or it has closed."""


class TemporalUnavailable(Exception):
    """Temporal, or every worker, is away; try again after ``retry_after`` seconds."""

    def __init__(self, retry_after: float = 5.0) -> None:
        super().__init__(f"temporal is away, try again in {retry_after:g} s")
        self.retry_after = retry_after


async def connect(address: str | None = None, *, lazy: bool = True) -> Client:
    """A client from Temporal's standard settings (``TEMPORAL_*`` variables and profile), or of an address given.

    Unless it is ``lazy``, raises ``TemporalUnavailable`` when nobody answers."""
    settings = ClientConfig.load_client_connect_config()
    if address is not None:
        settings["target_host"] = address
    async with _reached():
        return await Client.connect(**settings, lazy=lazy, data_converter=CONVERTER)


async def register_attributes(client: Client) -> None:
    """Make our search attributes known to the client's namespace; those that are there already stay as they are."""
    for name, kind in attributes.TYPES.items():
        wanted = {name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")}
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
        async with _reached():
            await _unless_known(client.operator_service.add_search_attributes(request))


async def _unless_known(adding: Awaitable[object]) -> None:
    try:
        await adding
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


class Tickets:
    """The tickets' workflows, by ticket id. Every method may be repeated with the same key or delivery number."""

    def __init__(self, client: Client, task_queue: str = TASK_QUEUE) -> None:
        self._client, self._queue = client, task_queue

    async def start(self, start: TicketStart) -> None:
        """Start a ticket's workflow; nothing happens when it runs, or has run (unless the ticket is reopened)."""
        reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if start.reopened else WorkflowIDReusePolicy.REJECT_DUPLICATE
        async with _reached():
            try:
                await self._client.start_workflow(
                    WORKFLOW,
                    start,
                    id=workflow_id(start.ticket_id),
                    task_queue=self._queue,
                    id_reuse_policy=reuse,
                    search_attributes=attributes.given(_shown(start)),
                    static_summary=str(start.ticket["no"]),
                    rpc_timeout=PATIENCE,
                )
            except WorkflowAlreadyStartedError:
                return

    async def signal(self, ticket_id: int, event: Told, delivery: int) -> None:
        """Tell a ticket what happened; raises ``TicketNotRunning`` when there is nobody to tell."""
        name, told = _signal(event, delivery)
        async with _reached():
            await self._handle(ticket_id).signal(name, told, rpc_timeout=PATIENCE)

    async def answer(self, ticket_id: int, event: StepAnswered, key: str) -> Receipt:
        """Complete a task; raises ``Refused``."""
        said = Answer(event.step, event.by, key, event.outcome, encoded(event.values))
        return await self._ask(ticket_id, "answer", said, key)

    async def vote(self, ticket_id: int, event: VoteCast, key: str) -> Receipt:
        """Vote on an approval; raises ``Refused``."""
        return await self._ask(ticket_id, "vote", Ballot(event.step, event.by, key, event.approve, event.comment), key)

    async def settle_incident(self, ticket_id: int, event: IncidentSettled, key: str) -> Receipt:
        """Settle an incident; raises ``Refused``."""
        said = Settlement(event.step, event.by, key, event.choice, encoded(event.values))
        return await self._ask(ticket_id, "settle_incident", said, key)

    async def command(self, ticket_id: int, event: TicketCommanded, key: str) -> Receipt:
        """Claim, release, transfer, pause … a ticket; raises ``Refused``."""
        said = Order(event.command, event.by, key, event.to, event.note, event.step)
        return await self._ask(ticket_id, "command", said, key)

    async def keep(self, ticket_id: int, event: PromiseKept, key: str) -> Receipt:
        """Say that a promise is kept; raises ``Refused``."""
        return await self._ask(ticket_id, "keep", Keeping(event.promise, event.by, key, event.note), key)

    async def correct(self, ticket_id: int, event: ClockCorrected, key: str) -> Receipt:
        """Correct an interval that a clock counted wrongly; raises ``Refused``."""
        said = Correcting(event.clock, event.by, key, event.since, event.until, event.counts, event.reason)
        return await self._ask(ticket_id, "correct", said, key)

    async def adopt(self, ticket_id: int, event: PoliciesAdopted, key: str) -> Receipt:
        """Have a run's clocks go on by other policies; raises ``Refused``."""
        return await self._ask(ticket_id, "adopt", Adopting.of(event, key), key)

    async def preview(self, ticket_id: int, event: PoliciesAdopted, now: datetime) -> list[Previewed]:
        """What adopting policies now would do to a run's clocks; raises ``TicketNotRunning``."""
        asked = replace(Adopting.of(event, ""), now=now)
        async with _reached():
            found: list[Previewed] = await self._handle(ticket_id).query(
                "preview", asked, result_type=list[Previewed], rpc_timeout=PATIENCE
            )
            return found

    async def migrate(self, ticket_id: int, event: RunMigrated, key: str) -> Receipt:
        """Move what runs on one version to another; raises ``Refused``."""
        return await self._ask(ticket_id, "migrate", migration(event, key), key)

    async def outlook(self, ticket_id: int, event: RunMigrated, now: datetime) -> Outlook:
        """What would become of the ticket if it were moved now; raises ``TicketNotRunning``."""
        async with _reached():
            found: Outlook = await self._handle(ticket_id).query(
                "outlook", replace(migration(event), now=now), result_type=Outlook, rpc_timeout=PATIENCE
            )
            return found

    def _handle(self, ticket_id: int) -> Handle:
        return self._client.get_workflow_handle(workflow_id(ticket_id))

    async def _ask(self, ticket_id: int, update: str, said: Said, key: str) -> Receipt:
        async with _reached():
            try:
                receipt: Receipt = await self._handle(ticket_id).execute_update(
                    update, said, id=key, result_type=Receipt, rpc_timeout=HEARING
                )
                return receipt
            except WorkflowUpdateFailedError as failure:
                raise _refusal(failure) from None
            except WorkflowUpdateRPCTimeoutOrCancelledError:
                raise TemporalUnavailable from None


def _signal(event: Told, delivery: int) -> tuple[str, Signal]:
    match event:
        case Occurred():
            return "occurred", Happening(delivery, event.type, event.source, event.id, encoded(event.data))
        case MessagePosted():
            vow = Vow.of(event.promise) if event.promise else None
            return "posted", Posting(delivery, event.message, event.by, event.visibility, vow, event.at)
        case DutyChanged():
            return "duty", DutyNews(delivery, event.person, event.duty, list(event.emptied))
        case CustomerChanged():
            return "customer", CustomerNews(delivery, encoded(event.facts))
        case GateSet():
            return "gate", GateNews(delivery, asdict(event.gate))
        case GateLifted():
            return "gate", GateNews(delivery, lifted=event.gate, by=event.by, note=event.note)


def _shown(start: TicketStart) -> attributes.Shown:
    """What is known of a ticket before its first step."""
    taken = start.taken or Taken("", "")
    sops = [compiled for compiled in taken.definitions if compiled["kind"] == Kind.SOP]
    return attributes.Shown(str(start.ticket["no"]), attributes.named(sops), Status.OPEN.value, taken.team or "")


@asynccontextmanager
async def _reached() -> AsyncIterator[None]:
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise TicketNotRunning(str(error)) from None
        if error.status in _AWAY:
            raise TemporalUnavailable from None
        raise
    except RuntimeError as error:  # the SDK's lazy connection fails with no class of its own
        if "connect" not in str(error).lower():
            raise
        raise TemporalUnavailable from None


def _refusal(failure: WorkflowUpdateFailedError) -> Refused | TicketNotRunning:
    cause = failure.cause
    if not isinstance(cause, ApplicationError):
        return TicketNotRunning(str(cause))
    words: Mapping[str, Any] = cause.details[0] if cause.details else {}  # Any: the details that `_spoken` wrote
    if not words:
        return TicketNotRunning(cause.message)
    en = str(words.get("en", cause.message))
    return Refused(
        cause.type or "refused",
        {"en": en, "zh": str(words.get("zh", en))},
        int(words.get("status", 409)),
        words.get("fields"),
        words.get("seq"),
    )
