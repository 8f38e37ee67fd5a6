"""``gongdan sop diagram``: a definition as Mermaid, SVG or BPMN, with what scenarios cover or where tickets stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.queries.loads import StepLoad, step_loads
from db.session import Store
from sop.bpmn import document as bpmn
from sop.definition import Compiled, Definition, definition_of
from sop.diagram import mermaid, svg
from sop.diagram.flow import Flow, flow_of
from sop.diagram.names import Names, names_of
from sop.diagram.overlays import Load, Overlay, coverage_overlay, live_overlay
from sop.problems import Language
from worker.access.storing import with_store
from worker.definitions.chosen import TROUBLE, Chosen, choose
from worker.definitions.scenarios import coverages, play_all, read_stories
from worker.definitions.workspace import parse_texts, read_texts, scenarios_of
from worker.terminal.asked import Asked
from worker.terminal.words import Failure

MEDIAN_OF = timedelta(days=90)


def run(asked: Asked) -> int:
    """Write the picture to standard output, or to the file of ``--output``."""
    chosen = choose(asked, asked.text("file"))
    definition = definition_of(chosen.compiled)
    text = _text(asked, chosen, definition)
    if (target := asked.maybe("output")) is None:
        asked.terminal.tell(text.rstrip("\n"))
    else:
        _write(Path(target), text)
        asked.terminal.note(asked.terminal.say(f"已写入 {target}", f"written to {target}"))
    return 0


def _text(asked: Asked, chosen: Chosen, definition: Definition) -> str:
    language, names = Language(asked.terminal.tongue.value), _names(asked)
    if asked.text("format") == "bpmn":
        if asked.maybe("overlay"):
            raise Failure("BPMN 没有叠加层", "BPMN has no overlay", TROUBLE)
        return bpmn.written(definition, language, names)
    flow = flow_of(definition, language, names)
    overlay = _overlay(asked, chosen, flow)
    if asked.text("format") == "svg":
        return svg.draw(flow, overlay)
    return mermaid.written(flow, overlay)


def _names(asked: Asked) -> Names:
    """The company's own names of its roles, teams and events, unless a catalog file stands for the company."""
    return Names() if asked.maybe("catalog") else names_of(parse_texts(read_texts(asked.settings.workspace)).company)


def _overlay(asked: Asked, chosen: Chosen, flow: Flow) -> Overlay:
    wanted = asked.maybe("overlay")
    if wanted == "coverage":
        return _coverage(asked, chosen, flow)
    if wanted == "live":
        loads = _loads(asked, chosen.compiled)
        return live_overlay(flow, {step: Load(each.open, each.median_seconds) for step, each in loads.items()})
    return Overlay()


def _coverage(asked: Asked, chosen: Chosen, flow: Flow) -> Overlay:
    """What the workspace's scenarios of this file come by."""
    if chosen.file is None:
        raise Failure("覆盖率需要一个文件", "coverage is of a file: name one", TROUBLE)
    folder = asked.settings.workspace
    stories = read_stories(scenarios_of(read_texts(folder)), folder)
    about = [story for story in stories if story.definition == chosen.file]
    ready = {chosen.file: chosen.compiled}
    covered = coverages(list(play_all(about, ready)), ready)[chosen.file]
    return coverage_overlay(flow, covered.points, covered.reached)


def _loads(asked: Asked, compiled: Compiled) -> dict[str, StepLoad]:
    async def read(store: Store) -> dict[str, StepLoad]:
        async with store.read() as conn:
            return await step_loads(conn, compiled["kind"], compiled["key"], datetime.now(UTC) - MEDIAN_OF)

    return with_store(asked, read)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise Failure(f"无法写入 {path}：{why}", f"{path} cannot be written: {why}") from None
