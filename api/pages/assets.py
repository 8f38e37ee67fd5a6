"""Static files: read once, compressed once, served from memory under a name that changes with their content."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

STATIC = Path(__file__).resolve().parent.parent / "static"
FOREVER = "max-age=31536000, immutable"
COMPRESSIBLE = {".css", ".js", ".svg", ".txt", ".json"}


class VendorMissing(RuntimeError):
    """The third-party scripts are not there, or are not what the manifest says: run ``python hatch_build.py``."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its media type, its bytes and, where that pays, its bytes under gzip."""

    media_type: str
    content: bytes
    zipped: bytes | None


class Assets:
    """All static files of one build; ``prefix`` holds a hash over all of them."""

    def __init__(self, folder: Path = STATIC) -> None:
        """Read ``folder``. Raises ``VendorMissing`` when the fetched scripts are not what their manifest says."""
        _check_vendor(folder / "vendor")
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _listed(folder)}
        digest = hashlib.sha256()
        for name, content in files.items():
            digest.update(name.encode() + b"\0" + content)
        self.prefix = f"/static/{digest.hexdigest()[:12]}"
        self._assets = {name: _asset(name, content) for name, content in files.items()}

    def url(self, name: str) -> str:
        """The address of ``css/base.css`` and the like; ``KeyError`` when there is no such file."""
        if name not in self._assets:
            raise KeyError(f"no static file {name}")
        return f"{self.prefix}/{name}"

    async def serve(self, request: Request) -> Response:
        """``GET /static/{build}/{name}``. An address of an earlier build still answers, but is not kept."""
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            return PlainTextResponse("not found", 404)
        current = self.prefix.endswith("/" + request.path_params["build"])
        headers = {"Cache-Control": FOREVER if current else "no-cache", "Vary": "Accept-Encoding"}
        if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.zipped, media_type=asset.media_type, headers=headers)
        return Response(asset.content, media_type=asset.media_type, headers=headers)


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _asset(name: str, content: bytes) -> Asset:
    suffix = Path(name).suffix
    media_type = "text/javascript" if suffix == ".js" else mimetypes.guess_type(name)[0] or "application/octet-stream"
    zipped = gzip.compress(content, 9, mtime=0) if suffix in COMPRESSIBLE else None
    return Asset(media_type, content, zipped)


def _check_vendor(folder: Path) -> None:
    try:
        files = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
        wrong = [name for name, sha in files.items() if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha]
    except (OSError, ValueError, KeyError) as error:
        raise VendorMissing(f"{folder}: {error}; run `python hatch_build.py`") from error
    if wrong:
        raise VendorMissing(f"{folder}: {', '.join(wrong)} changed since fetched; run `python hatch_build.py`")
