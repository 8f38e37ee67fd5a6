"""The documents point at things that exist, and say the same in both languages."""

import re
from pathlib import Path

import pytest

LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
CODE = re.compile(r"^```\w*\n.*?^```", re.MULTILINE | re.DOTALL)
DECISION_PARTS = ("Status:", "## Context", "## Decision", "## Consequences", "## Alternatives")


def links_of(document: Path) -> list[Path]:
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    return [document.parent / target for target in LINK.findall(text) if "://" not in target]


def commands_of(document: Path) -> list[str]:
    """The code blocks a reader copies, without their comments."""
    blocks = CODE.findall(document.read_text(encoding="utf-8"))
    return [re.sub(r"\s+#.*$", "", block, flags=re.MULTILINE) for block in blocks]


def test_every_link_leads_somewhere(our_files: list[Path], checkout: Path) -> None:
    dead = [
        f"{document.relative_to(checkout)} → {target}"
        for document in our_files
        if document.suffix == ".md"
        for target in links_of(document)
        if not target.exists()
    ]

    assert dead == []


@pytest.mark.parametrize("english", ["README.md", "docs/index.md"])
def test_both_languages_have_the_same_chapters_and_commands(checkout: Path, english: str) -> None:
    one = checkout / english
    other = one.with_name(one.stem + ".zh-CN.md")
    chapters = [
        [line.split(" ")[0] for line in CODE.sub("", file.read_text(encoding="utf-8")).splitlines() if line[:1] == "#"]
        for file in (one, other)
    ]

    assert chapters[0] == chapters[1]
    assert commands_of(one) == commands_of(other)


def indexes_of(page: Path) -> list[Path]:
    """The nearest index above a page, in the page's language."""
    name = "index.zh-CN.md" if page.name.endswith(".zh-CN.md") else "index.md"
    return [folder / name for folder in page.parents if (folder / name).exists()][:1]


def test_every_document_is_listed_in_the_index_of_its_language(our_files: list[Path], checkout: Path) -> None:
    pages = [file for file in our_files if file.suffix == ".md" and checkout / "docs" in file.parents]
    unlisted = [
        page.relative_to(checkout)
        for page in pages
        if not page.name.startswith("index.")
        and page.resolve() not in {target.resolve() for index in indexes_of(page) for target in links_of(index)}
    ]

    assert unlisted == []


def test_every_decision_says_why(checkout: Path) -> None:
    decisions = sorted((checkout / "docs/decisions").glob("[0-9]*.md"))

    assert decisions
    for decision in decisions:
        text = decision.read_text(encoding="utf-8")
        missing = [part for part in DECISION_PARTS if part not in text]
        assert not missing, f"{decision.name} lacks {missing}"


def test_the_changelog_is_open_for_the_next_change(checkout: Path) -> None:
    assert "## [Unreleased]" in (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
