"""The shipped definitions, compiled with plain office hours: no holiday moves a scenario's deadlines."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sop.catalog import office_hours
from sop.definition import Compiled
from sop.loading import load_many
from worker.definitions.workspace import parse_texts, read_texts

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def library() -> dict[str, Compiled]:
    """Every shipped SOP and playbook by file name."""
    catalog = replace(parse_texts(read_texts(ROOT)).catalog, calendars={"default": office_hours()})
    files = [*(ROOT / "sop/library").glob("*.yaml"), *(ROOT / "playbooks/library").glob("*.yaml")]
    return load_many({file.name: file.read_text("utf-8") for file in files}, catalog)
