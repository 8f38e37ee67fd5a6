"""Search attributes: what Temporal's own lists can be filtered by.

A change of one costs an event of the ticket's history, so they hold what is asked for in Temporal's lists: which
ticket, which SOP and version, whose, and whether it is open. Its step and what it waits for stand in its details, which
cost nothing; lists of steps and deadlines are the database's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

from sop.definition import Compiled
from sop.engine.lifecycle import open_threads
from sop.engine.standing import placed_of
from sop.forms import text_of
from sop.state import State, Status

Key: TypeAlias = SearchAttributeKey[str]
NO: Key = SearchAttributeKey.for_keyword("TicketNo")
SOP: Key = SearchAttributeKey.for_keyword("TicketSop")
STATUS: Key = SearchAttributeKey.for_keyword("TicketStatus")
TEAM: Key = SearchAttributeKey.for_keyword("TicketTeam")

TYPES = {"TicketNo": "Keyword", "TicketSop": "Keyword", "TicketStatus": "Keyword", "TicketTeam": "Keyword"}
"""Name and type of each, as ``temporal operator search-attribute create`` takes them."""

_UNDER_WAY = frozenset({Status.NEW, Status.OPEN, Status.WAITING, Status.WAITING_CUSTOMER})


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a ticket. ``sop`` is ``key@version``; ``status`` says ``open`` of every ticket under way,
    whoever it waits for."""

    no: str
    sop: str
    status: str
    team: str

    def values(self) -> Mapping[Key, str]:
        """Each attribute; ``""`` where there is none."""
        return {NO: self.no, SOP: self.sop, STATUS: self.status, TEAM: self.team}


def shown(state: State) -> Shown:
    """What Temporal's lists show of a ticket now."""
    main = [run.definition for run in state.runs.values() if run.parent_run is None and not run.is_playbook]
    status = Status.OPEN if state.status in _UNDER_WAY else state.status
    return Shown(str(state.ticket["no"]), named(main[-1:]), str(status), state.owner_team or "")


def named(sops: list[Compiled]) -> str:
    """An SOP as its attribute names it; nothing where there is none."""
    return f"{sops[0]['key']}@{sops[0]['version']}" if sops else ""


def details(state: State) -> str:
    """What Temporal's page of a ticket says (Markdown): its status and its open steps."""
    opened = [placed_of(run, thread).step for run, thread in open_threads(state) if thread.open]
    return f"**{state.status}** {' · '.join(text_of(step.title) or step.id for step in opened)}"


def given(view: Shown) -> TypedSearchAttributes:
    """What a workflow is started with."""
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in view.values().items() if value])


def updates(view: Shown, known: TypedSearchAttributes) -> list[SearchAttributeUpdate[str]]:
    """What is shown otherwise than before."""
    changed = {key: value for key, value in view.values().items() if value != (known.get(key) or "")}
    return [key.value_set(value) if value else key.value_unset() for key, value in changed.items()]
