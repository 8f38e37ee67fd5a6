"""A walk written down as a case of a scenario file, to be played again by ``gongdan sop test``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

import yaml

from sop.facts import FactType
from sop.scenario.script import Act
from sop.simulate.moves import Move
from sop.simulate.told import main_run
from sop.simulate.walk import Walk

Plain: TypeAlias = "None | bool | int | float | str | list[Plain] | dict[str, Plain]"


def as_case(walk: Walk, name: str) -> str:
    """The case, as YAML that goes below ``cases:``. What only a walk can do (failing systems) becomes a remark."""
    lines = [f"  - name: {_flow(name)}", "    play:"]
    for move in walk.moves:
        if move.fail or move.heal:
            lines.append(f"      # {'fail' if move.fail else 'heal'} {move.fail or move.heal}: see mocks")
        if said := _said(move):
            lines.append(f"      - {_flow(said)}")
    return "\n".join([*lines, f"    expect: {_flow(_expected(walk))}"]) + "\n"


def _said(move: Move) -> Mapping[str, object]:
    """A move without what goes without saying. Who was named stays named: a vote of nobody named is another's."""
    said: dict[str, object] = move.model_dump(include=set(Act.model_fields), exclude_defaults=True, by_alias=True)
    return {**said, "by": move.by} if "by" in move.model_fields_set else said


def _expected(walk: Walk) -> Mapping[str, object]:
    main = main_run(walk.facts)
    ended = [f.data["result"] for f in walk.facts if f.type is FactType.RUN_ENDED and f.run == main]
    if ended:
        return {"result": ended[-1]}
    return {"open": sorted({step.address.partition(".")[2] for step in walk.steps()})}


def _flow(value: object) -> str:
    text: str = yaml.safe_dump(_plain(value), default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _plain(value: object) -> Plain:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int)) else str(value)
