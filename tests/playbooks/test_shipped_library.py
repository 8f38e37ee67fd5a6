"""Everything the product ships: it loads, speaks both languages, and its scenarios pass and leave nothing out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sop.definition import Compiled
from sop.facts import Fact, FactType
from sop.loading import examine, load_many
from sop.model import Approval, Document, Task, Wait
from sop.scenario import judge, play, read_scripts
from sop.workspace import COMPANY_FILE, Workspace, parse, wanted

FROM_THE_CONTRACT = {"return", "refund", "lost_parcel", "first_complaint", "vip_no_response"}
"""Definitions from the language's examples; some labels there have one language."""
OWN = ("repair", "complaint", "general", "it_request", "promise_broken")


@pytest.fixture(scope="module")
def workspace(checkout: Path) -> Workspace:
    folders = ("sop/library", "playbooks/library", "activities/connectors", "activities/templates")
    paths = [checkout / COMPANY_FILE, *(path for folder in folders for path in (checkout / folder).glob("*.yaml"))]
    names = {path.relative_to(checkout).as_posix(): path for path in paths}
    return parse({name: path.read_text(encoding="utf-8") for name, path in names.items() if wanted(name)})


@pytest.fixture(scope="module")
def library(workspace: Workspace) -> dict[str, Compiled]:
    return {each["key"]: each for each in load_many(workspace.definitions, workspace.catalog).values()}


def test_every_shipped_definition_is_without_a_problem(workspace: Workspace, library: dict[str, Compiled]) -> None:
    sops = {key: each for key, each in library.items() if each["kind"] == "sop"}
    problems = [
        problem.head()
        for file, text in workspace.definitions.items()
        for problem in examine(text, file, workspace.catalog, sops).problems
    ]

    assert problems == []
    assert FROM_THE_CONTRACT | set(OWN) <= set(library)


def labels(plain: object, key: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(plain, dict):
        for name, value in plain.items():
            if name in ("title", "label", "description", "help", "script", "note"):
                yield f"{key}/{name}", value
            else:
                yield from labels(value, f"{key}/{name}")
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from labels(value, f"{key}/{index}")


@pytest.mark.parametrize("key", OWN)
def test_what_people_read_stands_in_both_languages(library: dict[str, Compiled], key: str) -> None:
    missing = [where for where, label in labels(library[key]["document"]) if not _bilingual(label)]

    assert missing == []


def _bilingual(label: object) -> bool:
    return isinstance(label, dict) and all(label.get(language) for language in ("zh", "en"))


def test_every_message_is_given_what_its_template_needs(workspace: Workspace, library: dict[str, Compiled]) -> None:
    sent = [
        (key, step)
        for key, compiled in library.items()
        for line in (compiled["document"]["steps"], *compiled["document"].get("paths", {}).values())
        for step in line
        if str(step.get("action", "")).startswith("notify.") and "template" in step["with"]
    ]

    assert sent
    for key, step in sent:
        for language, text in workspace.messages[step["with"]["template"]].items():
            needed = set(re.findall(r"\{\{ *(\w+)", text)) - {"reader", "ticket", "customer", "link"}
            given = {*step["with"], "promise"} if "promise" in step else set(step["with"])
            assert needed <= given, (key, step["id"], language)


def stories(checkout: Path, library: dict[str, Compiled], key: str) -> Iterator[tuple[str, list[Fact], list[str]]]:
    for file in sorted((checkout / "tests" / "scenarios").glob("*.yaml")):
        for script in read_scripts(file.read_text(encoding="utf-8"), file.name):
            for case in script.cases if Path(script.file).name.split(".")[0] == key else ():
                stage, wrong = play(script, case, library[key], library)
                main = next(fact.run or "" for fact in stage.facts if fact.run)
                yield case.name, stage.facts, [*wrong, *judge(case.expect, stage.facts, main)]


@pytest.mark.parametrize("key", [*sorted(FROM_THE_CONTRACT - {"refund"}), *OWN])
def test_every_scenario_ends_as_it_says(checkout: Path, library: dict[str, Compiled], key: str) -> None:
    wrong = {name: said for name, _, said in stories(checkout, library, key) if said}

    assert wrong == {}


@pytest.mark.parametrize("key", OWN)
def test_the_scenarios_visit_every_step_outcome_and_rejection(
    checkout: Path, library: dict[str, Compiled], key: str
) -> None:
    document = Document.model_validate(library[key]["document"])
    steps = [step for line in (document.steps, *document.paths.values()) for step in line]
    wanted_ends = {(step.id, outcome.key) for step in steps if isinstance(step, Task) for outcome in step.outcomes}
    wanted_ends |= {(step.id, "rejected") for step in steps if isinstance(step, Approval)}
    timed = [step for step in steps if isinstance(step, Task | Approval | Wait) and step.timeout]
    wanted_ends |= {(step.id, "incident" if step.on_timeout == "incident" else "timeout") for step in timed}

    seen = {end for _, facts, _ in stories(checkout, library, key) for fact in facts for end in _ends(fact)}

    assert {step.id for step in steps} - {step for step, _ in seen} == set()
    assert wanted_ends - seen == set()


def _ends(fact: Fact) -> Iterator[tuple[str, str]]:
    if fact.step is None:
        return
    if fact.type is FactType.STEP_OPENED:
        yield fact.step, "opened"
    if fact.type is FactType.INCIDENT_OPENED:
        yield fact.step, "incident"
    if fact.type is FactType.STEP_CLOSED:
        yield fact.step, str(fact.data.get("outcome"))
        yield fact.step, str(fact.data.get("status"))
        outputs = fact.data.get("outputs")
        if isinstance(outputs, dict) and outputs.get("approved") is False:
            yield fact.step, "rejected"
        if isinstance(outputs, dict) and outputs.get("received") is False:
            yield fact.step, "timeout"
