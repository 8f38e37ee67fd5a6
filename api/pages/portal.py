"""The customer's pages: open a ticket, see how far it is, answer what one is asked, say something."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import RedirectResponse, Response

from api.pages.deeds import open_step
from api.pages.desk import AnyReader, OwnForm, Reader
from api.pages.errors import PageRoute
from api.pages.forms import Sent, check, fields_of, given, read, shown
from api.pages.language import msg
from api.pages.opening import cards, customer_form, open_ticket
from api.pages.reading import Bundle, bundle
from api.pages.step_view import Attempt
from api.pages.telling import complete, hidden, keep_uploads, once_key, tell
from api.pages.ticket_view import Composer
from api.pages.tickets import served
from api.pages.views import Attached
from api.pages.voice import Voice
from api.problem_table import Code
from api.problems import Problem
from db.intake import NewMessage, accept_message
from db.queries.tickets import files, id_of_token
from db.queries.timeline import Audience
from sop.events import Actor, ActorKind, StepAnswered
from sop.model import FieldType, FormField

router = APIRouter(route_class=PageRoute, include_in_schema=False)
YOUR_MESSAGE = msg("Your message")
FILES = msg("Photos or files")


async def ticket_of(found: AnyReader, token: Annotated[str, Path(max_length=64)]) -> int:
    """The ticket whose customer's page this is. Raises 404, whatever is wrong with the token."""
    async with found.doors.store.read() as conn:
        key = await id_of_token(conn, token)
    if key is None:
        raise Problem(Code.NOT_FOUND)
    return key


TheirTicket = Annotated[int, Depends(ticket_of)]


@router.get("/portal")
async def ask(found: AnyReader) -> Response:
    """How can we help?"""
    return _asked(found, None, found.request.query_params.get("category", "")[:64])


@router.post("/portal")
async def open_own(found: AnyReader, form: OwnForm) -> Response:
    """Open the ticket; its page's address is the customer's way back."""
    fields = customer_form(found)
    sent = read(form, fields, found.speech)
    category = given(form, "category", 64)
    if category in found.press.company.categories:
        sent.values["category"] = category
    opened = await open_ticket(found, fields, sent, given(form, "key"), by=None)
    if opened is None:
        return _asked(found, sent, category)
    return RedirectResponse(f"/portal/t/{opened.token}?opened=1", 303)


@router.get("/portal/t/{token}")
async def show(key: TheirTicket, found: AnyReader, opened: bool = False) -> Response:
    """How far it is, and what is theirs to do."""
    return await _shown(found, key, opened=opened)


@router.get("/portal/t/{token}/files/{file_id}")
async def show_file(key: TheirTicket, file_id: str, found: AnyReader) -> Response:
    """A file of this ticket, or of another of theirs that was merged into it."""
    return await served(found, file_id, key)


@router.post("/portal/t/{token}/steps/{slot}/answer")
async def answer(key: TheirTicket, token: str, slot: str, found: AnyReader, form: OwnForm) -> Response:
    """Answer what the customer is asked."""
    step, facts = await open_step(found, key, slot), await _facts(found, key)
    if step is None or "customer" not in (step.pool, step.assign):
        return await _shown(found, key, problem=Problem(Code.STEP_NOT_FOUND, step=slot))
    actor, fields = _customer(facts), fields_of(step.form)
    sent = read(form, fields, found.speech)
    async with found.doors.store.write() as conn:
        known = [file.id for file in await files(conn, key)]
        await keep_uploads(conn, sent, key, known, actor, datetime.now(UTC))
    values = complete(fields, sent, found)
    if sent.wrong:
        return await _shown(found, key, attempt=Attempt(slot, sent=sent), status=422)
    told = await hidden(found, key, step, fields, values)
    event = StepAnswered(slot, actor, given(form, "outcome") or None, told)
    try:
        await tell(found, key, lambda line: line.answer(key, event, once_key(actor, given(form, "key"))))
    except Problem as problem:
        return await _shown(found, key, attempt=Attempt(slot, sent=sent), problem=problem)
    return RedirectResponse(f"/portal/t/{token}", 303)


@router.post("/portal/t/{token}/messages")
async def speak(key: TheirTicket, token: str, found: AnyReader, form: OwnForm) -> Response:
    """Say something to the desk."""
    fields, facts, now = _reply(found), await _facts(found, key), datetime.now(UTC)
    sent, actor = read(form, fields, found.speech), _customer(facts)
    async with found.doors.store.write() as conn:
        known = [file.id for file in await files(conn, key)]
        await keep_uploads(conn, sent, key, known, actor, now)
        check(fields, sent, found.speech)
        if not sent.wrong:
            dedup = once_key(Actor(ActorKind.CUSTOMER, str(key)), given(form, "key"))
            await accept_message(conn, NewMessage(key, str(sent.values["body"]), actor, now, dedup_key=dedup))
    if sent.wrong:
        return await _shown(found, key, said=sent, status=422)
    return RedirectResponse(f"/portal/t/{token}", 303)


def _asked(found: Reader, sent: Sent | None, category: str) -> Response:
    form = shown(customer_form(found), found.speech, sent, _sent_ahead)
    values: dict[str, object] = {"categories": cards(found), "category": category, "form": form}
    return found.show("portal/start.html", values, 422 if sent else 200)


def _sent_ahead(key: str) -> Attached | None:
    """A file that is kept but belongs to no ticket yet cannot be opened."""
    return Attached(key[:8], "", image=False)


def _reply(found: Reader) -> tuple[FormField, ...]:
    return (
        FormField(key="body", type=FieldType.LONG_TEXT, label=found.speech.say(YOUR_MESSAGE), max=20_000),
        FormField(key="files", type=FieldType.FILE, label=found.speech.say(FILES), optional=True, max=10),
    )


async def _facts(found: Reader, key: int) -> Bundle:
    async with found.doors.store.read() as conn:
        facts = await bundle(conn, key, Audience.CUSTOMER, datetime.now(UTC))
    if facts is None:
        raise Problem(Code.NOT_FOUND)
    return facts


def _customer(facts: Bundle) -> Actor:
    customer = facts.ticket.customer
    return Actor(ActorKind.CUSTOMER, str(customer.id) if customer else "customer")


async def _shown(
    found: Reader,
    key: int,
    *,
    opened: bool = False,
    attempt: Attempt | None = None,
    said: Sent | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    facts = await _facts(found, key)
    composer = Composer(Voice(facts, found.press, found.speech), datetime.now(UTC), attempt)
    values: dict[str, object] = {
        "t": composer.view(),
        "opened": opened,
        "reply": shown(_reply(found), found.speech, said, lambda _: None),
        "problem": problem.explanation(found.speech.language) if problem else "",
    }
    return found.show("portal/ticket.html", values, problem.status_code if problem else status)
