"""What the engine's tests share: the shipped definitions, and a desk for definitions written in a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sop.catalog import Catalog, office_hours
from sop.definition import Compiled
from sop.loading import load_many
from sop.workspace import parse

ROOT = Path(__file__).resolve().parents[2]


def _texts(*patterns: str) -> Mapping[str, str]:
    files = sorted(file for pattern in patterns for file in ROOT.glob(pattern))
    return {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files}


@pytest.fixture(scope="session")
def library_catalog() -> Catalog:
    """The names of the shipped workspace, with plain office hours: no holiday moves a story's deadlines."""
    workspace = parse(_texts("gongdan.yaml", "activities/connectors/**/*.yaml", "activities/templates/**/*.yaml"))
    return replace(workspace.catalog, calendars={"default": office_hours()})


@pytest.fixture(scope="session")
def library(library_catalog: Catalog) -> dict[str, Compiled]:
    """Every shipped SOP and playbook, by file name."""
    texts = _texts("sop/library/*.yaml", "playbooks/library/*.yaml")
    return load_many({Path(name).name: text for name, text in texts.items()}, library_catalog)
