"""What the ledger must tell so that a ticket can run again: who commanded what, and for which event a run started."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from sop.definition import Compiled
from sop.desk import Desk
from sop.engine import Engine
from sop.events import Actor, ActorKind, Classified, Command, DefinitionsChosen, GateLifted, TicketCommanded
from sop.facts import Fact, FactType
from sop.scenario import play, read_scripts
from sop.values import Value

A_RETURN = """
file: return.sop.yaml
ticket: {{no: T1, category: return, tags: [vip], order: {{no: O1, paid: 199}}}}
customer: {{tier: vip, name: 李雷}}
cases: [{{name: it, play: [{act}], expect: {{}}}}]
"""


def told(library: Mapping[str, Compiled], act: str) -> list[Fact]:
    [script] = read_scripts(A_RETURN.format(act=act), "it.yaml")
    stage, wrong = play(script, script.cases[0], library["return.sop.yaml"])
    assert wrong == []
    return stage.facts


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("{order: pause, by: ann}", {"name": "pause"}),
        ("{order: cancel, by: customer}", {"name": "cancel"}),
        ("{order: priority, to: high, comment: 快, by: ann}", {"name": "priority", "to": "high", "note": "快"}),
        ("{claim: true, by: ann}", {"name": "claim", "to": None, "step": None}),
    ],
)
def test_the_first_fact_of_a_command_says_which_and_whose(
    library: Mapping[str, Compiled], act: str, said: dict[str, Value]
) -> None:
    commanded = [fact.data["command"] for fact in told(library, act) if "command" in fact.data]

    assert len(commanded) == 1
    assert isinstance(commanded[0], Mapping)
    by = commanded[0]["by"]
    assert isinstance(by, Mapping)
    assert by["id"] == ("customer" if "customer" in act else "ann")
    assert said.items() <= commanded[0].items()


def test_a_ticket_opens_with_its_tags_and_what_conditions_may_read_of_its_customer(
    library: Mapping[str, Compiled],
) -> None:
    facts = told(library, "{after: 1h}")
    started = next(fact for fact in facts if fact.type is FactType.RUN_STARTED)

    assert facts[0].data["tags"] == ["vip"]
    assert facts[0].data["customer_facts"] == {"tier": "vip", "complaint_count": 0, "language": "zh"}
    assert "李雷" not in str(facts)
    assert started.data["on"] == "scenario"


def test_a_gate_lifted_for_many_tickets_is_no_sign_of_life_on_one(library: Mapping[str, Compiled]) -> None:
    ann, noon = Actor(ActorKind.STAFF, "ann", roles=("*",)), datetime(2026, 1, 5, 4, tzinfo=UTC)
    engine, _ = Engine.opened({"no": "T1", "category": "return", "order": {"no": "O1"}}, {}, noon)
    engine.handle(Classified("return", "normal", "care", desk=Desk("2h")), noon)
    engine.handle(DefinitionsChosen("ticket.created", (library["complaint.sop.yaml"],)), noon)
    engine.handle(TicketCommanded(Command.CLAIM, ann), noon)

    engine.handle(GateLifted(7, ann), noon + timedelta(hours=1))

    assert [lease.until for lease in engine.state.leases] == [noon + timedelta(hours=2)]
