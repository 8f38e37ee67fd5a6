"""Which language a person at a terminal reads, and texts in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple


class Tongue(StrEnum):
    """The languages of the product."""

    ZH = "zh"
    EN = "en"


class Words(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str

    def tell(self, tongue: Tongue) -> str:
        """The text for this reader."""
        return self.zh if tongue is Tongue.ZH else self.en


class Failure(Exception):
    """A command cannot do what was asked: one sentence that says what to do, and the exit code (2: asked wrongly)."""

    def __init__(self, zh: str, en: str, code: int = 1) -> None:
        super().__init__(en)
        self.words = Words(zh, en)
        self.code = code


def tongue_of(argv: Sequence[str], env: Mapping[str, str]) -> Tongue:
    """The language asked for by ``--lang``, else by the environment; English where nothing says Chinese."""
    asked = [value for flag, value in pairwise(argv) if flag == "--lang"]
    asked += [word.partition("=")[2] for word in argv if word.startswith("--lang=")]
    named = (env.get(name, "") for name in ("GONGDAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next((text for text in (*asked, *named) if text), "en")
    return Tongue.ZH if chosen.lower().startswith("zh") else Tongue.EN
