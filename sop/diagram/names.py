"""Titles of what a definition names: roles, teams, people, events, actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sop.company import CompanyShape
from sop.diagram import words
from sop.forms import text_of
from sop.model import Label
from sop.problems import Language


@dataclass(frozen=True, slots=True)
class Names:
    """Titles by name, such as ``role:qc``, ``team:care``, ``parcel.received``. Others are shown as written."""

    titles: Mapping[str, Label] = field(default_factory=dict)

    def text(self, label: Label, language: Language) -> str:
        """A label in one language, without the braces of what is filled in."""
        return " ".join(text_of(label, language).split())

    def tell(self, name: str, language: Language) -> str:
        """The title of a name; the customer, the owner and somebody's manager have words of their own."""
        kind, _, of = name.partition(":")
        if kind == "manager_of" and of:
            return words.MANAGER_OF(language, self.tell(of, language))
        own = {"customer": words.CUSTOMER, "owner": words.OWNER}.get(name)
        if own is not None:
            return own(language)
        known = self.titles.get(name)
        return text_of(known, language) if known else name


def names_of(company: CompanyShape) -> Names:
    """The titles a company has given."""
    titles: dict[str, Label] = {}
    titles |= {f"role:{key}": {"zh": title.zh, "en": title.en} for key, title in company.roles.items()}
    titles |= {f"team:{key}": {"zh": team.title.zh, "en": team.title.en} for key, team in company.teams.items()}
    titles |= {f"user:{key}": person.name for key, person in company.people.items()}
    titles |= {key: {"zh": event.title.zh, "en": event.title.en} for key, event in company.events.items()}
    return Names(titles)
