"""What somebody meant who wrote the title that people read where the name belongs: 退件入库 for parcel.received."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from sop.checks.context import Context
from sop.model import Label
from sop.problems import closest

Titles: TypeAlias = Mapping[str, Iterable[str]]
"""The titles of each name, in every language."""

_PEOPLE: Titles = {"customer": ("客户", "customer"), "owner": ("负责人", "owner")}


def titled(word: str, titles: Titles) -> str | None:
    """The name whose title the word is, or nearly is; none where there is none like it."""
    names = {title.casefold(): name for name, known in titles.items() for title in known if title}
    said = word.casefold()
    return names.get(said if said in names else closest(said, names) or "")


def of_events(context: Context) -> Titles:
    """The titles of the catalog's events."""
    return {name: context.catalog.titles.get(f"event:{name}", ()) for name in context.catalog.events}


def of_actions(context: Context) -> Titles:
    """The titles of the catalog's actions."""
    return {name: action.title for name, action in context.catalog.actions.items()}


def of_people(context: Context) -> Titles:
    """The titles of roles and teams, and the words for the customer and the owner."""
    groups = {name: said for name, said in context.catalog.titles.items() if name.startswith(("role:", "team:"))}
    return {**groups, **_PEOPLE}


def of_steps(context: Context) -> Titles:
    """The titles of the file's steps."""
    return {name: _texts(placed.step.title) for name, placed in context.steps.items()}


def _texts(label: Label) -> Iterable[str]:
    return (label,) if isinstance(label, str) else label.values()
