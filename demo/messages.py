"""The message gateway: SMS, e-mail and WeChat. It keeps what it sent, so that a test can read it."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from demo.operation import Answer, Name, Nothing, Operation, System, Visit, Wish

NEWEST = 200  # how many messages one answer lists


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    EMAIL = "email"
    WECHAT = "wechat"


class MessageWish(Wish):
    """A message to send: a text, or a template of the gateway's."""

    channel: Channel
    to: Name
    text: str = ""
    template: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.text or self.template):
            raise ValueError("text or template is needed")
        return self


def send(visit: Visit, wish: MessageWish) -> Answer:
    """Send a message."""
    no = visit.books.number("MSG-")
    visit.books.run(
        "INSERT INTO messages (message_id, at, channel, recipient, text, template) VALUES (?, ?, ?, ?, ?, ?)",
        (no, visit.at.isoformat(), wish.channel, wish.to, wish.text, wish.template),
    )
    visit.happened("messages.send", no, {"channel": wish.channel, "to": wish.to})
    return Answer({"message_id": no}, 201)


def sent(visit: Visit, _: Nothing) -> Answer:
    """What was sent, the newest messages, oldest of them first; `?to=` and `?channel=` narrow it."""
    wanted = [(column, visit.query[name]) for column, name in (("recipient", "to"), ("channel", "channel"))
              if visit.query.get(name)]  # fmt: skip
    where = " AND ".join(f"{column} = ?" for column, _ in wanted) or "1"
    rows = visit.books.rows(
        "SELECT message_id, at, channel, recipient AS 'to', text, template FROM messages"  # noqa: S608 - columns are ours
        f" WHERE {where} ORDER BY id DESC LIMIT {NEWEST}",
        [value for _, value in wanted],
    )
    return Answer({"items": rows[::-1]})


OPERATIONS = (
    Operation(System.MESSAGES, "POST", "", "Send a message", MessageWish, send),
    Operation(System.MESSAGES, "GET", "", "List what was sent", Nothing, sent),
)
