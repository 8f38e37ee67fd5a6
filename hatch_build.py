"""Fetches the console's third-party scripts, pinned by ``frontend/deno.lock``, into ``api/static/vendor/``.

Runs as hatchling's build hook (editable installs too) and by hand: ``python hatch_build.py``. Nothing is done
when the manifest already names the lock that it was made from.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "api" / "static" / "vendor"

SCRIPTS = {  # file in vendor/ -> package, file in the package
    "htmx.min.js": ("htmx.org", "dist/htmx.min.js"),
    "sse.min.js": ("htmx-ext-sse", "dist/sse.min.js"),
}


class VendorHook(BuildHookInterface):  # type: ignore[type-arg]  # the hook needs nothing of its builder's configuration
    """Runs before hatchling collects the files of a wheel or of an editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Fill ``vendor/`` and let a wheel carry it, although git ignores it."""
        fetch()
        artifacts = build_data.setdefault("artifacts", [])
        if isinstance(artifacts, list):
            artifacts.append("api/static/vendor/*")


def fetch() -> bool:
    """Bring ``vendor/`` up to the lock; False when it already was. Raises ``CalledProcessError`` when deno cannot."""
    pinned = _pinned()
    if _is_current(pinned):
        return False
    with tempfile.TemporaryDirectory(prefix="gongdan-frontend-") as folder:
        _install(Path(folder))
        _copy(Path(folder) / "node_modules", pinned)
    return True


def _pinned() -> str:
    """What the vendor folder is made from: the lock, the package list and this file."""
    made_from = (FRONTEND / "deno.lock", FRONTEND / "package.json", Path(__file__))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in made_from)).hexdigest()


def _is_current(pinned: str) -> bool:
    try:
        manifest = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
        return manifest["made_from"] == pinned and all(
            hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest
            for name, digest in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def _install(folder: Path) -> None:
    """Let deno install exactly what the lock pins, with its integrity hashes, into ``folder/node_modules``."""
    for name in ("package.json", "deno.lock"):
        shutil.copyfile(FRONTEND / name, folder / name)
    environment = {**os.environ, "DENO_DIR": str(folder / ".deno"), "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}
    subprocess.run(
        [_deno(), "install", "--quiet", "--frozen", "--node-modules-dir=auto"], cwd=folder, env=environment, check=True
    )


def _deno() -> str:
    """deno of this environment or of the build's own: it comes as a wheel."""
    beside = Path(sys.executable).with_name("deno")
    found = str(beside) if beside.exists() else shutil.which("deno")
    if found is None:
        raise SystemExit("hatch_build: deno was not found; it is a build requirement (pip install deno)")
    return found


def _copy(modules: Path, pinned: str) -> None:
    """The few files that the pages load, their licences, and at last the manifest that vouches for them."""
    staging = VENDOR.with_name("vendor.new")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    for name, (package, file) in SCRIPTS.items():
        shutil.copyfile(modules / package / file, staging / name)
    (staging / "LICENSES.txt").write_text(_licences(modules), "utf-8")
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(staging.iterdir())}
    manifest = {"made_from": pinned, "packages": _versions(), "files": files}
    (staging / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    staging.rename(VENDOR)


def _versions() -> dict[str, str]:
    pinned = json.loads((FRONTEND / "package.json").read_text("utf-8"))["dependencies"]
    return {package: pinned[package] for package, _ in SCRIPTS.values()}


def _licences(modules: Path) -> str:
    """The licence texts of the packages whose files are copied."""
    texts = []
    for package, version in _versions().items():
        text = next((modules / package).glob("LICENSE*")).read_text("utf-8").strip()
        texts.append(f"{package} {version}\n{'=' * 72}\n{text}\n")
    return "\n\n".join(texts)


if __name__ == "__main__":
    sys.stdout.write("vendor: fetched\n" if fetch() else "vendor: up to date\n")
