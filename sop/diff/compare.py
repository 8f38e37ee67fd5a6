"""Two versions of a definition compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sop.definition import Definition
from sop.diff.changes import Change, Difference, Kind, Neighbours
from sop.diff.matching import Match, match, neighbours
from sop.diff.safety import consequences
from sop.diff.values import Piece, pieces, renamed, settled
from sop.model import Step

IDENTITY = frozenset(("id", "was", "type"))
TARGETS = frozenset(("next", "on_timeout", "on_reject", "on_error", "otherwise", "do", "branches", "path", "within"))
STRUCTURE = frozenset(("dsl", "sop", "playbook", "steps", "paths"))


def difference(
    old: Definition,
    new: Definition,
    standing: Mapping[str, frozenset[int]] | None = None,
    names: tuple[str, str] | None = None,
) -> Difference:
    """What has changed from one to the other. ``standing``: the running tickets by the step they stand on, by its old
    id. ``names``: how the reader calls the two."""
    matched = match(old, new)
    changes = (*_of_file(old, new, matched), *_of_steps(old, new, matched))
    touched = _touched(changes, matched)
    tickets = None if standing is None else {step: standing[step] for step in touched if standing.get(step)}
    return Difference(
        *(names or (_name(old), _name(new))),
        changes=changes,
        consequences=tuple(consequences(old, new, matched, tickets or {})),
        tickets=tickets,
        titles=_titles(old) | _titles(new),
    )


def _name(definition: Definition) -> str:
    return f"{definition.key}@{definition.version}" if definition.version else definition.file


def _titles(definition: Definition) -> dict[str, object]:
    return {name: placed.step.title for name, placed in definition.steps.items()}


def _touched(changes: tuple[Change, ...], matched: Match) -> list[str]:
    """The old ids of the steps that are not as they were. Where a step merely stands elsewhere, nobody on it notices
    until they leave it; they are told all the same."""
    steps = [change.step for change in changes if change.step is not None and change.kind is not Kind.NEW]
    return list(dict.fromkeys(matched.same.get(step, step) for step in steps))


# The file


def _of_file(old: Definition, new: Definition, matched: Match) -> Iterator[Change]:
    if (old.kind, old.key) != (new.kind, new.key):
        yield Change(Kind.CHANGED, key=("name",), old=f"{old.kind} {old.key}", new=f"{new.kind} {new.key}")
    for now, before in matched.renamed_lines.items():
        yield Change(Kind.RENAMED, key=("paths", now), old=before, new=now)
    for piece in pieces(_renamed(_file(old), matched.targets), _file(new)):
        yield _changed(piece, None)
    yield from _of_surroundings(old, new)


def _file(definition: Definition) -> object:
    document = definition.document
    written = document.model_dump(by_alias=True, exclude=set(STRUCTURE))
    constants = written.pop("vars")
    return {**_whole(settled(written, document.vars)), "vars": constants}


def _whole(value: object) -> dict[str, object]:
    assert isinstance(value, dict)  # noqa: S101 - the dump of a model
    return value


def _of_surroundings(old: Definition, new: Definition) -> Iterator[Change]:
    """What the definition has been compiled with: its actions' contracts, sub-SOPs and calendars."""
    for name in sorted(old.actions.keys() & new.actions.keys()):
        for piece in pieces(dict(old.actions[name]), dict(new.actions[name]), ("actions", name)):
            yield _changed(piece, None)
    subs, sups = old.compiled["sops"], new.compiled["sops"]
    for name in sorted(subs.keys() & sups.keys()):
        if subs[name]["sha256"] != sups[name]["sha256"]:
            versions = (
                f"@{sub['version']}" if sub["version"] else sub["sha256"][:12] for sub in (subs[name], sups[name])
            )
            yield _changed(Piece(("sops", name), *versions), None)
    for piece in pieces(old.compiled["calendars"], new.compiled["calendars"], ("calendars",)):
        if piece.key[-1] != "version":
            yield _changed(piece, None)


def _changed(piece: Piece, step: str | None) -> Change:
    kind = Kind.NEW if piece.old is None else Kind.REMOVED if piece.new is None else Kind.CHANGED
    return Change(kind, step, piece.key, piece.old, piece.new)


# The steps


def _of_steps(old: Definition, new: Definition, matched: Match) -> Iterator[Change]:
    gone = dict.fromkeys(matched.removed)
    for name in new.steps:
        if name in matched.new:
            like = next((one for one in gone if _alike(old.steps[one].step, new.steps[name].step)), None)
            yield Change(Kind.NEW, name, stands=neighbours(new, name), like=like)
        else:
            yield from _of_step(old, new, matched, name)
    for name in matched.removed:
        yield Change(Kind.REMOVED, name, stood=neighbours(old, name))


def _of_step(old: Definition, new: Definition, matched: Match, name: str) -> Iterator[Change]:
    before = matched.same[name]
    if name != before:
        yield Change(Kind.RENAMED, name, old=before, new=name)
    if name in matched.moved:
        yield Change(Kind.MOVED, name, stood=_now(neighbours(old, before), matched), stands=neighbours(new, name))
    one, other = old.steps[before].step, new.steps[name].step
    if one.type != other.type:
        yield Change(Kind.CHANGED, name, ("type",), one.type, other.type)
    for piece in pieces(_renamed(_dump(one, old), matched.targets), _dump(other, new)):
        yield _changed(piece, name)


def _now(stood: Neighbours, matched: Match) -> Neighbours:
    """Old neighbours by the names that they have now."""
    names = {was: now for now, was in matched.same.items()}
    line = next((now for now, was in matched.lines.items() if was == stood.line), stood.line)
    before, after = (names.get(one or "", one) for one in (stood.before, stood.after))
    return replace(stood, line=line, before=before, after=after)


def _dump(step: Step, definition: Definition) -> dict[str, object]:
    written = step.model_dump(by_alias=True, exclude=set(IDENTITY))
    return _whole(settled(written, definition.document.vars))


def _renamed(value: object, names: Mapping[str, str]) -> object:
    """What was written before, by the new names of steps and paths: a renamed target is the same target."""
    if isinstance(value, dict):
        return {key: _target(item, names) if key in TARGETS else _renamed(item, names) for key, item in value.items()}
    if isinstance(value, str):
        return renamed(value, names)
    return [_renamed(item, names) for item in value] if isinstance(value, list) else value


def _target(item: object, names: Mapping[str, str]) -> object:
    if isinstance(item, list):
        return [_target(each, names) for each in item]
    return names.get(item, item) if isinstance(item, str) else _renamed(item, names)


def _alike(one: Step, other: Step) -> bool:
    """Whether two steps say the same but for their id: probably one was renamed, and ``was`` is missing."""
    exclude = {"id", "was"}
    return one.type == other.type and one.model_dump(exclude=exclude) == other.model_dump(exclude=exclude)
