"""The flow as Mermaid text, for pages that draw it themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sop.diagram import words
from sop.diagram.flow import Edge, Flow, Node
from sop.diagram.overlays import Overlay
from sop.diagram.svg import kind_of_line

_SHAPES = {
    "start": ("([", "])"),
    "end": ("([", "])"),
    "handled": ("([", "])"),
    "whenever": ("([", "])"),
    "wait": ("(", ")"),
    "decision": ("{{", "}}"),
    "approval": ("[/", "/]"),
    "parallel": ("[/", "\\]"),
    "join": ("[\\", "/]"),
    "sop": ("[[", "]]"),
}
_ARROWS = {"main": "==>", "side": "-->", "timeout": "-.->", "reject": "-.->", "error": "-.->"}
_CLASSES = """  classDef person fill:#eef4ff,stroke:#6172f3,color:#101828
  classDef judge fill:#fef6e0,stroke:#b54708,color:#101828
  classDef system fill:#f2f4f7,stroke:#667085,color:#101828
  classDef time fill:#e6f7fb,stroke:#0e7090,color:#101828
  classDef nest fill:#f4f0ff,stroke:#6938ef,color:#101828
  classDef over fill:#e8f8ee,stroke:#067647,color:#101828
  classDef bad fill:#fee4e2,stroke:#b42318,color:#101828"""
_CLASS_OF = {
    "task": "person",
    "approval": "judge",
    "decision": "judge",
    "action": "system",
    "handled": "system",
    "wait": "time",
    "whenever": "time",
    "start": "over",
    "end": "over",
    "incident": "bad",
}


def written(flow: Flow, overlay: Overlay | None = None) -> str:
    """A Mermaid flowchart. Dotted arrows are timeouts, rejections and errors; each says which on its label."""
    over = overlay or Overlay()
    names = {node.id: f"n{number}" for number, node in enumerate(flow.nodes)}
    lines = ["---", f"title: {_titled(flow.title)}", "---", "flowchart TD", *_nodes(flow, names, over)]
    lines += [_edge(edge, names, untaken=(edge.source, edge.target, edge.way) in over.untaken) for edge in flow.edges]
    lines.append(_CLASSES)
    for kind in dict.fromkeys(_CLASS_OF.get(node.kind, "nest") for node in flow.nodes):
        members = ",".join(names[node.id] for node in flow.nodes if _CLASS_OF.get(node.kind, "nest") == kind)
        lines.append(f"  class {members} {kind}")
    return "\n".join(lines) + "\n"


def _nodes(flow: Flow, names: dict[str, str], over: Overlay) -> Iterator[str]:
    for node in flow.nodes:
        begin, end = _SHAPES.get(node.kind, ("[", "]"))
        badge = over.badges.get(node.id)
        parts = [*_said(node, flow), *([badge.text] if badge else [])]
        yield f"  {names[node.id]}{begin}{_quoted('<br>'.join(_plain(part) for part in parts))}{end}"


def _said(node: Node, flow: Flow) -> Iterator[str]:
    says = node.says
    yield says.title
    yield from says.lines
    if says.condition:
        yield words.ONLY_IF(flow.language, says.condition)
    yield from says.marks


def _edge(edge: Edge, names: dict[str, str], *, untaken: bool) -> str:
    label = _plain(edge.label) + (" ✗" if untaken else "")
    said = f"|{_quoted(label)}|" if label else ""
    return f"  {names[edge.source]} {_ARROWS[kind_of_line(edge)]}{said} {names[edge.target]}"


def _plain(text: str) -> str:
    """Text that Mermaid shows as it is: no markup, no entities, no line breaks."""
    escaped = text.replace("#", "#35;").replace("&", "#amp;").replace("<", "#lt;").replace(">", "#gt;")
    return " ".join(escaped.replace('"', "#quot;").replace("`", "#96;").split())


def _titled(text: str) -> str:
    """The title as a YAML string. Mermaid takes it for HTML and drops what looks like markup, so nothing does."""
    plain = " ".join(text.split()).translate(str.maketrans("<>&", "‹›＆"))
    return json.dumps(plain, ensure_ascii=False)


def _quoted(text: str) -> str:
    return f'"{text}"'
