"""Every command of ``gongdan``: its name, what it is for, an example, its arguments, and where its work is done."""

from __future__ import annotations

from worker.table.clocks import CLOCKS, TIMING
from worker.table.designing import DESIGNING
from worker.table.desk import ADMITTING, PROVING, SERVING, TALKING
from worker.table.lint import LINTING
from worker.table.pictures import PICTURING
from worker.table.releases import RELEASING
from worker.table.replay import REPLAYING

COMMANDS = (
    *SERVING,
    *LINTING,
    *DESIGNING,
    *PICTURING,
    *RELEASING,
    *CLOCKS,
    *REPLAYING,
    *TALKING,
    *TIMING,
    *ADMITTING,
    *PROVING,
)
