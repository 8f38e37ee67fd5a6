"""The projection: facts become ledger rows, and ledger rows the tables that pages read."""

from db.projection.project import LedgerConflict, NoSuchTicket, project
from db.projection.rebuild import rebuild_ticket

__all__ = ["LedgerConflict", "NoSuchTicket", "project", "rebuild_ticket"]
