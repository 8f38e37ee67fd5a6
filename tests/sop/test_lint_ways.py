"""The ways that lint sees are the ways the engine goes: every story that is played stays on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sop.catalog import Catalog
from sop.checks.context import Context
from sop.definition import Compiled
from sop.facts import Fact, FactType
from sop.loading import load_many
from sop.scenario import play, read_scripts
from sop.shape import shaped
from sop.yaml_text import read

STEPS = (FactType.STEP_OPENED, FactType.STEP_CLOSED)


def context_of(text: str, catalog: Catalog, sops: Mapping[str, Compiled]) -> Context:
    tree = read(text, "a.yaml")
    document = shaped(tree).document
    assert document is not None
    return Context(tree, document, catalog, sops)


def off_the_ways(context: Context, facts: list[Fact]) -> Iterator[str]:
    """What a story does that lint thinks cannot be: a step that is never come to, or one before another was done that
    is said to be done on every way."""
    main = next(fact.run for fact in facts if fact.run)
    done: set[str] = set()
    for fact in facts:
        name = (fact.step or "").partition("#")[0]
        if fact.run != main or fact.type not in STEPS or name not in context.steps:
            continue
        stands = context.stands_of.get(context.steps[name].pointer)
        if stands is None:
            yield f"{name} is come to"
            continue
        for other, bit in context.before.done.items():
            if other not in done and all(context.before.at[stand] & bit for stand in stands):
                yield f"{name} comes before {other} is done"
        if fact.type is FactType.STEP_CLOSED and fact.data["status"] == "done":
            done.add(name)


def stories(
    folder: Path, compiled: Mapping[str, Compiled], playbooks: Mapping[str, Compiled]
) -> Iterator[tuple[str, list[Fact]]]:
    for file in sorted(folder.glob("*.yaml")):
        if file.name.endswith((".sop.yaml", ".playbook.yaml", "catalog.yaml")):
            continue
        for script in read_scripts(file.read_text("utf-8"), file.name):
            about = compiled.get(Path(script.file).name)
            for case in script.cases if about else ():
                yield Path(script.file).name, play(script, case, about, playbooks)[0].facts


def test_the_shipped_stories_stay_on_the_ways(
    checkout: Path, library: dict[str, Compiled], library_catalog: Catalog
) -> None:
    files = [*checkout.glob("sop/library/*.yaml"), *checkout.glob("playbooks/library/*.yaml")]
    texts = {file.name: file.read_text("utf-8") for file in files}
    sops = {each["key"]: each for each in library.values()}
    contexts = {name: context_of(text, library_catalog, sops) for name, text in texts.items()}
    told = list(stories(checkout / "tests/scenarios", library, sops))

    assert len(told) > 50
    assert {f"{name}: {what}" for name, facts in told for what in off_the_ways(contexts[name], facts)} == set()


def test_the_patterns_of_control_flow_stay_on_the_ways(checkout: Path) -> None:
    folder = checkout / "tests/patterns"
    catalog = Catalog.from_plain(plain(read((folder / "catalog.yaml").read_text("utf-8"), "catalog.yaml").data))
    texts = {file.name: file.read_text("utf-8") for file in folder.glob("*.sop.yaml")}
    compiled = load_many(texts, catalog)
    sops = {each["key"]: each for each in compiled.values()}
    contexts = {name: context_of(text, catalog, sops) for name, text in texts.items()}
    told = list(stories(folder, compiled, {}))

    assert len(told) > 30
    assert {f"{name}: {what}" for name, facts in told for what in off_the_ways(contexts[name], facts)} == set()


def plain(data: object) -> dict[str, object]:
    assert isinstance(data, dict)
    return data


def test_a_story_off_the_ways_is_noticed(library_catalog: Catalog) -> None:
    """The comparison above can fail: here the file says less than the story does."""
    text = "dsl: 1\nsop: x\nsteps:\n  - {id: a, type: wait, for: 1d}\n  - {id: b, type: end}\n  - {id: c, type: end}\n"
    context = context_of(text, library_catalog, {})
    facts = [
        Fact(0, FactType.STEP_OPENED, datetime(2026, 1, 5, tzinfo=UTC), "x", step, None, None, {})
        for step in ("b", "c")
    ]

    assert list(off_the_ways(context, facts)) == ["b comes before a is done", "c is come to"]


def test_paths_that_enter_each_other_are_not_followed_for_ever(library_catalog: Catalog) -> None:
    size = 12
    outcomes = ", ".join(f"{{key: o{to}, label: o, next: p{to}}}" for to in range(size))
    paths = "".join(
        f"  p{one}: [{{id: s{one}, type: task, assign: owner, due: 1d, outcomes: [{outcomes}]}}]\n"
        for one in range(size)
    )
    text = f"dsl: 1\nsop: x\nsteps: [{{id: a, type: wait, for: 1h, next: p0}}]\npaths:\n{paths}"

    context = context_of(text, library_catalog, {})

    assert context.ways.whole is False
    assert len(context.ways.stands) < 5_000
