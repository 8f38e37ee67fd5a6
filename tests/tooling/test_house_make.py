"""Setting up is one command, and says so."""

import os
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize("script", [".ci/run", ".ci/chromium"])
def test_the_scripts_of_ci_can_be_run(checkout: Path, script: str) -> None:
    file = checkout / script

    assert os.access(file, os.X_OK)
    assert "set -euo pipefail" in file.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(file)], check=True)


def test_ci_runs_what_a_developer_runs(checkout: Path) -> None:
    assert (checkout / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("exec make test")


@pytest.mark.parametrize("target", ["run", "test", "check", "lock", "clean"])
def test_make_lists_its_targets(checkout: Path, target: str) -> None:
    told = subprocess.run(["make", "--no-print-directory"], cwd=checkout, capture_output=True, check=True, text=True)

    assert f"make {target} " in told.stdout


def test_make_says_what_is_missing_on_a_machine_without_python(checkout: Path, tmp_path: Path) -> None:
    refused = subprocess.run(
        ["make", "--no-print-directory", "venv", "PYTHON=", f"VENV={tmp_path / 'venv'}"],
        cwd=checkout,
        capture_output=True,
        check=False,
        text=True,
    )

    assert refused.returncode != 0
    assert "Python >= 3.11" in refused.stderr
