"""Rooms import downwards only, and the check that says so can say no."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CROSSINGS = [
    ("sop", "import db\n", "Rooms import downwards only"),
    ("db", "import workflows\n", "Rooms import downwards only"),
    ("api", "import worker\n", "Rooms import downwards only"),
    ("demo", "import sop\n", "The demo company imports none of our rooms"),
    ("worker", "import demo\n", "None of our rooms imports the demo company"),
    ("playbooks", "import httpx\n", "sop and playbooks do no I/O"),
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    return subprocess.run(
        [*command, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, check=False, text=True
    )


@pytest.fixture
def empty_house(checkout: Path, tmp_path: Path) -> Path:
    """The rooms without their content, under the same contracts."""
    shutil.copy(checkout / "pyproject.toml", tmp_path)
    for room in ("sop", "playbooks", "workflows", "activities", "db", "api", "worker", "demo"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    return tmp_path


def test_our_rooms_import_downwards_only(checkout: Path) -> None:
    verdict = lint_imports(checkout)

    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize(("room", "crossing", "contract"), CROSSINGS)
def test_an_import_against_the_rules_is_refused(empty_house: Path, room: str, crossing: str, contract: str) -> None:
    (empty_house / room / "crossing.py").write_text(crossing, encoding="utf-8")

    verdict = lint_imports(empty_house)

    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert f"{contract} BROKEN" in verdict.stdout


def test_composition_may_import_the_app_and_nothing_else_of_the_doors(empty_house: Path) -> None:
    (empty_house / "api" / "app.py").touch()
    (empty_house / "api" / "errors.py").touch()
    (empty_house / "worker" / "serve.py").write_text("import api.app\n", encoding="utf-8")
    allowed = lint_imports(empty_house)
    (empty_house / "worker" / "serve.py").write_text("import api.errors\n", encoding="utf-8")
    refused = lint_imports(empty_house)

    assert allowed.returncode == 0, allowed.stdout
    assert refused.returncode == 1, refused.stdout
