"""``gongdan init``: a workspace of one's own to begin with."""

from __future__ import annotations

from pathlib import Path

from worker.definitions.workspace import read_texts
from worker.settings import HOME
from worker.terminal.asked import Asked
from worker.terminal.words import Failure, Words

IGNORED = "/var/\n"  # what `gongdan up` keeps beside the files: databases, keys, logs


def run(asked: Asked) -> int:
    """Copy what ships (company, definitions, connectors, messages, scenarios) into a folder that is new or empty."""
    folder, texts = Path(asked.text("folder")), read_texts(HOME)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Failure(f"{folder} 不是空文件夹；请换一个", f"{folder} is not empty; name another folder")
        for path, text in {**texts, ".gitignore": IGNORED}.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise Failure(f"无法写入 {folder}：{why}", f"{folder} cannot be written: {why}") from None
    count = len(texts)
    asked.terminal.tell(
        Words(f"{folder}：{count} 个文件。请进入该文件夹工作", f"{folder}: {count} files; go there and work")
    )
    return 0
