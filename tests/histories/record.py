"""Record what really happens: one story of each shipped SOP and playbook, played on a Temporal server, kept as JSON.

    .venv/bin/python tests/histories/record.py              # those that are not there yet
    .venv/bin/python tests/histories/record.py return       # this one anew

See docs/how-to/change-the-workflow.md.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "workflows")]

from temporal_stage import Lockstep, playbooks_of, time_skipping  # noqa: E402  # found by the path set above

from sop.catalog import office_hours  # noqa: E402
from sop.definition import Compiled  # noqa: E402
from sop.events import Actor, ActorKind, GateLifted, GateSet, RunMigrated  # noqa: E402
from sop.gate import Gate  # noqa: E402
from sop.loading import load_many  # noqa: E402
from sop.scenario import read_scripts  # noqa: E402
from worker.definitions.workspace import parse_texts, read_texts  # noqa: E402
from workflows.messages import workflow_id  # noqa: E402

LEA = Actor(ActorKind.STAFF, "lea")
HISTORY_LIMIT = 40  # events after which the continued story goes on in a new run


class Story(NamedTuple):
    """A case of a scenario file; ``limit``: go on in new runs, and keep the last of them. ``moved``: after that act the
    ticket goes on with another version, and the run before is kept. ``held``: a gate before that step is heard of at
    the start, and lifted before the last act."""

    file: str
    case: int
    limit: int | None = None
    moved: int | None = None
    held: str | None = None


STORIES = {
    "complaint": Story("complaint.yaml", 2),
    "first_complaint": Story("first_complaint.yaml", 1),
    "general": Story("general.yaml", 2),
    "general_merged": Story("general.yaml", 8),
    "general_reopened": Story("clocks_survive.yaml", 7),
    "it_request": Story("it_request.yaml", 1),
    "lost_parcel": Story("lost_parcel.yaml", 1),
    "lost_parcel_broken_promise": Story("lost_parcel.yaml", 7),
    "promise_broken": Story("promise_broken.yaml", 1),
    "reopened": Story("reopened.yaml", 2),
    "repair": Story("repair.yaml", 1),
    "return": Story("return.yaml", 3),
    "return_in_a_later_run": Story("return.yaml", 3, HISTORY_LIMIT),
    "return_held": Story("return.yaml", 1, held="inspect"),
    "return_moved": Story("return.yaml", 1, moved=2),
    "return_undone": Story("return.yaml", 5),
    "vip_no_response": Story("vip_no_response.yaml", 2),
}


async def record(name: str, story: Story, library: dict[str, Compiled]) -> str:
    """Play a story; its history as JSON, without the names of this machine."""
    scripts = read_scripts((ROOT / "tests" / "scenarios" / story.file).read_text("utf-8"), story.file)
    cases = [(script, case) for script in scripts for case in script.cases]
    script, case = cases[story.case - 1]
    compiled, named = library[Path(script.file).name], playbooks_of(script, library)
    async with (
        time_skipping() as env,
        Lockstep.open(env, script, case, compiled, 1, named, history_limit=story.limit) as both,
    ):
        first = (await env.client.get_workflow_handle(workflow_id(1)).describe()).run_id
        for number, act in enumerate(case.play, 1):
            if story.held and number in (1, len(case.play)):
                gate = Gate(1, compiled["key"], story.held)
                await both.hear(GateSet(gate) if number == 1 else GateLifted(1, LEA, "repaired"))
            await both.act(act, number)
            if number == story.moved:
                await both.hear(RunMigrated(compiled["key"], 0, {**compiled, "version": 2, "sha256": "9" * 64}, LEA))
        if both.wrong:
            raise SystemExit(f"{name}: {both.wrong}")
        kept = first if story.moved else None
        history = await env.client.get_workflow_handle(workflow_id(1), run_id=kept).fetch_history()
    plain = _without_names(json.loads(history.to_json()))
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _without_names(plain: Any) -> Any:  # Any: JSON
    """Who worked on it is nobody's business: a process id and a host."""
    if isinstance(plain, dict):
        return {key: _without_names(value) for key, value in plain.items() if key != "identity"}
    return [_without_names(value) for value in plain] if isinstance(plain, list) else plain


def shipped() -> dict[str, Compiled]:
    """Every shipped SOP and playbook by file name, with plain office hours, as the scenario tests have them."""
    catalog = replace(parse_texts(read_texts(ROOT)).catalog, calendars={"default": office_hours()})
    files = [*(ROOT / "sop/library").glob("*.yaml"), *(ROOT / "playbooks/library").glob("*.yaml")]
    return load_many({file.name: file.read_text("utf-8") for file in files}, catalog)


async def main(names: list[str]) -> None:
    """Record the stories named, or all that are missing."""
    library = shipped()
    for name in names or [name for name in STORIES if not (HERE / f"{name}.json").exists()]:
        text = await record(name, STORIES[name], library)
        (HERE / f"{name}.json").write_text(text, "utf-8")
        sys.stderr.write(f"{name}.json  {len(text) // 1000} kB\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
