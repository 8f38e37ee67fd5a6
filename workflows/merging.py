"""Before a ticket is merged into another, the two agree on it in the store: of two into each other, one may."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.messages import AGREE, Agreed, Merging
from sop.refusals import NotPossible

AGREED = "agree-before-merging"
"""The patch: merges from before it were not agreed on. It may go when no ticket is open that was merged before."""
_PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=20))
_LOCAL = timedelta(seconds=10)


async def agree(ticket_id: int, into: str | None) -> None:
    """Agree on the merge; without ``into``, that there is none after all. Raises ``NotPossible`` where the other ticket
    cannot go on."""
    said: Agreed = await workflow.execute_local_activity(
        AGREE,
        Merging(ticket_id, into),
        result_type=Agreed,
        start_to_close_timeout=_LOCAL,
        retry_policy=_PATIENT,
    )
    if said.en:
        raise NotPossible(said.en, said.zh)
