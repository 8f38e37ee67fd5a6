"""Every text of the pages exists in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.pages.language import LOCALE

METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "say": None, "msg": None}


def _catalogue() -> dict[str, str]:
    with (LOCALE / "zh_CN" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source) if message.id}


def _said(checkout: Path) -> set[str]:
    found = extract_from_dir(checkout / "api", METHODS, OPTIONS, KEYWORDS)
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def test_everything_a_page_says_is_in_the_chinese_catalogue(checkout: Path) -> None:
    known = _catalogue()

    missing = {message for message in _said(checkout) if not known.get(message)}

    assert not missing


def test_the_chinese_catalogue_holds_nothing_that_no_page_says(checkout: Path) -> None:
    assert not set(_catalogue()) - _said(checkout)


def test_a_translation_fills_the_same_places() -> None:
    wrong = {
        message
        for message, text in _catalogue().items()
        if sorted(re.findall(r"%\(\w+\)s", message)) != sorted(re.findall(r"%\(\w+\)s", text))
    }

    assert not wrong
