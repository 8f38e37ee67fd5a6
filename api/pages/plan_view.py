"""What becomes of tickets that go on with another version, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from api.pages import words
from api.pages.desk import Reader
from api.pages.process_views import PlanRow, PlanView, Stand
from api.problem_table import Language
from db.numbers import number_of
from workflows.journeys import Journey
from workflows.moving import MOVED, Moved

MAPPING = "m."
"""How the fields of a form begin that say which step goes on for one that is gone."""


def plan_of(
    journey: Journey,
    found: Reader,
    titles: Mapping[str, str],
    lost: Iterable[tuple[str, str]] = (),
    *,
    done: bool = False,
) -> PlanView:
    """The tickets of a preview, or of a move that is done. ``titles``: of steps by their ids."""
    rows = tuple(_row(one, found, titles) for one in journey.moved)
    tally = tuple(sorted(Counter(row.verdict for row in rows).items()))
    return PlanView(done, rows, tally, tuple(lost), journey.next_after)


def lost_steps(journey: Journey, steps: Mapping[str, str], target: Collection[str]) -> Iterable[tuple[str, str]]:
    """The steps that tickets in want of a mapping stand on and that the new version has not, with the one chosen."""
    stands = {
        name
        for one in journey.moved
        if one.verdict == "needs_mapping"
        for stand in one.outlook.before
        if (name := _id(stand.get("step")))
    }
    for name in sorted({*(name for name in stands if name not in target), *steps}):
        yield name, steps.get(name, "")


def steps_in(items: Sequence[tuple[str, object]]) -> dict[str, str]:
    """The mapping that a form sends: old id → new id."""
    return {
        name.removeprefix(MAPPING)[:64]: value[:64]
        for name, value in items
        if name.startswith(MAPPING) and isinstance(value, str) and value
    }


def _row(one: Moved, found: Reader, titles: Mapping[str, str]) -> PlanRow:
    look = one.outlook
    reason = look.zh if found.speech.language is Language.ZH else look.en
    before = tuple(_stand(item, found, titles) for item in look.before)
    known = {(stand.name, stand.due) for stand in before}
    after = look.after if one.verdict in ("ok", MOVED) else []
    told = (_stand(item, found, titles) for item in after)
    fresh = tuple(replace(stand, changed=(stand.name, stand.due) not in known) for stand in told)
    return PlanRow(number_of(one.ticket_id), one.verdict, reason, before, fresh)


def _stand(item: Mapping[str, object], found: Reader, titles: Mapping[str, str]) -> Stand:
    due = item.get("due_at") or item.get("timeout_at")
    at = datetime.fromisoformat(str(due)) if due else None
    if clock := item.get("clock"):
        name = str(clock).rpartition(".")[2]
        own = titles.get(f"clock:{name}") or (found.speech.say(words.CLOCKS[name]) if name in words.CLOCKS else name)
        return Stand(own, clock=True, due=at)
    name = _id(item.get("step"))
    return Stand(titles.get(name, name), clock=False, due=at)


def _id(address: object) -> str:
    """The step's own id in ``<run>.<step>#<pass>``."""
    return str(address or "").rpartition(".")[2].partition("#")[0]
