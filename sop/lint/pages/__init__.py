"""The pages of all codes, by their number."""

from __future__ import annotations

from sop.lint.page import Page
from sop.lint.pages.company import COMPANY
from sop.lint.pages.expressions import EXPRESSIONS
from sop.lint.pages.flow import FLOW
from sop.lint.pages.references import REFERENCES
from sop.lint.pages.safety import SAFETY
from sop.lint.pages.shape import SHAPE
from sop.lint.pages.text import TEXT
from sop.lint.pages.time import TIME

PAGES: dict[str, Page] = {
    **TEXT, **SHAPE, **EXPRESSIONS, **FLOW, **REFERENCES, **COMPANY, **SAFETY, **TIME,
}  # fmt: skip
