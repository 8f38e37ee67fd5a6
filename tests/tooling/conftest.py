"""The house looked at from outside: its files, its locks, its documents."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any  # TOML holds anything

import pytest

ROOMS = ("sop", "playbooks", "workflows", "activities", "db", "api", "worker", "demo")


@pytest.fixture(scope="session")
def project(checkout: Path) -> dict[str, Any]:  # TOML holds anything
    return tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def our_files(checkout: Path) -> list[Path]:
    """Every file of ours: tracked, or new and not ignored."""
    if not (checkout / ".git").exists():
        pytest.skip("not a git checkout, so nothing tells our files from others")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=checkout,
        capture_output=True,
        check=True,
        text=True,
    )
    return sorted({checkout / name for name in listed.stdout.split("\0") if name and (checkout / name).is_file()})


@pytest.fixture(scope="session")
def our_texts(our_files: list[Path]) -> dict[Path, str]:
    """The files of ours that are text."""
    texts: dict[Path, str] = {}
    for file in our_files:
        content = file.read_bytes()
        if b"\0" not in content:
            texts[file] = content.decode("utf-8")
    return texts


@pytest.fixture(scope="session")
def room_modules(checkout: Path) -> list[Path]:
    """Every module of the rooms, but for recorded migrations: those are history, not to be edited."""
    return sorted(
        module for room in ROOMS for module in (checkout / room).rglob("*.py") if "versions" not in module.parts
    )
