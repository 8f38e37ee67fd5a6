"""Giving a ticket its category, priority and team by the company's rules, and saying which rule decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sop.company import CategoryShape, RuleShape
from sop.events import Classified
from sop.values import Value

FALLBACK = "general"


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of a ticket at intake. ``category`` and ``priority`` only if somebody asked for them."""

    subject: str
    body: str = ""
    channel: str = "web"
    fields: Mapping[str, Value] = field(default_factory=dict)
    tier: str | None = None
    category: str | None = None
    priority: str | None = None


def classify(request: Request, rules: Sequence[RuleShape], categories: Mapping[str, CategoryShape]) -> Classified:
    """The request's category, priority and team.

    What the request asks for stands. Else the first rule that holds and names a category decides it; of the rules that
    hold and speak of this category or of any, the first that names a priority decides that, and likewise the team; the
    category's own come last. ``rule`` explains: ``return_words: 退货``, with several joined by ``; ``."""
    holding = [(rule, reason) for rule in rules if (reason := _reason(rule, request)) is not None]
    category = request.category if request.category in categories else None
    category = category or next((rule.category for rule, _ in holding if rule.category), FALLBACK)
    speaking = [(rule, reason) for rule, reason in holding if rule.category in (None, category)]
    usual = categories.get(category)
    priority = request.priority or next((rule.priority for rule, _ in speaking if rule.priority), None)
    team = next((rule.team for rule, _ in speaking if rule.team), None)
    return Classified(
        category=category,
        priority=priority or (usual.priority if usual else "normal"),
        team=team or (usual.team if usual else None),
        rule="; ".join(_deciding(speaking, request, category)),
    )


def _deciding(speaking: Sequence[tuple[RuleShape, str]], request: Request, category: str) -> list[str]:
    """The rules that made a difference, each once; ``asked`` or ``fallback`` where none decided the category."""
    asked = request.category == category
    open_questions = {"team"} | (set() if asked else {"category"}) | (set() if request.priority else {"priority"})
    said = ["asked"] if asked else []
    for rule, reason in speaking:
        answered = {name for name in open_questions if getattr(rule, name)}
        if answered:
            said.append(f"{rule.id}: {reason}" if reason else rule.id)
        open_questions -= answered
    return said if asked or "category" not in open_questions else [*said, "fallback"]


def _reason(rule: RuleShape, request: Request) -> str | None:
    """Why the rule holds, empty when there is nothing to quote; None when it does not hold."""
    if rule.channels and request.channel not in rule.channels:
        return None
    if rule.tiers and request.tier not in rule.tiers:
        return None
    if rule.categories and request.category not in rule.categories:
        return None
    if not all(_field_holds(request.fields.get(name), values) for name, values in rule.fields.items()):
        return None
    if not rule.words:
        return ", ".join(rule.fields) if rule.fields else ""
    found = _words(rule.words).search(f"{request.subject}\n{request.body}")
    return found.group() if found else None


def _field_holds(value: Value, wanted: Sequence[str]) -> bool:
    return value not in (None, "") and (not wanted or str(value) in wanted)


@lru_cache(maxsize=1024)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words: Latin ones as whole words, Chinese ones anywhere; case does not count."""
    parts = [rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in words]
    return re.compile("|".join(parts), re.IGNORECASE)
