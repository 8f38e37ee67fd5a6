"""A scenario as the text of its file: YAML 1.2 that reads back as exactly the same values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

_BARE = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w.@/\u4e00-\u9fff-]*")
_DURATION = re.compile(r"(?:[0-9]+[wdhms])+")
_TAKEN = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def text_of(plain: Mapping[str, object], remarks: Sequence[str] = ()) -> str:
    """The file of one script; remarks stand above it. ``plain``: {file, …, cases: [{name, play, expect, …}]}."""
    lines = [f"# {line}" for remark in remarks for line in remark.splitlines()]
    lines += [f"{name}: {flow(value)}" for name, value in plain.items() if name != "cases"]
    lines.append("cases:")
    cases = plain["cases"]
    for case in cases if isinstance(cases, list) else []:
        lines += _case(case)
    return "\n".join(lines) + "\n"


def _case(case: Mapping[str, object]) -> list[str]:
    first, *others = [f"{name}: {flow(value)}" for name, value in case.items() if name not in ("play", "mocks")]
    lines = [f"  - {first}", *(f"    {each}" for each in others if not each.startswith("expect:"))]
    mocks, play = case.get("mocks"), case["play"]
    if isinstance(mocks, Mapping) and mocks:
        lines += ["    mocks:", *(f"      {flow(name)}: {flow(answers)}" for name, answers in mocks.items())]
    acts = play if isinstance(play, list) else []
    lines += ["    play:", *(f"      - {flow(act)}" for act in acts)] if acts else ["    play: []"]
    return [*lines, f"    expect: {flow(case['expect'])}"]


def flow(value: object) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(name))}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, str):
        return value if _is_bare(value) and value.lower() not in _TAKEN else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return json.dumps(value)


def _is_bare(word: str) -> bool:
    return (_BARE.fullmatch(word) or _DURATION.fullmatch(word)) is not None


def _key(name: str) -> str:
    """A key; ``no`` is a word to YAML 1.2."""
    return name if _is_bare(name) and name not in ("null", "true", "false") else flow(name)
