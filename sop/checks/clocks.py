"""Rules about clocks: 107E of rungs and pauses, 303E of calendars."""

from __future__ import annotations

from collections.abc import Iterator

from sop.checks.context import Context
from sop.clocks.words import OF_CUSTOMER, OF_TEAM
from sop.lint.keys import what_is
from sop.model import Document, Rung
from sop.problems import Problem, closest, listed
from sop.yaml_text import escape


def idle_rungs(document: Document, context: Context) -> Iterator[Problem]:
    """107E: a rung does something, and who is told or handed the ticket is named."""
    for pointer, rung in context.rungs:
        if isinstance(rung, Rung) and not rung.to:
            nobody = rung.reassign or rung.notify or not (rung.priority or rung.watch or rung.playbook)
            if nobody and f"{pointer}/to" not in context.tree.positions:
                yield context.tree.problem("107", pointer, name="to", what=what_is("to"))


def half_pauses(document: Document, context: Context) -> Iterator[Problem]:
    """107E: a pause that begins with an event says what ends it, and what ends one has one to end."""
    for name, clock in document.sla.items():
        pointer = f"/sla/{escape(name)}"
        if f"{pointer}/pause" in context.clock_events and clock.resume is None:
            yield context.tree.problem("107", f"{pointer}/pause", name="resume", what=what_is("resume"))
        if clock.resume is not None and not isinstance(clock.pause, str):
            yield context.tree.problem("107", f"{pointer}/resume", name="pause", what=what_is("pause"))


def calendars(document: Document, context: Context) -> Iterator[Problem]:
    """303E: calendars are known by name, or are the team's or the customer's."""
    named: list[tuple[str, str | None]] = [("/calendar", document.calendar)]
    for name, clock in document.sla.items():
        named.append((f"/sla/{escape(name)}/calendar", clock.calendar))
        if not isinstance(clock.target, str):
            named += [(f"/sla/{escape(name)}/target/{n}/calendar", row.calendar) for n, row in enumerate(clock.target)]
    known = {*context.catalog.calendars, OF_TEAM, OF_CUSTOMER}
    for pointer, calendar in named:
        if calendar is not None and calendar not in known and pointer in context.tree.positions:
            meant = closest(calendar, known)
            yield context.tree.problem("303.calendar", pointer, name=calendar, meant=meant, known=listed(known))


def categories(document: Document, context: Context) -> Iterator[Problem]:
    """106E: the categories a clock is for are known, where the catalog knows any."""
    known = context.catalog.categories
    for name, clock in document.sla.items():
        for number, category in enumerate(clock.categories if known else ()):
            if category not in known:
                meant = closest(category, known) or "—"
                wanted = (f"已有的类别（{meant}？）", f"a known category ({meant}?)")
                pointer = f"/sla/{escape(name)}/categories/{number}"
                yield context.tree.problem("106.value", pointer, name=category, wanted=wanted)
