"""Photos and documents: kept as they came, given back as attachments."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from api.v1 import told
from db.tables import File
from tests.api.api_desk import Desk

PICTURE = b"\xff\xd8\xff\x00 not really a picture"


async def test_a_photo_comes_back_as_it_was_sent(desk: Desk) -> None:
    no = await desk.open()
    sent = await desk.http.post(f"/api/v1/tickets/{no}/files", files={"file": ("../台灯 1.jpg", PICTURE, "image/jpeg")})
    kept = told.FileKept.model_validate(sent.json())
    got = await desk.http.get(kept.url)

    assert sent.status_code == 201
    assert (kept.name, kept.media_type, kept.size) == ("台灯 1.jpg", "image/jpeg", len(PICTURE))
    assert got.content == PICTURE
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E5%8F%B0%E7%81%AF%201.jpg" in got.headers["content-disposition"]


@pytest.mark.parametrize(
    ("media", "kept"), [("text/html; charset=utf-8", "text/html"), ("x\r\ny/z", None), ("nonsense", None)]
)
async def test_a_page_sent_as_a_file_never_runs_here(desk: Desk, media: str, kept: str | None) -> None:
    no = await desk.open()
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.html"\r\nContent-Type: '
    body += media.encode() + b"\r\n\r\n<script>1</script>\r\n--b--\r\n"
    sent = await desk.http.post(
        f"/api/v1/tickets/{no}/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    if sent.status_code == 400:
        return
    got = await desk.http.get(sent.json()["url"])

    assert got.headers["content-type"].partition(";")[0] == (kept or "application/octet-stream")
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in got.headers["content-security-policy"]


async def test_an_upload_sent_again_is_one_file(desk: Desk) -> None:
    no = await desk.open()
    answers = [
        await desk.http.post(
            f"/api/v1/tickets/{no}/files",
            files={"file": ("a.jpg", PICTURE, "image/jpeg")},
            headers={"Idempotency-Key": "photo-1"},
        )
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert [row[0] for row in await desk.rows(select(func.count()).select_from(File))] == [1]


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", b"{}", 415, "not_multipart"),
        ("multipart/form-data", b"x", 400, "bad_form"),
        ("multipart/form-data; boundary=b", b"rubbish", 400, "bad_form"),
        ("multipart/form-data; boundary=b", b"--b--\r\n", 422, "invalid"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n--b--\r\n',
            422,
            "invalid",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nx\r\n--b--\r\n',
            422,
            "invalid",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n' * 2 + b"--b--\r\n",
            400,
            "bad_form",
        ),
    ],
)
async def test_a_bad_upload_is_refused_and_nothing_is_kept(
    desk: Desk, content_type: str, body: bytes, status: int, code: str
) -> None:
    no = await desk.open()

    answer = await desk.http.post(f"/api/v1/tickets/{no}/files", content=body, headers={"Content-Type": content_type})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await desk.rows(select(File.id)) == []


async def test_a_file_over_the_limit_is_refused(desk: Desk) -> None:
    no = await desk.open()

    answer = await desk.http.post(
        f"/api/v1/tickets/{no}/files", files={"file": ("a.bin", b"x" * (25 * 1024 * 1024 + 1), "application/x")}
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
