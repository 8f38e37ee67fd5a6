"""How a ticket's facts are said to one reader: labels, names, files, and what references stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from api.pages.language import Speech
from api.pages.reading import Bundle
from api.pages.rendering import Press
from api.pages.sentences import Teller
from api.pages.views import Attached
from api.principal import Person
from db.queries.tickets import FileFacts
from sop.values import CLOSING, OPENING

_REFERENCE = re.compile(f"{OPENING}([^{CLOSING}]*){CLOSING}")


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks of one ticket to one reader; without a ``person`` to its customer."""

    bundle: Bundle
    press: Press
    speech: Speech
    person: Person | None = None
    teller: Teller = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "teller", Teller(self.press, self.speech, self.bundle.people))

    def say(self, message: str, **values: object) -> str:
        """A message in the reader's language."""
        return self.speech.say(message, **values)

    def named(self, table: str, key: str | None) -> str:
        """The company's name for a category, team, priority and so on."""
        return self.press.named(table, key, self.speech)

    def text(self, value: object) -> str:
        """A label in the reader's language, its references replaced by what they stand for."""
        return _REFERENCE.sub(lambda mark: self._revealed(mark[1]), self.speech.label(value))

    def _revealed(self, name: str) -> str:
        root, _, key = name.partition(".")
        if root == "customer" and self.bundle.ticket.customer is not None:
            return str(getattr(self.bundle.ticket.customer, key, None) or "")
        return self.speech.value(self.bundle.personal.get(name))

    def customer(self) -> str:
        """What the customer is called."""
        customer = self.bundle.ticket.customer
        return "" if customer is None else customer.name or customer.email or customer.phone or ""

    def file(self, key: str) -> Attached | None:
        """A file of the ticket by id."""
        row = next((one for one in self.bundle.ticket.files if one.id == key), None)
        return None if row is None else self.attached(row)

    def attached(self, row: FileFacts) -> Attached:
        """A file as a link for this reader."""
        place = "/files" if self.person else f"/portal/t/{self.bundle.ticket.public_token}/files"
        return Attached(row.name, f"{place}/{row.id}", row.media_type.startswith("image/"))
