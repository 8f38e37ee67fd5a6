"""What a workspace would publish: every definition compiled, every scenario played; or everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from activities.connectors.registry import read_connectors
from sop.definition import Compiled
from sop.loading import examine_many
from sop.problems import Problem, Profile, Refused, ordered, stopping
from sop.scenario import Coverage
from sop.workspace import Workspace
from worker.definitions.scenarios import Outcome, coverages, play_all, read_stories
from worker.definitions.workspace import fingerprint, parse_texts, read_texts, scenarios_of


@dataclass(frozen=True, slots=True)
class Edition:
    """A workspace fit to be published. ``compiled`` and ``sources`` are by path; ``sha256`` is of all its files."""

    workspace: Workspace
    compiled: Mapping[str, Compiled]
    sources: Mapping[str, str]
    sha256: str
    played: int


class NotFit(Exception):
    """The workspace cannot be published: problems of its files, scenarios that fail, or definitions of which too little
    is covered by scenarios. Nothing was stored.

    ``texts`` are the files by path, to show the lines that are wrong; ``thin`` are the definitions that too few
    scenarios come by, by path."""

    def __init__(
        self,
        texts: Mapping[str, str],
        problems: tuple[Problem, ...] = (),
        failed: tuple[Outcome, ...] = (),
        thin: Mapping[str, Coverage] | None = None,
    ) -> None:
        self.texts, self.problems, self.failed, self.thin = texts, problems, failed, dict(thin or {})
        counts = f"{len(problems)} problems, {len(failed)} failing scenarios, {len(self.thin)} covered too little"
        super().__init__(counts)


def prepare(folder: Path) -> Edition:
    """Read, check and play a workspace: catalog, connectors, definitions, scenarios. Raises ``NotFit``, ``Failure``."""
    return prepare_texts(read_texts(folder), folder)


def prepare_texts(texts: Mapping[str, str], folder: Path) -> Edition:
    """Check and play a workspace of these texts by path, as if they stood in the folder. Raises ``NotFit``,
    ``Failure``."""
    try:
        space = parse_texts(texts)
        read_connectors(space.connectors)
        compiled = _compiled(space)
    except Refused as refused:
        raise NotFit(texts, refused.problems) from None
    outcomes, covered = _play(texts, compiled, folder)
    if failed := tuple(outcome for outcome in outcomes if outcome.wrong):
        raise NotFit(texts, failed=failed)
    least = space.company.publish.min_coverage
    if thin := {path: coverage for path, coverage in covered.items() if coverage.percent < least}:
        raise NotFit(texts, thin=thin)
    return Edition(space, compiled, space.definitions, fingerprint(texts), len(outcomes))


def _compiled(space: Workspace) -> dict[str, Compiled]:
    """Every definition, by path. Raises ``Refused`` with all that the profile ``publish`` does not let pass."""
    loaded = examine_many(space.definitions, space.catalog)
    if wrong := stopping([problem for each in loaded.values() for problem in each.problems], Profile.PUBLISH):
        raise Refused(ordered(wrong))
    return {path: each.compiled for path, each in loaded.items() if each.compiled is not None}


def _play(
    texts: Mapping[str, str], compiled: Mapping[str, Compiled], folder: Path
) -> tuple[list[Outcome], dict[str, Coverage]]:
    """How each story went, and how much of each definition they come by, by path."""
    stories = read_stories(scenarios_of(texts), folder)
    placed = {(folder / path).resolve(): path for path in compiled}
    ready = {at: compiled[path] for at, path in placed.items()}
    outcomes = list(play_all(stories, ready))
    return outcomes, {placed[at]: coverage for at, coverage in coverages(outcomes, ready).items()}
