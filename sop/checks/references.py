"""What an expression reads is declared: 203I, 210–218E."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from sop.checks.context import COMMON_OUTPUTS, Context
from sop.checks.sites import ROOTS, Site
from sop.model import Document, Repeat, SubSop
from sop.problems import Position, Problem, Words, closest, listed
from sop.yaml_text import escape

_LOOP_FIELDS = ("index", "index0", "length")
_CLOCK_FIELDS = ("due_at", "remaining", "breached")
_PLACES = frozenset(("event", "item", "loop", "check"))
_PRODUCT_FIELDS = frozenset(("fields",))  # a ticket's own fields as a whole


@dataclass(frozen=True, slots=True)
class _Reading:
    """One path that one expression reads; ``offset`` is where it begins in the text of the site."""

    context: Context
    site: Site
    path: tuple[str, ...]
    offset: int

    def problem(self, row: str, part: int, known: Collection[str], **words: Words) -> Problem:
        """The name at ``part`` of the path is not among the known ones."""
        name = self.path[part]
        place = place_of(self.context, self.site, self.path[: part + 1], self.offset)
        told = {**words, "name": name, "known": listed(known)}
        truth = _TRUTHS.get(name) if row == "210" else None
        return self.context.tree.found(row, place, told, truth or closest(name, known))


_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def place_of(context: Context, site: Site, path: tuple[str, ...], offset: int) -> Position:
    """Where the last name of a path stands that begins at ``offset`` of a site's source."""
    begin = offset
    for index, name in enumerate(path):
        found = site.source.find(name, begin)
        if found < 0:
            begin = offset
            break
        begin = found + (len(name) if index < len(path) - 1 else 0)
    return context.tree.at(site.pointer, begin)


def declared(document: Document, context: Context) -> Iterator[Problem]:
    """210E and what follows: roots, steps and their outputs, variables, inputs, ticket, customer and event fields."""
    for site in context.sites:
        begin = site.inner[1]
        for path, offset in site.study.reads:
            yield from _reading(_Reading(context, site, path, begin + offset))


def _reading(reading: _Reading) -> Iterator[Problem]:
    root = reading.path[0]
    if root not in reading.site.roots:
        row = "210.place" if root in ROOTS | _PLACES else "210"
        yield reading.problem(row, 0, reading.site.roots)
    elif len(reading.path) > 1 and (check := _CHECKS.get(root)):
        yield from check(reading)


def _step_output(reading: _Reading) -> Iterator[Problem]:
    context, path = reading.context, reading.path
    if path[1] not in context.steps:
        yield reading.problem("211", 1, context.steps)
        return
    gives = context.outputs[path[1]]
    if len(path) < 3 or gives is None:
        return
    if path[2] not in gives | COMMON_OUTPUTS:
        yield reading.problem("212", 2, gives | COMMON_OUTPUTS, step=path[1])
    elif path[2] == "outputs" and len(path) > 3:
        yield from _sub_output(reading)


def _sub_output(reading: _Reading) -> Iterator[Problem]:
    step = reading.context.steps[reading.path[1]].step
    sub = reading.context.sops.get(step.sop) if isinstance(step, SubSop) else None
    if sub is not None:
        outputs = sub["document"].get("outputs")
        known = list(outputs) if isinstance(outputs, dict) else []
        if reading.path[3] not in known:
            yield reading.problem("212", 3, known, step=f"{reading.path[1]}.outputs")


def _variable(reading: _Reading) -> Iterator[Problem]:
    yield from _one_of(reading, "215", reading.context.document.vars)


def _input(reading: _Reading) -> Iterator[Problem]:
    yield from _one_of(reading, "216", reading.context.document.inputs)


def _ticket_field(reading: _Reading) -> Iterator[Problem]:
    own = {entry.key for entry in reading.context.document.fields}
    if reading.path[1] not in _PRODUCT_FIELDS:
        yield from _one_of(reading, "217", own.union(reading.context.catalog.ticket))


def _customer_field(reading: _Reading) -> Iterator[Problem]:
    yield from _one_of(reading, "217.customer", {*reading.context.catalog.customer, *reading.context.catalog.personal})


def _event_field(reading: _Reading) -> Iterator[Problem]:
    event = reading.site.event or ""
    fields = reading.context.catalog.events.get(event)
    if fields is None:
        near = closest(event, reading.context.catalog.events)
        fields = reading.context.catalog.events[near] if near else None
    if fields is not None and reading.path[1] not in fields:
        yield reading.problem("218", 1, fields, event=event)


def _clock(reading: _Reading) -> Iterator[Problem]:
    clocks = reading.context.clocks_to_read
    if (name := reading.path[1]) not in clocks:
        yield reading.problem("218.clock_for_others" if name in reading.context.clocks else "218.clock", 1, clocks)
    elif len(reading.path) > 2 and reading.path[2] not in _CLOCK_FIELDS:
        yield reading.problem("218.clock_field", 2, _CLOCK_FIELDS)


def _loop_field(reading: _Reading) -> Iterator[Problem]:
    """A repeat's ``until`` is told how many passes are done, a pass where it is."""
    around = reading.context.step_around(reading.site.pointer)
    ends = around is not None and isinstance(around.step, Repeat) and reading.site.pointer.endswith("/until")
    known = (*_LOOP_FIELDS, "done") if ends else _LOOP_FIELDS
    yield from _one_of(reading, "218.loop", known)


def _check_output(reading: _Reading) -> Iterator[Problem]:
    action = reading.context.near_action(reading.site.event or "")
    if action is not None and reading.path[1] not in (gives := reading.context.catalog.actions[action].gives):
        yield reading.problem("212.check", 1, gives, action=action)


def _one_of(reading: _Reading, row: str, known: Collection[str]) -> Iterator[Problem]:
    if reading.path[1] not in known:
        yield reading.problem(row, 1, known)


_CHECKS: Mapping[str, Callable[[_Reading], Iterator[Problem]]] = {
    "steps": _step_output,
    "vars": _variable,
    "inputs": _input,
    "ticket": _ticket_field,
    "customer": _customer_field,
    "event": _event_field,
    "check": _check_output,
    "sla": _clock,
    "loop": _loop_field,
}


def unused_variables(document: Document, context: Context) -> Iterator[Problem]:
    """203I: a variable that no expression reads."""
    if not document.vars:
        return
    read = {found.path for site in context.sites for found in site.study.reads}
    used = {path[1] for path in read if len(path) > 1 and path[0] == "vars"}
    if ("vars",) not in read:
        for name in document.vars:
            if name not in used:
                yield context.tree.problem("203", f"/vars/{escape(name)}", on_key=True, name=name)
