"""Search attributes: what Temporal's own lists can be filtered by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from sop.engine.flow import placed_of
from sop.engine.lifecycle import open_threads
from sop.forms import text_of
from sop.state import State

NO = SearchAttributeKey.for_keyword("TicketNo")
SOP = SearchAttributeKey.for_keyword("TicketSop")
STATUS = SearchAttributeKey.for_keyword("TicketStatus")
STEP = SearchAttributeKey.for_keyword("TicketStep")
TEAM = SearchAttributeKey.for_keyword("TicketTeam")
DUE = SearchAttributeKey.for_datetime("TicketDue")

TYPES = {"TicketNo": "Keyword", "TicketSop": "Keyword", "TicketStatus": "Keyword", "TicketStep": "Keyword"} | {
    "TicketTeam": "Keyword",
    "TicketDue": "Datetime",
}
"""Name and type of each, as ``temporal operator search-attribute create`` takes them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a ticket. ``sop`` is ``key@version``; ``step`` the first open step's id; ``due`` the nearest
    promise of an open step or a clock of the SOP."""

    no: str
    sop: str
    status: str
    step: str
    team: str
    due: datetime | None
    details: str


def shown(state: State) -> Shown:
    """What Temporal's lists and pages show of a ticket now."""
    main = [run for run in state.runs.values() if run.parent_run is None and not run.is_playbook]
    sop = f"{main[-1].definition['key']}@{main[-1].definition['version']}" if main else ""
    opened = [(thread.open.slot, placed_of(run, thread).step) for run, thread in open_threads(state) if thread.open]
    titles = " · ".join(text_of(step.title) or step.id for _, step in opened)
    team = state.owner_team or ""
    dues = [thread.open.due_at for _, thread in open_threads(state) if thread.open and thread.open.due_at]
    dues += [clock.due_at for run in main for clock in run.clocks.values() if clock.due_at]
    return Shown(
        str(state.ticket["no"]),
        sop,
        state.status,
        opened[0][0] if opened else "",
        team,
        min(dues, default=None),
        f"**{state.status}** {titles}",
    )


def updates(view: Shown) -> list[SearchAttributeUpdate[Any]]:  # Any: keys of several value types in one list
    """The upsert of what is shown."""
    values = ((NO, view.no), (SOP, view.sop), (STATUS, view.status), (STEP, view.step), (TEAM, view.team))
    due = DUE.value_set(view.due) if view.due else DUE.value_unset()
    return [due, *(key.value_set(value) if value else key.value_unset() for key, value in values)]
