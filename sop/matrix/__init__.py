"""The failure matrix: every action fails in every way, every task is left alone; and what the definition does then."""

from sop.matrix.faults import Cell, Fault, Finding
from sop.matrix.matrix import Matrix, matrix_of

__all__ = ["Cell", "Fault", "Finding", "Matrix", "matrix_of"]
