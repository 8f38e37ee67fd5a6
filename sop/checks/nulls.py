"""Which names an expression reads as if they surely had a value."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from sop.expressions.closures import path_of
from sop.expressions.rules import Read, reads, start_of

_SAFE = frozenset(("eq", "ne", "in", "notin"))
_HOLDING = frozenset(("eq", "gt", "gteq", "lt", "lteq", "in"))
_EVEN_SO = frozenset(("status", "visits", "by", "at"))  # there, too, of a step that was skipped or timed out
_NONE: frozenset[str] = frozenset()
_MISSING = frozenset(("default", "d"))
Path = tuple[str, ...]


def needed(tree: nodes.Node, *, condition: bool) -> Iterator[Read]:
    """The reads that an empty value would break or leave a gap at: not those with a default, nor those that are only
    asked whether they are there. An empty value is equal to nothing and holds for false, so both are safe."""
    if condition:
        yield from _asked(tree, frozenset())
    else:
        yield from _used(tree, frozenset())


def defaulted(tree: nodes.Node) -> frozenset[Read]:
    """The reads that have a default, or are only asked whether they are there."""
    excused = [tree] if _excused(tree) else []
    excused += [node for kind in (nodes.Filter, nodes.Test) for node in tree.find_all(kind) if _excused(node)]
    return frozenset(read for node in excused for read in reads(node))


def proved(node: nodes.Node) -> frozenset[str]:
    """The steps that must be done for a node to hold: an output of theirs that is empty would make it false."""
    path = path_of(node)
    if path is not None:
        return _shown(path)
    if isinstance(node, nodes.And):
        return proved(node.left) | proved(node.right)
    if isinstance(node, nodes.Or):
        return proved(node.left) & proved(node.right)
    if isinstance(node, nodes.Compare) and all(op.op in _HOLDING for op in node.ops):
        return _equal(node).union(*(_shown(path_of(side)) for side in (node.expr, *(op.expr for op in node.ops))))
    return frozenset()


def _shown(path: Path | None) -> frozenset[str]:
    """The step whose output a path reads, if that is empty until the step is done."""
    return frozenset((path[1],)) if path and len(path) > 2 and path[0] == "steps" and path[2] not in _EVEN_SO else _NONE


def _equal(node: nodes.Compare) -> frozenset[str]:
    """``steps.x.status == 'done'`` says it outright."""
    path, other = path_of(node.expr), node.ops[0].expr
    done = isinstance(other, nodes.Const) and other.value == "done" and node.ops[0].op == "eq"
    return frozenset((path[1],)) if done and path and path[2:] == ("status",) and path[0] == "steps" else _NONE


def _used(node: nodes.Node, known: frozenset[Path]) -> Iterator[Read]:
    """Reads of a node whose value is used."""
    path = path_of(node)
    if path is not None:
        if path[:2] not in known:
            yield Read(path, start_of(node))
        return
    if isinstance(node, (nodes.And, nodes.Or, nodes.Not)):
        yield from _logic(node, known, used=True)
    elif isinstance(node, (nodes.If, nodes.For)):
        yield from _block(node, known)
    elif not _excused(node):
        yield from _parts(node, known)


def _parts(node: nodes.Node, known: frozenset[Path]) -> Iterator[Read]:
    if isinstance(node, nodes.CondExpr):
        yield from _chosen(node, known)
    elif isinstance(node, nodes.Compare):
        yield from _compared(node, known)
    else:
        for child in node.iter_child_nodes():
            yield from _used(child, known)


def _excused(node: nodes.Node) -> bool:
    """Whether a node has a default, or only asks whether there is anything."""
    return isinstance(node, nodes.Test) or (isinstance(node, nodes.Filter) and node.name in _MISSING)


def _chosen(node: nodes.CondExpr, known: frozenset[Path]) -> Iterator[Read]:
    yield from _asked(node.test, known)
    inner = known | _mentioned(node.test)
    for choice in (node.expr1, node.expr2):
        if choice is not None:
            yield from _used(choice, inner)


def _asked(node: nodes.Node, known: frozenset[Path]) -> Iterator[Read]:
    """Reads of a node of which only is asked whether it holds."""
    if path_of(node) is not None:
        return
    if isinstance(node, (nodes.And, nodes.Or, nodes.Not)):
        yield from _logic(node, known, used=False)
    else:
        yield from _used(node, known)


def _logic(node: nodes.And | nodes.Or | nodes.Not, known: frozenset[Path], *, used: bool) -> Iterator[Read]:
    if isinstance(node, nodes.Not):
        yield from _asked(node.node, known)
        return
    yield from _asked(node.left, known)
    inner = known | _mentioned(node.left) if isinstance(node, nodes.And) else known
    if isinstance(node, nodes.Or) and path_of(node.right) is not None:
        return  # "this or that": whoever writes it has thought of what is empty
    yield from _used(node.right, inner) if used else _asked(node.right, inner)


def _compared(node: nodes.Compare, known: frozenset[Path]) -> Iterator[Read]:
    safe = all(op.op in _SAFE for op in node.ops)
    for side in (node.expr, *(op.expr for op in node.ops)):
        if not (safe and path_of(side) is not None):
            yield from _used(side, known)


def _block(node: nodes.If | nodes.For, known: frozenset[Path]) -> Iterator[Read]:
    asked = node.test if isinstance(node, nodes.If) else node.iter
    yield from _asked(asked, known)
    inner = known | _mentioned(asked)
    for child in (*node.body, *node.else_, *(node.elif_ if isinstance(node, nodes.If) else ())):
        yield from _used(child, inner)


def _mentioned(node: nodes.Node) -> frozenset[Path]:
    """The steps a condition speaks of: ``("steps", "inspect")``."""
    own = path_of(node)
    if own is not None:
        return frozenset((own[:2],))
    return frozenset().union(*(_mentioned(child) for child in node.iter_child_nodes()))
