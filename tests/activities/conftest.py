"""A demo company as a real process, and the connector files that ship."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.running_company import Company, free_port


@pytest.fixture(scope="module")
def running_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = Company(tmp_path_factory.mktemp("company") / "books.sqlite3", free_port())
    company.start()
    yield company
    company.stop()


@pytest.fixture
def company(running_company: Company) -> Iterator[Company]:
    """The module's demo company, without a fault."""
    yield running_company
    running_company.http.delete("/admin/faults").raise_for_status()


@pytest.fixture(scope="session")
def connector_files(checkout: Path) -> dict[str, str]:
    """The connector files that ship."""
    folder = checkout / "activities" / "connectors"
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
