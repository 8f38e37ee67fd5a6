"""A worker that is killed in the one moment that is hard to meet: it has written down that a call failed, and Temporal
has not heard of it yet."""

from __future__ import annotations

import os
import signal

from temporalio import activity

from activities.messages import WRITE, Writing, Written
from activities.writing import Ledger
from sop.facts import FactType
from worker.__main__ import run
from worker.serving import hands


class LastWords(Ledger):
    """The ledger, and the power goes with the incident's row."""

    @activity.defn(name=WRITE)
    async def write(self, writing: Writing) -> Written:
        """Write, as ever; but an incident is the last that this process writes."""
        written = await super().write(writing)
        if any(fact["type"] == FactType.INCIDENT_OPENED for fact in writing.facts):
            os.kill(os.getpid(), signal.SIGKILL)
        return written


if __name__ == "__main__":
    hands.Ledger = LastWords  # type: ignore[misc]  # the composition takes this one
    run()
