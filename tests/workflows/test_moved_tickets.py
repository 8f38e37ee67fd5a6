"""A ticket that is moved to another version: a plan from the ticket itself, an update, a new run, and on to its end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from temporal_stage import Lockstep, time_skipping

from sop.definition import Compiled
from sop.events import Actor, ActorKind, RunMigrated
from sop.facts import FactType
from sop.scenario import read_scripts
from workflows.client import Refused
from workflows.messages import workflow_id

ROOT = Path(__file__).parents[2]
LEA = Actor(ActorKind.STAFF, "lea")


def next_version(library: dict[str, Compiled], catalog_of: Compiled) -> Compiled:
    """The next version of the return SOP: the inspection has another name and asks for a remark."""
    document = json.loads(json.dumps(catalog_of["document"]))
    for step in document["steps"]:
        if step["id"] == "inspect":
            step["id"], step["was"] = "check", "inspect"
            step["form"].append({"key": "remark", "type": "text", "label": "备注", "optional": True})
    text = json.dumps(document).replace("steps.inspect", "steps.check")
    return {**catalog_of, "document": json.loads(text), "sha256": sha256(text.encode()).hexdigest(), "version": 2}


async def test_a_ticket_is_moved_between_two_of_its_steps(library: dict[str, Compiled]) -> None:
    [script, *_] = read_scripts((ROOT / "tests/scenarios/return.yaml").read_text("utf-8"), "return.yaml")
    case, first = script.cases[0], {**library["return.sop.yaml"], "version": 1}
    new = next_version(library, first)
    event = RunMigrated("return", 1, new, LEA, note="a remark")
    async with time_skipping() as env, Lockstep.open(env, script, case, first, 1) as step:
        for number, act in enumerate(case.play[:-1], 1):
            await step.act(act, number)
        handle = env.client.get_workflow_handle(workflow_id(1))
        run = (await handle.describe()).run_id
        plan = await step.tickets.outlook(1, event, datetime.now(UTC))
        with pytest.raises(Refused) as refused:
            await step.tickets.migrate(1, RunMigrated("return", 7, new, LEA), "wrong")
        receipt = await step.tickets.migrate(1, event, "once")
        await step.new_run(run)
        again = await step.tickets.migrate(1, event, "once")
        step.pure.tell(event)
        last = case.play[-1].model_copy(update={"complete": "check"})
        await step.act(last, len(case.play))

        assert (plan.verdict, plan.before[0]["step"], plan.after[0]["step"]) == ("ok", "return.inspect", "return.check")
        assert refused.value.code == "not_on_this_version"
        assert again == receipt
        assert step.wrong == []
        assert [f.type for f in step.facts] == [f.type for f in step.pure.facts]
        [ended] = [f for f in step.facts if f.type is FactType.RUN_ENDED]
        assert ended.data["result"] == "resolved"
        assert [f.by.id for f in step.facts if f.type is FactType.RUN_MIGRATED and f.by] == ["lea"]
