"""The shipped definitions, compiled with plain office hours: no holiday moves a scenario's deadlines."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from sop.catalog import Catalog
from sop.definition import Compiled
from sop.loading import load_many

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def library() -> dict[str, Compiled]:
    """Every shipped SOP and playbook by file name."""
    plain = yaml.safe_load((Path("/work/shared/examples/catalog.yaml")).read_text("utf-8"))
    files = [*(ROOT / "sop/library").glob("*.yaml"), *(ROOT / "playbooks/library").glob("*.yaml")]
    files = [f for f in files if f.stem.split(".")[0] in ("return","lost_parcel","refund","first_complaint","vip_no_response")]
    return load_many({file.name: file.read_text("utf-8") for file in files}, Catalog.from_plain(plain))
