"""What a command was asked, by name and with a type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from worker.settings import Settings
from worker.terminal.screen import Terminal


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of the command: its arguments, the terminal it speaks to, the settings it runs under."""

    values: Mapping[str, object]
    terminal: Terminal
    settings: Settings

    def text(self, name: str) -> str:
        """A text that is always there."""
        value = self.values[name]
        assert isinstance(value, str), name  # noqa: S101 - the table of commands says so
        return value

    def maybe(self, name: str) -> str | None:
        """A text, or nothing."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def texts(self, name: str) -> list[str]:
        """A list of texts, perhaps empty."""
        value = self.values.get(name)
        return [str(item) for item in value] if isinstance(value, list) else []

    def flag(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.values.get(name) is True

    def number(self, name: str) -> int | None:
        """A whole number, or nothing."""
        value = self.values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None
