"""From a designer's text to a definition ready to run, or to all that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from sop.catalog import Catalog
from sop.checks.context import Context, Running
from sop.checks.ignores import without_ignored
from sop.checks.table import problems_of
from sop.clocks.words import DEFAULT, OF_CUSTOMER, OF_TEAM
from sop.definition import ActionContract, Compiled, policies_of
from sop.model import Action, ClockPolicy, Document, Kind, Step
from sop.problems import Problem, Refused, errors, ordered
from sop.shape import shaped
from sop.values import encode
from sop.yaml_text import Tree, read, value_at

NO_UNDO = "none"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a file: the definition (none if there are errors) and every problem, warnings included."""

    compiled: Compiled | None
    problems: tuple[Problem, ...]


def load(
    text: str, file: str, catalog: Catalog, sops: Mapping[str, Compiled] | None = None, version: int = 0
) -> Compiled:
    """The definition of a text. ``sops`` are those it may run, by key. Raises ``Refused`` with all its problems."""
    loaded = examine(text, file, catalog, sops, version)
    if loaded.compiled is None:
        raise Refused(loaded.problems)
    return loaded.compiled


def examine(
    text: str,
    file: str,
    catalog: Catalog,
    sops: Mapping[str, Compiled] | None = None,
    version: int = 0,
    running: Running | None = None,
) -> Loaded:
    """As ``load``, but never raises: for tools that show warnings too. ``running``: tickets on the version before."""
    return _examine(read(text, file), catalog, sops or {}, version, running)


def load_many(
    texts: Mapping[str, str], catalog: Catalog, sops: Mapping[str, Compiled] | None = None
) -> dict[str, Compiled]:
    """The definitions of several texts by file name, which may run each other and the given ``sops``.

    Raises ``Refused`` with the problems of all files; SOPs that run each other in a circle are a problem too."""
    trees = {file: read(text, file) for file, text in texts.items()}
    found = _examine_many(trees, catalog, sops or {}, {})
    beside = {_sop_key(tree) for tree in trees.values()}  # one that is refused says why itself
    problems = [
        one
        for loaded in found.values()
        for one in loaded.problems
        if one.name != "307" or one.words.get("name") not in beside
    ]
    if errors(problems):
        raise Refused(problems)
    return {file: loaded.compiled for file, loaded in found.items() if loaded.compiled is not None}


def examine_many(
    texts: Mapping[str, str],
    catalog: Catalog,
    sops: Mapping[str, Compiled] | None = None,
    running: Mapping[str, Running] | None = None,
) -> dict[str, Loaded]:
    """As ``examine`` for several texts by file name, which may run each other and the given ``sops``; each is looked at
    once. What runs a file that is refused is refused too (307E)."""
    return _examine_many({file: read(text, file) for file, text in texts.items()}, catalog, sops or {}, running or {})


def _examine_many(
    trees: Mapping[str, Tree], catalog: Catalog, sops: Mapping[str, Compiled], running: Mapping[str, Running]
) -> dict[str, Loaded]:
    files = {key: file for file, tree in trees.items() if (key := _sop_key(tree))}
    known, circles, found = dict(sops), list[Problem](), dict[str, Loaded]()
    for file in _callees_first(trees, files, circles):
        loaded = found[file] = _examine(trees[file], catalog, known, 0, running.get(file))
        if loaded.compiled is not None and loaded.compiled["kind"] == Kind.SOP:
            known[loaded.compiled["key"]] = loaded.compiled
    for problem in circles:
        found[problem.file] = Loaded(None, ordered((*found[problem.file].problems, problem)))
    return {file: found[file] for file in trees}


def _examine(
    tree: Tree, catalog: Catalog, sops: Mapping[str, Compiled], version: int, running: Running | None = None
) -> Loaded:
    shape = shaped(tree)
    problems = [*tree.problems, *shape.problems]
    if shape.document is not None:
        problems += problems_of(shape.document, Context(tree, shape.document, catalog, sops, running))
    problems = list(ordered(without_ignored(problems, tree)))
    if shape.document is None or errors(problems):
        return Loaded(None, tuple(problems))
    return Loaded(_compiled(tree, shape.document, catalog, sops, version), tuple(problems))


