"""Reading: Jinja2's own lexer and parser, with the place of every node, and with bounds.

Jinja keeps only a node's line. Here every token carries its offset as its "line", so ``node.lineno`` counts characters
from the start of the source everywhere in this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sop.expressions.wording import BRACES, CONSTRUCT, SYNTAX, ExpressionError, refused

LONGEST_EXPRESSION = 8_000
LONGEST_TEXT = 32_000
_MOST_TOKENS = 4_000
_MOST_BRACKETS = 24
_MOST_SIGNS = 8
_MOST_IFS = 40
_MOST_DIGITS = 40
_SILENT = frozenset({"whitespace", "comment", "comment_begin", "comment_end"})


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, used for its grammar: tokens carry offsets, decimals stay decimals, and sizes are bounded."""

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        return TokenStream(self._placed(source, state), name, filename)

    def _placed(self, source: str, state: str | None) -> Iterator[Token]:
        bounds = _Bounds()
        cursor = 0
        for _, kind, text in self.lexer.tokeniter(source, None, None, state):
            at = max(source.find(text, cursor), cursor)
            cursor = at + len(text)
            if kind in _SILENT:
                continue
            bounds.count(kind, text, at)
            if kind == "float":
                yield Token(at, kind, Decimal(text.replace("_", "")))  # type: ignore[arg-type]  # Jinja types it as text and gives a float
            else:
                yield from self.lexer.wrap([(at, kind, text)])


class _Bounds:
    """Counts what makes the parser recurse, so that its depth depends on the text alone."""

    def __init__(self) -> None:
        self.tokens = self.brackets = self.signs = self.ifs = 0

    def count(self, kind: str, text: str, at: int) -> None:
        self.tokens += 1
        self.brackets += (text in ("(", "[", "{")) - (text in (")", "]", "}")) if kind == "operator" else 0
        self.signs = self.signs + 1 if text in ("not", "-", "+") and kind in ("operator", "name") else 0
        self.ifs += kind == "name" and text in ("if", "elif", "for")
        if kind in ("integer", "float") and len(text) > _MOST_DIGITS:
            raise refused("the number is too long", "数字太长", SYNTAX, at)
        if (
            self.tokens > _MOST_TOKENS
            or self.brackets > _MOST_BRACKETS
            or self.signs > _MOST_SIGNS
            or self.ifs > _MOST_IFS
        ):
            raise refused("the expression is too deeply nested or too long", "表达式嵌套太深或太长", CONSTRUCT, at)


@cache
def _environment() -> _Environment:
    return _Environment(undefined=StrictUndefined, keep_trailing_newline=True, cache_size=0, autoescape=False)


def read_expression(source: str) -> nodes.Expr:
    """The tree of a bare expression; raises ``ExpressionError`` with the offset of what cannot be read."""
    if len(source) > LONGEST_EXPRESSION:
        raise refused("the expression is too long", "表达式太长")
    for braces in ("{{", "{%", "{#"):
        if braces in source:
            en = "a condition is written without braces: ticket.category == 'return'"
            raise refused(
                en, "条件直接写表达式，不要加大括号：ticket.category == 'return'", BRACES, source.index(braces)
            )
    if not source.strip():
        raise refused("an expression is missing", "缺少表达式", SYNTAX)
    try:
        parser = Parser(_environment(), source, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            at = parser.stream.current.lineno
            raise refused(
                f"{source[at : at + 20]!r} is not expected here", f"这里不应出现“{source[at : at + 20]}”", SYNTAX, at
            )
    except _UNREADABLE as error:
        raise _unreadable(error, source) from None
    return tree


def read_text(source: str) -> nodes.Template:
    """The tree of text that holds ``{{ … }}``; raises ``ExpressionError`` likewise."""
    if len(source) > LONGEST_TEXT:
        raise refused("the text is too long", "文本太长")
    try:
        return Parser(_environment(), source.replace("\r\n", "\n").replace("\r", "\n")).parse()
    except _UNREADABLE as error:
        raise _unreadable(error, source) from None


# What Jinja's lexer and parser are known to raise: over bad tokens, numbers and escapes, and over deep nesting.
_UNREADABLE = (TemplateSyntaxError, ValueError, ArithmeticError, RecursionError, AssertionError, UnicodeError)


def _unreadable(error: BaseException, source: str) -> ExpressionError:
    if isinstance(error, TemplateSyntaxError):
        at = min(max(error.lineno or 0, 0), len(source))
        if "nknown tag" in str(error.message):
            return refused(f"not available here: {error.message}", f"此处不可使用：{error.message}", CONSTRUCT, at)
        return refused(f"cannot be read: {error.message}", f"无法解析：{error.message}", SYNTAX, at)
    if isinstance(error, RecursionError):
        return refused("the expression is too deeply nested", "表达式嵌套太深")
    return refused(f"cannot be read: {error}", f"无法解析：{error}", SYNTAX)
