"""What an API process is told when it is built; the command reads the environment, nothing here does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """``public_url`` decides whether cookies are for https only. Sizes are bytes, times seconds;
    ``catching_up``: how long a ticket that is behind its page is given before its refusal counts."""

    database_url: str
    public_url: str = "http://127.0.0.1:8080"
    workspace: Path | None = None
    json_limit: int = MEBIBYTE
    upload_limit: int = 25 * MEBIBYTE
    identity_cache: float = 5.0
    catching_up: float = 10.0
    session_lifetime: float = 12 * 3600.0
    login_attempts: int = 5
    login_pause: float = 60.0
    password_least: int = 10
    version: str = "0.1.0"

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https."""
        return self.public_url.startswith("https://")
