"""The figures as a table: what was measured, what it came to, what is aimed at."""

from __future__ import annotations

from worker.bench.figures import AIMS, CLOCK_AIMS, Aim, Figures
from worker.terminal.words import Tongue, Words

NAMES = {
    "engine_per_s": Words("引擎，张/秒（单核 CPU 时间）", "engine, tickets/s (one core, CPU time)"),
    "engine_wall_per_s": Words("引擎，张/秒（实际时间）", "engine, tickets/s (wall time)"),
    "events_ratio": Words("历史事件：本产品 ÷ 手写", "history events: product ÷ hand-written"),
    "product_events": Words("  本产品，事件/张", "  product, events a ticket"),
    "twin_events": Words("  手写，事件/张", "  hand-written, events a ticket"),
    "throughput_ratio": Words("吞吐：本产品 ÷ 手写", "throughput: product ÷ hand-written"),
    "product_per_s": Words("  本产品，张/秒", "  product, tickets/s"),
    "twin_per_s": Words("  手写，张/秒", "  hand-written, tickets/s"),
    "product_update": Words("  本产品，回答延迟", "  product, an answer's latency"),
    "twin_update": Words("  手写，回答延迟", "  hand-written, an answer's latency"),
    "accept": Words("受理 POST → 201", "acceptance, POST → 201"),
    "accept_per_s": Words("  张/秒", "  tickets/s"),
    "accept_loaded": Words("受理，产品全部运行时", "acceptance, the whole product at work"),
    "accept_loaded_per_s": Words("  张/秒", "  tickets/s"),
    "first_step": Words("POST → 第一步可见", "POST → the first step can be seen"),
    "ms_300_lines": Words("检查 300 行的文件（毫秒）", "lint of a file of 300 lines (ms)"),
    "s_1000_files": Words("检查 1,000 个文件（秒）", "lint of 1,000 files (s)"),
    "mutated_files": Words("随机改坏的文件", "files broken at random"),
    "mutated_refused": Words("  被拒绝", "  refused"),
    "mutated_problems": Words("  指出的问题", "  problems told"),
    "mutated_slowest_ms": Words("  最慢的一个（CPU 毫秒）", "  the slowest of them (ms of CPU time)"),
    "mutated_faults": Words("  检查本身出错", "  that broke lint itself"),
    "due": Words("到期的时钟", "clocks due"),
    "fired": Words("  已触发", "  fired"),
    "lost": Words("  丢失", "  lost"),
    "double": Words("  重复触发或重复通知", "  fired or told twice"),
    "skew_p50_s": Words("触发 − 到期，中位数（秒）", "fired − due, median (s)"),
    "skew_p99_s": Words("  p99（秒）", "  p99 (s)"),
    "skew_max_s": Words("  最大（秒）", "  the most (s)"),
    "written_p99_s": Words("  台账中可见 − 到期，p99（秒）", "  readable in the ledger − due, p99 (s)"),
    "outage_s": Words("断电（秒）", "power cut (s)"),
    "overdue": Words("  因此迟到的时钟", "  clocks that were late for it"),
    "catch_up_s": Words("  重新启动后追上用时（秒）", "  caught up after being started again (s)"),
    "worker_cpu_ms": Words("每个时钟 worker 的 CPU（毫秒）", "the worker's CPU time a clock (ms)"),
    "temporal_cpu_ms": Words("每个时钟 Temporal 的 CPU（毫秒）", "Temporal's CPU time a clock (ms)"),
    "load": Words("机器负载（1 分钟）", "load of the machine (1 min)"),
    "seconds": Words("测量用时（秒）", "the bench took (s)"),
}
SHARES = (50, 95, 99)


def table(found: Figures, tongue: Tongue) -> str:
    """One line a figure, with its aim and whether it was met where it has one."""
    rows = [(NAMES[key].tell(tongue), *_cells(found, key)) for key in NAMES if _there(found, key)]
    widths = [max(_width(row[column]) for row in rows) for column in range(2)]
    return "\n".join(
        f"{name}{' ' * (widths[0] - _width(name))}  {' ' * (widths[1] - _width(value))}{value}  {aim}".rstrip()
        for name, value, aim in rows
    )


def _there(found: Figures, key: str) -> bool:
    return key in found or f"{key}_p50_ms" in found


def _cells(found: Figures, key: str) -> tuple[str, str]:
    """The value, and the aim with its mark."""
    if key in found:
        return f"{found[key]:,}", _aim(found, key)
    percentiles = " / ".join(f"{found[f'{key}_p{share}_ms']:g}" for share in SHARES)
    aims = (_aim(found, f"{key}_p{share}_ms", f"p{share} ") for share in SHARES)
    return f"{percentiles} ms (p50 / p95 / p99)", " ".join(filter(None, aims))


def _aim(found: Figures, key: str, name: str = "") -> str:
    aim, value = AIMS.get(key) or _clock_aim(found, key), found.get(key)
    if aim is None or not isinstance(value, (int, float)):
        return ""
    return f"{'✓' if aim.met(value) else '✗'} {name}{aim}"


def _clock_aim(found: Figures, key: str) -> Aim | None:
    return None if key == "skew_p99_s" and "outage_s" in found else CLOCK_AIMS.get(key)


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)
