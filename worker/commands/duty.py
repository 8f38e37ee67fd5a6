"""``gongdan user duty``: somebody comes, goes, or has left; whoever goes hands back what they have."""

from __future__ import annotations

from datetime import UTC, datetime

from db import duty
from db.session import Store
from sop.events import Duty
from worker.access import admitting
from worker.access.storing import with_store
from worker.terminal.asked import Asked
from worker.terminal.words import Failure


def run(asked: Asked) -> int:
    """Change somebody's duty and tell the tickets that it concerns."""
    name, wanted = asked.text("id"), Duty(asked.text("duty"))

    async def change(store: Store) -> tuple[str, int]:
        async with store.write() as conn:
            found = await admitting.find_person(conn, name)
            try:
                told = await duty.change(conn, found.id if found else name, wanted, datetime.now(UTC))
            except duty.NoSuchPerson:
                raise Failure(
                    f"没有 {name} 这个人，或已离职", f"there is nobody called {name}, or they have left"
                ) from None
            return found.name if found else name, told

    who, told = with_store(asked, change)
    zh, en = _SAID[wanted]
    asked.terminal.tell(asked.terminal.say(f"{who}{zh}；涉及 {told} 张工单", f"{who} {en}; {told} tickets are told"))
    return 0


_SAID = {
    Duty.ON: ("已上班", "is on duty"),
    Duty.OFF: ("已下班", "is off duty"),
    Duty.GONE: ("已离职", "has left"),
}
