"""Putting a step into open tickets: a version derived from the one they run on, linted as any other, with the step in
it before or after another one."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from sop.catalog import Catalog
from sop.definition import Compiled
from sop.loading import examine
from sop.problems import Problem, Refused, errors
from sop.refusals import Refusal, UnknownStep
from sop.values import decode, encode
from sop.yaml_text import read


class NoStep(Refusal):
    """The text is not one step with its id and type."""

    code = "no_step"
    status = 422


@dataclass(frozen=True, slots=True)
class Derived:
    """A version with a step put in: its text, what it is compiled to, the new step's id, and what lint warns of."""

    source: str
    compiled: Compiled
    step: str
    warnings: tuple[Problem, ...]


def derive(
    base: Compiled, snippet: str, catalog: Catalog, *, before: str | None = None, after: str | None = None
) -> Derived:
    """The version with the step of a YAML snippet put in. Raises ``NoStep``, ``UnknownStep`` where there is no such
    place, and ``Refused`` with every problem of the result."""
    step = _step_of(snippet)
    document = copy.deepcopy(base["document"])
    line, index = _place(document, before or after or "")
    line.insert(index if before else index + 1, step)
    source = _text(document)
    file = base["file"]
    loaded = examine(source, file, catalog, base["sops"])
    if loaded.compiled is None:
        raise Refused(errors(loaded.problems))
    return Derived(source, loaded.compiled, str(step["id"]), loaded.problems)


def _step_of(snippet: str) -> dict[str, object]:
    tree = read(snippet, "step.yaml")
    if found := errors(tree.problems):
        raise Refused(found)
    data = tree.data[0] if isinstance(tree.data, list) and len(tree.data) == 1 else tree.data
    if not (isinstance(data, dict) and isinstance(data.get("id"), str)):
        raise NoStep("one step is wanted, with its id and type", "需要一个步骤，含 id 和 type")
    plain = encode(data)
    assert isinstance(plain, dict)  # noqa: S101 - the encoding of a mapping
    return plain


def _place(document: Mapping[str, object], name: str) -> tuple[list[object], int]:
    """The line on which a step stands, and where."""
    paths = document.get("paths")
    lines = [document.get("steps"), *(paths.values() if isinstance(paths, Mapping) else ())]
    for line in lines:
        for index, step in enumerate(line if isinstance(line, list) else ()):
            if isinstance(step, Mapping) and step.get("id") == name:
                assert isinstance(line, list)  # noqa: S101 - it has just been gone through
                return line, index
    raise UnknownStep(f"there is no step {name}", f"没有步骤 {name}")


class _Writer(yaml.SafeDumper):
    """YAML as our reader reads it back: decimals exact, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # Any: PyYAML's own signature
        return True


_Writer.add_representer(Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", str(value)))


def _text(document: Mapping[str, object]) -> str:
    written = _plain(decode(document))
    text: str = yaml.dump(written, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)
    return text


def _plain(value: object) -> object:
    """Plain dictionaries and lists, which the writer knows."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