def _compiled(tree: Tree, document: Document, catalog: Catalog, sops: Mapping[str, Compiled], version: int) -> Compiled:
    written = encode(tree.data)
    assert isinstance(written, dict)  # noqa: S101 - the shape has held
    actions = _actions(document, catalog)
    pinned = {step.sop: sops[step.sop] for line in _lines(document) for step in line if step.type == "sop"}
    policies = _policies(document, catalog)
    wanted = _wanted_calendars(list(policies_of(policies, document).values()), document)
    hours = _hours(wanted, catalog)
    calendars = _calendars(wanted, hours, catalog)
    content = {
        "document": written,
        "actions": actions,
        "sops": {key: sop["sha256"] for key, sop in pinned.items()},
        "calendars": calendars,
        **({"policies": policies} if policies else {}),
        **({"hours": hours} if hours else {}),
    }
    undos = sorted({undo for contract in actions.values() if (undo := contract["undo"])} | _own_undos(document))
    return Compiled(
        kind=str(Kind.SOP if document.sop else Kind.PLAYBOOK),
        key=document.sop or document.playbook or "",
        version=version,
        sha256=_sha256(content),
        file=tree.file,
        document=written,
        positions={pointer: [place.line, place.column] for pointer, place in tree.positions.items()},
        actions=actions,
        undo_takes={name: list(catalog.actions[name].takes) for name in undos if name in catalog.actions},
        personal=sorted(catalog.personal),
        sops=pinned,
        calendars=calendars,
        policies=policies,
        hours=hours,
    )


def _lines(document: Document) -> Iterable[tuple[Step, ...]]:
    return (document.steps, *document.paths.values())


def _own_undos(document: Document) -> set[str]:
    steps = (step for line in _lines(document) for step in line)
    return {step.undo for step in steps if isinstance(step, Action) and step.undo not in (None, NO_UNDO) and step.undo}


def _actions(document: Document, catalog: Catalog) -> dict[str, ActionContract]:
    """What the file's actions and their inverses promise."""
    steps = [step for line in _lines(document) for step in line if isinstance(step, Action)]
    checks = {step.promise.check for step in steps if step.promise and step.promise.check}
    called = {step.action for step in steps} | checks
    inverse = {undo for name in called if (undo := catalog.actions[name].undo)} | _own_undos(document)
    return {name: _contract(catalog, name) for name in sorted(called | inverse) if name in catalog.actions}


def _contract(catalog: Catalog, name: str) -> ActionContract:
    known = catalog.actions[name]
    return ActionContract(
        takes=list(known.takes),
        gives=list(known.gives),
        effect=str(known.effect),
        idempotent=str(known.idempotent),
        undo=known.undo,
    )


def _policies(document: Document, catalog: Catalog) -> dict[str, object]:
    """The company's clocks, which run beside those of every SOP; one of the file's own comes before its namesake."""
    if document.sop is None:
        return {}
    return {name: each for name, each in sorted(catalog.policies.items()) if name not in document.sla}


def _hours(wanted: set[str], catalog: Catalog) -> dict[str, dict[str, str]]:
    """Whose calendars the file asks for: those of teams, of segments, by name."""
    asked = {"teams": OF_TEAM in wanted, "segments": OF_CUSTOMER in wanted}
    return {whose: dict(catalog.hours.get(whose, {})) for whose, needed in asked.items() if needed}


def _wanted_calendars(clocks: Iterable[ClockPolicy], document: Document) -> set[str]:
    rows = [clock.target for clock in clocks if not isinstance(clock.target, str)]
    named = [clock.calendar for clock in clocks] + [row.calendar for each in rows for row in each]
    return {DEFAULT, document.calendar, *(name for name in named if name)}


def _calendars(
    wanted: set[str], hours: Mapping[str, Mapping[str, str]], catalog: Catalog
) -> dict[str, dict[str, object]]:
    """The calendars that may count; all of them where a customer may have one of their own."""
    names = set(catalog.calendars) if OF_CUSTOMER in wanted else wanted | set(hours.get("teams", {}).values())
    return {name: catalog.calendars[name] for name in sorted(names) if name in catalog.calendars}


def _sha256(content: Mapping[str, object]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _sop_key(tree: Tree) -> str | None:
    key = tree.data.get("sop") if isinstance(tree.data, dict) else None
    return key if isinstance(key, str) else None


def _called(tree: Tree) -> dict[str, str]:
    """The SOPs a text runs, by key, with the pointer of the first place, read before its shape is known."""
    called: dict[str, str] = {}
    for pointer in tree.positions:
        if pointer.endswith("/sop") and pointer.startswith(("/steps/", "/paths/")):
            key = value_at(tree.data, pointer)
            if isinstance(key, str):
                called.setdefault(key, pointer)
    return called


def _callees_first(trees: Mapping[str, Tree], files: Mapping[str, str], problems: list[Problem]) -> list[str]:
    """The files, each after those it runs. A circle is noted, and its files are left to complain on their own."""
    graph = {file: {files[key] for key in _called(tree) if key in files} for file, tree in trees.items()}
    while True:
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle: list[str] = error.args[1]
            caller, callee = circle[1], circle[0]  # each is run by the next one
            pointer = next(place for key, place in _called(trees[caller]).items() if files.get(key) == callee)
            names = " → ".join(str(_sop_key(trees[file])) for file in reversed(circle))
            problems.append(trees[caller].problem("307.cycle", pointer, name=names))
            graph[caller].discard(callee)
