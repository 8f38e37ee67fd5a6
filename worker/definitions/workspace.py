"""Reading a workspace from its folder: the only place that turns files into what ``sop.workspace`` understands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sop.workspace import COMPANY_FILE, Workspace, parse, wanted
from worker.terminal.words import Failure

SCENARIO_FOLDER = "tests/scenarios"
LARGEST = 1_000_000  # bytes of one file: nobody writes more by hand
FOLDERS = ("sop/library", "playbooks/library", "activities/connectors", "activities/templates", SCENARIO_FOLDER)


def read_texts(folder: Path) -> dict[str, str]:
    """Every file of a workspace by its path in it (with ``/``), scenarios included. Raises ``Failure``."""
    if not (folder / COMPANY_FILE).is_file():
        raise Failure(
            f"{folder} 不是工作区：没有 {COMPANY_FILE}；请设置 GONGDAN_WORKSPACE",
            f"{folder} is no workspace: it has no {COMPANY_FILE}; set GONGDAN_WORKSPACE",
        )
    files = [folder / COMPANY_FILE]
    for name in FOLDERS:
        files += sorted((folder / name).rglob("*.yaml"))
    return {file.relative_to(folder).as_posix(): read_text(file) for file in files}


def read_text(file: Path) -> str:
    """One file's text. Raises ``Failure`` where it cannot be read."""
    try:
        if file.stat().st_size > LARGEST:
            raise Failure(f"{file} 超过 1 MB", f"{file} is larger than 1 MB")
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{file} 不是 UTF-8 文本", f"{file} is not UTF-8 text") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise Failure(f"无法读取 {file}：{why}", f"{file} cannot be read: {why}") from None


def parse_texts(texts: Mapping[str, str]) -> Workspace:
    """The workspace of its texts. Raises ``sop.problems.Refused``."""
    return parse({path: text for path, text in texts.items() if wanted(path)})


def scenarios_of(texts: Mapping[str, str]) -> dict[str, str]:
    """The scenario files among them."""
    return {path: text for path, text in texts.items() if path.startswith(SCENARIO_FOLDER + "/")}


def fingerprint(texts: Mapping[str, str]) -> str:
    """The SHA-256 of a workspace: changes when any of its files does."""
    digest = hashlib.sha256()
    for path in sorted(texts):
        digest.update(f"{path}\0{len(texts[path])}\0{texts[path]}".encode())
    return digest.hexdigest()
