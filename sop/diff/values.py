"""Two YAML values compared piece by piece: entries of a list are the same by what names them, not by their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sop import expressions
from sop.diagram.conditions import resolved

NAMES = ("key", "event", "path", "value")
LANGUAGES = frozenset(("zh", "en"))


class Piece(NamedTuple):
    """What differs: the way to it, before and after; none where it is not there."""

    key: tuple[str, ...]
    old: object
    new: object


def pieces(old: object, new: object, key: tuple[str, ...] = ()) -> Iterator[Piece]:
    """The smallest pieces that differ. Something added or removed as a whole is one piece; text in several languages
    too."""
    if old == new:
        return
    if _entries(old) and _entries(new):
        assert isinstance(old, Mapping) and isinstance(new, Mapping)  # noqa: S101, PT018 - told by _entries
        for name in dict.fromkeys((*old, *new)):
            yield from pieces(old.get(name), new.get(name), (*key, str(name)))
    elif _listed(old) and _listed(new):
        assert isinstance(old, Sequence) and isinstance(new, Sequence)  # noqa: S101, PT018 - told by _listed
        yield from pieces(*_named(old, new), key)
    else:
        yield Piece(key, old, new)


def settled(value: object, constants: Mapping[str, object]) -> object:
    """A value with the file's constants in its expressions, lists as lists, and white space as it reads."""
    if isinstance(value, str):
        return resolved(value, constants, bare=None)
    if isinstance(value, Mapping):
        return {str(name): settled(item, constants) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [settled(item, constants) for item in value]
    return value


def renamed(text: str, names: Mapping[str, str]) -> str:
    """An expression, or text with some, that reads steps by the names they have now."""
    if not names or "steps." not in text:
        return text
    for read in reversed(expressions.reads(text)):
        was = read.path[1] if len(read.path) > 1 and read.path[0] == "steps" else ""
        place = f"steps.{was}"
        if was in names and text.startswith(place, read.offset):
            text = f"{text[: read.offset]}steps.{names[was]}{text[read.offset + len(place) :]}"
    return text


def _entries(value: object) -> bool:
    """Whether a value is a mapping to look into: not a text in several languages."""
    return isinstance(value, Mapping) and not (value and LANGUAGES.issuperset(value))


def _listed(value: object) -> bool:
    """Whether a value is a list of mappings (a branch may be a bare name)."""
    return isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value)


def _named(old: Sequence[object], new: Sequence[object]) -> tuple[dict[str, object], dict[str, object]]:
    """Both lists as mappings, so that what is the same entry has the same name."""
    by_name = all(_name(item) is not None for item in (*old, *new))
    if by_name or len(old) == len(new):
        return _by_name(old, by_name=by_name), _by_name(new, by_name=by_name)
    same = [item for item in old if item in new]  # a list without names: what is on both sides is no change
    one, other = ([item for item in side if item not in same] for side in (old, new))
    return _by_name(one, by_name=False), _by_name(other, by_name=False)


def _by_name(items: Sequence[object], *, by_name: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    for number, item in enumerate(items, 1):
        wanted = name = (_name(item) or "") if by_name else f"#{number}"
        again = 1
        while name in found:
            again += 1
            name = f"{wanted}#{again}"
        found[name] = {"path": item} if isinstance(item, str) else item
    return found


def _name(item: object) -> str | None:
    if isinstance(item, str):
        return item
    if isinstance(item, Mapping):
        return next((str(item[name]) for name in NAMES if item.get(name) is not None), None)
    return None
