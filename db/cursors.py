"""Cursors: where a page of a list ended, as text that a client sends back and need not understand."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import NamedTuple


class BadCursor(ValueError):
    """The text is no cursor of ours. Ask for the first page again."""


class Place(NamedTuple):
    """The last row of a page: what it is sorted by, and its id."""

    moment: datetime
    id: int


def cursor_of(place: Place) -> str:
    """The cursor after this row."""
    return base64.urlsafe_b64encode(json.dumps([place.moment.isoformat(), place.id]).encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """The row a cursor names. Raises ``BadCursor``."""
    try:
        moment, row = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(datetime.fromisoformat(moment), int(row))
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise BadCursor(cursor) from error
    if place.moment.tzinfo is None or not 0 <= place.id < 2**63:
        raise BadCursor(cursor)
    return place
