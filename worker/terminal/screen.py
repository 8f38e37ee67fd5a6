"""The terminal of a command: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TextIO

from worker.terminal.words import Tongue, Words

WORTH_TELLING = 1.0  # seconds after which somebody wonders whether anything happens


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command speaks, in its reader's language."""

    tongue: Tongue
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    def tell(self, text: str | Words) -> None:
        """A result, one line or several."""
        self.out.write(self._text(text) + "\n")
        self.out.flush()

    def note(self, text: str | Words) -> None:
        """A remark beside the result."""
        self.err.write(self._text(text) + "\n")
        self.err.flush()

    def say(self, zh: str, en: str) -> str:
        """The one of two texts this reader reads."""
        return zh if self.tongue is Tongue.ZH else en

    @contextmanager
    def busy(self, zh: str, en: str) -> Iterator[None]:
        """Work that may take a while: a spinner on a terminal; elsewhere one line, if it took over a second."""
        began = monotonic()
        if self.err.isatty():
            from rich.console import Console  # heavy, and only for a person who waits

            with Console(file=self.err).status(self.say(zh, en)):
                yield
        else:
            yield
            if (took := monotonic() - began) > WORTH_TELLING:
                self.note(f"{self.say(zh, en)} {took:.1f} s")

    def _text(self, text: str | Words) -> str:
        return text if isinstance(text, str) else text.tell(self.tongue)
