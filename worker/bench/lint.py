"""``gongdan bench lint``: how long lint takes for a long file and for a thousand, and whether anything breaks it."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter

from sop.catalog import Catalog
from sop.checks.sites import study
from sop.definition import Compiled
from sop.lint import example
from sop.lint.pages import PAGES
from sop.loading import examine, load_many
from sop.problems import errors
from worker.bench.figures import Figures
from worker.bench.mutations import Survey, survey
from worker.bench.table import table
from worker.definitions.drafts import Bench, examine_all
from worker.definitions.workspace import parse_texts, read_texts
from worker.settings import HOME
from worker.terminal.asked import Asked
from worker.terminal.words import Failure, Words

LINES, FILES, ROUNDS = 300, 1000, 15
MUTATIONS_AT_ONCE = 2_000
LONGEST = "sop/library/repair.sop.yaml"
_TAIL = re.compile(r"^paths:$", re.MULTILINE)


def run(asked: Asked) -> int:
    """Measure, and tell. The exit code is 1 if a broken file broke lint itself."""
    mutations = asked.number("mutations") or 0
    if mutations < 0:
        raise Failure("--mutations 不能小于 0", "--mutations cannot be below 0", code=2)
    space = parse_texts(read_texts(HOME))
    terminal, began = asked.terminal, monotonic()
    terminal.note(Words("检查…", "linting …"))
    found: dict[str, float | int | str | list[float]] = {
        "ms_300_lines": round(_one_long(space.definitions[LONGEST], space.catalog), 1),
        "s_1000_files": round(_a_thousand(space.definitions, space.catalog), 2),
    }
    faults: list[str] = []
    if mutations:
        terminal.note(Words("随机改坏…", "breaking files at random …"))
        surveyed = broken(mutations)
        found |= figures_of(surveyed)
        faults = surveyed.faults
        for fault in faults[:20]:
            terminal.note(fault)
    found["seconds"] = round(monotonic() - began, 1)
    terminal.tell(json.dumps(found, indent=2) if asked.flag("json") else table(found, terminal.tongue))
    return 1 if faults else 0


_STEP = """\
  - id: more_{number}
    type: task
    title: {{zh: 再做一步, en: One more step}}
    when: steps.diagnose.quantity > {number}
    assign: team:field_service
    due: 4wh
    escalate: role:field_service_lead
    form:
      - {{key: seen, type: text, label: {{zh: 所见, en: What was seen}}, optional: true}}

"""


def a_file_of(lines: int, text: str) -> str:
    """A definition of exactly so many lines: a shipped one, with more steps before its side lines."""
    head = _TAIL.split(text, maxsplit=1)[0]
    missing = lines - text.count("\n")
    steps = "".join(_STEP.format(number=number) for number in range(missing // 10))
    return head + steps + "\n" * (missing % 10) + text[len(head) :]


def _one_long(text: str, catalog: Catalog) -> float:
    """The median time, in milliseconds, of a file never seen before: no expression is known from another run."""
    long = a_file_of(LINES, text)
    took = [_timed(long, catalog) for _ in range(ROUNDS)]
    return median(took)


def _timed(text: str, catalog: Catalog) -> float:
    study.cache_clear()
    began = perf_counter()
    loaded = examine(text, "long.sop.yaml", catalog)
    took = (perf_counter() - began) * 1000
    assert not errors(loaded.problems), loaded.problems  # noqa: S101 - what is measured is a whole lint
    return took


def _a_thousand(definitions: Mapping[str, str], catalog: Catalog) -> float:
    """The time, in seconds, for a thousand files from the disk: the shipped ones again and again, under other names."""
    shipped = sorted(definitions.items())
    with tempfile.TemporaryDirectory(prefix="gongdan-lint-") as folder:
        files = []
        for number in range(FILES):
            path, text = shipped[number % len(shipped)]
            if number >= len(shipped):
                text = re.sub(r"^(sop|playbook): (\w+)$", rf"\1: \2_{number}", text, count=1, flags=re.MULTILINE)
            file = Path(folder) / f"{number}_{Path(path).name}"
            file.write_text(text, encoding="utf-8")
            files.append(str(file))
        study.cache_clear()
        began = perf_counter()
        examined = examine_all(files, Bench(catalog))
        took = perf_counter() - began
    wrong = [problem.head() for each in examined for problem in errors(each.problems)]
    assert not wrong, wrong[:3]  # noqa: S101 - as above
    return took


def broken(count: int) -> Survey:
    """So many files broken at random, by as many processes as there are processors."""
    spans = [range(start, min(start + MUTATIONS_AT_ONCE, count)) for start in range(0, count, MUTATIONS_AT_ONCE)]
    whole = Survey()
    with ProcessPoolExecutor(cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        for part in pool.map(some_broken, spans):
            whole.files += part.files
            whole.refused += part.refused
            whole.problems += part.problems
            whole.slowest = max(whole.slowest, part.slowest)
            whole.faults += part.faults
    return whole


def some_broken(seeds: range) -> Survey:
    """The files of these seeds: the shipped definitions and the examples of all pages, each broken somewhere."""
    space = parse_texts(read_texts(HOME))
    shipped = load_many(space.definitions, space.catalog)
    sops: dict[str, Compiled] = {each["key"]: each for each in shipped.values() if each["kind"] == "sop"}
    examples = [text for page in PAGES.values() for text in (page.bad, page.good)]
    half = len(seeds) // 2
    found = survey(list(space.definitions.values()), space.catalog, sops, seeds[:half])
    other = survey(examples, example.catalog(), example.sops(), seeds[half:])
    return Survey(
        found.files + other.files,
        found.refused + other.refused,
        found.problems + other.problems,
        max(found.slowest, other.slowest),
        found.faults + other.faults,
    )


def figures_of(surveyed: Survey) -> Figures:
    """The survey in figures."""
    return {
        "mutated_files": surveyed.files,
        "mutated_refused": surveyed.refused,
        "mutated_problems": surveyed.problems,
        "mutated_slowest_ms": round(surveyed.slowest * 1000, 1),
        "mutated_faults": len(surveyed.faults),
    }
