"""The check at load: allow-lists of nodes, filters, tests and helpers, no private names, no growth without bound."""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from jinja2 import nodes

from sop.expressions.closures import EXPRESSION_NODES, path_of
from sop.expressions.filters import FILTERS, SIMPLE, TESTS
from sop.expressions.helpers import HELPERS
from sop.expressions.wording import CONSTRUCT, FILTER, TYPES, Wording

_DEEPEST = 60
_GLOBALS = frozenset({"range", "cycler", "joiner", "namespace", "dict", "lipsum", "self", "caller", "random"})
_TEXT_NODES = frozenset({"Template", "Output", "TemplateData", "If", "For"})


class Found(NamedTuple):
    """A mistake: its code, what is wrong (``Wording``: English that knows its Chinese), where it begins."""

    code: str
    message: str
    offset: int


class Read(NamedTuple):
    """A path that an expression reads, and where each of its names stands in the source."""

    path: tuple[str, ...]
    offset: int


def mistakes(tree: nodes.Node) -> list[Found]:
    """Everything in the tree that may not be there, in the order of the text."""
    found: list[Found] = []
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > _DEEPEST:
            return [_found("the expression is too deeply nested", "表达式嵌套太深", node)]
        found.extend(_mistakes_of(node))
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())
    return sorted(set(found), key=lambda each: each.offset)


def reads(tree: nodes.Node, hidden: frozenset[str] = frozenset()) -> Iterator[Read]:
    """Every path the tree reads from the scope; names a ``{% for %}`` brings along are not among them."""
    if isinstance(tree, nodes.For):
        yield from reads(tree.iter, hidden)
        hidden |= {"loop"} | {name.name for name in tree.target.find_all(nodes.Name)} | _target(tree)
        for part in (*tree.body, *tree.else_, *([tree.test] if tree.test is not None else [])):
            yield from reads(part, hidden)
        return
    if isinstance(tree, nodes.Call):
        for argument in (*tree.args, *(pair.value for pair in tree.kwargs)):
            yield from reads(argument, hidden)
        return
    path = path_of(tree)
    if path is not None:
        if path[0] not in hidden:
            yield Read(path, start_of(tree))
        return
    for child in tree.iter_child_nodes():
        yield from reads(child, hidden)


def _target(loop: nodes.For) -> frozenset[str]:
    return frozenset({loop.target.name}) if isinstance(loop.target, nodes.Name) else frozenset()


def start_of(node: nodes.Node) -> int:
    """Where a node begins in its source: at the first name of a path or a chain of filters."""
    while isinstance(node, (nodes.Getattr, nodes.Getitem, nodes.Filter)) and node.node is not None:
        node = node.node
    return node.lineno


def _mistakes_of(node: nodes.Node) -> list[Found]:
    kind = type(node).__name__
    check = _CHECKS.get(kind)
    if check is not None:
        return check(node)
    if kind in EXPRESSION_NODES or kind in _TEXT_NODES:
        return []
    word, zh = _REFUSED.get(kind, (f"{kind} is not available", f"此处不可使用 {kind}"))
    return [_found(word, zh, node)]


_REFUSED = {
    "Pow": ("** is not available", "不可使用 **"),
    "Macro": ("macros are not available", "不可使用宏"),
    "Import": ("imports are not available", "不可使用 import"),
    "FromImport": ("imports are not available", "不可使用 import"),
    "Include": ("includes are not available", "不可使用 include"),
    "Extends": ("extends is not available", "不可使用 extends"),
    "Block": ("blocks are not available", "不可使用 block"),
    "Assign": ("set is not available: use vars", "不可使用 set：请用 vars"),
    "AssignBlock": ("set is not available: use vars", "不可使用 set：请用 vars"),
}


def _found(en: str, zh: str, node: nodes.Node, code: str = CONSTRUCT) -> Found:
    return Found(code, Wording(en, zh), node.lineno or 0)


def _private(name: object, node: nodes.Node) -> list[Found]:
    if isinstance(name, str) and unicodedata.normalize("NFKC", name).startswith("_"):
        return [_found(f"a name may not begin with an underscore: {name}", f"名称不能以下划线开头：{name}", node)]
    return []


def _name(node: nodes.Name) -> list[Found]:
    if node.name in _GLOBALS:
        return [_found(f"{node.name} is not available", f"不可使用 {node.name}", node)]
    return _private(node.name, node)


def _getattr(node: nodes.Getattr) -> list[Found]:
    return _private(node.attr, node)


def _getitem(node: nodes.Getitem) -> list[Found]:
    if isinstance(node.arg, nodes.Slice) and node.arg.step is not None:
        return [_found("a slice has no step here", "切片不支持步长", node)]
    return _private(node.arg.value, node) if isinstance(node.arg, nodes.Const) else []


