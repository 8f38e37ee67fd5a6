"""Judging a story: what was expected of it against what its facts say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sop.facts import Fact, FactType
from sop.handover import handoffs
from sop.scenario.clock_acts import dues
from sop.scenario.script import Expected
from sop.values import Value, decode


def judge(expected: Expected, facts: Sequence[Fact], main: str) -> list[str]:
    """What went otherwise than expected, one sentence each; ``main`` is the run the scenario is about."""
    return [sentence for check in _CHECKS for sentence in check(expected, facts, main)]


def _of(facts: Iterable[Fact], kind: FactType) -> list[Fact]:
    return [fact for fact in facts if fact.type is kind]


def _result(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    if expected.result is not None:
        ended = [f.data["result"] for f in _of(facts, FactType.RUN_ENDED) if f.run == main]
        got = ended[-1] if ended else "still running"
        if got != expected.result:
            yield f"result: expected {expected.result}, got {got}"


def _outputs(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    if expected.outputs is not None:
        given = [f.data.get("outputs") for f in _of(facts, FactType.RUN_ENDED) if f.run == main]
        if not any(_holds(expected.outputs, outputs) for outputs in given):
            yield f"outputs: expected {expected.outputs}, got {given[-1] if given else 'still running'}"


def _status(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    if (
        expected.status is not None
        and (got := _of(facts, FactType.TICKET_STATUS)[-1].data["status"]) != expected.status
    ):
        yield f"status: expected {expected.status}, got {got}"
    priorities = [f.data["priority"] for f in _of(facts, FactType.TICKET_PRIORITY)]
    if expected.priority is not None and expected.priority not in priorities[-1:]:
        yield f"priority: expected {expected.priority}, got {priorities or 'no change'}"


def _steps(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    closed = [f.step for f in _of(facts, FactType.STEP_CLOSED) if f.data["status"] != "cancelled"]
    skipped = [f.step for f in _of(facts, FactType.STEP_SKIPPED)]
    yield from (f"visited: {step} was not" for step in expected.visited or () if step not in closed)
    yield from (f"not_visited: {step} was" for step in expected.not_visited or () if step in closed)
    yield from (f"skipped: {step} was not" for step in expected.skipped or () if step not in skipped)
    if expected.open is not None and sorted(expected.open) != (got := sorted(_open(facts))):
        yield f"open: expected {sorted(expected.open)}, got {got}"


def _open(facts: Sequence[Fact]) -> set[str]:
    opened: set[str] = set()
    for fact in facts:
        if fact.type is FactType.STEP_OPENED:
            opened.add(fact.step or "")
        elif fact.type in (FactType.STEP_CLOSED, FactType.STEP_SKIPPED):
            opened.discard(fact.step or "")
    return opened


def _calls(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    called = _of(facts, FactType.ACTION_CALLED)
    names = [str(f.data["action"]) for f in called]
    for name, wanted in (expected.called or {}).items():
        arguments = [f.data["arguments"] for f in called if f.data["action"] == name]
        if isinstance(wanted, int) and len(arguments) != wanted:
            yield f"called: {name} {len(arguments)} times, expected {wanted}"
        elif not isinstance(wanted, int) and not any(_holds(wanted or {}, given) for given in arguments):
            yield f"called: {name} with {wanted}, got {arguments or 'no call'}"
    yield from (f"not_called: {name} was called" for name in expected.not_called or () if name in names)
    if expected.order is not None:
        rest = iter(names)
        if not all(name in rest for name in expected.order):
            yield f"order: expected {expected.order}, got {names}"


def _holds(wanted: Mapping[str, object], given: Value) -> bool:
    return isinstance(given, Mapping) and all(
        key in given and given[key] == decode(value) for key, value in wanted.items()
    )


def _alerts(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    for kind, wanted in (("overdue", expected.alerts), ("remind", expected.reminders)):
        got = [
            f"{kind} {f.data['about']} -> {f.data['to']}" for f in _of(facts, FactType.ALERT) if f.data["kind"] == kind
        ]
        if wanted is not None and got != wanted:
            yield f"{'alerts' if kind == 'overdue' else 'reminders'}: expected {wanted}, got {got}"


def _hands(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    given = [f.data for f in _of(facts, FactType.TICKET_OWNER)]
    if expected.owner is not None and (owner := _owner(given)) != expected.owner:
        yield f"owner: expected {expected.owner}, got {owner}"
    handed = [f"{one['reason']} {one['step'] or 'ticket'} -> {one['to']}" for one in handoffs(facts)]
    if expected.handoffs is not None and expected.handoffs != handed:
        yield f"handoffs: expected {expected.handoffs}, got {handed}"
    alerts = [f.data for f in _of(facts, FactType.ALERT) if f.data["kind"] in ("lease", "handoffs", "nobody")]
    told = [f"{data['kind']} {data['about']} -> {data['to']}" for data in alerts]
    if expected.notices is not None and expected.notices != told:
        yield f"notices: expected {expected.notices}, got {told}"


def _owner(given: Sequence[Mapping[str, Value]]) -> str:
    """The seat that the ticket was given to last, or the person who took it or was handed it."""
    last = given[-1] if given else {}
    return str(last.get("person") or last.get("wanted"))


def _clocks(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    for clock, wanted in (expected.sla or {}).items():
        got = _light(clock, facts)
        if wanted not in got:
            yield f"sla: {clock} expected {wanted}, got {' '.join(sorted(got))}"


def _promises(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    if expected.promises is None:
        return
    made, told = dict[str, str](), dict[str, str]()
    for fact in facts:
        if fact.type is FactType.PROMISE_MADE:
            made[fact.step or "message"] = str(fact.data["promise"])
        if fact.type.startswith("promise."):
            told[str(fact.data["promise"])] = fact.type.removeprefix("promise.").replace("made", "open")
    for step, wanted in expected.promises.items():
        if (got := told.get(made.get(step, ""), "not made")) != wanted:
            yield f"promises: {step} expected {wanted}, got {got}"


_TURNS = (FactType.CLOCK_STARTED, FactType.CLOCK_STOPPED)


def _light(clock: str, facts: Sequence[Fact]) -> set[str]:
    types = {f.type for f in facts if f.data.get("clock") == clock}
    turns = [f for f in facts if f.type in _TURNS and f.data["clock"] == clock]
    stopped = [f.data["met"] for f in turns[-1:] if f.type is FactType.CLOCK_STOPPED]
    light = "red" if FactType.CLOCK_BREACHED in types else "yellow" if FactType.CLOCK_WARNED in types else "green"
    ends = {"met" if stopped[-1] else "breached"} if stopped else {"breached"} if light == "red" else {"running"}
    return {light, *ends}


def _incidents(expected: Expected, facts: Sequence[Fact], main: str) -> Iterator[str]:
    opened = _of(facts, FactType.INCIDENT_OPENED)
    if expected.incident is None:
        return
    if isinstance(expected.incident, bool):
        if bool(opened) is not expected.incident:
            yield f"incident: expected {expected.incident}, got {[f.step for f in opened]}"
    elif not any(expected.incident in (f.step, f.data["code"]) for f in opened):
        yield f"incident: expected {expected.incident}, got {[(f.step, f.data['code']) for f in opened]}"


_CHECKS: tuple[Callable[[Expected, Sequence[Fact], str], Iterator[str]], ...] = (
    _result,
    _outputs,
    _status,
    _steps,
    _calls,
    _alerts,
    _clocks,
    dues,
    _hands,
    _promises,
    _incidents,
)
