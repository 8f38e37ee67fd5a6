"""``gongdan sla promises``: kept, broken and open promises as a table, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from activities.connectors import exact_json
from sop.values import Value, Values
from worker.access.calling import Api
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal

RATE = "/api/v1/promises/rate"


def run(asked: Asked) -> int:
    """Print the rate of promises kept."""
    query = {name: asked.maybe(name) for name in ("since", "until", "team")}
    told = Api.of(asked).get(RATE, group_by=asked.text("by"), **query)
    if asked.flag("json"):
        asked.terminal.tell(exact_json.dumps(told).decode())
        return 0
    items = told.get("items")
    rows = [row for row in items if isinstance(row, Mapping)] if isinstance(items, list) else []
    if not rows:
        asked.terminal.tell(asked.terminal.say("没有承诺", "no promises"))
        return 0
    total = told.get("total")
    asked.terminal.tell(_table(asked.terminal, rows, total if isinstance(total, Mapping) else {}))
    return 0


def _table(terminal: Terminal, rows: Sequence[Values], total: Values) -> str:
    head = [
        "",
        terminal.say("兑现", "kept"),
        terminal.say("违约", "broken"),
        terminal.say("未到期", "open"),
        terminal.say("兑现率", "rate"),
    ]
    lines = [head, *(_cells(row, str(row.get("group") or "-")) for row in rows)]
    lines.append(_cells(total, terminal.say("合计", "total")))
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(_line(line, widths) for line in lines)


def _cells(row: Values, name: str) -> list[str]:
    return [name, *(str(row.get(key, 0)) for key in ("kept", "broken", "open")), _percent(row.get("rate"))]


def _percent(rate: Value) -> str:
    return "-" if rate is None else f"{float(str(rate)) * 100:.1f}%"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0] + " " * (widths[0] - cell_len(cells[0]))
    rest = (" " * (width - cell_len(cell)) + cell for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([first, *rest]).rstrip()
