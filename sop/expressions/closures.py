"""A checked tree becomes nested functions of the scope: fast, and nothing but what is written here can run.

Why functions and not Jinja's generated code: docs/decisions/0005-expressions-are-closures.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from jinja2 import nodes

from sop.expressions.filters import FILTERS, TESTS
from sop.expressions.helpers import HELPERS, Scope
from sop.expressions.operators import ARITHMETIC, COMPARISONS
from sop.expressions.plain import bounded_text, number, printed
from sop.expressions.wording import TYPES, ExpressionError, empty, refused, undeclared
from sop.values import OPENING

Closure = Callable[[Scope], object]


class Absent(Exception):
    """A name was not there. It becomes an ``ExpressionError``, in words, only when nobody had a default for it;
    it never leaves the package itself."""

    def __init__(self, scope: Scope, path: tuple[str, ...]) -> None:
        super().__init__(path)
        self.scope, self.path = scope, path

    def explained(self) -> ExpressionError:
        """The error in words: the first name of the path that is not there, and the nearest one that is."""
        holder: object = self.scope
        for depth, name in enumerate(self.path, start=1):
            if not isinstance(holder, Mapping):
                return empty(self.path[:depth])
            if name not in holder:
                return undeclared(self.path[:depth], (each for each in holder if not str(each).startswith("_")))
            holder = holder[name]
        return undeclared(self.path, ())


def closure_of(node: nodes.Node) -> Closure:
    """The function of a node that the static check has passed."""
    return _BUILDERS[type(node).__name__](node)


def path_of(node: nodes.Node) -> tuple[str, ...] | None:
    """``("steps", "inspect", "grade")`` for a chain of plain names, None for anything else."""
    names: list[str] = []
    while not isinstance(node, nodes.Name):
        if isinstance(node, nodes.Getattr):
            names.append(node.attr)
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            names.append(node.arg.value)
        else:
            return None
        node = node.node
    return (node.name, *reversed(names))


_NOT_THERE = (KeyError, TypeError, IndexError)


def _path(path: tuple[str, ...]) -> Closure:
    """Reading ``a.b.c``: items of mappings and nothing else (text or a list, given a name, raises TypeError)."""
    if len(path) == 2:
        root, name = path

        def read_two(scope: Scope) -> object:
            try:
                return scope[root][name]  # type: ignore[index]  # a value that has no items raises TypeError, caught here
            except _NOT_THERE:
                raise Absent(scope, path) from None

        return read_two

    def read(scope: Scope) -> object:
        value: object = scope
        try:
            for name in path:
                value = value[name]  # type: ignore[index]  # as above
        except _NOT_THERE:
            raise Absent(scope, path) from None
        return value

    return read


def _read(node: nodes.Name | nodes.Getattr | nodes.Getitem) -> Closure:
    path = path_of(node)
    if path is not None:
        return _path(path)
    assert not isinstance(node, nodes.Name)  # noqa: S101  # a name is always a path
    if isinstance(node, nodes.Getattr):
        return partial(_item, closure_of(node.node), lambda scope: node.attr)
    if isinstance(node.arg, nodes.Slice):
        return partial(_slice, closure_of(node.node), _optional(node.arg.start), _optional(node.arg.stop))
    return partial(_item, closure_of(node.node), closure_of(node.arg))


def _item(holder: Closure, key: Closure, scope: Scope) -> object:
    value, name = holder(scope), key(scope)
    if isinstance(value, Mapping) and isinstance(name, str) and not name.startswith("_"):
        if name in value:
            return value[name]
        raise Absent(value, (name,))
    if isinstance(value, (list, tuple)) and isinstance(name, int) and not isinstance(name, bool):
        if -len(value) <= name < len(value):
            return value[name]
        raise Absent({}, (str(name),))
    if value is None:
        raise Absent({}, (str(name),))
    raise refused("only a field of an object or an item of a list can be taken", "只能取对象的字段或列表的项", TYPES)


def _slice(holder: Closure, start: Closure, stop: Closure, scope: Scope) -> object:
    value, first, end = holder(scope), start(scope), stop(scope)
    if isinstance(value, (list, tuple)) and isinstance(first, int | None) and isinstance(end, int | None):
        return value[first:end]
    raise refused("only a list can be cut, at whole numbers", "只能用整数截取列表", TYPES)


def _optional(node: nodes.Expr | None) -> Closure:
    return closure_of(node) if node is not None else lambda scope: None


def _constant(node: nodes.Const) -> Closure:
    value = node.value
    return lambda scope: value


def _sequence(node: nodes.List | nodes.Tuple) -> Closure:
    parts = [closure_of(item) for item in node.items]
    return lambda scope: [part(scope) for part in parts]


def _mapping(node: nodes.Dict) -> Closure:
    pairs = [(closure_of(pair.key), closure_of(pair.value)) for pair in node.items]
    return lambda scope: {key(scope): value(scope) for key, value in pairs}


def _compare(node: nodes.Compare) -> Closure:
    if len(node.ops) == 1:
        return _comparison(node.expr, node.ops[0].op, node.ops[0].expr)
    lefts = [node.expr, *(operand.expr for operand in node.ops)]
    links = [_comparison(left, each.op, each.expr) for left, each in zip(lefts, node.ops, strict=False)]
    return lambda scope: all(link(scope) for link in links)


def _comparison(left: nodes.Expr, op: str, right: nodes.Expr) -> Closure:
    if op in ("eq", "ne") and (_is_none(left) or _is_none(right)):
        other, wanted = closure_of(right if _is_none(left) else left), op == "eq"
        return lambda scope: (other(scope) is None) is wanted
    one, two = closure_of(left), closure_of(right)
    if op == "eq" and isinstance(right, nodes.Const) and isinstance(right.value, str):
        return _equals_text(one, right.value)
    compare = COMPARISONS[op]
    return lambda scope: compare(scope, one(scope), two(scope))


def _equals_text(left: Closure, wanted: str) -> Closure:
    slowly = COMPARISONS["eq"]

    def equals(scope: Scope) -> object:
        value = left(scope)
        return value == wanted if type(value) is str and OPENING not in value else slowly(scope, value, wanted)

    return equals


def _is_none(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and node.value is None


def _binary(node: nodes.BinExpr) -> Closure:
    left, right, calculate = closure_of(node.left), closure_of(node.right), ARITHMETIC[type(node).__name__]
    return lambda scope: calculate(scope, left(scope), right(scope))


def _and(node: nodes.And) -> Closure:
    left, right = closure_of(node.left), closure_of(node.right)
    return lambda scope: left(scope) and right(scope)


def _or(node: nodes.Or) -> Closure:
    left, right = closure_of(node.left), closure_of(node.right)
    return lambda scope: left(scope) or right(scope)


def _not(node: nodes.Not) -> Closure:
    inner = closure_of(node.node)
    return lambda scope: not inner(scope)


def _negative(node: nodes.Neg) -> Closure:
    inner = closure_of(node.node)
    return lambda scope: -number(inner(scope))


def _positive(node: nodes.Pos) -> Closure:
    inner = closure_of(node.node)
    return lambda scope: number(inner(scope))


def _concat(node: nodes.Concat) -> Closure:
    parts = [closure_of(part) for part in node.nodes]
    return lambda scope: bounded_text("".join([bounded_text(printed(part(scope))) for part in parts]))


def _either(node: nodes.CondExpr) -> Closure:
    test, yes, no = closure_of(node.test), closure_of(node.expr1), _optional(node.expr2)
    return lambda scope: yes(scope) if test(scope) else no(scope)


def _arguments(node: nodes.Filter | nodes.Test | nodes.Call) -> tuple[list[Closure], dict[str, Closure]]:
    return [closure_of(each) for each in node.args], {str(pair.key): closure_of(pair.value) for pair in node.kwargs}


def _filter(node: nodes.Filter) -> Closure:
    assert node.node is not None  # noqa: S101  # only a filter block has none, and those are refused
    subject, apply = closure_of(node.node), FILTERS[node.name]
    args, kwargs = _arguments(node)
    if node.name in ("default", "d"):
        subject = partial(_or_null, subject)
    return lambda scope: apply(subject(scope), *[a(scope) for a in args], **{k: a(scope) for k, a in kwargs.items()})


def _or_null(subject: Closure, scope: Scope) -> object:
    try:
        return subject(scope)
    except Absent:
        return None


def _test(node: nodes.Test) -> Closure:
    subject, holds = closure_of(node.node), TESTS[node.name]
    args, _ = _arguments(node)
    if node.name in ("defined", "undefined"):
        return partial(_is_defined, subject, node.name == "defined")
    return lambda scope: holds(subject(scope), *[a(scope) for a in args])


def _is_defined(subject: Closure, wanted: bool, scope: Scope) -> bool:
    try:
        subject(scope)
    except Absent:
        return not wanted
    return wanted


def _call(node: nodes.Call) -> Closure:
    assert isinstance(node.node, nodes.Name)  # noqa: S101  # the static check lets nothing else be called
    helper = HELPERS[node.node.name]
    args, kwargs = _arguments(node)
    return lambda scope: helper(scope, *[a(scope) for a in args], **{k: a(scope) for k, a in kwargs.items()})


_BUILDERS: Mapping[str, Callable[..., Closure]] = {
    "Name": _read,
    "Getattr": _read,
    "Getitem": _read,
    "Const": _constant,
    "List": _sequence,
    "Tuple": _sequence,
    "Dict": _mapping,
    "Compare": _compare,
    "And": _and,
    "Or": _or,
    "Not": _not,
    "Neg": _negative,
    "Pos": _positive,
    "Concat": _concat,
    "CondExpr": _either,
    "Filter": _filter,
    "Test": _test,
    "Call": _call,
    **dict.fromkeys(ARITHMETIC, _binary),
}
EXPRESSION_NODES: frozenset[str] = frozenset(_BUILDERS) | {"Operand", "Pair", "Keyword", "Slice"}
