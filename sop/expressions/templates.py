"""Text that holds ``{{ … }}``: one expression alone keeps its type, anything else becomes text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from jinja2 import nodes

from sop.expressions.closures import Closure, closure_of
from sop.expressions.helpers import Scope
from sop.expressions.plain import LARGEST, items, printed
from sop.expressions.wording import refused

_MOST_PASSES = 10_000


class Writing:
    """The text being written, never longer than a result may be, and the passes its loops may still make."""

    __slots__ = ("parts", "passes", "room")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.room = LARGEST
        self.passes = _MOST_PASSES

    def write(self, text: str) -> None:
        """Add to the text; raises ``ExpressionError`` beyond 32 kB."""
        self.room -= len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        if self.room < 0:
            raise refused("the result is larger than 32 kB", "结果超过 32 kB")
        self.parts.append(text)

    def go_round(self) -> None:
        """Count one pass of a loop."""
        self.passes -= 1
        if self.passes < 0:
            raise refused("the loops of this text make too many passes", "文本中的循环次数过多")


Part = Callable[[Writing, Scope], None]


def template_closure(tree: nodes.Template) -> Closure:
    """The function of a whole text: the value of its only expression, or the text."""
    alone = _only_expression(tree)
    if alone is not None:
        return closure_of(alone)
    parts = _parts(tree.body)

    def text(scope: Scope) -> object:
        writing = Writing()
        for part in parts:
            part(writing, scope)
        return "".join(writing.parts)

    return text


def _only_expression(tree: nodes.Template) -> nodes.Expr | None:
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return None
    said = [node for node in tree.body[0].nodes if not (isinstance(node, nodes.TemplateData) and not node.data.strip())]
    return said[0] if len(said) == 1 and not isinstance(said[0], nodes.TemplateData) else None


def _parts(body: Sequence[nodes.Node]) -> list[Part]:
    parts: list[Part] = []
    for node in body:
        if isinstance(node, nodes.Output):
            parts.extend(_output(each) for each in node.nodes)
        elif isinstance(node, nodes.If):
            parts.append(_if(node))
        elif isinstance(node, nodes.For):
            parts.append(_for(node))
    return parts


def _output(node: nodes.Expr) -> Part:
    if isinstance(node, nodes.TemplateData):
        return partial(_write_text, node.data)
    return partial(_write_value, closure_of(node))


def _write_text(text: str, writing: Writing, scope: Scope) -> None:
    writing.write(text)


def _write_value(value: Closure, writing: Writing, scope: Scope) -> None:
    writing.write(printed(value(scope)))


def _if(node: nodes.If) -> Part:
    choices = [(closure_of(each.test), _parts(each.body)) for each in (node, *node.elif_)]
    otherwise = _parts(node.else_)

    def write(writing: Writing, scope: Scope) -> None:
        for part in next((parts for test, parts in choices if test(scope)), otherwise):
            part(writing, scope)

    return write


def _for(node: nodes.For) -> Part:
    assert isinstance(node.target, nodes.Name)  # noqa: S101  # the static check refuses other targets
    name, source, body, otherwise = node.target.name, closure_of(node.iter), _parts(node.body), _parts(node.else_)
    wanted = closure_of(node.test) if node.test is not None else None

    def write(writing: Writing, scope: Scope) -> None:
        found = source(scope)
        chosen = [
            item for item in items([] if found is None else found) if wanted is None or wanted({**scope, name: item})
        ]
        for index, item in enumerate(chosen):
            writing.go_round()
            inner = {**scope, name: item, "loop": _loop(index, len(chosen))}
            for part in body:
                part(writing, inner)
        for part in otherwise if not chosen else []:
            part(writing, scope)

    return write


def _loop(index: int, length: int) -> dict[str, object]:
    return {"index": index + 1, "index0": index, "first": index == 0, "last": index == length - 1, "length": length}
