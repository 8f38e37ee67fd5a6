"""What all that a designer writes is made of: closed mappings, and text for people."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Strict, StrictInt

Label: TypeAlias = str | dict[str, str]
"""Text for people: one string, or one per language (``{zh: …, en: …}``)."""
Constant: TypeAlias = Any  # any YAML value: what it may be is decided by the expression that reads it
Number: TypeAlias = StrictInt | Annotated[Decimal, Strict()]


class Shape(BaseModel):
    """A mapping of the file: closed (an unknown key is a mistake) and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, populate_by_name=True)
