"""A deed on its way to the ticket: told once under the form's own key, or refused in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import UploadFile

from api import deeds
from api.pages.desk import Reader
from api.pages.forms import Sent, check, values_sent
from api.ports import Tickets
from api.problem_table import Code
from api.problems import Problem, of_absence, of_refusal
from db.files import FileTooLarge, NewFile, keep_file
from db.personal import set_personal
from db.queries.tickets import StepFacts, standing
from sop.events import Actor
from sop.model import FormField
from sop.values import Value, reference
from workflows.client import Refused, TemporalUnavailable
from workflows.messages import Receipt


async def tell(found: Reader, key: int, ask: Callable[[Tickets], Awaitable[Receipt]]) -> Receipt:
    """Tell the ticket. Raises the ``Problem`` that says why it would not hear."""
    async with found.doors.store.read() as conn:
        known = await standing(conn, key)
    try:
        return await deeds.tell(found.doors, key, known.last_seq if known else 0, ask)
    except Refused as refused:
        raise of_refusal(refused) from None
    except TemporalUnavailable as away:
        raise of_absence(away) from None


def once_key(actor: Actor, form_key: str) -> str:
    """The update's id: a form sent twice is one deed, and nobody can repeat somebody else's."""
    return f"{actor.kind.value}:{actor.id}:{form_key}"


async def keep_uploads(
    conn: AsyncConnection, sent: Sent, key: int | None, known: Sequence[str], actor: Actor, now: datetime
) -> None:
    """Keep the files of a form: its values become their ids, so a form with a mistake need not send them again.
    ``known``: the files whose ids it may name. Raises 413."""
    for name, uploads in sent.uploads.items():
        kept = sent.values.get(name)
        ids = [item for item in kept if item in known] if isinstance(kept, list) else []
        ids.extend([await keep_upload(conn, upload, key, actor, now) for upload in uploads])
        sent.values[name] = list[Value](ids)


async def keep_upload(conn: AsyncConnection, upload: UploadFile, key: int | None, actor: Actor, now: datetime) -> str:
    """Keep one file; its id. Raises 413."""
    media = (upload.content_type or "application/octet-stream").lower()
    by = f"{actor.kind.value}:{actor.id}"
    try:
        kept = await keep_file(conn, NewFile(_name(upload.filename), media, await upload.read(), by, now, key))
    except FileTooLarge as large:
        raise Problem(Code.TOO_LARGE, limit=large.most) from None
    return kept.id


def complete(fields: Sequence[FormField], sent: Sent, found: Reader) -> dict[str, Value]:
    """The values to answer with; what is wrong stands in ``sent.wrong``."""
    check(fields, sent, found.speech)
    return dict(values_sent(sent))


async def hidden(
    found: Reader, key: int, step: StepFacts, fields: Sequence[FormField], values: dict[str, Value]
) -> dict[str, Value]:
    """The values with references where personal ones stood: those stay in the database."""
    refs = {one.key: f"{step.address}.{step.visit}.{one.key}" for one in fields if one.personal and one.key in values}
    if refs:
        async with found.doors.store.write() as conn:
            await set_personal(conn, key, {ref: values[name] for name, ref in refs.items()})
    return {**values, **{name: reference(ref) for name, ref in refs.items()}}


def _name(given: str | None) -> str:
    """A file's own name, without any folder or control character."""
    text = (given or "").replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in text if c.isprintable()).strip(". ")[-120:] or "file"
