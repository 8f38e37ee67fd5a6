"""Files of a ticket: one photo or document a request, served back as an attachment and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import Response

from api.auth import Asking, needs
from api.doors import TheDoors
from api.once import Reply, TheWrite
from api.principal import Scope
from api.problem_table import Code
from api.problems import Problem, invalid
from api.v1.docs import OF_READS, OF_WRITES, errors_of
from api.v1.told import FileKept
from api.v1.updates import TheTicket
from db import files

router = APIRouter(tags=["files"])
MEDIA = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")
UNKNOWN_MEDIA = "application/octet-stream"
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file as it was sent."""

    name: str
    media_type: str
    content: bytes


async def uploaded(request: Request) -> Uploaded:
    """The one file of a multipart body. Raises 400, 413, 415 or 422."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Problem(Code.NOT_MULTIPART)
    try:
        async with request.form(max_files=1, max_fields=0) as form:
            sent = form.get("file")
            if not isinstance(sent, UploadFile):
                raise invalid("/file", "not_one_file")
            content = await sent.read()
            name, media = _name(sent.filename), _media(sent.content_type)
    except Problem:
        raise
    except (HTTPException, MultiPartException):
        raise Problem(Code.BAD_FORM) from None
    if not content:
        raise invalid("/file", "empty_file")
    return Uploaded(name, media, content)


@router.post(
    "/tickets/{no}/files",
    status_code=201,
    response_model=FileKept,
    operation_id="uploadFile",
    summary="Add a photo or document",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=UPLOAD,
    dependencies=[needs(Scope.TICKETS_WRITE)],
)
async def upload_file(
    ticket: TheTicket, write: TheWrite, asking: Asking, doors: TheDoors, sent: Annotated[Uploaded, Depends(uploaded)]
) -> Response:
    """One file of at most 25 MB; its ``id`` is what a file or photo field of a form holds."""
    by = asking.actor(ticket.customer)
    new = files.NewFile(
        sent.name, sent.media_type, sent.content, f"{by.kind.value}:{by.id}", datetime.now(UTC), ticket.id
    )

    async def work(conn: AsyncConnection) -> Reply:
        try:
            kept = await files.keep_file(conn, new, doors.settings.upload_limit)
        except files.FileTooLarge as too_large:
            raise Problem(Code.TOO_LARGE, limit=too_large.most) from None
        url = f"/api/v1/files/{kept.id}"
        told = {"id": kept.id, "name": kept.name, "media_type": kept.media_type, "size": kept.size, "url": url}
        return Reply(201, told, ticket.id, location=url)

    return await write.within(work)


@router.get(
    "/files/{file_id}",
    operation_id="downloadFile",
    summary="Get a file",
    response_class=Response,
    responses={
        200: {"content": {UNKNOWN_MEDIA: {"schema": {"type": "string", "format": "binary"}}}},
        **errors_of(*OF_READS, 404),
    },
    dependencies=[needs(Scope.TICKETS_READ)],
)
async def download_file(doors: TheDoors, file_id: Annotated[str, Path(max_length=64, pattern=r"^[\w-]+$")]) -> Response:
    """The bytes, always as an attachment: a browser never runs what a stranger sent."""
    async with doors.store.read() as conn:
        found = await files.file(conn, file_id)
        content = await files.content(conn, file_id) if found else None
    if found is None or content is None:
        raise Problem(Code.FILE_NOT_FOUND, file=file_id)
    return attachment(found.name, found.media_type, content)


def attachment(name: str, media: str, content: bytes) -> Response:
    """A file as an answer that no browser shows in our own name."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return Response(
        content,
        media_type=_media(media),
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        },
    )


def _name(given: str | None) -> str:
    """A file's own name, without any folder, control character or half of one."""
    text = (given or "").replace("\\", "/").rpartition("/")[2]
    text = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", text).strip(". ")
    return text[-120:] or "file"


def _media(given: str | None) -> str:
    media = (given or "").partition(";")[0].strip().lower()
    return media if MEDIA.fullmatch(media) else UNKNOWN_MEDIA