def _filter(node: nodes.Filter) -> list[Found]:
    if node.name not in FILTERS or node.node is None:
        return [_found(f"the filter {node.name} is not available", f"不可使用过滤器 {node.name}", node, FILTER)]
    wrong = _signature(FILTERS[node.name], node, 1)
    named = _first_text(node)
    if node.name == "map" and node.args and named not in SIMPLE:
        wrong.append(
            _found("map takes attribute=… or a simple filter", "map 只接受 attribute=… 或简单过滤器", node, FILTER)
        )
    if node.name in _TESTING and len(node.args) > _TESTING[node.name]:
        test = node.args[_TESTING[node.name]]
        if not isinstance(test, nodes.Const) or test.value not in TESTS:
            wrong.append(_found(f"{node.name} takes the name of a test", f"{node.name} 需要测试名称", node, FILTER))
    for pair in node.kwargs:
        if pair.key == "attribute" and not (isinstance(pair.value, nodes.Const) and isinstance(pair.value.value, str)):
            wrong.append(_found("attribute is a plain name in quotes", "attribute 必须是带引号的名称", node, FILTER))
        if pair.key in ("name", "test"):
            wrong.append(_found(f"{pair.key}= is not available", f"不可使用 {pair.key}=", node, FILTER))
    return wrong


_TESTING = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}


def _first_text(node: nodes.Filter) -> object:
    return node.args[0].value if node.args and isinstance(node.args[0], nodes.Const) else None


def _test(node: nodes.Test) -> list[Found]:
    if node.name not in TESTS:
        return [_found(f"the test {node.name} is not available", f"不可使用测试 {node.name}", node, FILTER)]
    if node.kwargs:
        return [_found("a test takes no named arguments", "测试不接受命名参数", node, FILTER)]
    return _signature(TESTS[node.name], node, 1)


def _call(node: nodes.Call) -> list[Found]:
    if isinstance(node.node, nodes.Name) and node.node.name in _GLOBALS:
        return []  # told of the name already
    if not isinstance(node.node, nodes.Name) or node.node.name not in HELPERS:
        known = ", ".join(HELPERS)
        return [_found(f"only these can be called: {known}", f"只能调用：{known}", node)]
    return _signature(HELPERS[node.node.name], node, 1)


def _signature(
    function: Callable[..., object], node: nodes.Call | nodes.Filter | nodes.Test, first: int
) -> list[Found]:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return [_found("* and ** are not available in arguments", "参数中不可使用 * 和 **", node)]
    named = [str(pair.key) for pair in node.kwargs]
    try:
        if len(set(named)) < len(named):
            raise TypeError("an argument is named twice")
        inspect.signature(function).bind(*[None] * (first + len(node.args)), **dict.fromkeys(named))
    except TypeError as error:
        return [_found(f"wrong arguments: {error}", f"参数不正确：{error}", node, FILTER)]
    except ValueError:  # a built-in such as bool without a signature: it takes the value alone
        return [_found("wrong arguments", "参数不正确", node, FILTER)] if node.args else []
    return []


def _multiply(node: nodes.Mul) -> list[Found]:
    sides = (node.left, node.right)
    if any(isinstance(side, (nodes.List, nodes.Tuple, nodes.Concat)) or _is_text(side) for side in sides):
        return [_found("text and lists cannot be multiplied", "文本和列表不能相乘", node)]
    return []


def _modulo(node: nodes.Mod) -> list[Found]:
    if _is_text(node.left):
        return [_found("text cannot be formatted with %", "不可用 % 格式化文本", node)]
    return []


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _compare(node: nodes.Compare) -> list[Found]:
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    kinds = {_kind(side) for side in sides if isinstance(side, nodes.Const) and side.value is not None}
    if len(kinds) > 1 and all(operand.op not in ("in", "notin") for operand in node.ops):
        return [_found("values of different types are compared", "比较了不同类型的值", node, TYPES)]
    return []


def _kind(node: nodes.Const) -> str:
    return "text" if isinstance(node.value, str) else "boolean" if isinstance(node.value, bool) else "number"


def _for(node: nodes.For) -> list[Found]:
    if node.recursive or not isinstance(node.target, nodes.Name):
        return [_found("a loop has one name and is not recursive", "循环只能有一个变量，且不可递归", node)]
    source: nodes.Node | None = node.iter
    while isinstance(source, nodes.Filter):
        source = source.node
    if source is None or path_of(source) is None:
        return [_found("a loop goes over a list of the ticket only", "循环只能遍历工单中的列表", node)]
    return _private(node.target.name, node)


def _dict(node: nodes.Dict) -> list[Found]:
    if all(_is_text(pair.key) for pair in node.items):
        return []
    return [_found("the keys of an object are plain text", "对象的键必须是文本", node)]


_CHECKS: dict[str, Callable[..., list[Found]]] = {
    "Name": _name,
    "Getattr": _getattr,
    "Getitem": _getitem,
    "Filter": _filter,
    "Test": _test,
    "Call": _call,
    "Mul": _multiply,
    "Mod": _modulo,
    "Compare": _compare,
    "For": _for,
    "Dict": _dict,
}
