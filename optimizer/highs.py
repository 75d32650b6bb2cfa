"""Solving a Pyomo model by HiGHS, sent and read array by array.

`solve` is the short way. `HighsModel` keeps the model inside HiGHS, so that changed bounds and costs can
be pushed and solved again without building anything.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from optimizer.arrays import Floats
from optimizer.bridge import CompiledModel, load_values
from optimizer.last_resort import every_or_none, without_the_needless
from optimizer.runner import Runner, Snapshot
from optimizer.sending import SentModel
from optimizer.settings import Presolve, SolverSettings
from optimizer.solution import Solution, SolveProgress, Status, relative_gap

__all__ = ["HighsModel", "Solution", "SolveProgress", "SolverSettings", "Status", "solve"]

Progress = Callable[[SolveProgress], None]
Answer = tuple[Floats, Floats, Floats]  # column values, row duals, reduced costs; solver units

ABSOLUTE_GAP = 1e-6  # solver units: HiGHS's own mip_abs_gap
EMPTY_ROW_TOLERANCE = 1e-9
WARM_SHARE, FEWEST_WARM = 0.15, 500  # iterations from a kept basis, of those without one, before giving it up
NO_LIMIT = 2**31 - 1
# HiGHS (1.12 to 1.15.1 tried) presolves a few MIPs to a plan that is not the best, or to none, and calls that
# proven: the examples in tests/optimizer/test_brute_force_*.py. Small ones do well without.
UNPRESOLVED_COLUMNS = 500
MODEL_STATUS = highspy.HighsModelStatus
FEASIBLE_POINT = int(highspy.SolutionStatus.kSolutionStatusFeasible)


def solve(
    model: Any,
    settings: SolverSettings | None = None,
    progress: Progress | None = None,
    relax_integrality: bool = False,
) -> Solution:
    """Solve a Pyomo model and load the plan, if there is one, into its variables.

    Parameters
    ----------
    model : ConcreteModel of array components and ordinary linear ones.
    progress : called at most four times a second while HiGHS works.
    relax_integrality : solve the LP without whole-number rules.

    Returns
    -------
    Solution, also when infeasible, unbounded or stopped: look at its `status`. Ctrl-C stops the solve and
    keeps the best plan found; a second one raises KeyboardInterrupt.

    Raises
    ------
    ValueError, TypeError, KeyError : the model is not one HiGHS can take (see `compile_model`).
    SolverError : HiGHS refuses the model or a setting.
    """
    highs_model = HighsModel(model, settings, relax_integrality)
    solution = highs_model.run(progress)
    highs_model.load(solution)
    return solution


class HighsModel(SentModel):
    """A Pyomo model inside one HiGHS instance, to be solved again and again.

    Change arrays of the Pyomo model in place, push what changed, run again. `push_rows`, `push_columns`
    and `push_objective` send one thing; `refresh` reads all, coefficients and ordinary constraints too.

    Raises
    ------
    ValueError, TypeError, KeyError : the model is not one HiGHS can take (see `compile_model`).
    SolverError : HiGHS refuses the model or a setting.
    """

    def __init__(
        self, model: Any, settings: SolverSettings | None = None, relax_integrality: bool = False
    ) -> None:
        super().__init__(model, settings, relax_integrality)
        self._runner = Runner(self._highs)
        self._base: highspy.HighsBasis | None = None
        self._has_base, self._patience = False, 0
        self._apply_settings()
        self.send()

    # ------------------------------------------------------------ solving

    def start_from(self, compiled: CompiledModel) -> None:
        """Solve the linear relaxation of this model as it once was; `run` afresh starts from its vertex.

        Large models, solved by interior point, keep none: there a warm start is slower than none.
        """
        self._has_base = True
        if self._is_large:
            return
        now, start = self._compiled, self._start
        self._take(compiled)
        self._whole = self._whole[:0]
        self.send()
        self._prepare(is_mip=False, seconds=self.settings.time_limit_seconds)
        self._runner.run()
        basis, taken = self._highs.getBasis(), self._highs.getInfo().simplex_iteration_count
        if basis.valid and self._highs.getModelStatus() == MODEL_STATUS.kOptimal:
            self._base, self._patience = basis, max(FEWEST_WARM, int(WARM_SHARE * taken))
        self._take(now)
        self._start = start

    @property
    def has_base(self) -> bool:
        """Whether `start_from` was called."""
        return self._has_base

    def run(
        self,
        progress: Progress | None = None,
        afresh: bool = False,
        near: bool = True,
        duals: bool = True,
    ) -> Solution:
        """Solve what HiGHS holds now and return the solution, without touching the Pyomo model.

        Parameters
        ----------
        afresh : forget all former runs first, so that the answer is the same whatever was solved
            before. Otherwise it starts from where the last run ended.
        near : afresh, an LP starts from the vertex kept by `start_from`, if there is one.
        duals : whether they are needed; if not, a large LP is left where interior point ends.
        """
        began = time.monotonic()
        if len(self._compiled.cost) == 0:
            return self._solve_without_columns()
        if afresh:
            self.send()
            if self._start is not None:
                self._require(self._highs.setSolution(self._start), "a starting plan")
        self._prepare(self.is_mip, self.settings.time_limit_seconds, crossover=duals)
        show = None if progress is None else lambda snapshot: progress(self._in_natural_units(snapshot))
        returned, interrupted = self._run_near(show) if afresh and near else self._runner.run(show)
        self._start = None
        found = self._highs.getModelStatus()
        if found == MODEL_STATUS.kUnboundedOrInfeasible:
            solution = self._result(*self._tell_unbounded_from_infeasible())
        else:
            solution = self._result(*self._read_status(returned, found, interrupted))
            self._read_figures(solution, exact=found == MODEL_STATUS.kOptimal)
            if solution.status is Status.NO_SOLUTION and self.is_mip and not interrupted:
                self._make_every_decision(solution)
        solution.seconds = time.monotonic() - began
        solution.stopped_by_user = interrupted
        return solution

    def _run_near(self, show: Callable[[Snapshot], None] | None) -> tuple[highspy.HighsStatus, bool]:
        """Run on arrays just passed: from the kept basis unless that proves to be far off."""
        if self._base is not None and not self.is_mip:
            self._require(self._highs.setBasis(self._base), "a basis")
            self._set("simplex_iteration_limit", self._patience)
            outcome = self._runner.run(show)
            self._set("simplex_iteration_limit", NO_LIMIT)
            if self._highs.getModelStatus() != MODEL_STATUS.kIterationLimit:
                return outcome
            self.send()
        return self._runner.run(show)

    def load(self, solution: Solution) -> None:
        """Put the values of a solution into the Pyomo model; does nothing if it has none."""
        if solution.has_values:
            load_values(self._compiled.layout, solution.values)

    def _result(self, status: Status, termination: str) -> Solution:
        """Return a solution that has its sizes but no figures yet."""
        return Solution(
            status=status,
            termination=termination,
            layout=self._compiled.layout,
            variables=len(self._compiled.cost),
            constraints=len(self._compiled.row_lower),
            nonzeros=int(self._matrix.nnz),
            binaries=len(self._whole),
        )

    def _read_status(self, returned: Any, found: Any, interrupted: bool) -> tuple[Status, str]:
        """Return our status and its text for HiGHS's return status and model status."""
        said = self._highs.modelStatusToString(found)
        if returned == highspy.HighsStatus.kError:
            return Status.FAILED, f"the solver failed ({said})"
        proven = {
            MODEL_STATUS.kOptimal: (Status.OPTIMAL, "solved to optimality"),
            MODEL_STATUS.kInfeasible: (Status.INFEASIBLE, "no plan meets all constraints"),
            MODEL_STATUS.kUnbounded: (Status.UNBOUNDED, "the objective can improve without end"),
        }
        if found in proven:
            return proven[found]
        reasons = {
            MODEL_STATUS.kTimeLimit: f"stopped at the time limit of {self.settings.time_limit_seconds:g} s",
            MODEL_STATUS.kSolutionLimit: f"stopped at the limit of {self.settings.node_limit} nodes",
            MODEL_STATUS.kMemoryLimit: "stopped for lack of memory",
        }
        reason = reasons.get(found, "stopped by the user" if interrupted else f"stopped early ({said})")
        if self._highs.getInfo().primal_solution_status == FEASIBLE_POINT:
            return Status.FEASIBLE, reason
        return Status.NO_SOLUTION, f"{reason} before any plan was found"

    def _tell_unbounded_from_infeasible(self) -> tuple[Status, str]:
        """Solve without costs: a model that then has a plan was unbounded.

        Switching presolve off instead would not always settle it: HiGHS can then say the same of a MIP.
        """
        compiled, scaling = self._compiled, self._scaling
        self._send_costs(np.zeros(len(compiled.cost)))
        returned, interrupted = self._runner.run()
        status, reason = self._read_status(returned, self._highs.getModelStatus(), interrupted)
        self._send_costs(compiled.cost * scaling.unit * scaling.objective)
        if status in {Status.OPTIMAL, Status.FEASIBLE}:
            return Status.UNBOUNDED, "the objective can improve without end"
        if status is Status.NO_SOLUTION:
            return status, f"{reason}; the model is infeasible or unbounded"
        return status, reason

    def _read_figures(self, solution: Solution, exact: bool) -> None:
        """Fill in objective, bound, gap, nodes, values and duals of a solution whose status is known."""
        info, compiled, scaling = self._highs.getInfo(), self._compiled, self._scaling
        is_mip = len(self._whole) > 0
        solution.nodes = max(int(info.mip_node_count), 0) if is_mip else 0
        stopped = solution.status in {Status.FEASIBLE, Status.NO_SOLUTION}
        bound = math.nan
        if is_mip and (stopped or exact):
            bound = info.mip_dual_bound / scaling.objective
        elif stopped:
            bound = -math.inf
        solution.bound = compiled.sign * bound
        if not solution.has_values:
            return
        answer = self._answer()
        if is_mip:
            answer, exact = self._clean_up(answer[0])
        values = np.clip(scaling.values(answer[0]), compiled.lower, compiled.upper)
        if not is_mip and exact:
            bound = math.inf  # none below its own objective
        self._fill(solution, values, bound)
        if is_mip and solution.status is Status.OPTIMAL and math.isfinite(solution.gap):
            solution.termination = f"solved to gap {100 * solution.gap:.2f} %"
        if is_mip and not exact:
            solution.termination += "; the clean-up did not finish: balances hold within tolerance only"
        if exact:
            self._read_duals(solution, answer)

    def _fill(self, solution: Solution, values: Floats, bound: float) -> None:
        """Fill in values, objective and gap; the values may beat the bound by rounding, which then gives way.

        Values and bound are in natural units, minimising.
        """
        compiled = self._compiled
        objective = float(compiled.cost @ values) + compiled.offset
        bound = min(bound, objective)
        solution.gap = relative_gap(objective, bound, ABSOLUTE_GAP / self._scaling.objective)
        solution.values = values
        solution.objective, solution.bound = compiled.sign * objective, compiled.sign * bound

    def _read_duals(self, solution: Solution, answer: Answer) -> None:
        compiled, scaling = self._compiled, self._scaling
        solution.row_duals = scaling.row_duals(compiled.sign * answer[1])
        solution.column_duals = scaling.reduced_costs(compiled.sign * answer[2])

    def _make_every_decision(self, solution: Solution) -> None:
        """Give a solve that ended without a plan the one with every decision made, or with none."""
        compiled, scaling, bound = self._compiled, self._scaling, solution.bound * self._compiled.sign
        for what, decided in every_or_none(compiled, self._whole):
            answer, solved = self._clean_up(decided / scaling.unit)
            if solved:
                values = np.clip(scaling.values(answer[0]), compiled.lower, compiled.upper)
                solution.status = Status.FEASIBLE
                self._fill(solution, without_the_needless(compiled, self._whole, values), bound)
                self._read_duals(solution, answer)
                solution.termination += f"; this one makes {what}"
                return

    def _answer(self) -> Answer:
        """Return what HiGHS holds as its solution."""
        answer = self._highs.getSolution()
        return np.asarray(answer.col_value), np.asarray(answer.row_dual), np.asarray(answer.col_dual)

    def _clean_up(self, values: Floats) -> tuple[Answer, bool]:
        """Round the whole-number columns, hold them and solve the rest again as an LP.

        A MIP solution is whole only within a tolerance; this makes balances exact and gives duals.

        Returns
        -------
        (answer, whether that LP was solved). If not, the MIP's values with rounded whole numbers.
        """
        compiled, columns = self._compiled, self._whole.astype(np.int32)
        rounded = np.clip(np.round(values[columns]), compiled.lower[columns], compiled.upper[columns])
        self._send_column_bounds(columns, rounded, rounded)
        self._send_kind(columns, highspy.HighsVarType.kContinuous)
        self._prepare(is_mip=False, seconds=self.settings.cleanup_seconds)
        returned, _ = self._runner.run()
        solved = returned != highspy.HighsStatus.kError
        solved = solved and self._highs.getModelStatus() == MODEL_STATUS.kOptimal
        if solved:
            answer = self._answer()
        else:
            kept = values.copy()
            kept[columns] = rounded
            answer = (kept, np.zeros(0), np.zeros(0))
        self._send_kind(columns, highspy.HighsVarType.kInteger)
        self._send_column_bounds(columns, compiled.lower[columns], compiled.upper[columns])
        return answer, solved

    def _solve_without_columns(self) -> Solution:
        """Return the solution of a model of empty rows, which HiGHS calls empty and never checks."""
        compiled = self._compiled
        slack = EMPTY_ROW_TOLERANCE
        if (compiled.row_lower > slack).any() or (compiled.row_upper < -slack).any():
            return self._result(Status.INFEASIBLE, "no plan meets all constraints")
        solution = self._result(Status.OPTIMAL, "solved to optimality")
        solution.objective = solution.bound = compiled.sign * compiled.offset
        solution.gap, solution.row_duals = 0.0, np.zeros(len(compiled.row_lower))
        return solution

    def _in_natural_units(self, snapshot: Snapshot) -> SolveProgress:
        """Return progress for the user; HiGHS says infinity for what it does not know yet."""
        factor = self._compiled.sign / self._scaling.objective
        known = [snapshot.is_mip and math.isfinite(number) for number in (snapshot.primal, snapshot.dual)]
        incumbent = snapshot.primal * factor if known[0] else None
        bound = snapshot.dual * factor if known[1] else None
        gap = None if incumbent is None or bound is None else relative_gap(incumbent, bound)
        return SolveProgress(snapshot.seconds, incumbent, bound, gap, max(int(snapshot.nodes), 0))

    # ------------------------------------------------------------ settings

    def _apply_settings(self) -> None:
        """Set what holds for every run."""
        settings = self.settings
        self._set("output_flag", bool(settings.log_file))
        if settings.log_file:
            self._set("log_to_console", value=False)
            self._set("log_file", settings.log_file)
        self._set("threads", settings.threads)
        self._set("random_seed", settings.seed)
        self._set("presolve", settings.presolve.value)
        self._set("mip_rel_gap", settings.mip_gap)
        self._set("mip_abs_gap", ABSOLUTE_GAP)
        if settings.node_limit is not None:
            self._set("mip_max_nodes", settings.node_limit)

    @property
    def _is_large(self) -> bool:
        """Whether linear programs of this size are solved by interior point."""
        return len(self._compiled.cost) > self.settings.interior_point_columns

    def _prepare(self, is_mip: bool, seconds: float, crossover: bool = True) -> None:
        """Set what depends on the run. `solver` must not be named for a MIP: HiGHS would relax it."""
        many = self._is_large
        self._set("run_crossover", "on" if self.settings.crossover and crossover else "off")
        self._set("solver", "ipx" if many and not is_mip else "choose")
        self._set("mip_lp_solver", "ipx" if many and is_mip else "choose")
        trusted = self.settings.presolve is not Presolve.CHOOSE or not is_mip
        plain = not trusted and len(self._compiled.cost) <= UNPRESOLVED_COLUMNS
        self._set("presolve", "off" if plain else self.settings.presolve.value)
        # HiGHS counts the time of all its runs against the limit of an LP, that of this one for a MIP.
        spent = 0.0 if is_mip else self._highs.getRunTime()
        self._set("time_limit", float(seconds) + spent)
