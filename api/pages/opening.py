"""Opening a ticket: the questions asked of an agent and of a customer, and what becomes of the answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from api.pages import words
from api.pages.desk import Reader
from api.pages.forms import Sent, check
from api.pages.language import msg
from api.pages.telling import keep_uploads
from api.pages.views import Card
from api.problem_table import Code
from api.problems import Problem
from db.customers import NewCustomer
from db.files import attach
from db.idempotency import Claim, KeyInUse, KeyReused, claim, keep_answer
from db.intake import NewTicket, accept_ticket
from sop.events import Actor, ActorKind
from sop.model import FieldType, FormField, Option
from sop.values import Value

OPENED = 303
SUBJECT = msg("Subject")
BODY = msg("What has happened?")
NAME, PHONE, EMAIL = msg("Name"), msg("Phone"), msg("E-mail")
ORDER_NO, FILES = msg("Order number"), msg("Photos or files")
CATEGORY, CHANNEL, PRIORITY = msg("Category"), msg("Channel"), msg("Priority")
ONE_OF_THEM = msg("Tell us a phone number or an e-mail address, so that we can answer.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket that is open: its number and the token of its customer's page."""

    no: str
    token: str


def customer_form(found: Reader) -> tuple[FormField, ...]:
    """What a customer is asked."""
    say = found.speech.say
    return (
        FormField(key="subject", type=FieldType.TEXT, label=say(SUBJECT), max=200),
        FormField(key="body", type=FieldType.LONG_TEXT, label=say(BODY), max=20_000),
        FormField(key="order_no", type=FieldType.TEXT, label=say(ORDER_NO), optional=True, max=64),
        FormField(key="name", type=FieldType.TEXT, label=say(NAME), max=100),
        FormField(key="phone", type=FieldType.PHONE, label=say(PHONE), optional=True),
        FormField(key="email", type=FieldType.EMAIL, label=say(EMAIL), optional=True),
        FormField(key="files", type=FieldType.FILE, label=say(FILES), optional=True, max=10),
    )


def agent_form(found: Reader) -> tuple[FormField, ...]:
    """What an agent fills in for somebody."""
    say, press, speech = found.speech.say, found.press, found.speech
    company = press.company

    def options(table: str, keys: Sequence[str]) -> tuple[Option, ...]:
        return tuple(Option(value=key, label=press.named(table, key, speech)) for key in keys)

    return (
        FormField(key="subject", type=FieldType.TEXT, label=say(SUBJECT), max=200),
        FormField(key="body", type=FieldType.LONG_TEXT, label=say(BODY), optional=True, max=20_000),
        FormField(
            key="category",
            type=FieldType.CHOICE,
            label=say(CATEGORY),
            optional=True,
            options=options("categories", tuple(company.categories)),
            help=say("Left empty, the rules decide."),
        ),
        FormField(
            key="priority",
            type=FieldType.CHOICE,
            label=say(PRIORITY),
            optional=True,
            options=options("priorities", tuple(company.priorities)),
        ),
        FormField(
            key="channel",
            type=FieldType.CHOICE,
            label=say(CHANNEL),
            options=options("channels", ("phone", "email", "wechat", "web")),
            default="phone",
        ),
        *customer_form(found)[2:],
    )


def cards(found: Reader) -> tuple[Card, ...]:
    """The categories a customer may choose from."""
    named = found.press.named
    return tuple(
        Card(key, named("categories", key, found.speech), words.CATEGORY_ICONS[key])
        for key in found.press.company.categories
        if key in words.CATEGORY_ICONS
    )


async def open_ticket(
    found: Reader, fields: Sequence[FormField], sent: Sent, form_key: str, *, by: Actor | None, channel: str = "web"
) -> Opened | None:
    """Open the ticket, once for each key of a form; None when something in ``sent`` is wrong. Files are kept first."""
    now = datetime.now(UTC)
    sender = by or Actor(ActorKind.CUSTOMER, f"new-{form_key}")
    async with found.doors.store.write() as conn:
        await keep_uploads(conn, sent, None, _texts(sent.values.get("files")), sender, now)
    check(fields, sent, found.speech)
    if not sent.wrong.keys() & {"phone", "email"} and not sent.values.get("phone") and not sent.values.get("email"):
        sent.wrong["phone"] = found.speech.say(ONE_OF_THEM)
    if sent.wrong:
        return None
    said = sent.values
    new = NewTicket(
        subject=str(said["subject"]),
        body=str(said.get("body") or ""),
        channel=str(said.get("channel") or channel),
        created_at=now,
        category=_text(said.get("category")),
        priority=_text(said.get("priority")),
        customer=NewCustomer(
            name=_text(said.get("name")),
            phone=_text(said.get("phone")),
            email=_text(said.get("email")),
            language=None if by else found.speech.language.value,
        ),
        fields={"order_no": said["order_no"]} if said.get("order_no") else {},
        order={"no": said["order_no"]} if said.get("order_no") else {},
        by=by,
    )
    once = Claim(f"form:{sender.id}", form_key, "POST", found.request.url.path, "")
    return await _kept(found, once, new, _texts(said.get("files")), f"{sender.kind.value}:{sender.id}")


async def _kept(found: Reader, once: Claim, new: NewTicket, files: list[str], sender: str) -> Opened:
    """The ticket in one transaction with its claim: a form sent twice finds the ticket of the first time."""
    try:
        async with found.doors.store.write() as conn:
            known = await claim(conn, once, new.created_at)
            if known is not None:
                return Opened(**json.loads(known.body))
            accepted = await accept_ticket(conn, new)
            await attach(conn, accepted.id, files, sender)
            told = json.dumps({"no": accepted.no, "token": accepted.token})
            await keep_answer(conn, once, OPENED, told, accepted.id)
    except (KeyInUse, KeyReused):
        raise Problem(Code.STILL_RUNNING) from None
    return Opened(accepted.no, accepted.token)


def _text(value: Value) -> str | None:
    return str(value) if value else None


def _texts(value: Value) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []
