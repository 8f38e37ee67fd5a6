"""The hand that agrees with another ticket on a merge, where all tickets stand: in the store."""

from __future__ import annotations

from temporalio import activity

from activities.messages import AGREE, Agreed, Merging
from db import merging
from db.session import Store


class Mergers:
    """Tickets that are about to be merged into others: of two into each other, one may."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @activity.defn(name=AGREE)
    async def agree(self, asked: Merging) -> Agreed:
        """Note that a ticket is about to be merged, unless the other one may not go on in its place; or that it is not
        after all. May be repeated."""
        async with self._store.write() as conn:
            if asked.into is None:
                await merging.withdraw(conn, asked.ticket_id)
                return Agreed()
            try:
                await merging.claim(conn, asked.ticket_id, asked.into)
            except merging.CannotGoOn as refused:
                return Agreed(refused.en, refused.zh)
        return Agreed()
