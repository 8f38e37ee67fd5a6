"""The tables, split by meaning. Import them from here."""

from db.tables.base import Row
from db.tables.definitions import DefinitionChange, DefinitionState, GateRow, KnownCalendar, Published, Setting
from db.tables.ledger import Entry, Retold
from db.tables.people import ApiKey, Customer, Person, Session, Standing, Team
from db.tables.process import Clock, ClockState, Run, Step, Vote
from db.tables.promises import Promise
from db.tables.tickets import (
    File,
    FileContent,
    Light,
    Message,
    Notification,
    PersonalValue,
    Ticket,
    Visibility,
    Watcher,
)
from db.tables.traffic import (
    Correlation,
    Idempotency,
    Inbox,
    InboxKey,
    InboxStatus,
    Lane,
    Outbox,
    OutboxKind,
    Receipt,
    ReceiptStatus,
)

__all__ = [
    "ApiKey",
    "Clock",
    "ClockState",
    "Correlation",
    "Customer",
    "DefinitionChange",
    "DefinitionState",
    "Entry",
    "File",
    "FileContent",
    "GateRow",
    "Idempotency",
    "Inbox",
    "InboxKey",
    "InboxStatus",
    "KnownCalendar",
    "Lane",
    "Light",
    "Message",
    "Notification",
    "Outbox",
    "OutboxKind",
    "Person",
    "PersonalValue",
    "Promise",
    "Published",
    "Receipt",
    "ReceiptStatus",
    "Retold",
    "Row",
    "Run",
    "Session",
    "Setting",
    "Standing",
    "Step",
    "Team",
    "Ticket",
    "Visibility",
    "Vote",
    "Watcher",
]
