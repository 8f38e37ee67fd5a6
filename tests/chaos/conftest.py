"""An installation whose processes may be killed."""

from __future__ import annotations

from tests.live.conftest import shared_desk  # noqa: F401  # found by name
