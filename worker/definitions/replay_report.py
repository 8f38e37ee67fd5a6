"""What a replay found, for people and for machines."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass

from sop.replay.comparison import Compared, Comparison, Sum
from sop.replay.verdict import Exceeded
from worker.terminal.screen import Terminal
from worker.terminal.words import Words

SHOWN = 20
NAMES = {
    "breaches": Words("时钟超时", "clocks breached"),
    "escalations": Words("逾期升级", "escalations"),
    "steps": Words("走过的步骤", "steps"),
    "answers": Words("员工完成", "answers of staff"),
    "staff_seconds": Words("员工工时（小时）", "staff, working hours"),
    "actions": Words("系统调用", "calls to systems"),
    "cost": Words("成本", "cost"),
    "resolution_median_seconds": Words("解决用时，中位数（小时）", "time to the result, median (hours)"),
    "resolution_mean_seconds": Words("解决用时，平均（小时）", "time to the result, mean (hours)"),
}
HOURS = frozenset({"staff_seconds", "resolution_median_seconds", "resolution_mean_seconds"})


@dataclass(frozen=True, slots=True)
class Told:
    """All there is to tell: ``unread`` are tickets whose ledger does not tell enough, with the reason."""

    old: str
    new: str
    comparison: Comparison
    unread: tuple[tuple[str, str], ...] = ()
    exceeded: tuple[Exceeded, ...] = ()


def as_json(told: Told) -> str:
    """As JSON: the sums first, then every ticket that changed or diverged."""
    found = told.comparison
    plain = {
        "old": told.old,
        "new": told.new,
        "tickets": len(found.tickets),
        "played": len(found.played),
        "changed": len(found.changed),
        "no_difference": not (found.changed or found.diverged or told.unread),
        "sums": {name: each.plain for name, each in found.sums().items()},
        "results": found.results(),
        "breaches_removed": [_pair(*each) for each in found.breaches_removed],
        "breaches_added": [_pair(*each) for each in found.breaches_added],
        "changes": [_change(each) for each in found.changed],
        "diverged": [_divergence(each) for each in found.diverged],
        "unread": [{"ticket": no, "reason": reason} for no, reason in told.unread],
        "assumed": dict(_assumed(found)),
        "exceeded": [asdict(each) for each in told.exceeded],
    }
    return json.dumps(plain, ensure_ascii=False, indent=2)


def _pair(no: str, name: str) -> dict[str, str]:
    run, _, clock = name.partition(" ")
    return {"ticket": no, "run": run, "clock": clock}


def _change(one: Compared) -> dict[str, object]:
    difference = one.difference
    first = {} if difference is None else {"was": difference.was, "now": difference.now}
    return {"ticket": one.no, **first, "before": asdict(one.before), "after": asdict(one.after)}


def _divergence(one: Compared) -> dict[str, object]:
    why = one.diverged
    return {} if why is None else {"ticket": one.no, "where": why.where, "at": why.at.isoformat(), "reason": why.en}


def _assumed(found: Comparison) -> Counter[str]:
    return Counter(where for one in found.tickets for where in dict.fromkeys(one.assumed))


def as_text(told: Told, terminal: Terminal) -> str:
    """As a page for a person."""
    found, say = told.comparison, terminal.say
    played, changed, diverged = len(found.played), len(found.changed), len(found.diverged)
    lines = [
        say(
            f"{told.old} → {told.new}：{len(found.tickets)} 张工单，{played} 张重演，{changed} 张走法不同，"
            f"{diverged} 张无法继续",
            f"{told.old} → {told.new}: {len(found.tickets)} tickets, {played} played, {changed} otherwise, "
            f"{diverged} diverged",
        )
    ]
    if not (changed or diverged or told.unread):
        return "\n".join([*lines, say("没有差别", "no difference")])
    lines += [_sum(name, each, terminal) for name, each in found.sums().items()]
    lines += [f"  {name}: {each['before']} → {each['after']}" for name, each in found.results().items()]
    lines += _listed(say("不再超时", "breaches removed"), [f"{no} {name}" for no, name in found.breaches_removed])
    lines += _listed(say("新增超时", "breaches added"), [f"{no} {name}" for no, name in found.breaches_added])
    lines += _listed(say("走法不同", "otherwise"), [_first(one, terminal) for one in found.changed])
    lines += _listed(say("无法继续", "diverged"), [_why(one, terminal) for one in found.diverged])
    lines += _listed(say("记录不全", "not recorded in full"), [f"{no}: {reason}" for no, reason in told.unread])
    assumed = [f"{where} × {times}" for where, times in _assumed(found).most_common()]
    lines += _listed(say("按其他工单估计", "assumed from other tickets"), assumed)
    for each in told.exceeded:
        lines.append(f"✗ --{each.name} {each.limit:g}: {each.got:g}")
    return "\n".join(lines)


def _sum(name: str, each: Sum, terminal: Terminal) -> str:
    scale = 3600 if name in HOURS else 1
    before, after = each.before / scale, each.after / scale
    return f"  {NAMES[name].tell(terminal.tongue)}: {before:,.5g} → {after:,.5g}  ({after - before:+,.5g})"


def _listed(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    more = [f"    … +{len(lines) - SHOWN}"] if len(lines) > SHOWN else []
    return [f"  {title} ({len(lines)})", *(f"    {line}" for line in lines[:SHOWN]), *more]


def _first(one: Compared, terminal: Terminal) -> str:
    difference = one.difference
    if difference is None:
        return one.no
    return f"{one.no}: {difference.was or '—'} {terminal.say('改为', 'became')} {difference.now or '—'}"


def _why(one: Compared, terminal: Terminal) -> str:
    why = one.diverged
    return one.no if why is None else f"{one.no} {why.where}: {terminal.say(why.zh, why.en)}"
