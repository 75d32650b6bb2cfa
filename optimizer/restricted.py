"""A compiled model as plain arrays, and solving it with some columns held.

The search for plans of large models solves many restrictions of one model: decisions held, lanes left
out. Held columns are taken out before HiGHS sees them, so a restriction costs what is left of it. All
numbers are in solver units (see `optimizer.scaling`), minimising.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy.sparse import csr_array

from optimizer.arrays import Floats
from optimizer.bridge import CompiledModel
from optimizer.runner import Runner, Snapshot
from optimizer.scaling import Scaling
from optimizer.settings import SolverSettings
from scenarios.errors import SolverError
from scenarios.scenario import Flags

FEASIBILITY = 1e-6  # HiGHS's own tolerance is 1e-7; taking columns out may add to it
ROW_WISE = 2
STATUS = highspy.HighsModelStatus
FEASIBLE_POINT = int(highspy.SolutionStatus.kSolutionStatusFeasible)
Show = Callable[[Snapshot], None]


@dataclass(frozen=True)
class Problem:
    """A model of n columns and m rows; `whole` marks the columns that must be whole numbers."""

    cost: Floats
    lower: Floats
    upper: Floats
    whole: Flags
    matrix: csr_array
    row_lower: Floats
    row_upper: Floats
    offset: float

    @property
    def decisions(self) -> np.ndarray:
        """Positions of the whole-number columns that are not held by their bounds."""
        return np.flatnonzero(self.whole & (self.upper > self.lower))

    def objective(self, values: Floats) -> float:
        """Return the objective of column values (n,)."""
        return float(self.cost @ values) + self.offset

    def violation(self, values: Floats) -> float:
        """Return the largest breach of a row by column values (n,)."""
        activity = self.matrix @ values
        return float(np.maximum(self.row_lower - activity, activity - self.row_upper).max(initial=0.0))


def problem_of(compiled: CompiledModel, scaling: Scaling, matrix: csr_array) -> Problem:
    """Return a compiled model in solver units; nothing of it is shared."""
    matrix = matrix.copy()  # scipy sorts indices in place, and those may be shared with other data
    matrix.sort_indices()
    return Problem(
        cost=compiled.cost * scaling.unit * scaling.objective,
        lower=compiled.lower / scaling.unit,
        upper=compiled.upper / scaling.unit,
        whole=compiled.integer,
        matrix=matrix,
        row_lower=compiled.row_lower * scaling.row,
        row_upper=compiled.row_upper * scaling.row,
        offset=compiled.offset * scaling.objective,
    )


@dataclass
class Found:
    """The outcome of one restriction, in all columns and rows of the whole problem.

    Attributes
    ----------
    values : (n,), empty without a plan. row_duals : (m,), empty where there are none.
    bound : proven for the restriction, not for the whole problem.
    solved : whether the restriction was solved to its gap; infeasible : whether it has no plan.
    """

    values: Floats = field(default_factory=lambda: np.zeros(0))
    row_duals: Floats = field(default_factory=lambda: np.zeros(0))
    column_duals: Floats = field(default_factory=lambda: np.zeros(0))
    objective: float = math.inf
    bound: float = -math.inf
    solved: bool = False
    infeasible: bool = False
    unbounded: bool = False
    stopped_by_user: bool = False
    nodes: int = 0
    said: str = ""

    @property
    def has_values(self) -> bool:
        """Whether there is a plan."""
        return len(self.values) > 0


def solve_restricted(  # noqa: PLR0913 (one switch a way of solving)
    problem: Problem,
    settings: SolverSettings,
    lower: Floats,
    upper: Floats,
    *,
    relaxed: bool,
    seconds: float,
    gap: float = 0.0,
    absolute_gap: float = 1e-6,
    start: Floats | None = None,
    crossover: bool = False,
    enough: float | None = None,
    show: Show | None = None,
) -> Found:
    """Solve the problem within tighter column bounds, (n,) each.

    Parameters
    ----------
    relaxed : whether whole-number rules are left out.
    seconds : wall time. gap, absolute_gap : of the restriction; either is enough.
    start : values (n,) of a plan within the bounds, to improve on.
    crossover : whether an interior point solution is moved to a vertex.
    enough : stop at a plan of this objective.
    """
    free = np.flatnonzero(upper > lower)
    fixed = np.where(upper > lower, 0.0, lower)
    entries = problem.matrix[:, free]
    kept = np.flatnonzero(np.diff(entries.indptr))
    activity = problem.matrix @ fixed
    low, high = problem.row_lower - activity, problem.row_upper - activity
    empty = np.diff(entries.indptr) == 0
    if (lower > upper).any() or (low[empty] > FEASIBILITY).any() or (high[empty] < -FEASIBILITY).any():
        return Found(infeasible=True, said="infeasible once the rest is held")
    offset = problem.offset + float(problem.cost @ fixed)
    if len(free) == 0:
        return Found(values=fixed, objective=offset, bound=offset, solved=True, said="all is held")
    part = entries[kept]
    highs = highspy.Highs()
    runner = Runner(highs)
    whole = problem.whole[free] & (not relaxed)
    is_mip = bool(whole.any())
    many = len(free) > settings.interior_point_columns
    options = {
        "output_flag": bool(settings.log_file),
        "threads": settings.threads,
        "random_seed": settings.seed,
        "presolve": settings.presolve.value,
        "time_limit": max(float(seconds), 0.1),
        "mip_rel_gap": gap,
        "mip_abs_gap": absolute_gap,
        "solver": "ipx" if many and not is_mip else "choose",
        "mip_lp_solver": "ipx" if many and is_mip else "choose",
        "run_crossover": "on" if crossover else "off",
    }
    if settings.log_file:
        options |= {"log_to_console": False, "log_file": settings.log_file}
    if enough is not None and is_mip:
        options["objective_target"] = enough
    for option, value in options.items():
        _require(highs.setOptionValue(option, value), f"option {option} = {value}")
    _require(
        highs.passModel(
            *(len(free), part.shape[0], part.nnz, ROW_WISE, int(highspy.ObjSense.kMinimize), offset),
            *(problem.cost[free], lower[free], upper[free], low[kept], high[kept]),
            *(part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data),
            whole.astype(np.int32) * int(highspy.HighsVarType.kInteger),
        ),
        "the restricted model",
    )
    if start is not None and is_mip:
        suggestion = highspy.HighsSolution()
        suggestion.col_value = start[free].tolist()
        suggestion.value_valid = True
        _require(highs.setSolution(suggestion), "a starting plan")
    returned, interrupted = runner.run(show)
    if returned == highspy.HighsStatus.kError:
        return Found(said=f"the solver failed ({highs.modelStatusToString(highs.getModelStatus())})")
    return _read(highs, problem, fixed, free, kept, is_mip, interrupted)


def _read(
    highs: highspy.Highs,
    problem: Problem,
    fixed: Floats,
    free: np.ndarray,
    kept: np.ndarray,
    is_mip: bool,
    interrupted: bool,
) -> Found:
    """Return what HiGHS found, put back among the held columns."""
    status, info = highs.getModelStatus(), highs.getInfo()
    found = Found(stopped_by_user=interrupted, said=highs.modelStatusToString(status))
    found.infeasible = status == STATUS.kInfeasible
    found.unbounded = status in {STATUS.kUnbounded, STATUS.kUnboundedOrInfeasible}
    found.solved = status == STATUS.kOptimal
    found.nodes = max(int(info.mip_node_count), 0) if is_mip else 0
    answer = highs.getSolution()
    if is_mip:
        found.bound = float(info.mip_dual_bound)
    # An interior point may end short of its tolerance: its duals still give a bound.
    if answer.dual_valid and not is_mip:
        found.row_duals = np.zeros(problem.matrix.shape[0])
        found.row_duals[kept] = np.asarray(answer.row_dual)
        found.column_duals = problem.cost - problem.matrix.T @ found.row_duals
    feasible = info.primal_solution_status == FEASIBLE_POINT
    if feasible or (answer.value_valid and not is_mip and not found.infeasible):
        found.values = fixed.copy()
        found.values[free] = np.asarray(answer.col_value)
        found.objective = problem.objective(found.values)
        if not is_mip:
            found.bound = found.objective if found.solved else -math.inf
    return found


def proven_bound(problem: Problem, row_duals: Floats, tolerance: float = 1e-9) -> float:
    r"""Return what weak duality proves from any row duals (m,): no plan costs less.

    .. math:: L(y) = \sum_{y_i > 0} y_i l_i + \sum_{y_i < 0} y_i u_i
        + \sum_j \min_{lower_j \le x_j \le upper_j} (c - A^T y)_j x_j

    It does not rest on the solver's tolerances. -inf when a column without an end has a reduced cost of
    the wrong sign beyond `tolerance`, relative to the sizes it is the difference of.

    Source: safe bounds in linear and mixed-integer programming (Neumaier and Shcherbina 2004).
    """
    duals = np.where(row_duals > 0, np.where(np.isfinite(problem.row_lower), row_duals, 0.0), row_duals)
    duals = np.where(duals < 0, np.where(np.isfinite(problem.row_upper), duals, 0.0), duals)
    side = np.where(duals > 0, problem.row_lower, np.where(duals < 0, problem.row_upper, 0.0))
    reduced = problem.cost - problem.matrix.T @ duals
    size = np.abs(problem.cost) + abs(problem.matrix).T @ np.abs(duals)
    end = np.where(reduced > 0, problem.lower, problem.upper)
    endless = ~np.isfinite(end)
    if (np.abs(reduced[endless]) > tolerance * np.maximum(size[endless], 1.0)).any():
        return -math.inf
    return float(duals @ side + reduced @ np.where(endless, 0.0, end)) + problem.offset


def _require(status: highspy.HighsStatus, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        message = f"HiGHS does not accept {what}"
        raise SolverError(message)
