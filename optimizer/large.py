"""Planning beyond what branch and bound can take whole: a proven bound, a constructed plan, a better one.

1. The linear relaxation by interior point. Its duals prove the bound, whatever the solver's tolerances.
2. A plan: from the caller, or by settling what is local (`optimizer.local_rounding`) and diving for the
   rest (`optimizer.constructive`) on the columns that matter (`optimizer.pricing`).
3. While time is left and the gap is open: decisions exchanged for others (`optimizer.exchanges`), parts of
   the plan set free (`optimizer.neighbourhoods`); then the whole model from the plan on.
4. All decisions held, all quantities solved once more: exact balances, and duals.

It works on the arrays of a compiled model and knows nothing of networks: every whole-number column counts.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from optimizer.arrays import Floats
from optimizer.bridge import CompiledModel
from optimizer.constructive import FEW, Dive, choices, held
from optimizer.exchanges import Exchanges
from optimizer.highs import HighsModel
from optimizer.local_rounding import LOSS, LocalRounding
from optimizer.narrowing import narrowed
from optimizer.neighbourhoods import Neighbourhoods
from optimizer.pricing import Thinned, promising
from optimizer.restricted import Found, Problem, problem_of, proven_bound, solve_restricted
from optimizer.runner import Snapshot
from optimizer.scaling import Scaling
from optimizer.settings import SolverSettings, Strategy
from optimizer.shared_room import keeping_room
from optimizer.solution import Solution, Status, relative_gap
from optimizer.telling import Progress, Teller

Arrays = tuple[CompiledModel, Scaling, csr_array]

BETTER = 1e-6  # share of the objective by which a plan must be better to count
STALLS, STALLS_OF_MANY = 4, 12  # neighbourhoods without a better plan before the whole model is tried
PART_SECONDS, LEAST_SECONDS = 60.0, 5.0  # of one neighbourhood
# Share of the time the dive has taken, and what one of its steps may then cost, as a share of the objective.
BEARABLE = ((0.6, 3e-3), (0.8, 1e-2), (math.inf, math.inf))
NARROW = 0.01  # reduced cost, relative, of the columns a dive goes on with, where there are many
FEW_OF_MANY = 4  # split choices that branch and bound settles at once where there are many columns
MANY_SPLIT = 40  # choices: fewer are left to the dive
METHOD = "large strategy"


def takes_large(highs: HighsModel, settings: SolverSettings) -> bool:
    """Return whether the settings have a model solved by :func:`solve_large`; never a linear program."""
    if not highs.is_mip or settings.strategy is Strategy.EXACT:
        return False
    if settings.strategy is Strategy.LARGE:
        return True
    compiled = highs.arrays[0]
    undecided = int(np.count_nonzero(compiled.integer & (compiled.upper > compiled.lower)))
    return len(compiled.cost) > settings.large_columns and undecided > settings.large_decisions


def solve_large(
    arrays: Arrays, settings: SolverSettings, progress: Progress | None = None, start: Solution | None = None
) -> Solution:
    """Return a plan with a proven bound, in the time there is.

    Parameters
    ----------
    arrays : a compiled model, its scaling and its matrix in solver units.
    progress : called while it works, with plan and bound in natural units.
    start : a plan to improve, of the same columns.

    Returns
    -------
    Solution, also when infeasible or stopped. Ctrl-C keeps the best plan found; a second one raises
    KeyboardInterrupt.

    Raises
    ------
    SolverError : HiGHS refuses the model or a setting.
    """
    compiled, scaling, matrix = arrays
    search = _Search(problem_of(compiled, scaling, matrix), settings, Teller(compiled, scaling, progress))
    first = None if start is None or not start.has_values else start.values / scaling.unit
    search.run(first)
    return _solution(search, compiled, scaling)


@dataclass
class _Search:
    """The state of one search, in solver units."""

    problem: Problem
    settings: SolverSettings
    teller: Teller
    best: Found = field(default_factory=Found)
    bound: float = -math.inf
    relaxed: Found = field(default_factory=Found)
    stopped: bool = False
    steps: list[str] = field(default_factory=list)
    nodes: int = 0
    final: Found | None = None

    def __post_init__(self) -> None:
        self.ends = time.monotonic() + self.settings.time_limit_seconds

    def left(self) -> float:
        """Return the seconds left."""
        return max(self.ends - time.monotonic(), 0.0)

    @property
    def gap(self) -> float:
        """Return the relative gap between plan and bound."""
        return relative_gap(self.best.objective, self.bound) if self.best.has_values else math.inf

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to do: close enough, stopped, or out of time."""
        return self.stopped or self.gap <= self.settings.mip_gap or self.left() <= 0

    def run(self, first: Floats | None) -> None:
        """Do all steps, as far as time allows."""
        problem = self.problem
        self.relaxed = self._solve(problem.lower, problem.upper, relaxed=True, seconds=self.left())
        self.stopped = self.relaxed.stopped_by_user
        if len(self.relaxed.row_duals):
            self.bound = proven_bound(problem, self.relaxed.row_duals)
        if self.relaxed.infeasible or self.relaxed.unbounded or not self.relaxed.has_values:
            return
        if self.relaxed.solved and not math.isfinite(self.bound):
            self.bound = self.relaxed.objective
        self.steps.append("bound by interior point" if self._many else "bound by the linear relaxation")
        self.group = choices(problem)
        kept = promising(problem, self.relaxed)
        self.thinned = Thinned(problem, self.settings, kept, self.relaxed.objective)
        if first is not None:
            lower, upper = held(problem, first)
            self._take(self._solve(lower, upper, relaxed=True, seconds=self.left()), "the plan given")
        if not self.best.has_values and not self.is_done:
            self._construct()
        self._improve()
        if not self.is_done:
            self._prove()
        if self.best.has_values:
            self._polish()

    @property
    def _many(self) -> bool:
        return len(self.problem.cost) > self.settings.interior_point_columns

    def _solve(
        self, lower: Floats, upper: Floats, *, relaxed: bool, seconds: float, **named: object
    ) -> Found:
        def show(snapshot: Snapshot) -> None:
            best = self.best.objective
            if named.get("whole_model") and snapshot.is_mip and math.isfinite(snapshot.dual):
                self.bound = max(self.bound, min(snapshot.dual, best))
            if snapshot.is_mip and math.isfinite(snapshot.primal):
                best = min(best, snapshot.primal)
            self.teller.tell(best, self.bound)

        self.teller.tell(self.best.objective, self.bound)
        passed = {key: value for key, value in named.items() if key != "whole_model"}
        found = solve_restricted(
            self.problem,
            self.settings,
            lower,
            upper,
            relaxed=relaxed,
            seconds=seconds,
            show=show,
            **passed,  # type: ignore[arg-type]
        )
        self.nodes += found.nodes
        return found

    def _take(self, found: Found, name: str) -> bool:
        """Keep a plan if it is the best; return whether it is."""
        self.stopped |= found.stopped_by_user
        whole = self.problem.whole
        if not found.has_values or np.abs(found.values - np.round(found.values))[whole].max(initial=0) > 1e-5:
            return False
        margin = BETTER * abs(self.best.objective) if self.best.has_values else 0.0
        if found.objective >= self.best.objective - margin:
            return False
        self.best = found
        if name not in self.steps:
            self.steps.append(name)
        self.teller.tell(self.best.objective, self.bound)
        return True

    # ------------------------------------------------------------ a first plan

    def _construct(self) -> None:
        """Settle what is local, dive for the rest; what that leaves split goes to branch and bound."""
        problem = self.problem
        lower, upper, relaxed = self._settle_locally()
        if self.is_done:
            return
        dive = Dive(problem, self.group, lower, upper, few=FEW_OF_MANY if self._many else FEW)
        narrow = self._many and narrowed(problem, self.settings, relaxed, lower, upper, NARROW)
        thinned = narrow or self.thinned
        within = thinned.problem

        def relax(lower: Floats, upper: Floats, priced: bool) -> Found:
            # Among few columns one is soon missed, and asking for more costs little.
            answer = thinned.relax(lower, upper, self.left, priced or self._many)
            self.teller.tell(self.best.objective, self.bound)
            return answer

        def finish(lower: Floats, upper: Floats) -> Found:
            least = np.maximum(lower, within.lower)
            part = np.where(thinned.at_work, np.minimum(upper, within.upper), least)
            seconds = min(PART_SECONDS, self.left() / 4)
            return self._solve(least, part, relaxed=False, seconds=seconds, gap=self.settings.mip_gap)

        begun, room = time.monotonic(), self.left()

        def bearable() -> float:
            spent = (time.monotonic() - begun) / room
            return next(jump for share, jump in BEARABLE if spent <= share)

        found = dive.run(relaxed, relax, finish, bearable)
        self.stopped |= dive.stopped
        self.thinned.join(thinned.at_work)
        if found is not None:
            self._take(found, f"plan by diving in {dive.steps} steps")
        # What the dive has not settled, and then everything, is left to branch and bound.
        for lower, upper in ((dive.lower, dive.upper), (problem.lower, problem.upper)):
            if self.best.has_values or self.is_done:
                return
            part = np.where(self.thinned.at_work, upper, lower)
            seconds = max(self.left() / 3, LEAST_SECONDS)
            found = self._solve(lower, part, relaxed=False, seconds=seconds, gap=0.02)
            self._take(found, "plan by branch and bound")

    def _settle_locally(self) -> tuple[Floats, Floats, Found]:
        """Return column bounds with local choices settled, where there are many, and the relaxation then."""
        open_ = self.problem.lower.copy(), self.problem.upper.copy(), self.relaxed
        problem, relaxed = self._keep_room()
        local = LocalRounding(problem, self.settings, self.group, relaxed, self.thinned.at_work)
        if len(local.split) < MANY_SPLIT:
            return open_
        ends = time.monotonic() + self.left() / 3
        local.run(lambda: ends - time.monotonic())
        self.stopped |= local.stopped
        if not local.settled or self.is_done:
            return open_
        after = self.thinned.relax(local.lower, local.upper, self.left)
        self.stopped |= after.stopped_by_user
        if not after.has_values or after.objective - self.relaxed.objective > LOSS * abs(after.objective):
            return open_
        self.steps.append(f"{local.settled} of {len(local.split)} split choices settled locally")
        return local.lower, local.upper, after

    def _keep_room(self) -> tuple[Problem, Found]:
        """Return the problem to settle local choices in, and its relaxation: see `keeping_room`."""

        def relax(problem: Problem) -> Found:
            lower, upper = problem.lower, np.where(self.thinned.at_work, problem.upper, problem.lower)
            left = self.left() / 4
            found = solve_restricted(problem, self.settings, lower, upper, relaxed=True, seconds=left)
            self.stopped |= found.stopped_by_user
            return found

        return keeping_room(self.problem, self.group, self.relaxed, relax)

    # ------------------------------------------------------------ a better plan

    def _improve(self) -> None:
        """Exchange decisions, then set parts of the plan free one by one, until nothing comes of it."""
        if self._many and self.best.has_values:
            self._exchange()
        if self.is_done or not self.best.has_values:
            return
        around = Neighbourhoods(self.problem, self.group, self.relaxed.values, self.settings.seed)
        stalls, most = 0, STALLS_OF_MANY if self._many else STALLS
        while not self.is_done and stalls < most:
            plan = self.best.values
            free = around.next(plan)
            lower, upper = held(self.problem, plan)
            lower[free], upper[free] = self.problem.lower[free], self.problem.upper[free]
            used = self.thinned.at_work | (plan > self.problem.lower)
            seconds = min(PART_SECONDS, self.left())
            found = self._solve(
                lower,
                np.where(used, upper, lower),
                relaxed=False,
                seconds=seconds,
                gap=self.settings.mip_gap / 2,
                start=plan,
            )
            better = self._take(found, "improved by parts set free")
            around.learn(found.solved, better)
            stalls = 0 if better else stalls + 1
            if around.is_all and found.solved:
                break

    def _exchange(self) -> None:
        """Exchange decisions that compete for budgets and the like, as long as that makes the plan better."""

        def left() -> float:
            self.teller.tell(self.best.objective, self.bound)
            return self.left()

        exchanges = Exchanges(self.problem, self.settings, self.group, self.thinned)
        self._take(exchanges.run(self.best, left), f"bettered by {exchanges.steps} exchanges")
        self.stopped |= exchanges.stopped

    def _prove(self) -> None:
        """Search the whole model from the plan on, in the time left: the bound may rise too."""
        problem = self.problem
        found = self._solve(
            problem.lower,
            problem.upper,
            relaxed=False,
            seconds=self.left(),
            gap=self.settings.mip_gap,
            start=self.best.values if self.best.has_values else None,
            whole_model=True,
        )
        if math.isfinite(found.bound):
            self.bound = max(self.bound, found.bound)
        if found.infeasible and not self.best.has_values:
            self.relaxed = found
        self.steps.append("branch and bound on the whole model")
        self._take(found, "branch and bound on the whole model")

    def _polish(self) -> None:
        """Hold all decisions and solve all quantities, on every column, for exact balances and duals."""
        lower, upper = held(self.problem, self.best.values)
        found = self._solve(
            lower,
            upper,
            relaxed=True,
            seconds=self.settings.cleanup_seconds,
            crossover=self.settings.crossover,
        )
        if found.has_values and found.solved:
            self.final = found
            if found.objective < self.best.objective:
                self.best = found


