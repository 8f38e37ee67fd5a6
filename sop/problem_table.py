"""Every problem's severity and wording, in Chinese and English: the one table behind all messages about a file.

A row's key is the code's number, with a suffix where one code has several wordings. The caller fills in ``{names}``.
"""

from __future__ import annotations

from sop.wordings.company import CATALOG
from sop.wordings.flow import EXPRESSIONS, FLOW, REFERENCES
from sop.wordings.row import Severity, Wording
from sop.wordings.safety import SAFETY, TIME, VERSIONS
from sop.wordings.text import SHAPE, TEXT

__all__ = ["WORDINGS", "Severity", "Wording"]

WORDINGS: dict[str, Wording] = {
    **TEXT, **SHAPE, **EXPRESSIONS, **FLOW, **REFERENCES, **CATALOG, **SAFETY, **TIME, **VERSIONS,
}  # fmt: skip
"""By the code's number and suffix."""
