"""``gongdan sop schema``: the JSON Schema by which an editor completes and checks definitions as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

from sop.lint.schema import schema_of
from sop.lint.values import Values
from sop.loading import examine_many
from sop.model import Kind
from sop.problems import Refused
from worker.definitions.drafts import Bench, bench_of
from worker.terminal.asked import Asked
from worker.terminal.showing import show
from worker.terminal.words import Failure


def run(asked: Asked) -> int:
    """Print the schema, or write it to a file."""
    try:
        bench = bench_of(asked.settings, asked.maybe("catalog"))
    except Refused as refused:
        show(refused.problems, {}, asked.terminal)
        return 1
    schema = json.dumps(_schema(bench), ensure_ascii=False, indent=1)
    if (target := asked.maybe("write")) is None:
        asked.terminal.tell(schema)
        return 0
    try:
        Path(target).write_text(schema + "\n", encoding="utf-8")
    except OSError as error:
        raise Failure(f"无法写入 {target}：{error.strerror}", f"{target} cannot be written: {error.strerror}") from None
    asked.terminal.note(asked.terminal.say(f"已写入 {target}", f"written to {target}"))
    return 0


def _schema(bench: Bench) -> dict[str, object]:
    """Of the workspace's names, and of what its SOPs take; those with mistakes are left out."""
    loaded = examine_many({str(path): text for path, text in bench.others.items()}, bench.catalog).values()
    ready = [each.compiled for each in loaded if each.compiled is not None]
    sops = {each["key"]: each for each in ready if each["kind"] == Kind.SOP}
    playbooks = [each["key"] for each in ready if each["kind"] == Kind.PLAYBOOK]
    return schema_of(Values(bench.catalog, sorted(sops), sorted(playbooks)), sops)
