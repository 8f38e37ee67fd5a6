"""The clocks that last as long as a run, which are those that the time through its steps has to fit into: the file's
own, and those of the company as far as it is sure that they are for its tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sop.checks.context import Context
from sop.checks.deciding import Known, decided, is_for_all, known_of
from sop.clocks.words import DEFAULT, OF_CUSTOMER, OF_TEAM
from sop.durations import Duration, NotADuration, parse
from sop.model import ClockPolicy, Document, Metric
from sop.policies import PauseRule
from sop.yaml_text import escape

_Written: TypeAlias = tuple[str, str, str | None, str | None]  # pointer, duration, condition, calendar
_METRICS = frozenset(Metric)
_LASTING = frozenset({Metric.RESOLUTION, Metric.CUSTOM})
_WAITING: Known = {("ticket", "status"): frozenset({"waiting"})}


@dataclass(frozen=True, slots=True)
class Row:
    """One target of a clock: where it is written (the company's: nowhere here), how long, on which calendars it may
    count, and whether it is sure that it is the one."""

    pointer: str
    target: Duration
    calendars: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """One clock that lasts as long as the run. ``own``: it stands in the file. ``sure``: it is for every ticket.
    ``waits``: it runs while the ticket waits for an event or a time; ``asks``: it runs while the customer is asked."""

    name: str
    own: bool
    sure: bool
    waits: bool
    asks: bool
    rows: tuple[Row, ...]


def limits_of(document: Document, context: Context) -> Iterator[Limit]:
    """The clocks of a file's run that last as long as it, with the targets that some ticket of it may have."""
    known = known_of(document)
    for name, clock in context.clocks.items():
        own = name in document.sla
        if not _lasts(name, clock) or not (own or _for_them(clock, known)):
            continue
        rows = tuple(_rows(document, context, name, clock, {} if own else known))
        if rows:
            sure = decided(clock.when, known) is True
            yield Limit(name, own, sure, _runs_while_waiting(clock), not clock.pause, rows)


def _lasts(name: str, clock: ClockPolicy) -> bool:
    metric = clock.metric or (Metric(name) if name in _METRICS else Metric.CUSTOM)
    return metric in _LASTING and clock.start is None and clock.stop is None and clock.reset is None


def _for_them(clock: ClockPolicy, known: Known) -> bool:
    """Whether a clock of the company is for a file's tickets: for all their categories, and not surely for none."""
    return is_for_all(clock, known) and decided(clock.when, known) is not False


def _runs_while_waiting(clock: ClockPolicy) -> bool:
    pauses = (clock.pause,) if isinstance(clock.pause, str) else clock.pause or ()
    conditions = (pause.when if isinstance(pause, PauseRule) else pause for pause in pauses)
    return all(decided(condition, _WAITING) is False for condition in conditions)


def _rows(document: Document, context: Context, name: str, clock: ClockPolicy, known: Known) -> Iterator[Row]:
    pointer = f"/sla/{escape(name)}/target"
    if isinstance(clock.target, str):
        written: list[_Written] = [(pointer, clock.target, None, None)]
    else:
        written = [(f"{pointer}/{n}/is", row.duration, row.when, row.calendar) for n, row in enumerate(clock.target)]
    for place, text, when, calendar in written:
        holds = decided(when, known)
        duration = _parsed(text)
        if holds is not False and duration is not None:
            yield Row(place, duration, _calendars(context, calendar or clock.calendar or document.calendar))
        if holds is True:
            return


def _calendars(context: Context, wanted: str) -> tuple[str, ...]:
    """The calendars that may be meant: that of any team, or of any segment, where it is the ticket's."""
    of_many = {OF_TEAM: "teams", OF_CUSTOMER: "segments"}.get(wanted)
    if of_many is None:
        return (wanted,)
    return tuple(sorted({DEFAULT, *context.catalog.hours.get(of_many, {}).values()}))


def _parsed(text: str) -> Duration | None:
    try:
        return parse(text)
    except NotADuration:
        return None
