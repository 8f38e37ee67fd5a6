"""Workspaces of other companies, made from the shipped one."""

from __future__ import annotations

import shutil
from pathlib import Path

from worker.settings import HOME

PARTS = (
    "gongdan.yaml",
    "sop/library",
    "playbooks/library",
    "activities/connectors",
    "activities/templates",
    "tests/scenarios",
)


def workspace_with(folder: Path, old: str, new: str) -> Path:
    """A copy of the shipped workspace in which the company's file says something else."""
    for part in PARTS:
        source = HOME / part
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    for stories in ("company_clocks", "clocks_survive"):  # they tell of the shipped company's own targets
        (folder / f"tests/scenarios/{stories}.yaml").unlink()
    company = folder / "gongdan.yaml"
    text = company.read_text("utf-8")
    assert text.count(old) == 1
    company.write_text(text.replace(old, new), "utf-8")
    return folder
