"""``gongdan sop replay``: closed tickets run again on another version, and whether that may be merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from db.definitions import definition
from db.queries.recordings import ended_with
from db.session import Store
from sop.definition import Compiled
from sop.durations import NotADuration, parse
from sop.events import Actor, ActorKind, StepAnswered
from sop.model import Kind
from sop.problems import Refused, errors
from sop.replay.comparison import Comparison
from sop.replay.figures import Prices
from sop.replay.habits import Habit, Usual
from sop.replay.recording import Occasion, Pinned, Reaction, Trigger
from sop.replay.verdict import Limits, exceeded
from worker.access.storing import with_store
from worker.definitions.aiming import Ref, ref_of
from worker.definitions.drafts import bench_of, examine_all
from worker.definitions.replay_report import Told, as_json, as_text
from worker.definitions.replaying import Wanted, replayed
from worker.terminal.asked import Asked
from worker.terminal.showing import show
from worker.terminal.words import Failure, Words

LAST = 200
DEFINITION = (".yaml", ".yml")
ASSUMED = Actor(ActorKind.STAFF, "assumed", roles=("*",))


def run(asked: Asked) -> int:
    """Replay, tell, judge: 1 where a limit is exceeded or the new file is broken."""
    old, last = ref_of(asked.text("old")), asked.number("last") or LAST
    limits, prices, assumed = _limits(asked), _prices(asked), _assumed(asked.texts("assume"))
    new = _drafted(asked, Path(asked.text("new"))) if asked.text("new").endswith(DEFINITION) else None
    if new is None and asked.text("new").endswith(DEFINITION):
        return 1
    pinned, tried, tickets = with_store(
        asked, lambda store: _chosen(store, old, new or ref_of(asked.text("new")), last)
    )
    if (tried["kind"], tried["key"]) != (pinned.kind, pinned.key):
        raise Failure(
            f"{asked.text('new')} 是 {tried['key']}，不是 {pinned.key} 的另一版本",
            f"{asked.text('new')} is {tried['key']}, not another version of {pinned.key}",
            2,
        )
    wanted = Wanted(asked.settings.database_url, tuple(tickets), {(pinned.kind, pinned.key): tried}, assumed)
    if not tickets:
        asked.terminal.note(Words("没有在此版本上结束的工单", "no ticket has ended on that version"))
    with asked.terminal.busy(f"正在重演 {len(tickets)} 张工单…", f"replaying {len(tickets)} tickets …"):
        share = replayed(wanted, jobs=asked.number("jobs"))
    comparison = Comparison(share.compared, prices)
    over = exceeded(comparison, limits)
    told = Told(f"{pinned.key}@{pinned.version}", _name(tried), comparison, share.unread, tuple(over))
    asked.terminal.tell(as_json(told) if asked.flag("json") else as_text(told, asked.terminal))
    return 1 if over else 0


async def _chosen(store: Store, old: Ref, new: Ref | Compiled, last: int) -> tuple[Pinned, Compiled, list[int]]:
    """The version that ran, the definition to try, and the tickets. Raises ``Failure``."""
    async with store.read() as conn:
        kind = old.kind or Kind.SOP.value
        ran = await definition(conn, kind, old.key, old.version)
        tried = new if isinstance(new, Mapping) else await definition(conn, new.kind or kind, new.key, new.version)
        for ref, found in ((old, ran), (new, tried)):
            if found is None and isinstance(ref, Ref):
                name = ref.key if ref.version is None else f"{ref.key}@{ref.version}"
                raise Failure(f"没有发布过 {name}", f"{name} was never published", 2)
        if ran is None or tried is None:
            raise AssertionError("found, or refused above")
        pinned = Pinned(kind, old.key, ran["version"])
        return pinned, tried, await ended_with(conn, pinned, last)


def _drafted(asked: Asked, file: Path) -> Compiled | None:
    """A file as it stands; none, with every mistake told, where it is broken."""
    try:
        [examined] = examine_all([str(file)], bench_of(asked.settings, asked.maybe("catalog")))
    except Refused as refused:
        show(refused.problems, {}, asked.terminal)
        return None
    show(tuple(errors(examined.problems)), {examined.file: examined.text}, asked.terminal)
    return examined.loaded.compiled


def _name(compiled: Compiled) -> str:
    return f"{compiled['key']}@{compiled['version']}" if compiled["version"] else compiled["file"]


def _limits(asked: Asked) -> Limits:
    return Limits(
        breaches_added=asked.number("max_breaches_added"),
        escalations_added=asked.number("max_escalations_added"),
        diverged=asked.number("max_diverged"),
        changed=asked.number("max_changed"),
        cost_percent=asked.number("max_cost_percent"),
        slower_percent=asked.number("max_slower_percent"),
    )


def _prices(asked: Asked) -> Prices:
    prices = Prices()
    given = {name: asked.maybe(f"{name}_price") for name in ("hour", "action")}
    try:
        return replace(prices, **{name: float(text) for name, text in given.items() if text is not None})
    except ValueError:
        raise Failure("价格要写成数字", "a price is a number", 2) from None


def _assumed(texts: list[str]) -> Usual:
    return Usual(dict(habit for text in texts for habit in _assumption(text)))


def _assumption(text: str) -> list[tuple[Habit, Occasion]]:
    """What ``photo_check=pass@2h`` assumes, whatever the step's type. Raises ``Failure``."""
    step, _, rest = text.partition("=")
    outcome, _, duration = rest.partition("@")
    try:
        after = parse(duration or "0s").clock_time()
    except (NotADuration, ValueError):
        after = None
    if not (step and outcome) or after is None:
        raise Failure(
            f"--assume 要写成 步骤=结果@时长，如 photo_check=pass@2h，不是 {text}",
            f"--assume is STEP=OUTCOME@DURATION, such as photo_check=pass@2h, not {text}",
            2,
        )
    return [(Habit(Trigger.OPENED, "", step), _occasion(outcome, after))]


def _occasion(outcome: str, after: timedelta) -> Occasion:
    said = StepAnswered("", ASSUMED, None if outcome == "done" else outcome)
    return Occasion("", "", (Reaction(after, 0, said),))
