"""What a solve returns: its status in words a planner can read, figures, values and duals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.bridge import Layout


class Status(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"  # within the gap asked for
    FEASIBLE = "feasible"  # a plan, but stopped before the gap was reached
    INFEASIBLE = "infeasible"  # proven: no plan meets all constraints
    UNBOUNDED = "unbounded"  # proven: the objective can improve without end
    NO_SOLUTION = "no_solution"  # stopped before any plan was found
    FAILED = "failed"  # the solver reports an error


@dataclass(frozen=True)
class SolveProgress:
    """A moment of a running solve; what is not known yet is None. Objective in natural units."""

    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    nodes: int


def relative_gap(objective: float, bound: float, negligible: float = 0.0) -> float:
    """Return |objective - bound| / |objective|; 0 if they differ by no more than `negligible`.

    It is inf if either is infinite or the objective alone is zero, and nan if either is nan.
    """
    if objective == bound or abs(objective - bound) <= negligible:
        return 0.0
    if math.isinf(objective) or math.isinf(bound) or objective == 0:
        return math.inf
    return abs(objective - bound) / abs(objective)


@dataclass
class Solution:
    """The outcome of one solve, in natural units; figures that do not exist are nan.

    Attributes
    ----------
    termination : why the solver stopped, as a sentence fragment ("stopped at the time limit of 120 s").
    objective, bound : best plan found, and proven limit of any plan.
    gap : relative distance between them.
    seconds : wall time of the solve, without building the model.
    nodes : branch-and-bound nodes.
    stopped_by_user : whether Ctrl-C ended the solve.
    strategy : exact or large, see :class:`optimizer.settings.Strategy`.
    variables, constraints, nonzeros, binaries : size of what was solved; `binaries` counts all columns
        that had to be whole numbers.
    values : (variables,) by column, empty without a plan; see `value`.
    row_duals, column_duals : (constraints,) and (variables,), nan where there are none; see `dual`.
    """

    status: Status
    termination: str
    layout: Layout = field(repr=False)
    objective: float = math.nan
    bound: float = math.nan
    gap: float = math.nan
    seconds: float = 0.0
    nodes: int = 0
    stopped_by_user: bool = False
    strategy: str = "exact"
    variables: int = 0
    constraints: int = 0
    nonzeros: int = 0
    binaries: int = 0
    values: Floats = field(default_factory=lambda: np.zeros(0), repr=False)
    row_duals: Floats = field(default_factory=lambda: np.zeros(0), repr=False)
    column_duals: Floats = field(default_factory=lambda: np.zeros(0), repr=False)

    @property
    def has_values(self) -> bool:
        """Whether there is a plan."""
        return self.status in {Status.OPTIMAL, Status.FEASIBLE}

    def value(self, variable: Any) -> Floats:
        """Return the values of a variable component or element; nan without a plan."""
        where = self.layout.columns(variable)
        return self.values[where] if self.has_values else np.full(where.stop - where.start, math.nan)

    def dual(self, constraint: Any) -> Floats:
        """Return the change of the objective per unit increase of each right-hand side.

        Of a constraint component (its active rows, in order) or one row; in currency per unit of the row.
        The duals belong to the LP in which whole-number decisions are held at their solution. They are
        nan if there is no plan or that LP was not solved.

        Raises
        ------
        KeyError : the constraint was not an active part of the model.
        """
        return self._pick(self.row_duals, self.layout.rows(constraint))

    def reduced_cost(self, variable: Any) -> Floats:
        """Return the change of the objective per unit a variable is moved off its bound; like `dual`."""
        return self._pick(self.column_duals, self.layout.columns(variable))

    def _pick(self, numbers: Floats, where: slice) -> Floats:
        return numbers[where] if len(numbers) else np.full(where.stop - where.start, math.nan)
