"""Solving on some of the columns, and pricing the others back in when they are worth it.

Of the lanes of a large network few are ever used. Linear programs are solved on the columns that matter;
the duals then tell whether one left out would lower the cost, and such columns join, so that leaving out
costs little and is never final (column generation: Dantzig and Wolfe 1960; for facility location with
whole numbers, kernel search: Guastaroba and Speranza 2012).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import highspy
import numpy as np
from scipy.sparse import csr_array

from optimizer.arrays import Floats
from optimizer.restricted import ROW_WISE, STATUS, Found, Problem
from optimizer.runner import Runner
from optimizer.settings import SolverSettings
from scenarios.scenario import Flags, Integers

KEPT_RATIO = 2e-2  # reduced cost as a share of the amounts it is the difference of: kept below it
WRONG_SIGN = 1e-6
MOST_JOINING = 0.05  # of the columns at work, in one round
ROUNDS = 3
PRICED_FROM = 1e-3  # share of the objective: a step that costs less needs no more columns


class Patience(NamedTuple):
    """How long simplex may take from the last vertex, and how many go afresh after it took longer."""

    share: float  # of the seconds that the first took afresh
    afresh: int


PATIENCE = Patience(0.7, 4)


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


class Thinned:
    """A problem of which the columns `at_work` (n,) are solved, others joining when they are worth it.

    One HiGHS instance goes from relaxation to relaxation: a vertex first, by interior point where there
    are many columns, then by dual simplex from the last vertex, which decisions held one by one hardly
    disturb. Where simplex takes longer than afresh, the next few go afresh. Rows that the columns at work
    cannot break are left out, so most links of unused lanes; they join with the columns that can.
    """

    def __init__(
        self,
        problem: Problem,
        settings: SolverSettings,
        at_work: Flags,
        objective: float = -math.inf,
        patience: Patience = PATIENCE,
    ) -> None:
        self.problem, self.settings, self.at_work, self.patience = problem, settings, at_work, patience
        self._order = np.zeros(0, dtype=np.int64)  # the columns HiGHS holds
        self._rows = np.zeros(0, dtype=np.int64)  # and the rows
        self._whole = np.zeros(0, dtype=np.int32)  # where the whole-number ones stand among them
        self._last = objective  # of the last relaxation
        self._afresh = 1  # relaxations to solve afresh before the last vertex is tried again
        self._first_seconds = math.inf
        self._highs: highspy.Highs | None = None
        self._runner: Runner | None = None

    def relax(
        self,
        lower: Floats,
        upper: Floats,
        left: Callable[[], float],
        priced: bool = True,
        most: float = math.inf,
    ) -> Found:
        """Return the relaxation within bounds of the whole-number columns.

        Parameters
        ----------
        lower, upper : (n,), of which only those of whole-number columns may have changed; the bounds of the
            problem hold besides.
        left : the seconds left. Out of time, the last answer stands. What is infeasible on the columns
            at work counts as infeasible.
        priced : whether columns join that make it cheaper, if it costs more than the last one.
        most : an objective from which on it is of no interest: there may be no answer then.
        """
        found, problem = Found(), self.problem
        if (lower > problem.upper).any() or (upper < problem.lower).any():
            return Found(infeasible=True, said="infeasible within the bounds of the problem")
        lower, upper = np.maximum(lower, problem.lower), np.minimum(upper, problem.upper)
        for round_ in range(ROUNDS):
            answer = self._run(lower, upper, left(), most)
            if not answer.has_values:
                return found if found.has_values else answer
            found = answer
            costly = found.objective - self._last > PRICED_FROM * abs(found.objective)
            if found.stopped_by_user or not (priced and costly) or round_ == ROUNDS - 1:
                break
            if not self._join(found, lower, upper):
                break
        self._last = min(found.objective, self._last) if not priced else found.objective
        return found

    def join(self, columns: Flags) -> None:
        """Let columns (n,) join those at work."""
        joining = np.flatnonzero(columns & ~self.at_work)
        self.at_work[joining] = True
        if self._highs is not None and len(joining):
            self._extend(self._highs, joining)

    def _run(self, lower: Floats, upper: Floats, seconds: float, most: float) -> Found:
        """Solve what is at work: from the last vertex if that is quick, else afresh."""
        problem = self.problem
        if self._highs is None or self._runner is None:
            self._highs, self._runner = self._pass(lower, upper)
        highs, whole = self._highs, self._order[self._whole]
        highs.setOptionValue("objective_bound", most)
        highs.changeColsBounds(len(whole), self._whole, lower[whole], upper[whole])
        ends = time.monotonic() + seconds
        returned, interrupted, late = highspy.HighsStatus.kOk, False, True
        if self._afresh == 0:
            patient = self.patience.share * self._first_seconds
            returned, interrupted = self._go("simplex", min(seconds, patient))
            late = highs.getModelStatus() == STATUS.kTimeLimit
        if late and not interrupted:
            self._afresh = self._afresh - 1 if self._afresh > 0 else self.patience.afresh
            highs.clearSolver()
            began = time.monotonic()
            many = len(self._order) > self.settings.interior_point_columns
            returned, interrupted = self._go("ipx" if many else "choose", ends - began)
            if self._first_seconds == math.inf:
                self._first_seconds, self._afresh = time.monotonic() - began, 0
        status = highs.getModelStatus()
        found = Found(stopped_by_user=interrupted, said=highs.modelStatusToString(status))
        found.infeasible = status == STATUS.kInfeasible
        if returned == highspy.HighsStatus.kError or status != STATUS.kOptimal:
            return found
        answer = highs.getSolution()
        found.values = problem.lower.copy()
        found.values[self._order] = np.asarray(answer.col_value)
        found.row_duals = np.zeros(problem.matrix.shape[0])
        found.row_duals[self._rows] = np.asarray(answer.row_dual)
        found.column_duals = problem.cost - problem.matrix.T @ found.row_duals
        found.objective = found.bound = problem.objective(found.values)
        found.solved = True
        return found

    def _go(self, solver: str, seconds: float) -> tuple[highspy.HighsStatus, bool]:
        """Run HiGHS; return its own return status and whether Ctrl-C stopped it."""
        assert self._highs is not None  # noqa: S101 - made by the caller
        assert self._runner is not None  # noqa: S101
        for option, value in {
            "solver": solver,
            "presolve": "off" if solver == "simplex" else self.settings.presolve.value,
            "time_limit": self._highs.getRunTime() + max(seconds, 0.1),
        }.items():
            self._highs.setOptionValue(option, value)
        return self._runner.run()

    def _pass(self, lower: Floats, upper: Floats) -> tuple[highspy.Highs, Runner]:
        """Return a HiGHS instance that holds the columns at work."""
        problem, settings = self.problem, self.settings
        highs = highspy.Highs()
        self._order = np.flatnonzero(self.at_work)
        self._whole = np.flatnonzero(problem.whole[self._order]).astype(np.int32)
        part = problem.matrix[:, self._order]
        self._rows = np.flatnonzero(_breakable(problem, part, self._order))
        part = part[self._rows]
        for option, value in {
            "output_flag": False,
            "threads": settings.threads,
            "random_seed": settings.seed,
        }.items():
            highs.setOptionValue(option, value)
        highs.passModel(
            *(len(self._order), part.shape[0], part.nnz, ROW_WISE, int(highspy.ObjSense.kMinimize)),
            *(problem.offset, problem.cost[self._order], lower[self._order], upper[self._order]),
            *(problem.row_lower[self._rows], problem.row_upper[self._rows]),
            *(part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data),
            np.zeros(len(self._order), dtype=np.int32),
        )
        return highs, Runner(highs)

    def _join(self, found: Found, lower: Floats, upper: Floats) -> bool:
        """Let columns join that would lower the cost, the most telling first; return whether any did."""
        ratio = found.column_duals / np.maximum(sizes(self.problem, found.row_duals), 1e-12)
        outside = np.flatnonzero(~self.at_work & (upper > lower))
        if self._highs is None or not (ratio[outside] < -WRONG_SIGN).any():
            return False
        near = outside[ratio[outside] < -WRONG_SIGN]
        most = int(MOST_JOINING * len(self._order)) + 100
        if len(near) > most:
            near = near[np.argpartition(ratio[near], most)[:most]]
        joining = np.zeros(len(self.at_work), dtype=bool)
        joining[near] = True
        self.join(joining)
        return True

    def _extend(self, highs: highspy.Highs, columns: Integers) -> None:
        """Hand HiGHS more columns, and the rows they can break; its last vertex stays one."""
        problem, matrix = self.problem, self.problem.matrix
        order = np.concatenate([self._order, columns])
        breakable = _breakable(problem, matrix[:, order], order)
        breakable[self._rows] = False
        added = np.flatnonzero(breakable)
        if len(added):
            part = csr_array(matrix[added][:, self._order])
            highs.addRows(
                *(len(added), problem.row_lower[added], problem.row_upper[added], part.nnz),
                *(part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data),
            )
        self._rows, self._order = np.concatenate([self._rows, added]), order
        part = matrix[self._rows][:, columns].tocsc()
        highs.addCols(
            *(len(columns), problem.cost[columns], problem.lower[columns], problem.upper[columns], part.nnz),
            *(part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data),
        )


def _breakable(problem: Problem, part: csr_array, columns: Integers) -> Flags:
    """Return the rows (m,) that values within the bounds of `columns`, the only ones in `part`, can break."""
    lower, upper = problem.lower[columns], problem.upper[columns]
    above, below = part.maximum(0), part.minimum(0)
    with np.errstate(invalid="ignore"):
        most, least = above @ upper + below @ lower, above @ lower + below @ upper
        kept: Flags = (most <= problem.row_upper) & (least >= problem.row_lower)
    return ~kept
