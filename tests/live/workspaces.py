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


def workspace_with(folder: Path, old: str, new: str, *more: tuple[str, str]) -> Path:
    """A copy of the shipped workspace in which the company's file says something else, and ``more`` (old, new)."""
    for part in PARTS:
        source = HOME / part
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    for stories in ("company_clocks", "clocks_survive"):  # they tell of the shipped company's own targets
        (folder / f"tests/scenarios/{stories}.yaml").unlink()
    company = folder / "gongdan.yaml"
    text = company.read_text("utf-8")
    for was, is_now in ((old, new), *more):
        assert text.count(was) == 1, was
        text = text.replace(was, is_now)
    company.write_text(text, "utf-8")
    return folder
