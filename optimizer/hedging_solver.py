"""Our bridge to HiGHS as a Pyomo solver plug-in, for libraries that ask for a solver by name."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo
from pyomo.opt import SolverFactory, SolverResults, SolverStatus, TerminationCondition
from pyomo.opt.results.solution import SolutionStatus
from pyomo.solvers.plugins.solvers.persistent_solver import PersistentSolver

from optimizer.highs import HighsModel
from optimizer.settings import SolverSettings
from optimizer.solution import Solution, Status

NAME = "zerolane_arrays"
TERMINATION = {
    Status.OPTIMAL: (SolverStatus.ok, TerminationCondition.optimal, SolutionStatus.optimal),
    Status.FEASIBLE: (SolverStatus.aborted, TerminationCondition.maxTimeLimit, SolutionStatus.feasible),
    Status.INFEASIBLE: (SolverStatus.warning, TerminationCondition.infeasible, SolutionStatus.infeasible),
    Status.UNBOUNDED: (SolverStatus.warning, TerminationCondition.unbounded, SolutionStatus.unbounded),
    Status.NO_SOLUTION: (SolverStatus.aborted, TerminationCondition.maxTimeLimit, SolutionStatus.unknown),
    Status.FAILED: (SolverStatus.error, TerminationCondition.error, SolutionStatus.error),
}


@SolverFactory.register(NAME, doc="HiGHS, sent array by array")
class ArraySolver(PersistentSolver):
    """Solves a model as it stands each time; what it is told of single changes it reads again anyway.

    Attributes
    ----------
    settings : of the solver, set before the first solve.
    """

    settings = SolverSettings()

    def __init__(self, **keywords: Any) -> None:
        keywords.setdefault("type", NAME)
        super().__init__(**keywords)
        self._model: Any = None
        self._highs: HighsModel | None = None
        self._solution: Solution | None = None

    def available(self, exception_flag: bool = True) -> bool:  # noqa: ARG002 (Pyomo's)
        """Return True: HiGHS comes with the package."""
        return True

    def set_instance(self, model: Any, **_: Any) -> None:
        """Take a model."""
        self._model = model

    def set_objective(self, obj: Any) -> None:
        """Do nothing: the objective is read at every solve."""

    def add_constraint(self, con: Any) -> None:
        """Do nothing: constraints are read at every solve."""

    def solve(self, *_: Any, **__: Any) -> SolverResults:
        """Solve the model as it stands; :meth:`load_vars` puts the values into it."""
        self._highs = HighsModel(self._model, self.settings)
        former = self._solution
        columns = len(self._highs.arrays[0].cost)
        if former is not None and former.has_values and len(former.values) == columns and self._highs.is_mip:
            self._highs.suggest(former)
        self._solution = solution = self._highs.run()
        if solution.stopped_by_user:
            raise KeyboardInterrupt
        results = SolverResults()
        results.solver.status, results.solver.termination_condition, status = TERMINATION[solution.status]
        results.problem.sense = pyo.minimize
        results.problem.lower_bound, results.problem.upper_bound = solution.bound, solution.objective
        results.solution.add().status = status
        return results

    def load_vars(self, vars_to_load: Any = None) -> None:  # noqa: ARG002 (Pyomo's)
        """Put the values of the last solve into the model."""
        assert self._highs is not None  # noqa: S101 - solved before
        assert self._solution is not None  # noqa: S101
        self._highs.load(self._solution)
