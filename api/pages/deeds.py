"""What people do on a ticket's page: answer, vote, settle an incident, command, speak."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api.colleagues import require_colleague
from api.leading import require_lead
from api.merging import require_target
from api.pages.desk import Reader, StaffForm, StaffReader, back
from api.pages.errors import PageRoute
from api.pages.forms import by_hand, fields_of, given, instant, read
from api.pages.promising import CannotPromise, promise_in
from api.pages.reading import outputs_of
from api.pages.step_view import Attempt
from api.pages.telling import complete, hidden, keep_upload, keep_uploads, once_key, tell
from api.pages.tickets import Refusal, TicketId, whole
from api.pages.views import Said
from api.problem_table import Code
from api.problems import Problem
from db.intake import NewMessage, NoSuchTicket, accept_message, accept_reopening
from db.numbers import number_of
from db.queries.tickets import StepFacts, files, runs, standing, steps
from db.tables import Visibility
from sop.events import (
    Actor,
    ClockCorrected,
    Command,
    IncidentSettled,
    PromiseKept,
    Remedy,
    StepAnswered,
    TicketCommanded,
    VoteCast,
)
from sop.state import Status

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Slot = Annotated[str, Path(max_length=200)]


@router.post("/tickets/{no}/steps/{slot}/answer")
async def answer(key: TicketId, slot: Slot, form: StaffForm, found: StaffReader) -> Response:
    """Complete a task. What is wrong stands beside its field, and what was typed stays."""
    actor, step = found.staff.actor(), await open_step(found, key, slot)
    if step is None:
        return await _refused(found, key, Problem(Code.STEP_NOT_FOUND, step=slot))
    fields = fields_of(step.form)
    sent = read(form, fields, found.speech)
    async with found.doors.store.write() as conn:
        known = [file.id for file in await files(conn, key)]
        await keep_uploads(conn, sent, key, known, actor, datetime.now(UTC))
    values = complete(fields, sent, found)
    if sent.wrong:
        return await whole(found, key, Refusal(attempt=Attempt(slot, sent=sent)))
    told = await hidden(found, key, step, fields, values)
    event = StepAnswered(slot, actor, given(form, "outcome") or None, told)
    try:
        await tell(found, key, lambda line: line.answer(key, event, once_key(actor, given(form, "key"))))
    except Problem as problem:
        attempt = Attempt(slot, problem.explanation(found.speech.language), sent)
        return await whole(found, key, _of(problem, found, attempt))
    return await _done(found, key, form)


@router.post("/tickets/{no}/steps/{slot}/vote")
async def vote(key: TicketId, slot: Slot, form: StaffForm, found: StaffReader) -> Response:
    """Approve or reject."""
    actor = found.staff.actor()
    event = VoteCast(slot, actor, given(form, "approve") == "yes", given(form, "comment", 2000))
    try:
        await tell(found, key, lambda line: line.vote(key, event, once_key(actor, given(form, "key"))))
    except Problem as problem:
        return await _refused(found, key, problem, slot)
    return await _done(found, key, form)


@router.post("/tickets/{no}/steps/{slot}/incident")
async def settle(key: TicketId, slot: Slot, form: StaffForm, found: StaffReader) -> Response:
    """Say how a failed step goes on."""
    actor, choice = found.staff.actor(), given(form, "choice")
    if choice not in tuple(Remedy):
        raise Problem(Code.INVALID)
    values = {}
    step = await open_step(found, key, slot)
    if choice == Remedy.ENTER and step is not None:
        async with found.doors.store.read() as conn:
            gives = await outputs_of(conn, await runs(conn, key), step)
        fields = fields_of(step.form) or by_hand(gives)
        sent = read(form, fields, found.speech)
        values = await hidden(found, key, step, fields, complete(fields, sent, found))
        if sent.wrong:
            return await whole(found, key, Refusal(attempt=Attempt(slot, sent=sent, entering=True)))
    event = IncidentSettled(slot, actor, Remedy(choice), values)
    try:
        await tell(found, key, lambda line: line.settle_incident(key, event, once_key(actor, given(form, "key"))))
    except Problem as problem:
        return await _refused(found, key, problem, slot)
    return await _done(found, key, form)


@router.post("/tickets/{no}/commands")
async def command(key: TicketId, form: StaffForm, found: StaffReader) -> Response:
    """Claim, release, transfer, pause, resume, cancel, merge, reopen, or change the priority."""
    actor, name = found.staff.actor(), given(form, "command")
    if name not in tuple(Command):
        raise Problem(Code.INVALID)
    if name == Command.REOPEN and await _revived(found, key, actor, given(form, "note", 2000)):
        return await _done(found, key, form)
    to, step = given(form, "to") or None, given(form, "step") or None
    event = TicketCommanded(Command(name), actor, to, given(form, "note", 2000), step)
    try:
        if event.command is Command.TRANSFER:
            await require_colleague(found.doors, to)
        elif event.command is Command.MERGE:
            event = replace(event, to=await require_target(found.doors, key, to or ""))
        await tell(found, key, lambda line: line.command(key, event, once_key(actor, given(form, "key"))))
    except Problem as problem:
        return await _refused(found, key, problem)
    return await _done(found, key, form)


@router.post("/tickets/{no}/promises/{promise}/keep")
async def keep(
    key: TicketId, promise: Annotated[str, Path(max_length=40)], form: StaffForm, found: StaffReader
) -> Response:
    """Say that a promise is kept."""
    actor = found.staff.actor()
    event = PromiseKept(promise, actor, given(form, "note", 2000))
    try:
        await tell(found, key, lambda line: line.keep(key, event, once_key(actor, given(form, "key"))))
    except Problem as problem:
        return await _refused(found, key, problem)
    return await _done(found, key, form)


@router.post("/tickets/{no}/clocks/{clock}/correct")
async def correct(key: TicketId, clock: Slot, form: StaffForm, found: StaffReader) -> Response:
    """Say that a clock has counted wrongly; for those who lead."""
    actor = found.staff.actor()
    try:
        await require_lead(found.doors, found.staff.id, admin=found.staff.is_admin)
        since, until = (instant(given(form, name), found.speech) for name in ("since", "until"))
        counts = given(form, "count") == "running"
        event = ClockCorrected(clock, actor, since, until, counts, given(form, "reason", 500))
        await tell(found, key, lambda line: line.correct(key, event, once_key(actor, given(form, "key"))))
    except Problem as problem:
        return await _refused(found, key, problem)
    return await _done(found, key, form)


async def _revived(found: Reader, key: int, actor: Actor, note: str) -> bool:
    """Whether the ticket had closed, so that it is started anew instead of being told."""
    async with found.doors.store.write() as conn:
        known = await standing(conn, key)
        if known is None or known.status != Status.CLOSED:
            return False
        await accept_reopening(conn, key, actor, note, datetime.now(UTC))
    return True


@router.post("/tickets/{no}/messages")
async def speak(key: TicketId, form: StaffForm, found: StaffReader) -> Response:
    """Reply to the customer, perhaps with a promise, or write an internal note; files go with it."""
    visibility = Visibility.INTERNAL if given(form, "visibility") == "internal" else Visibility.PUBLIC
    body, uploads, title = given(form, "body", 20_000), uploads_of(form), given(form, "promise_title")
    typed = Said(visibility.value, body, within=given(form, "promise_within", 20), title=title)
    try:
        if not body and not uploads:
            raise CannotPromise(found.speech.say("Write something first."))
        promise = promise_in(form, visibility, found.speech)
    except CannotPromise as wrong:
        return await whole(found, key, Refusal(said=replace(typed, error=wrong.text)))
    person, now = found.staff, datetime.now(UTC)
    actor, dedup = person.actor(), once_key(person.actor(), given(form, "key"))
    text = body or ", ".join(upload.filename or "" for upload in uploads)
    new = NewMessage(key, text, actor, now, visibility, person.name, "web", dedup, promise, title or None)
    try:
        async with found.doors.store.write() as conn:
            kept = await accept_message(conn, new)
            for upload in uploads if not kept.duplicate else ():
                await keep_upload(conn, upload, key, actor, now)
    except NoSuchTicket:
        raise Problem(Code.TICKET_NOT_FOUND, no=number_of(key)) from None
    return await _done(found, key, form)


def uploads_of(form: FormData) -> list[UploadFile]:
    """The files chosen in the composer."""
    return [item for item in form.getlist("files") if isinstance(item, UploadFile) and item.filename]


async def open_step(found: Reader, key: int, slot: str) -> StepFacts | None:
    """The open step of this address."""
    async with found.doors.store.read() as conn:
        known = await steps(conn, key, only_open=True)
    return next((step for step in known if slot in (step.address, step.step)), None)


async def _done(found: Reader, key: int, form: FormData) -> Response:
    """The ticket as it now stands, or for a form without JavaScript the page it stood on."""
    if found.fragment:
        return await whole(found, key)
    return back(found.request, form, f"/tickets/{number_of(key)}")


async def _refused(found: Reader, key: int, problem: Problem, slot: str = "") -> Response:
    attempt = Attempt(slot, problem.explanation(found.speech.language)) if slot else None
    return await whole(found, key, _of(problem, found, attempt))


def _of(problem: Problem, found: Reader, attempt: Attempt | None) -> Refusal:
    status = problem.status_code if problem.status_code in (403, 404, 409, 422, 503) else 422
    if attempt is not None and problem.status_code in (403, 422):
        return Refusal(status, attempt=attempt)
    return Refusal(status, problem.explanation(found.speech.language), attempt)