def _solution(search: _Search, compiled: CompiledModel, scaling: Scaling) -> Solution:
    """Return the outcome of a search in natural units."""
    (status, said), bound = _status(search), search.bound / scaling.objective
    solution = Solution(
        status=status,
        termination=said,
        layout=compiled.layout,
        seconds=time.monotonic() - search.teller.began,
        nodes=search.nodes,
        stopped_by_user=search.stopped,
        strategy=Strategy.LARGE.value,
        variables=len(compiled.cost),
        constraints=len(compiled.row_lower),
        nonzeros=int(search.problem.matrix.nnz),
        binaries=int(compiled.integer.sum()),
    )
    solution.bound = compiled.sign * bound
    if not search.best.has_values:
        return solution
    answer = search.final or search.best
    values = np.clip(scaling.values(answer.values), compiled.lower, compiled.upper)
    whole = compiled.integer
    values[whole] = np.round(values[whole])
    objective = float(compiled.cost @ values) + compiled.offset
    bound = min(bound, objective)
    solution.values = values
    solution.objective, solution.bound = compiled.sign * objective, compiled.sign * bound
    solution.gap = relative_gap(objective, bound)
    if search.final is not None and len(search.final.row_duals):
        solution.row_duals = scaling.row_duals(compiled.sign * search.final.row_duals)
        solution.column_duals = scaling.reduced_costs(compiled.sign * search.final.column_duals)
    elif search.final is None:
        solution.termination += "; the clean-up did not finish: balances hold within tolerance only"
    return solution


def _status(search: _Search) -> tuple[Status, str]:
    """Return how the search ended, in our words."""
    relaxed, settings = search.relaxed, search.settings
    status, reason = Status.FEASIBLE, ""
    if search.stopped:
        reason = "stopped by the user"
    elif search.left() <= 0:
        reason = f"stopped at the time limit of {settings.time_limit_seconds:g} s"
    if search.best.has_values:
        if search.gap <= settings.mip_gap:
            status, reason = Status.OPTIMAL, f"solved to gap {search.gap:.2%}"
        return status, f"{reason or 'stopped'} ({METHOD}: {', '.join(search.steps)})"
    if reason:
        return Status.NO_SOLUTION, f"{reason} before any plan was found ({METHOD})"
    if relaxed.infeasible:
        return Status.INFEASIBLE, "no plan meets all constraints"
    if relaxed.unbounded:
        return Status.UNBOUNDED, "the objective can improve without end"
    return Status.FAILED, f"the solver failed ({relaxed.said})"
