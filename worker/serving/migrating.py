"""Bringing Temporal's search attributes up to date; the database's schema is ``db.migrate``."""

from __future__ import annotations

from temporalio.service import RPCError

from worker.settings import Settings
from worker.terminal.words import Failure
from workflows.client import TemporalUnavailable, connect, register_attributes


async def register(settings: Settings) -> None:
    """Tell Temporal's namespace our search attributes. Raises ``Failure``."""
    where = settings.temporal_address
    try:
        await register_attributes(await connect(where, lazy=False))
    except TemporalUnavailable:
        zh, en = f"Temporal（{where}）没有应答", f"Temporal at {where} does not answer"
        raise Failure(f"{zh}；请检查 TEMPORAL_ADDRESS", f"{en}; is TEMPORAL_ADDRESS right?") from None
    except RPCError as error:
        raise Failure(
            f"Temporal 拒绝了搜索属性（{error.message}）：请用 temporal 命令添加，再用 --no-temporal",
            f"Temporal refused the search attributes ({error.message}): add them by `temporal`, then use --no-temporal",
        ) from None
