"""What is installed is pinned with hashes, names no package index, and may be used by us."""

import importlib.metadata
import re
from pathlib import Path
from typing import Any  # TOML holds anything

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("requirements.txt", "requirements-dev.txt")
ALLOWED = re.compile(r"MIT|BSD|Apache|Mozilla|MPL|LGPL|PSF|Python Software|ISC|Unlicense|0BSD", re.IGNORECASE)
REFUSED = re.compile(r"(?<!L)GPL|Affero|SSPL|BUSL|Business Source|Commons Clause|Proprietary", re.IGNORECASE)


def pinned_in(lock: Path) -> dict[str, Requirement]:
    """Package → its pin, from a lock; fails on a line that is neither a pin nor a hash."""
    pins: dict[str, Requirement] = {}
    for entry in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        pin, *hashes = entry.split(" --hash=")
        requirement = Requirement(pin)
        assert re.fullmatch(r"==[\w.+!]+", str(requirement.specifier)), entry
        assert hashes, f"{requirement.name} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest.strip()) for digest in hashes), entry
        pins[canonicalize_name(requirement.name)] = requirement
    return pins


def licence_of(package: str) -> str:
    about = importlib.metadata.metadata(package)
    classified = [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    stated = about.get("License-Expression") or about.get("License", "")
    return "; ".join([stated[:200], *classified])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes(checkout: Path, lock: str) -> None:
    assert len(pinned_in(checkout / lock)) > 40


def test_tests_run_on_what_we_serve_with(checkout: Path) -> None:
    served, tested = (pinned_in(checkout / lock) for lock in LOCKS)

    assert served.items() <= tested.items()


def test_the_locks_hold_what_the_project_asks_for(
    checkout: Path,
    project: dict[str, Any],  # TOML holds anything
) -> None:
    asked = {
        "requirements.txt": project["project"]["dependencies"] + project["dependency-groups"]["build"],
        "requirements-dev.txt": project["dependency-groups"]["dev"],
    }

    for lock, lines in asked.items():
        pins = pinned_in(checkout / lock)
        for wanted in map(Requirement, lines):
            pinned = pins.get(canonicalize_name(wanted.name))
            assert pinned, f"{wanted.name} is not in {lock}: make lock"
            version = str(pinned.specifier).removeprefix("==")
            assert wanted.specifier.contains(version), f"{lock} pins {pinned}, the project asks for {wanted}: make lock"


def test_the_checkout_is_built_with_locked_tools(project: dict[str, Any]) -> None:  # TOML holds anything
    assert set(project["build-system"]["requires"]) <= set(project["dependency-groups"]["build"])


def test_no_package_we_serve_with_forbids_our_use(checkout: Path) -> None:
    for name, pin in pinned_in(checkout / "requirements.txt").items():
        if pin.marker is None or pin.marker.evaluate():
            licence = licence_of(name)
            assert ALLOWED.search(licence), f"{name}: {licence}"
            assert not REFUSED.search(licence), f"{name}: {licence}"
