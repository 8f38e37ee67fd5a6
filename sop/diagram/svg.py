"""The picture: an SVG document of a flow, without scripts, readable in light and dark and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sop.diagram import words
from sop.diagram.exits import Way
from sop.diagram.figures import ABOVE, ICON, LABEL, LABEL_LINE, SIZES, Figure, figure_of, inset, label_lines, link_of
from sop.diagram.flow import Edge, Flow, Node
from sop.diagram.layout import layout
from sop.diagram.outlines import ICONS, outline
from sop.diagram.overlays import Badge, Overlay
from sop.diagram.shapes import Drawing, Place, Point, Polyline
from sop.diagram.style import FONTS, STYLE
from sop.diagram.text import width

MARGIN, HEADER, LEGEND, HEADING = 24.0, 58.0, 40.0, 17.0
ROUND = 7.0
DASHES = {"timeout": "2 4", "reject": "9 4 2 4", "error": "7 5"}


def draw(flow: Flow, overlay: Overlay | None = None, *, standalone: bool = True) -> str:
    """The SVG of a flow. ``standalone``: with its colours in a style element; within a page that has ``style.STYLE``
    among its own styles, leave it out. Without either, everything is drawn in the colour of the text around."""
    over = overlay or Overlay()
    figures = [figure_of(node, over.badges.get(node.id), flow.language) for node in flow.nodes]
    drawing = layout([figure.box for figure in figures], [link_of(edge) for edge in flow.edges])
    root = _root(flow, drawing, " · ".join(part for part in (flow.key, over.note) if part), standalone=standalone)
    body = SubElement(root, "g", {"transform": f"translate({_n(MARGIN)} {_n(MARGIN + HEADER)})"})
    for edge, line in zip(flow.edges, drawing.lines, strict=True):
        _draw_edge(body, edge, line, untaken=(edge.source, edge.target, edge.way) in over.untaken)
    for edge, line in zip(flow.edges, drawing.lines, strict=True):
        _draw_label(body, edge, line)
    for edge, line in zip(flow.edges, drawing.lines, strict=True):
        _draw_head(body, edge, line.points)
    for figure in figures:
        _draw_node(body, figure, drawing.places[figure.node.id])
    _draw_legend(root, flow, drawing)
    indent(root)
    return tostring(root, encoding="unicode") + "\n"


def _root(flow: Flow, drawing: Drawing, note: str, *, standalone: bool) -> Element:
    heading = max(width(flow.title, HEADING) * 1.1, width(note, SIZES["line"]))
    wide = max(drawing.width, heading, _legend_width(flow)) + 2 * MARGIN
    high = drawing.height + 2 * MARGIN + HEADER + LEGEND
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "flow",
            "role": "img",
            "aria-labelledby": "flow-title flow-desc",
            "lang": str(flow.language),
            "viewBox": f"0 0 {_n(wide)} {_n(high)}",
            "width": _n(wide),
            "height": _n(high),
            "font-family": FONTS,
            "font-size": _n(SIZES["line"]),
        },
    )
    SubElement(root, "title", {"id": "flow-title"}).text = clean(flow.title)
    SubElement(root, "desc", {"id": "flow-desc"}).text = clean(described(flow))
    if standalone:
        SubElement(root, "style").text = STYLE
    SubElement(root, "rect", {"class": "paper", "width": "100%", "height": "100%", "fill": "none"})
    _text(root, flow.title, Point(MARGIN, MARGIN + 8), "heading", HEADING, anchor="start")
    _text(root, note, Point(MARGIN, MARGIN + 30), "line", SIZES["line"], anchor="start")
    return root


def described(flow: Flow) -> str:
    """The flow in words: the main line, then each side line."""
    titles = {node.id: node.says.title for node in flow.nodes}
    told = []
    for line, steps in flow.lines.items():
        way = " → ".join(titles[step] for step in steps)
        told.append(words.SIDE_LINE(flow.language, line, way) if line else words.MAIN_LINE(flow.language, way))
    return "\n".join(told)


def _draw_node(parent: Element, figure: Figure, place: Place) -> None:
    node = figure.node
    tone = f" {figure.badge.tone}" if figure.badge else ""
    group = SubElement(parent, "g", {"class": f"node {node.kind}{tone}", "data-step": clean(node.id)})
    SubElement(group, "title").text = clean(_told(node, figure.badge))
    for shape, attributes in outline(node, place):
        SubElement(group, shape, {"fill": "none", "stroke": "currentColor", **attributes})
    if node.kind == "join":
        return
    left, y = place.x + inset(node.kind), place.y + ABOVE
    _icon(group, node.kind, Point(left, y + figure.rows[0].height / 2 - 8))
    for row in figure.rows:
        at = Point(left + ICON, y + row.height / 2)
        if row.role == "badge" and figure.badge is not None:
            at = Point(at.x + 8, at.y + 2)
            _pill(group, at, row.width, figure.badge)
        _text(group, row.text, at, row.role, SIZES[row.role], anchor="start")
        y += row.height


def _told(node: Node, badge: Badge | None) -> str:
    """Everything a node says, unshortened: its tooltip."""
    says = node.says
    name = "" if node.step is None else f" ({node.step.id})"
    return "\n".join(
        part
        for part in (says.title + name, *says.lines, says.condition, *says.marks, badge.text if badge else "")
        if part
    )


def _pill(parent: Element, at: Point, wide: float, badge: Badge) -> None:
    box = {"x": _n(at.x - 8), "y": _n(at.y - 8.5), "width": _n(wide), "height": "17", "rx": "8.5"}
    SubElement(parent, "rect", {"class": f"pill {badge.tone}", "fill": "none", "stroke": "currentColor", **box})


def _icon(parent: Element, kind: str, at: Point) -> None:
    icon = {"class": "icon", "fill": "none", "stroke": "currentColor", "stroke-width": "1.4", "stroke-linecap": "round"}
    icon |= {"stroke-linejoin": "round", "d": ICONS[kind]}
    SubElement(parent, "path", {**icon, "transform": f"translate({_n(at.x - 2)} {_n(at.y)})"})


def _text(parent: Element, text: str, at: Point, role: str, size: float, anchor: str = "middle") -> None:
    weight = {"font-weight": "600"} if role in ("title", "heading", "badge") else {}
    where = {"x": _n(at.x), "y": _n(at.y + size * 0.35), "font-size": _n(size), "text-anchor": anchor}
    SubElement(parent, "text", {"class": f"text {role}", "fill": "currentColor", **where, **weight}).text = clean(text)


def kind_of_line(edge: Edge) -> str:
    """How an arrow is drawn: main, side, timeout, reject or error."""
    late = {Way.TIMEOUT: "timeout", Way.REJECT: "reject", Way.ERROR: "error"}
    return late.get(edge.way, "main" if edge.main else "side")


def _draw_edge(parent: Element, edge: Edge, line: Polyline, *, untaken: bool) -> None:
    kind = kind_of_line(edge)
    group = SubElement(parent, "g", {"class": f"edge {kind}" + (" untaken" if untaken else "")})
    _stroke(group, kind, _rounded(line.points))


def _stroke(parent: Element, kind: str, path: str) -> None:
    dash = {"stroke-dasharray": DASHES[kind]} if kind in DASHES else {}
    stroke = {"fill": "none", "stroke": "currentColor", "stroke-width": "2.2" if kind == "main" else "1.5"}
    SubElement(parent, "path", {"class": "wire", **stroke, **dash, "stroke-linecap": "round", "d": path})


def _rounded(points: Sequence[Point]) -> str:
    """The line with its corners rounded."""
    parts = [f"M{_n(points[0].x)} {_n(points[0].y)}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{_n(into.x)} {_n(into.y)}Q{_n(corner.x)} {_n(corner.y)} {_n(out.x)} {_n(out.y)}")
    parts.append(f"L{_n(points[-1].x)} {_n(points[-1].y)}")
    return "".join(parts)


def _towards(corner: Point, other: Point) -> Point:
    length = abs(other.x - corner.x) + abs(other.y - corner.y)
    share = min(ROUND, length / 2) / length if length else 0.0
    return Point(corner.x + (other.x - corner.x) * share, corner.y + (other.y - corner.y) * share)


def _draw_head(parent: Element, edge: Edge, points: Sequence[Point]) -> None:
    """The point of an arrow: over the labels, so that none hides where it leads."""
    tip, before = points[-1], next((p for p in reversed(points[:-1]) if p != points[-1]), points[-1])
    length = ((tip.x - before.x) ** 2 + (tip.y - before.y) ** 2) ** 0.5 or 1.0
    dx, dy = (tip.x - before.x) / length, (tip.y - before.y) / length
    corners = [tip] + [Point(tip.x - 8 * dx + side * 4.2 * dy, tip.y - 8 * dy - side * 4.2 * dx) for side in (1, -1)]
    shape = {"fill": "currentColor", "points": " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)}
    SubElement(parent, "polygon", {"class": f"head {kind_of_line(edge)}", **shape})


def _draw_label(parent: Element, edge: Edge, line: Polyline) -> None:
    lines = label_lines(edge)
    if not lines:
        return
    link = link_of(edge)
    group = SubElement(parent, "g", {"class": f"label {kind_of_line(edge)}"})
    corner = Point(line.label.x - link.label_width / 2, line.label.y - link.label_height / 2)
    size = {"width": _n(link.label_width), "height": _n(link.label_height)}
    SubElement(
        group, "rect", {"class": "paper", "fill": "none", "rx": "3", "x": _n(corner.x), "y": _n(corner.y), **size}
    )
    if " ".join(lines) != edge.label:
        SubElement(group, "title").text = clean(edge.label)
    for number, text in enumerate(lines):
        _text(group, text, Point(line.label.x, corner.y + 2 + LABEL_LINE * (number + 0.5)), "label", LABEL)


def _draw_legend(root: Element, flow: Flow, drawing: Drawing) -> None:
    group = SubElement(root, "g", {"class": "legend"})
    x, y = MARGIN, drawing.height + 2 * MARGIN + HEADER + LEGEND / 2 - 8
    for kind, said in _legend(flow):
        sample = SubElement(group, "g", {"class": f"edge {kind}"})
        _stroke(sample, kind, f"M{_n(x)} {_n(y)}H{_n(x + 34)}")
        text = said(flow.language)
        _text(group, text, Point(x + 42, y), "label", LABEL, anchor="start")
        x += 42 + width(text, LABEL) + 22


def _legend(flow: Flow) -> Iterable[tuple[str, words.Said]]:
    """The kinds of lines that the flow has."""
    drawn = {kind_of_line(edge) for edge in flow.edges}
    return [(kind, said) for kind, said in words.WAYS if kind in drawn]


def _legend_width(flow: Flow) -> float:
    return sum(64 + width(said(flow.language), LABEL) for _, said in _legend(flow))


def clean(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return "".join(one for one in text if one in "\t\n\r" or (ord(one) >= 0x20 and not 0xFFFE <= ord(one) <= 0xFFFF))


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
