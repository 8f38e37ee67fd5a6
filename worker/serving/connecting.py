"""The connectors of a workspace, tied to this installation."""

from __future__ import annotations

from activities.connectors.registry import Connectors, load_connectors
from sop.problems import Refused
from sop.workspace import CONNECTOR_FOLDER
from worker.definitions.workspace import read_texts
from worker.settings import Settings
from worker.terminal.words import Failure


def connectors_of(settings: Settings) -> Connectors:
    """Every connector file with its base URL and secrets. Raises ``Failure``, naming each setting that is missing."""
    texts = read_texts(settings.workspace)
    files = {path: text for path, text in texts.items() if path.startswith(CONNECTOR_FOLDER)}
    try:
        return load_connectors(files, settings.environment, settings.environment)
    except Refused as refused:
        raise Failure(f"连接器不能使用：\n{refused}", f"the connectors cannot be used:\n{refused}") from None
