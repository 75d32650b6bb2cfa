"""Two-stage planning: what is decided now suits every future, everything else follows when one is known.

The decisions made now are found over all futures together (`optimizer.extensive`) or by progressive hedging
(`optimizer.hedging`). They are then held, and every future gets the best plan that is left to it, verified as
any other plan. All figures come from those plans.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from optimizer.decided import Columns, Decided, decided_columns, read_decided, require_same_decisions
from optimizer.diagnosis import diagnose
from optimizer.extensive import Risk, joins_large, solve_extensive
from optimizer.future_results import FutureResult, with_future_figures
from optimizer.future_settings import FutureMethod, FuturesSettings
from optimizer.hedging import hedge
from optimizer.objective_settings import ObjectiveKind, ObjectiveSettings
from optimizer.optimize import Watch, needs_reference, optimize, reference_plan, solve_session
from optimizer.session import PlanSession, posed
from optimizer.settings import SolverSettings
from optimizer.solution import Solution, Status, relative_gap
from scenarios.errors import InfeasibleError, SolverError
from scenarios.future_files import read_futures
from scenarios.futures import Future, Futures, make_futures
from scenarios.scenario import Floats, Scenario
from scenarios.typed import problem_of, refuse


def plan_as_asked(
    scenario: Scenario,
    settings: Mapping[str, Any],
    search: Sequence[Path] = (),
    reference: xr.Dataset | None = None,
    progress: Watch | None = None,
) -> xr.Dataset:
    """Return the plan of a run: of its scenario alone, or over the futures that it asks for.

    Parameters
    ----------
    settings : typed settings of the run by section.
    search : folders that ``futures.file`` may be relative to.

    Raises
    ------
    As :func:`optimize_futures`. ConfigError : something else is asked for that plans for the scenario alone.
    """
    asked: FuturesSettings = settings["futures"]
    solver, objective = settings["solver"], settings["objective"]
    if not asked.asked_for:
        return optimize(scenario, solver, reference, progress, objective)
    refuse(future_problems(scenario, settings))
    stated = read_futures(asked.file, search) if asked.file else asked.of
    futures = make_futures(stated, scenario)
    return optimize_futures(scenario, futures, asked, solver, reference, progress, objective)


def future_problems(scenario: Scenario, settings: Mapping[str, Any], command: str = "run") -> list[str]:
    """Return why the futures asked for cannot be planned over, whatever they are.

    Parameters
    ----------
    settings : typed settings of the run by section. command : ``pareto`` asks for a frontier.
    """
    asked: FuturesSettings = settings["futures"]
    if not asked.asked_for:
        return []
    alone = (
        ("zerolane pareto", command == "pareto"),
        ("electricity.premium_curve", bool(scenario.electricity.premium_curve)),
        ("simulation.target_chance", settings["simulation"].target_chance is not None),
        ("break_even.interventions", bool(settings["break_even"].interventions)),
        ("abatement", settings["abatement"].curve),
        ("tornado", bool(settings["tornado"].inputs or settings["tornado"].ranges)),
        ("alternatives", settings["alternatives"].asked_for),
    )
    return [
        *(
            f"{key} plans again for the scenario alone: leave out futures, or {key}"
            for key, is_set in alone
            if is_set
        ),
        *_other_goal(settings["objective"]),
        *problem_of(lambda: decided_columns(scenario, asked)),
    ]


def _other_goal(objective: ObjectiveSettings | None) -> list[str]:
    if objective is None or objective.kind is ObjectiveKind.LEAST_COST:
        return []
    return [f"futures are planned for at least cost, not for objective.kind={objective.kind.value}"]


def optimize_futures(
    scenario: Scenario,
    futures: Futures,
    settings: FuturesSettings,
    solver: SolverSettings | None = None,
    reference: xr.Dataset | None = None,
    progress: Watch | None = None,
    objective: ObjectiveSettings | None = None,
) -> xr.Dataset:
    """Return the plan of a scenario whose decisions made now are the best over all futures.

    The plan is that of the scenario as it stands, with those decisions held; variables ``future_...`` with
    dimension ``future`` hold every future's own plan, and attributes what planning for all is worth.

    Parameters
    ----------
    futures : what may come, with chances; caps that are shares of a baseline are shares of the scenario's
        own, in every future.
    reference : the scenario's own, as for :func:`optimizer.optimize`.

    Raises
    ------
    ConfigError : a decision made now does not exist in some future, or another objective than least cost.
    InfeasibleError : a future has no plan at all, or no decisions suit all of them.
    SolverError : stopped before there was a plan. As :func:`optimizer.optimize` otherwise.
    """
    solver = solver or SolverSettings()
    refuse(_other_goal(objective))
    if reference is None and needs_reference(scenario):
        reference = reference_plan(scenario, solver)
    study = _Study(scenario, futures, settings, solver, reference)
    result = study.solve(progress)
    solved = [
        study.plan(future, session, result.decided)
        for future, session in zip(futures.members, study.sessions, strict=True)
    ]
    own = [plan for future, plan in zip(futures.members, solved, strict=True) if future.as_given]
    plan = own[0] if own else study.plan_as_given(result.decided)
    costs = np.array([float(each.attrs["objective"]) for each in solved])
    result = replace(result, objective=study.risk.objective(costs), costs=costs)
    return with_future_figures(plan, scenario, solved, futures, settings, result, solver.mip_gap)


@dataclass
class _Study:
    """All futures as sessions of their own, and what was found of them."""

    scenario: Scenario
    futures: Futures
    settings: FuturesSettings
    solver: SolverSettings
    reference: xr.Dataset | None
    columns: Columns = field(init=False)
    risk: Risk = field(init=False)
    sessions: list[PlanSession] = field(init=False)
    own_decisions: list[Decided] = field(default_factory=list, init=False)  # of each future alone

    def __post_init__(self) -> None:
        self.columns = decided_columns(self.scenario, self.settings)
        chance = np.array([future.chance for future in self.futures.members])
        self.risk = Risk(chance, self.settings.risk_weight, self.settings.risk_share)
        for future in self.futures.members:
            require_same_decisions(self.scenario, future.scenario, self.columns, future.name)
        self.sessions = [self._session(future.scenario) for future in self.futures.members]
        self.quiet = replace(self.solver)
        self.quiet.diagnosis = replace(self.solver.diagnosis, automatic=False)

    def _session(self, scenario: Scenario) -> PlanSession:
        return PlanSession(posed(scenario, self.reference)[0], self.solver)

    def solve(self, progress: Watch | None) -> FutureResult:
        """Return the decisions made now, what is proven of them and, where asked for, what they are worth."""
        began = time.perf_counter()
        hedges = self.settings.method is FutureMethod.HEDGING
        many = joins_large([session.model for session in self.sessions], self.solver)
        alone = self._alone() if self.settings.worth or hedges or many else None
        mean = self._of_the_mean() if self.settings.worth else None
        result = FutureResult(
            alone=None if alone is None else _figures(alone),
            of_mean=None if mean is None else mean.figures,
        )
        if hedges:
            assert alone is not None  # noqa: S101 - hedging starts from them
            result = self._hedged(result, alone, mean)
        else:
            result = self._joined(result, alone if many else None, mean, progress)
        return replace(result, seconds=time.perf_counter() - began)

    def _joined(
        self,
        result: FutureResult,
        alone: list[Solution] | None,
        mean: _Tried | None,
        progress: Watch | None,
    ) -> FutureResult:
        """Return the best decisions of the joined model.

        Where it is large (`alone` is given), those of single futures and of the mean are tried in all futures
        first: one of them may be proven good enough, and else the search begins from the best.
        """
        tried = mean if mean is not None and mean.is_whole else None
        known = -math.inf if result.alone is None else self.risk.objective(result.alone[1])
        if alone is not None:
            own = [mean.decided] if tried is not None and mean is not None else []
            tried = self._best([*own, *self.own_decisions], alone)
            if tried is not None and relative_gap(tried.cost, min(known, tried.cost)) <= self.solver.mip_gap:
                return replace(result, decided=tried.decided, bound=min(known, tried.cost))
        models, start = [session.model for session in self.sessions], None if tried is None else tried.values
        solution, decided = solve_extensive(models, self.columns, self.risk, self.solver, progress, start)
        bound = float(np.fmax(solution.bound, known))
        if tried is not None and alone is not None and (decided is None or tried.cost < solution.objective):
            return replace(result, decided=tried.decided, bound=min(bound, tried.cost))
        if decided is None:
            raise self._reason(solution)
        return replace(result, decided=decided, bound=bound)

    def _alone(self) -> list[Solution]:
        """Return the solution of each future as if it were known to come."""
        found = []
        for future, session in zip(self.futures.members, self.sessions, strict=True):
            solution = solve_session(session, None)
            if not solution.has_values:
                self._no_plan_in(future, session, solution)
            found.append(solution)
            self.own_decisions.append(read_decided(session.model, self.columns))
        return found

    def _no_plan_in(self, future: Future, session: PlanSession, solution: Solution) -> None:
        if solution.stopped_by_user:
            raise KeyboardInterrupt
        if solution.status is not Status.INFEASIBLE:
            message = f"no plan found in future {future.name!r}: {solution.termination}"
            raise SolverError(message, solution.bound)
        message = f"there is no plan in future {future.name!r}, whatever is decided now"
        if not self.solver.diagnosis.automatic:
            raise InfeasibleError(message)
        diagnosis = diagnose(session.instance, self.solver)
        message = f"{message}. {diagnosis.text}"
        raise InfeasibleError(message, diagnosis)

    def _reason(self, solution: Solution) -> BaseException:
        """Return the error of a joined model without a plan; raise that of a future without one."""
        if solution.stopped_by_user:
            return KeyboardInterrupt()
        if solution.status is not Status.INFEASIBLE:
            message = f"no plan found over all futures: {solution.termination}"
            return SolverError(message, solution.bound)
        self._alone()
        message = (
            "every future has a plan of its own, but nothing that is decided now suits all of them: decide "
            "less now (futures.decided_now, futures.until), or give the caps an overrun_price"
        )
        return InfeasibleError(message)

    # ------------------------------------------------------------ decisions held

    def held(self, decided: Decided) -> list[Solution]:
        """Return the solution of each future with the decisions held; some may have no plan."""
        found = []
        for session in self.sessions:
            with decided.held_in(session):
                found.append(solve_session(session, None))
        return found

    def plan(self, future: Future, session: PlanSession, decided: Decided) -> xr.Dataset:
        """Return a future's plan with the decisions held, verified."""
        try:
            return optimize(future.scenario, self.quiet, self.reference, session=session, held=decided)
        except InfeasibleError as error:
            message = f"the decisions made now leave no plan in future {future.name!r}: {error}"
            raise InfeasibleError(message) from error

    def plan_as_given(self, decided: Decided) -> xr.Dataset:
        """Return the scenario's own plan with the decisions held, verified."""
        try:
            return optimize(self.scenario, self.quiet, self.reference, held=decided)
        except InfeasibleError as error:
            message = (
                "the decisions that suit all futures leave no plan for the scenario as it stands: list it "
                "among the futures too, by a name without changes"
            )
            raise InfeasibleError(message) from error

    def _best(self, candidates: Sequence[Decided], alone: Sequence[Solution]) -> _Tried | None:
        """Return the cheapest of several decisions over all futures, None where none suits all."""
        best: _Tried | None = None
        for decided in candidates:
            tried = self._tried(decided, alone, math.inf if best is None else best.cost)
            best = tried or best
        return best

    def _tried(self, decided: Decided, alone: Sequence[Solution], least: float) -> _Tried | None:
        """Return what decisions come to over all futures; None as soon as they cannot beat `least`."""
        costs, found = np.array([solution.bound for solution in alone]), []
        for f, session in enumerate(self.sessions):
            with decided.held_in(session):
                found.append(solve_session(session, None))
            costs[f] = found[-1].objective
            # the others cost no less than alone; a future without a plan has no cost
            if not self.risk.objective(costs) < least:
                return None
        return _Tried(found, decided, self.risk.objective(costs))

    # ------------------------------------------------------------ worth

    def _of_the_mean(self) -> _Tried | None:
        """Return what planning for the mean of all futures comes to, None where there is no such mean."""
        if self.futures.mean is None:
            return None
        session = self._session(self.futures.mean)
        solution = solve_session(session, None)
        if not solution.has_values:
            return None
        decided = read_decided(session.model, self.columns)
        found = self.held(decided)
        cost = self.risk.objective(_figures(found)[0])
        return _Tried(found, decided, cost)

    # ------------------------------------------------------------ hedging

    def _hedged(self, result: FutureResult, alone: list[Solution], mean: _Tried | None) -> FutureResult:
        """Return the best decisions that hedging came to, tried in every future."""
        hedged = hedge(self.sessions, self.columns, self.risk, self.settings, self.solver, alone)
        own = [] if mean is None else [mean.decided]
        best = self._best([*hedged.candidates, *own], alone)
        if best is None:
            message = (
                f"hedging for {hedged.iterations} iterations came to no decisions that suit all futures: "
                "raise futures.iterations, or use futures.method=extensive"
            )
            raise SolverError(message, hedged.bound)
        return replace(result, decided=best.decided, bound=min(hedged.bound, best.cost), hedged=hedged)


@dataclass(frozen=True)
class _Tried:
    """Decisions, each future's solution with them held, and what they come to; nan where one has no plan."""

    found: list[Solution]
    decided: Decided
    cost: float

    @property
    def figures(self) -> tuple[Floats, Floats]:
        """Cost and proven bound of each future (F,), nan where there is no plan."""
        return _figures(self.found)

    @property
    def is_whole(self) -> bool:
        """Whether every future has a plan."""
        return all(solution.has_values for solution in self.found)

    @property
    def values(self) -> list[Floats]:
        """The columns' values of each future."""
        return [solution.values for solution in self.found]


def _figures(found: Sequence[Solution]) -> tuple[Floats, Floats]:
    cost = np.array([each.objective if each.has_values else np.nan for each in found])
    bound = np.array([each.bound if each.has_values else np.nan for each in found])
    return cost, bound
