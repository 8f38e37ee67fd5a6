"""What is said to whom: 309E, 411W, 413W."""

from __future__ import annotations

from collections.abc import Iterator

from sop.catalog import Effect
from sop.checks.context import Context
from sop.checks.nulls import needed
from sop.checks.references import place_of
from sop.checks.sites import Site, output_read, study
from sop.model import Action, Document, FieldType, Task
from sop.problems import Problem, closest, listed
from sop.yaml_text import escape

CUSTOMER = "notify.customer"
_UPDATE = "ticket.update"
_FREE_TEXT = frozenset((FieldType.TEXT, FieldType.LONG_TEXT))
_ABOUT = frozenset(("ticket", "customer", "reader", "link"))  # what every message may say
_STEERING = frozenset(("to", "owner", "priority", "status", "tags", "template"))


def templates(document: Document, context: Context) -> Iterator[Problem]:
    """309E: a message template that is named is there, where the catalog knows any."""
    known = context.catalog.templates
    for pointer, step in context.each(Action):
        contract = context.catalog.actions.get(step.action)
        name = step.arguments.get("template")
        if not known or contract is None or contract.effect is not Effect.MESSAGE or not isinstance(name, str):
            continue
        if "{{" not in name and name not in known:
            yield context.tree.problem(
                "309", f"{pointer}/with/template", name=name, meant=closest(name, known), known=listed(known)
            )


def texts_of_templates(document: Document, context: Context) -> Iterator[Problem]:
    """306E, 413W: a message is given all that its template says, and does not tell staff what is personal."""
    for pointer, step in context.each(Action):
        name = step.arguments.get("template")
        contract = context.catalog.actions.get(step.action)
        if contract is None or contract.effect is not Effect.MESSAGE or not isinstance(name, str):
            continue
        place = f"{pointer}/with/template"
        for path, surely in _said_by(context, name):
            given = {*_ABOUT, *step.arguments, *(["promise"] if step.promise else [])}
            if surely and path[0] not in given:
                yield context.tree.problem("306.template", place, action=name, name=path[0])
            personal = path[0] == "customer" and not context.catalog.personal.isdisjoint(path[1:2])
            if personal and step.action != CUSTOMER:
                yield context.tree.problem("413.template", place, argument=name, name=".".join(path))


def _said_by(context: Context, template: str) -> list[tuple[tuple[str, ...], bool]]:
    """What the texts of a template read, in any language, and whether they cannot do without it."""
    found: dict[tuple[str, ...], bool] = {}
    for text in context.catalog.texts.get(template, {}).values():
        known = study(text, bare=False)
        surely = set(needed(known.tree, condition=False)) if known.tree is not None else set()
        for read in known.reads:
            found[read.path] = found.get(read.path, False) or read in surely
    return list(found.items())


def customers_words(document: Document, context: Context) -> Iterator[Problem]:
    """411W: what a customer types does not steer what only staff decide; and what a customer is to read does not stand
    in a note, which only staff see."""
    typed = {
        (task.id, entry.key)
        for _, task in context.each(Task)
        if task.assign == "customer"
        for entry in task.form
        if entry.type in _FREE_TEXT
    }
    for site, name in _arguments(context):
        if name in _STEERING:
            for path, offset in site.study.reads:
                if output_read(path) in typed:
                    place = place_of(context, site, path, site.inner[1] + offset)
                    yield context.tree.found("411", place, {"name": ".".join(path), "argument": name})
    for pointer, task in context.each(Task):
        if task.assign == "customer" and task.note and not task.script:
            yield context.tree.problem("411.note", f"{pointer}/note", on_key=True)


def _arguments(context: Context) -> Iterator[tuple[Site, str]]:
    """The expressions in arguments of the product's own actions, with the argument's name."""
    for site in context.sites:
        placed = context.step_around(site.pointer)
        if placed is None or not isinstance(placed.step, Action):
            continue
        contract = context.catalog.actions.get(placed.step.action)
        message = contract is not None and contract.effect is Effect.MESSAGE
        for name in placed.step.arguments if message or placed.step.action == _UPDATE else ():
            if f"{site.pointer}/".startswith(f"{placed.pointer}/with/{escape(name)}/"):
                yield site, name


def personal_in_messages(document: Document, context: Context) -> Iterator[Problem]:
    """413W: no personal field reaches a message to anybody but the customer, nor the ticket's own fields."""
    answers = {(task.id, entry.key) for _, task in context.each(Task) for entry in task.form if entry.personal}
    for site, name in _arguments(context):
        placed = context.step_around(site.pointer)
        if placed is None or not isinstance(placed.step, Action) or placed.step.action == CUSTOMER:
            continue
        for path, offset in site.study.reads:
            of_customer = path[:1] == ("customer",) and len(path) > 1 and path[1] in context.catalog.personal
            if of_customer or output_read(path) in answers:
                place = place_of(context, site, path, site.inner[1] + offset)
                yield context.tree.found("413", place, {"name": ".".join(path), "argument": name})
