"""How many worker processes ``gongdan up`` runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.settings import BadSetting, Settings
from worker.up.roster import product
from worker.up.site import Wanted, site_of


def names(folder: Path, wanted: Wanted, **env: str) -> list[str]:
    given = {"GONGDAN_DATA_DIR": str(folder), **env}
    return [plan.name for plan in product(site_of(Settings.from_environment(given), wanted, given))]


def test_as_many_workers_as_are_wanted_or_set_each_with_a_log_of_its_own(tmp_path: Path) -> None:
    assert names(tmp_path, Wanted(workers=3)) == ["api", "worker", "worker-2", "worker-3", "relay"]
    assert names(tmp_path, Wanted(), GONGDAN_WORKERS="2") == ["api", "worker", "worker-2", "relay"]
    assert names(tmp_path, Wanted(workers=1), GONGDAN_WORKERS="2") == ["api", "worker", "relay"]


@pytest.mark.parametrize(("cores", "workers"), [(None, 1), (1, 1), (2, 1), (4, 2), (64, 4)])
def test_without_a_word_there_is_one_for_every_two_cores(
    cores: int | None, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert Settings.from_environment({}).workers == workers


@pytest.mark.parametrize("said", ["0", "-1", "two", "65", "²"])
def test_another_number_is_refused(said: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="GONGDAN_WORKERS"):
        names(tmp_path, Wanted(), GONGDAN_WORKERS=said)
    if said.lstrip("-").isascii() and said.lstrip("-").isdigit():
        with pytest.raises(BadSetting, match="GONGDAN_WORKERS"):
            names(tmp_path, Wanted(workers=int(said)))
