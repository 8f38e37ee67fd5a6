"""Scenario tests: a ticket's story played on the engine, and judged by what it left behind."""

from sop.scenario.coverage import Coverage, Part, Point, coverage_of
from sop.scenario.judge import judge
from sop.scenario.script import Case, Script, read_scripts
from sop.scenario.stage import Stage, play
from sop.scenario.trace import trace_of

__all__ = [
    "Case",
    "Coverage",
    "Part",
    "Point",
    "Script",
    "Stage",
    "coverage_of",
    "judge",
    "play",
    "read_scripts",
    "trace_of",
]
