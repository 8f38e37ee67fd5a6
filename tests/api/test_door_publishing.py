"""Publishing through the API, with the real workspace behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from api.doors import Doors
from tests.api.api_desk import Desk
from worker.definitions.publishing import prepare
from worker.definitions.stocking import publish
from worker.serving.press import Press
from worker.settings import HOME

RETURN, GENERAL = "sop/library/return.sop.yaml", "sop/library/general.sop.yaml"


@pytest.fixture
def pressed(desk: Desk) -> Iterator[Desk]:
    """A desk that may publish."""
    doors: Doors = desk.app.state.doors
    object.__setattr__(doors, "press", Press(HOME))
    yield desk
    object.__setattr__(doors, "press", None)


def text(path: str, *change: str) -> str:
    return (HOME / path).read_text(encoding="utf-8").replace(*change, 1) if change else ""  # type: ignore[arg-type]  # old, new


async def test_files_are_linted_tested_and_stored(pressed: Desk) -> None:
    async with pressed.store.write() as conn:
        await publish(conn, prepare(HOME), "anna", datetime.now(UTC))
    await pressed.person("li_editor")
    headers = {**await pressed.headers("admin", "act_as"), "On-Behalf-Of": "li_editor"}

    async def send(share: int | None = None, *, dry_run: bool = False, **files: str) -> tuple[int, object]:
        paths = {
            RETURN if name == "returns" else GENERAL if name == "general" else name: t for name, t in files.items()
        }
        said = {"files": paths, "dry_run": dry_run, **({"share": share} if share else {})}
        answer = await pressed.http.post("/api/v1/definitions", json=said, headers=headers)
        return answer.status_code, answer.json().get("items") or answer.json()["errors"]

    changed = text(GENERAL, "zh: 一般工单", "zh: 普通工单")
    planned = await send(general=changed, dry_run=True)
    tried = await send(10, general=changed)
    money = await send(returns=text(RETURN, "due: 2d", "due: 3d"))
    broken = await send(general=text(GENERAL, "type: task", "type: tusk"))
    failing = await send(general=text(GENERAL, "due: 1wd", "due: 9wd"))
    elsewhere = await send(**{"gongdan.yaml": "x"})
    listed = (await pressed.http.get("/api/v1/definitions/general")).json()["versions"]
    waiting = (await pressed.http.get("/api/v1/definitions/return")).json()["versions"][0]

    line = {"kind": "sop", "key": "general", "version": 2, "change": "changed"}
    assert planned == (200, [line])
    assert tried == (200, [line])
    assert money == (200, [{"kind": "sop", "key": "return", "version": 2, "change": "waits"}])
    assert [status for status, _ in (broken, failing, elsewhere)] == [422, 422, 422]
    assert "SOP106" in str(broken[1])
    assert "alerts" in str(failing[1])
    assert [(one["version"], one["state"], one["share"]) for one in listed] == [
        (2, "candidate", 10),
        (1, "default", None),
    ]
    assert (waiting["state"], waiting["published_by"]) == ("draft", "li_editor")


async def test_a_companys_clock_is_read_where_it_is_for_the_tickets(pressed: Desk) -> None:
    await pressed.person("li_editor")
    headers = {**await pressed.headers("admin", "act_as"), "On-Behalf-Of": "li_editor"}

    async def send(file: str, title: str, clock: str) -> tuple[int, str]:
        changed = text(file, f"    {title}", f"    when: not sla.{clock}.breached\n    {title}")
        said = {"files": {file: changed}, "dry_run": True}
        answer = await pressed.http.post("/api/v1/definitions", json=said, headers=headers)
        return answer.status_code, answer.text

    ours = await send(GENERAL, "title: {zh: 通知客户并邀评", "ordinary_handling")
    others = await send(RETURN, "title: {zh: 拍照举证", "ordinary_handling")
    nobodys = await send(GENERAL, "title: {zh: 通知客户并邀评", "ordinary_handlin")

    assert ours[0] == 200, ours  # its scenarios have been played
    assert (others[0], "SOP218" in others[1]) == (422, True)
    assert (nobodys[0], "SOP218" in nobodys[1]) == (422, True)


async def test_without_a_press_nothing_is_published(desk: Desk) -> None:
    answer = await desk.http.post("/api/v1/definitions", json={"files": {GENERAL: "x"}})

    assert answer.status_code == 404
