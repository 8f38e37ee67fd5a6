"""Setting up is one command, and says so."""

import os
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize("script", [".ci/run", ".ci/chromium", ".ci/editor"])
def test_the_scripts_of_ci_can_be_run(checkout: Path, script: str) -> None:
    file = checkout / script

    assert os.access(file, os.X_OK)
    assert "set -euo pipefail" in file.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(file)], check=True)


def test_ci_runs_what_a_developer_runs(checkout: Path) -> None:
    assert (checkout / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("exec make test")


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Make as a person calls it, although the tests may run under make themselves."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=environment, capture_output=True, check=False, text=True
    )


@pytest.mark.parametrize("target", ["run", "test", "check", "lock", "clean"])
def test_make_lists_its_targets(checkout: Path, target: str) -> None:
    told = make(checkout)

    assert f"make {target} " in told.stdout


def test_make_says_what_is_missing_on_a_machine_without_python(checkout: Path, tmp_path: Path) -> None:
    refused = make(checkout, "venv", "PYTHON=", f"VENV={tmp_path / 'venv'}")

    assert refused.returncode != 0
    assert "Python >= 3.11" in refused.stderr


def test_an_environment_that_somebody_else_made_is_kept(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/bin/theirs").touch()

    adopted = make(checkout, "venv", "PYTHON=true", f"VENV={tmp_path / 'venv'}")

    assert adopted.returncode == 0, adopted.stderr
    assert (tmp_path / "venv/bin/theirs").exists()
