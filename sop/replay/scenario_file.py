"""The scenario file of a ticket that has ended, and whether it tells the ticket's story."""

from __future__ import annotations

from dataclasses import dataclass

from sop.definition import Compiled
from sop.refusals import Refusal
from sop.replay.export import exported
from sop.replay.recording import Recording
from sop.replay.scenario_text import text_of
from sop.scenario import judge, play, read_scripts


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """Its text; in two languages what of the ticket it does not hold; and what goes otherwise when it is played on the
    version the ticket ran on: nothing, where it can be a test as it stands."""

    text: str
    left_out: tuple[tuple[str, str], ...]
    otherwise: tuple[str, ...]


def scenario_file(recording: Recording, compiled: Compiled, file: str) -> ScenarioFile:
    """The file, naming the definition's own as ``file``. Raises ``sop.replay.export.NothingToExport``."""
    told = exported(recording, compiled, file)
    version = f"{compiled['key']}@{compiled['version']}, sha256 {compiled['sha256'][:12]}"
    remarks = [
        f"{version}：由已结束的工单导出，不含个人信息 · exported from a ticket that has ended, without personal data",
        *(f"未包含 left out: {zh} · {en}" for zh, en in told.left_out),
    ]
    text = text_of(told.script, remarks)
    return ScenarioFile(text, told.left_out, tuple(_otherwise(text, compiled)))


def _otherwise(text: str, compiled: Compiled) -> list[str]:
    [script] = read_scripts(text, "exported.yaml")
    try:
        stage, wrong = play(script, script.cases[0], compiled)
    except (Refusal, LookupError, ValueError) as error:
        return [f"{type(error).__name__}: {error}"]
    return [*wrong, *judge(script.cases[0].expect, stage.facts, compiled["key"])]
