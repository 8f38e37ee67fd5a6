"""Publishing through the API: files that somebody sends, checked and tested within this installation's workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from db.releases import Aim, Said
from db.session import Store
from sop.problems import Language
from sop.workspace import DEFINITION_FOLDERS
from worker.definitions.publishing import NotFit, prepare_texts
from worker.definitions.stocking import changes, publish_some
from worker.definitions.workspace import SCENARIO_FOLDER, read_texts
from worker.terminal.words import Failure

Told = list[dict[str, object]]
WELCOME = (*DEFINITION_FOLDERS, SCENARIO_FOLDER + "/")


class Press:
    """Publishes definitions on behalf of the API."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace

    async def publish(
        self, store: Store, files: Mapping[str, str], said: Said, aim: Aim, *, dry_run: bool
    ) -> tuple[Told, Told]:
        """The versions that came of the files ({kind, key, version, change}), and no problems; or none, and what is
        wrong ({file, where, zh, en}): then nothing is stored."""
        wrong: Told = [_no_place(path) for path in files if not _is_welcome(path)]
        if wrong:
            return [], wrong
        try:
            texts = {**read_texts(self._workspace), **files}
            edition = await asyncio.to_thread(prepare_texts, texts, self._workspace)
        except NotFit as not_fit:
            return [], _told(not_fit)
        except Failure as failure:
            return [], [{"file": "", "where": "", "zh": failure.words.zh, "en": failure.words.en}]
        named = {edition.compiled[path]["key"] for path in files if path in edition.compiled}
        if dry_run:
            async with store.read() as conn:
                planned = await changes(conn, edition)
            return [asdict(each) for each in planned if each.key in named], []
        async with store.write() as conn:
            done = await publish_some(conn, edition, files, said, aim)
        return [asdict(each) for each in done], []


def _is_welcome(path: str) -> bool:
    return path.startswith(WELCOME) and path.endswith(".yaml") and ".." not in path.split("/")


def _no_place(path: str) -> dict[str, object]:
    folders = ", ".join(WELCOME)
    return {"file": path, "where": "", "zh": f"文件应在 {folders} 之下", "en": f"a file stands below {folders}"}


def _told(not_fit: NotFit) -> Told:
    """Every reason why the files cannot be published."""
    found: Told = [
        {
            "file": problem.file,
            "where": f"{problem.line}:{problem.column} {problem.code}",
            "zh": problem.message(Language.ZH),
            "en": problem.message(Language.EN),
        }
        for problem in not_fit.problems
    ]
    for outcome in not_fit.failed:
        said = "; ".join(outcome.wrong)
        found.append({"file": outcome.story.file, "where": outcome.case, "zh": said, "en": said})
    for path, coverage in not_fit.thin.items():
        missing = ", ".join(map(str, coverage.missing[:10]))
        rate = f"{coverage.percent:.0f}% ({missing})"
        found.append({"file": path, "where": "", "zh": f"场景覆盖率不足：{rate}", "en": f"covered too little: {rate}"})
    return found
