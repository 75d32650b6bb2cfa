"""Rescaling a compiled model for the solver, and its answers back to natural units.

HiGHS's tolerances are absolute, so the numbers it sees should be near one. Columns are divided by their
variable's `unit`, rows multiplied by a power of two that brings the geometric mean of their entries near
one, and the objective by a power of ten that brings the largest cost near `LARGEST_COST`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from optimizer.arrays import Floats
from optimizer.bridge import CompiledModel

LARGEST_COST = 1e4  # solver units


@dataclass(frozen=True)
class Scaling:
    """Factors between natural and solver units: x = unit * x', row' = row * row, cost' = objective * cost."""

    unit: Floats  # (n,)
    row: Floats  # (m,)
    objective: float

    def values(self, solver_values: Floats) -> Floats:
        """Return column values (n,) in natural units."""
        return solver_values * self.unit + 0.0  # no -0

    def row_duals(self, solver_duals: Floats) -> Floats:
        """Return change of the objective per natural unit of each row's right-hand side (m,)."""
        return solver_duals * self.row / self.objective + 0.0

    def reduced_costs(self, solver_costs: Floats) -> Floats:
        """Return reduced costs (n,) per natural unit of each variable."""
        return solver_costs / (self.unit * self.objective) + 0.0


def _row_scale(matrix: csr_array) -> Floats:
    """Return powers of two (m,) that bring the geometric mean of each row's entries within sqrt(2) of one."""
    counts = np.diff(matrix.indptr)
    filled = counts > 0
    powers = np.abs(matrix.data)
    np.log2(powers, out=powers)
    sums = np.add.reduceat(powers, matrix.indptr[:-1][filled]) if filled.any() else np.zeros(0)
    factor = np.ones(len(counts))
    factor[filled] = np.exp2(-np.round(sums / counts[filled]))
    return factor


def objective_scale(cost: Floats) -> float:
    """Return the power of ten that brings the largest of the solver costs (n,) near `LARGEST_COST`."""
    largest = float(np.abs(cost).max(initial=0.0))
    return 10.0 ** round(math.log10(LARGEST_COST / largest)) if largest > 0 else 1.0


def scale(model: CompiledModel) -> tuple[Scaling, csr_array]:
    """Return the scaling of a model and its matrix in solver units."""
    matrix = model.matrix
    data = matrix.data * model.unit[matrix.indices] if (model.unit != 1).any() else matrix.data.copy()
    scaled = csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
    row = _row_scale(scaled)
    if (row != 1).any():
        data *= np.repeat(row, np.diff(matrix.indptr))
    return Scaling(model.unit, row, objective_scale(model.cost * model.unit)), scaled
