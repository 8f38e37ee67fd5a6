"""Names of the catalog: 301E events, 302–303E people, 304–306E actions, 307E sub-SOPs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sop.checks.context import Context
from sop.checks.titles import Titles, of_actions, of_events, of_people, titled
from sop.model import Action, Approval, Document, Rung, SubSop, Task, Wait
from sop.problems import Problem, closest, listed
from sop.yaml_text import escape

NO_UNDO = "none"
_PEOPLE = frozenset(("owner", "customer", "manager_of:owner"))


def events(document: Document, context: Context) -> Iterator[Problem]:
    """301E: every event is in the catalog."""
    named = [("/start/event", document.start.event)] if document.start else []
    named += [(f"/whenever/{index}/event", handler.event) for index, handler in enumerate(document.whenever)]
    for pointer, step in context.each(Wait):
        if step.event is not None:
            named.append((f"{pointer}/event", step.event))
        named += [(f"{pointer}/any_of/{index}/event", awaited.event) for index, awaited in enumerate(step.any_of)]
    for pointer, name in (*named, *context.clock_events.items()):
        yield from _known(context, "301", pointer, name, context.catalog.events, of_events(context))


def _known(
    context: Context, row: str, pointer: str, name: str, known: Collection[str], titles: Titles | None = None
) -> Iterator[Problem]:
    if name not in known and pointer in context.tree.positions:
        meant = closest(name, known) or titled(name, titles or {})
        yield context.tree.problem(row, pointer, name=name, meant=meant, known=listed(known))


def people(document: Document, context: Context) -> Iterator[Problem]:
    """302E, 303E: whoever is named can be asked."""
    for pointer, name in named_people(document, context):
        yield from _person(context, pointer, name)


def named_people(document: Document, context: Context) -> list[tuple[str, str]]:
    """Everybody a file names, with the place: the owner, assignees, approvers, and whom ladders tell."""
    named = [("/owner", document.owner)] if document.owner is not None else []
    named += [(f"{pointer}/assign", step.assign) for pointer, step in context.each(Task)]
    for pointer, step in context.each(Approval):
        asked, place = step.approvers, f"{pointer}/approvers"
        many = [(f"{place}/{index}", name) for index, name in enumerate(asked)]
        named += [(place, asked)] if isinstance(asked, str) else many
    for place, rung in context.rungs:
        named += [(place, rung)] if isinstance(rung, str) else _of_rung(place, rung)
    return named


def _of_rung(place: str, rung: Rung) -> list[tuple[str, str]]:
    named = ((f"{place}/to", rung.to), (f"{place}/watch", rung.watch))
    return [(pointer, who) for pointer, who in named if who is not None]


def _person(context: Context, pointer: str, name: str) -> Iterator[Problem]:
    kind, _, who = name.partition(":")
    groups: Mapping[str, tuple[str, Collection[str]]] = {
        "role": ("303", context.catalog.roles),
        "team": ("303.team", context.catalog.teams),
        "user": ("303.user", context.catalog.people),
    }
    if name in _PEOPLE or pointer not in context.tree.positions:
        return
    if kind not in groups or not who:
        everybody = {*_PEOPLE, *(f"{group}:{each}" for group, (_, known) in groups.items() for each in known)}
        meant = closest(name, sorted(everybody)) or titled(name, of_people(context))
        yield context.tree.problem("302", pointer, name=name, meant=meant)
        return
    row, known = groups[kind]
    if who not in known and (known or kind != "user"):
        near = closest(who, known)
        meant = f"{kind}:{near}" if near else titled(who, of_people(context))
        yield context.tree.problem(row, pointer, name=who, meant=meant, known=listed(known))


def skills(document: Document, context: Context) -> Iterator[Problem]:
    """303E: skills are known, where the catalog knows any."""
    catalog = context.catalog
    for pointer, step in context.each(Task):
        for index, skill in enumerate(step.skills if catalog.skills else ()):
            yield from _known(context, "303.skill", f"{pointer}/skills/{index}", skill, catalog.skills)


def actions(document: Document, context: Context) -> Iterator[Problem]:
    """304E: actions and their inverses are known."""
    titles = of_actions(context)
    for pointer, step in context.each(Action):
        yield from _known(context, "304", f"{pointer}/action", step.action, context.catalog.actions, titles)
        if step.undo is not None and step.undo != NO_UNDO:
            yield from _known(context, "304", f"{pointer}/undo", step.undo, context.catalog.actions, titles)


def arguments(document: Document, context: Context) -> Iterator[Problem]:
    """305E: an action takes what it is given. Of a misspelt action the one that was probably meant."""
    for pointer, step in context.each(Action):
        if near := context.near_action(step.action):
            takes = context.catalog.actions[near].takes
            for name in step.arguments:
                if name not in takes:
                    yield _stranger(context, "305", f"{pointer}/with/{escape(name)}", name, near, takes)


def _stranger(context: Context, row: str, pointer: str, name: str, action: str, known: Collection[str]) -> Problem:
    meant = closest(name, known)
    return context.tree.problem(row, pointer, on_key=True, meant=meant, name=name, action=action, known=listed(known))


def sub_sops(document: Document, context: Context) -> Iterator[Problem]:
    """305–307E: a sub-SOP is known, is not the file itself, and is given its inputs."""
    for place, step in context.each(SubSop):
        pointer = f"{place}/sop"
        if pointer not in context.tree.positions:
            continue
        if step.sop == document.sop:
            yield context.tree.problem("307.cycle", pointer, name=f"{step.sop} → {step.sop}")
        elif step.sop not in context.sops:
            yield context.tree.problem("307", pointer, name=step.sop, meant=closest(step.sop, context.sops))
        else:
            yield from _inputs(context, step, place)


def _inputs(context: Context, step: SubSop, pointer: str) -> Iterator[Problem]:
    inputs = context.sops[step.sop]["document"].get("inputs")
    known = inputs if isinstance(inputs, dict) else {}
    for name in step.arguments:
        if name not in known:
            yield _stranger(context, "305.sop", f"{pointer}/with/{escape(name)}", name, step.sop, known)
    for name, parameter in known.items():
        if name not in step.arguments and not parameter.get("optional") and parameter.get("default") is None:
            yield context.tree.problem("306.sop", f"{pointer}/sop", action=step.sop, name=name)
