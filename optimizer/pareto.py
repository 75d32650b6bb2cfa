"""The cost-carbon frontier: the cheapest plan for each amount of emissions, from tight to loose.

Epsilon-constraint (Haimes, Lasdon and Wismer 1971): least cost under a target on emissions, for targets
between the least any plan can emit and what the cheapest plan emits. Solving from tight to loose makes
every plan a good start for the next one. The pathway's caps do not hold here, its levers, its carbon price
and enforced programme targets do, so that the pathway's own plan can be seen against what the same levers
could do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import xarray as xr

from optimizer.models.objective import emissions_within_target, least_emissions
from optimizer.objective_settings import ObjectiveSettings, ParetoSettings
from optimizer.objectives import SLACK, Outcome, Stage, described
from optimizer.optimize import reference_plan
from optimizer.points import Points
from optimizer.results import add_solution, make_plan, read_activities, with_target_prices
from optimizer.session import PlanSession, posed
from optimizer.settings import SolverSettings
from optimizer.solution import Solution, Status
from optimizer.verify import verify
from optimizer.verify_objective import measured_emissions
from scenarios.errors import InfeasibleError, SolverError
from scenarios.programme_results import with_programme_results
from scenarios.scenario import Scenario
from scenarios.settings import CarbonSettings

TARGET = "emissions_within_target"
FAR = 3  # solves until the targets follow each other: least emissions, least cost, the first target
MANY_GAP, MANY_SECONDS = 0.01, 60.0  # of a point, with many decisions
SAME = 1e-7  # share by which two points may differ and be one
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Point:
    """One solve under a target: the plan, what it costs and emits, and the price of the next tonne."""

    target: float
    cost: float
    emissions: float
    price: float
    solution: Solution
    plan: xr.Dataset


def pareto_frontier(
    scenario: Scenario,
    settings: SolverSettings | None = None,
    pareto: ParetoSettings | None = None,
    tell: Tell | None = None,
    reference: xr.Dataset | None = None,
) -> tuple[xr.Dataset, list[xr.Dataset]]:
    """Return the frontier and its plans, from the least emissions to the least cost.

    Parameters
    ----------
    tell : called with (solves done, solves expected) after each solve.
    reference : the plan of :func:`optimizer.reference_plan`, the baseline of programme targets; solved here
        if needed and not given.

    Returns
    -------
    frontier : Dataset over ``point``, no point dominated by another: ``emissions`` (tCO2e, of the measure
        asked for), ``emissions_cumulative``, ``emissions_last_year``, ``cost`` (present value), ``target``,
        ``gap`` and ``bound`` of the solve, ``price_by_dual`` and ``price_by_difference`` (currency per t).
    plans : one a point, each verified.

    Raises
    ------
    InfeasibleError, SolverError : there is no plan at all, or none was found in time.
    """
    started = time.perf_counter()
    settings, pareto = settings or SolverSettings(), pareto or ParetoSettings()
    if scenario.targets.needs_reference and reference is None:
        reference = reference_plan(scenario, settings)
    search = _Search(_uncapped(scenario), settings, pareto, tell, reference)
    points = search.run()
    kept = non_dominated([point.emissions for point in points], [point.cost for point in points])
    frontier = _dataset([points[p] for p in kept], pareto, scenario)
    frontier.attrs |= {
        "solves": search.done,
        "searches": search.points.searches,
        "rebuilds": search.session.rebuilds,
        "dominated": len(points) - len(kept),
        "seconds": time.perf_counter() - started,
        "mip_gap": search.session.settings.mip_gap,
    }
    return frontier, [points[p].plan for p in kept]


def non_dominated(emissions: list[float], cost: list[float]) -> list[int]:
    """Return the positions of points that no other point beats or equals on both, by rising emissions."""
    order = sorted(range(len(cost)), key=lambda p: (emissions[p], cost[p]))
    kept: list[int] = []
    for p in order:
        if kept and cost[p] >= cost[kept[-1]] - SAME * abs(cost[kept[-1]]):
            continue  # no cheaper than one that emits no more
        if kept and emissions[p] <= emissions[kept[-1]] + SAME * abs(emissions[kept[-1]]):
            kept.pop()  # as clean as the last one, and cheaper
        kept.append(p)
    return kept


def _uncapped(scenario: Scenario) -> Scenario:
    carbon = scenario.carbon
    free = CarbonSettings(scope2=carbon.scope2, price=carbon.price, priced_accounts=carbon.priced_accounts)
    return replace(scenario, carbon=free)


class _Search:
    """Solves one model again and again under other targets."""

    def __init__(
        self,
        scenario: Scenario,
        settings: SolverSettings,
        pareto: ParetoSettings,
        tell: Tell | None,
        reference: xr.Dataset | None,
    ) -> None:
        self.pareto, self.tell, self.reference = pareto, tell, reference
        began = time.perf_counter()
        instance, self.limits = posed(scenario, reference)
        self.scenario, self.ledger = instance.scenario, instance.ledger
        self.session = PlanSession(instance, settings)
        measure = pareto.emissions
        self.session.add(TARGET, lambda m, i: emissions_within_target(m, i, measure))
        self.session.add("least_emissions", lambda m, i: least_emissions(m, i, measure))
        self.build_seconds = time.perf_counter() - began
        gap, seconds = settings.mip_gap, settings.time_limit_seconds
        if np.count_nonzero(self.session.model.adopt.upper > 0) > settings.rounding_binaries:
            gap, seconds = max(gap, MANY_GAP), min(seconds, MANY_SECONDS)
        gap = gap if pareto.mip_gap is None else pareto.mip_gap
        self.session.settings = replace(settings, mip_gap=gap)
        self.points = Points(self.session, pareto.seconds_per_point or seconds)
        self.done = 0

    def run(self) -> list[Point]:
        """Return all points found, from tight to loose."""
        cleanest = self._least_emissions()
        loosest = self._solve(np.inf, [cleanest])
        low = cleanest.objective + SLACK * abs(cleanest.objective)
        targets = np.linspace(low, max(loosest.emissions, low), self.pareto.points)
        points: list[Point] = []
        start: Solution = cleanest
        for target in targets[:-1]:
            points.append(self._solve(float(target), [start]))
            start = points[-1].solution
        points.append(loosest if loosest.cost <= points[-1].cost else self._solve(np.inf, [start]))
        return self._fill_in(points)

    def _fill_in(self, points: list[Point]) -> list[Point]:
        """Return `points` with more between those furthest apart, until enough are left or none is new."""
        closed: set[tuple[float, float]] = set()
        for _ in range(self.pareto.points):
            kept = non_dominated([p.emissions for p in points], [p.cost for p in points])
            if len(kept) >= self.pareto.points:
                break
            ends = [(points[a], points[b]) for a, b in pairwise(kept)]
            open_ends = [pair for pair in ends if (pair[0].emissions, pair[1].emissions) not in closed]
            if not open_ends:
                break
            tight, loose = max(open_ends, key=lambda pair: pair[1].emissions - pair[0].emissions)
            middle = (tight.emissions + loose.emissions) / 2
            found = self._solve(middle, [tight.solution, loose.solution])
            points.append(found)
            if abs(found.cost - tight.cost) <= SAME * abs(tight.cost):
                closed.add((tight.emissions, loose.emissions))  # nothing cheaper up to the middle
        return points

    def _least_emissions(self) -> Solution:
        self.session.minimise("least_emissions")
        solution = self.points.solve(afresh=True)
        self.session.minimise()
        self._require_plan(solution)
        self._count()
        return solution

    def _solve(self, target: float, starts: list[Solution]) -> Point:
        """Return the cheapest plan under a target, begun from the plans of its neighbours."""
        self.session.bound(TARGET, upper=target)
        solution = self.points.solve(starts, afresh=self.done < FAR)
        self._require_plan(solution)
        self._count()
        self.session.highs().load(solution)
        plan = self._plan(target, solution)
        price = -float(solution.dual(getattr(self.session.model, TARGET))[0]) + 0.0
        emissions = measured_emissions(plan, self.pareto.emissions.value)
        return Point(target, solution.objective, emissions, price, solution, plan)

    def _plan(self, target: float, solution: Solution) -> xr.Dataset:
        scenario, model = self.scenario, self.session.model
        plan = make_plan(scenario, self.ledger, [], self.limits, read_activities(model, scenario))
        first_year = float(plan["emissions"].isel(period=0).sum())
        plan = add_solution(plan, scenario, solution, model, self.build_seconds, first_year)
        stages = (
            Stage("emissions", np.nan, np.nan, np.nan, target),
            Stage("cost", solution.objective, solution.bound, solution.gap),
        )
        objective = ObjectiveSettings(emissions=self.pareto.emissions)
        plan.attrs |= described(Outcome(solution, "cost", stages), objective)
        plan.attrs["largest_violation"] = verify(scenario, plan, self.ledger)
        plan = with_programme_results(plan, scenario, self.ledger, self.reference)
        return with_target_prices(plan, scenario, solution, model)

    def _require_plan(self, solution: Solution) -> None:
        if solution.has_values:
            return
        if solution.status is Status.INFEASIBLE:
            message = "no plan meets all rules, even without caps: zerolane diagnose says why"
            raise InfeasibleError(message)
        message = f"no plan found for a point of the frontier: {solution.termination}"
        raise SolverError(message)

    def _count(self) -> None:
        self.done += 1
        if self.tell is not None:
            self.tell(self.done, max(self.pareto.points + 1, self.done))


def _dataset(points: list[Point], pareto: ParetoSettings, scenario: Scenario) -> xr.Dataset:
    cost = np.array([point.cost for point in points])
    emissions = np.array([point.emissions for point in points])
    difference = np.full(len(points), np.nan)
    difference[1:] = -np.diff(cost) / np.diff(emissions)
    money, tonnes = scenario.currency, "tCO2e"
    measured = tonnes if pareto.emissions.value == "cumulative" else f"{tonnes}/year"
    price = f"{money}/({measured})"
    columns = {
        "emissions": (emissions, measured, f"emissions, {pareto.emissions.value.replace('_', ' ')}"),
        "emissions_cumulative": (_measured(points, "cumulative"), tonnes, "emissions over the horizon"),
        "emissions_last_year": (
            _measured(points, "last_year"),
            f"{tonnes}/year",
            "emissions in the last period",
        ),
        "cost": (cost, money, "present cost"),
        "target": (np.array([p.target for p in points]), measured, "most the plan was allowed to emit"),
        "gap": (
            np.array([p.solution.gap for p in points]),
            "1",
            "distance to the proven bound, share of cost",
        ),
        "bound": (np.array([p.solution.bound for p in points]), money, "no plan under the target costs less"),
        "price_by_dual": (
            np.array([p.price for p in points]),
            price,
            "cost of the next t cut while every yes/no decision stays",
        ),
        "price_by_difference": (
            difference,
            price,
            "cost of a t cut on the way to the next tighter point, decisions included; NaN at the tightest",
        ),
    }
    data = {
        name: (("point",), values, {"units": unit, "long_name": meaning})
        for name, (values, unit, meaning) in columns.items()
    }
    names = np.array([f"point_{p:02d}.nc" for p in range(len(points))], dtype=str)
    data["plan_file"] = (("point",), names, {"units": "", "long_name": "file of the point's plan"})
    attributes = {
        "scenario": scenario.settings.name,
        "title": scenario.title,
        "pathway": scenario.pathway.name,
        "pathway_title": scenario.pathway.title,
        "currency": money,
        "measure": pareto.emissions.value,
        "points_asked": pareto.points,
        "statuses_json": json.dumps([p.solution.status.value for p in points]),
    }
    return xr.Dataset(data, coords={"point": np.arange(len(points))}, attrs=attributes)


def _measured(points: list[Point], measure: str) -> np.ndarray:
    return np.array([measured_emissions(point.plan, measure) for point in points])
