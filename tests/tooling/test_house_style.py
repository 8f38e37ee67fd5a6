"""What a linter does not count: how long things are, and that an exception to a rule gives its reason."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_FUNCTION = 50
MOST_FUNCTIONS = 25  # nine in ten are no longer
LONGEST_MODULE = 400

# An exception to a rule of types or style, and what must follow it on the line.
EXCEPTION = re.compile(r"#\s*(?:type:\s*ignore|pyright:\s*ignore|noqa)\b")
EXCEPTION_WITH_REASON = re.compile(
    r"#\s*(?:(?:type:\s*ignore|pyright:\s*ignore)\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*(?![\w,]))"
    r"\s*(?:#|-|:)?\s*\w+"
)


def functions_of(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def escapes_types(line: str) -> bool:
    return bool(re.search(r"\bAny\b|(?<![\w.])cast\(", line)) and not line.lstrip().startswith(
        ("from ", "import ", "#")
    )


def test_no_function_is_longer_than_fifty_lines(room_modules: list[Path], checkout: Path) -> None:
    too_long = [
        f"{module.relative_to(checkout)}:{function.lineno} {function.name}: {length_of(function)} lines"
        for module in room_modules
        for function in functions_of(module)
        if length_of(function) > LONGEST_FUNCTION
    ]

    assert not too_long, "\n".join(too_long)


def test_nine_functions_in_ten_fit_in_twenty_five_lines(room_modules: list[Path]) -> None:
    lengths = [length_of(function) for module in room_modules for function in functions_of(module)]

    assert statistics.quantiles(lengths, n=10)[-1] <= MOST_FUNCTIONS


def test_no_module_is_longer_than_four_hundred_lines(room_modules: list[Path], checkout: Path) -> None:
    lengths = {module: len(module.read_text(encoding="utf-8").splitlines()) for module in room_modules}
    too_long = [
        f"{module.relative_to(checkout)}: {lines}" for module, lines in lengths.items() if lines > LONGEST_MODULE
    ]

    assert not too_long, "\n".join(too_long)


def test_an_exception_to_a_rule_gives_its_reason_on_the_line(room_modules: list[Path], checkout: Path) -> None:
    silent = [
        f"{module.relative_to(checkout)}:{number}: {line.strip()}"
        for module in room_modules
        for number, line in enumerate(module.read_text(encoding="utf-8").splitlines(), start=1)
        if (EXCEPTION.search(line) and not EXCEPTION_WITH_REASON.search(line))
        or (escapes_types(line) and "#" not in line and '"""' not in line)
    ]

    assert not silent, "\n".join(silent)


@pytest.mark.parametrize(
    ("line", "reasoned"),
    [
        ("x = f()  # type: ignore", False),
        ("x = f()  # type: ignore[arg-type]", False),
        ("x = f()  # type: ignore[arg-type] # asyncpg ships no types", True),
        ("except Exception:  # noqa: BLE001", False),
        ("except Exception:  # noqa: BLE001 - the door answers 500 and the log has the rest", True),
        ("import x  # noqa", False),
    ],
)
def test_a_reason_is_told_from_a_bare_exception(line: str, reasoned: bool) -> None:
    assert EXCEPTION.search(line)
    assert bool(EXCEPTION_WITH_REASON.search(line)) is reasoned
