"""JUnit's XML, which every CI server reads: one suite a scenario file, one test a case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One test: its name, what went wrong (empty: nothing), and the seconds it took."""

    name: str
    wrong: Sequence[str]
    seconds: float


def junit(suites: Mapping[str, Sequence[Case]]) -> str:
    """The report of some suites (name → cases)."""
    every = [case for cases in suites.values() for case in cases]
    body = "".join(_suite(name, cases) for name, cases in suites.items())
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites {_counts(every)}>\n{body}</testsuites>\n'


def _suite(name: str, cases: Sequence[Case]) -> str:
    body = "".join(_case(name, case) for case in cases)
    return f"  <testsuite name={_attribute(name)} {_counts(cases)}>\n{body}  </testsuite>\n"


def _counts(cases: Iterable[Case]) -> str:
    known = list(cases)
    failed = sum(bool(case.wrong) for case in known)
    return f'tests="{len(known)}" failures="{failed}" errors="0" time="{sum(c.seconds for c in known):.3f}"'


def _case(suite: str, case: Case) -> str:
    head = f'    <testcase classname={_attribute(suite)} name={_attribute(case.name)} time="{case.seconds:.3f}"'
    if not case.wrong:
        return f"{head}/>\n"
    text = escape(_clean("\n".join(case.wrong)))
    return f"{head}>\n      <failure message={_attribute(case.wrong[0])}>{text}</failure>\n    </testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return _NOT_XML.sub("�", text)
