"""Definitions broken at random, as typing breaks them and as nobody would: what lint must survive."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import process_time

from sop.catalog import Catalog
from sop.definition import Compiled, definition_of
from sop.loading import Loaded, examine
from sop.problems import Language, errors, lines_of
from sop.yaml_text import read

_PIECES = (
    *("{{", "}}", "[", "]", "{", "}", ": ", "- ", "'", '"', "\n", "  ", "\t", "退款", "&a ", "*a", "!", "|", "#", ">"),
    *("null", "steps.", " == ", "1e9", "0x", ",", "\n  - 5\n", "when: ", "next: done", "$decimal: x", "type: wait"),
    *(
        "true",
        "never",
        "0%",
        "continue",
        "end",
        "incident",
        "customer.phone",
        "role:",
        "<<: ",
        "\ufeff",
        "\x85",
        "\u2028",
    ),
    *("not " * 9, "(" * 30, "[" * 30, "9" * 50, "# sop: ignore SOP409 x\n", "1wd", "until: now", "each: ticket.tags"),
)
_LANGUAGES = tuple(Language)


def mutated(text: str, chance: random.Random) -> str:
    """The text with one to six accidents."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        text = chance.choice(_ACCIDENTS)(text, chance)
    return text


def _splice(text: str, chance: random.Random) -> str:
    begin, length = chance.randrange(len(text) + 1), chance.choice((0, 0, 1, 2, 5, 20))
    piece = chance.choice((*_PIECES, text[begin : begin + 30], ""))
    return text[:begin] + piece + text[begin + length :]


def _line(text: str, chance: random.Random) -> str:
    """A line lost, twice, elsewhere, or further in."""
    lines = text.split("\n")
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    taken = lines.pop(here)
    kept: Sequence[str] = chance.choice(((), (taken, taken), (taken,), (f"  {taken}",), (taken[2:],)))
    place = chance.choice((here, there))
    return "\n".join((*lines[:place], *kept, *lines[place:]))


def _word(text: str, chance: random.Random) -> str:
    """One word in place of another of the same text."""
    words = text.split(" ")
    words[chance.randrange(len(words))] = words[chance.randrange(len(words))]
    return " ".join(words)


def _typo(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text)) if text else 0
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


_ACCIDENTS = (_splice, _line, _word, _typo)


@dataclass(slots=True)
class Survey:
    """What came of many broken files. ``faults`` are those that broke lint itself, with the seed that makes them."""

    files: int = 0
    refused: int = 0
    problems: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def survey(
    sources: Sequence[str], catalog: Catalog, sops: dict[str, Compiled], seeds: range, within: float = 5.0
) -> Survey:
    """Break the sources once for each seed and examine them: nothing may be raised, none may take longer than
    ``within`` seconds of the processor, and every problem stands at a place of the text and can be told."""
    found = Survey()
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311 - the same files every time, and nothing to keep secret
        text = mutated(chance.choice(sources), chance)
        began = process_time()
        loaded = examine(text, "m.yaml", catalog, sops)
        took = process_time() - began
        found.files += 1
        found.refused += loaded.compiled is None
        found.problems += len(loaded.problems)
        found.slowest = max(found.slowest, took)
        if took > within:
            found.faults.append(f"seed {seed}: {took:.1f} s")
        found.faults += (f"seed {seed}: {what}" for what in wrong_with(loaded, text))
    return found


def wrong_with(loaded: Loaded, text: str) -> list[str]:
    """What should not be: a problem outside the text or without words, a refusal without an error."""
    lines = lines_of(read(text, "m.yaml").text)
    wrong = []
    for problem in loaded.problems:
        if not (1 <= problem.line <= len(lines) and 1 <= problem.column <= len(lines[problem.line - 1]) + 1):
            wrong.append(f"{problem.code} at {problem.line}:{problem.column}")
        if not all(problem.message(language) and problem.render(text, language) for language in _LANGUAGES):
            wrong.append(f"{problem.code} says nothing")
    if (loaded.compiled is None) != bool(errors(loaded.problems)):
        wrong.append("refused without an error")
    if loaded.compiled is not None:
        definition_of(loaded.compiled)
    return wrong
