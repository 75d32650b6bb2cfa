"""Solving on some of the columns, and pricing the others back in when they are worth it.

Of the lanes of a large network few are ever used. Linear programs are solved on the columns that matter;
the duals then tell whether one left out would lower the cost, and such columns join, so that leaving out
costs little and is never final (column generation: Dantzig and Wolfe 1960; for facility location with
whole numbers, kernel search: Guastaroba and Speranza 2012).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.restricted import Found, Problem, solve_restricted
from optimizer.settings import SolverSettings
from scenarios.scenario import Flags

KEPT_RATIO = 1e-2  # reduced cost as a share of the amounts it is the difference of: kept below it
NEAR_RATIO = 1e-3  # of those that join with the ones that would lower the cost
WRONG_SIGN = 1e-6
MOST_JOINING = 0.25  # of the columns at work, in one round
ROUNDS = 3


def promising(problem: Problem, relaxed: Found, ratio: float = KEPT_RATIO) -> Flags:
    """Return the columns that may matter in a good plan, (n,).

    Left out are quantities that the relaxation does not use and whose reduced cost is more than `ratio`
    of the amounts it is the difference of; never one that stands in a single row, as unmet demand does,
    for it may be what makes a plan possible.
    """
    dear = relaxed.column_duals > ratio * sizes(problem, relaxed.row_duals)
    unused = (problem.lower == 0) & (relaxed.values <= 1e-6 * np.minimum(problem.upper, 1e6))
    alone = np.bincount(problem.matrix.indices, minlength=len(problem.cost)) <= 1
    return ~(dear & unused) | problem.whole | alone


def sizes(problem: Problem, row_duals: Floats) -> Floats:
    """Return the amounts that a reduced cost is the difference of, added up, (n,)."""
    return np.abs(problem.cost) + abs(problem.matrix).T @ np.abs(row_duals)


@dataclass
class Thinned:
    """A problem of which the columns `at_work` (n,) are solved, others joining when they are worth it."""

    problem: Problem
    settings: SolverSettings
    at_work: Flags

    def relax(self, lower: Floats, upper: Floats, left: Callable[[], float]) -> Found:
        """Return the relaxation within column bounds, all columns priced.

        Parameters
        ----------
        left : the seconds left. Out of time, the last answer stands. What is infeasible on the columns
            at work counts as infeasible.
        """
        found = Found()
        for round_ in range(ROUNDS):
            answer = solve_restricted(
                self.problem,
                self.settings,
                lower,
                np.where(self.at_work, upper, lower),
                relaxed=True,
                seconds=left(),
            )
            if not answer.has_values:
                return found if found.has_values else answer
            found = answer
            if found.stopped_by_user or round_ == ROUNDS - 1 or not self._join(found, upper > lower):
                break
        return found

    def _join(self, found: Found, free: Flags) -> bool:
        """Let columns join that would lower the cost, the most telling first; return whether any did."""
        if not len(found.row_duals):
            return False
        ratio = found.column_duals / np.maximum(sizes(self.problem, found.row_duals), 1e-12)
        outside = np.flatnonzero(~self.at_work & free)
        if not (ratio[outside] < -WRONG_SIGN).any():
            return False
        near = outside[ratio[outside] < NEAR_RATIO]
        most = int(MOST_JOINING * np.count_nonzero(self.at_work & free)) + 1000
        if len(near) > most:
            near = near[np.argpartition(ratio[near], most)[:most]]
        self.at_work[near] = True
        return True
