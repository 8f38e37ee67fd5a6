"""A definition walked through by hand, on the production engine with virtual time: moves in, what came of them out."""

from sop.simulate.bounds import Bounds, TooMuch
from sop.simulate.moves import Move
from sop.simulate.opensteps import OpenStep
from sop.simulate.walk import Walk

__all__ = ["Bounds", "Move", "OpenStep", "TooMuch", "Walk"]
