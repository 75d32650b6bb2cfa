"""Plans nearly as cheap and as different as can be, plans of other futures, and what all of them decide.

Beside the plan, further ones are looked for that cost at most a share more, keep every cap and rule, and
decide as differently from all found before as can be: modelling to generate alternatives (Brill 1979,
Management Science 25:413-422; DeCarolis 2011, Energy Economics 33:145-152). What such plans have in common
although they were made to differ is no matter of taste. Each is then made as cheap as its decisions allow,
and verified as any plan is. A future is the scenario with some inputs otherwise, planned for by itself; caps
that are shares of a baseline stay at the tonnes they are.

A decision is an intervention, and present where it is ever taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from optimizer.alternative_settings import AlternativesSettings
from optimizer.models.alternatives import chosen_as_told, farthest_from_found, unlike_found
from optimizer.models.objective import cost_within_budget
from optimizer.optimize import solve_session
from optimizer.repriced import Repriced, repriced
from optimizer.session import PlanSession, posed
from optimizer.settings import SolverSettings
from optimizer.solution import Solution, Status
from optimizer.towards import start_apart
from scenarios.altered import altered
from scenarios.errors import ConfigError, SolverError
from scenarios.plans import activities_of
from scenarios.scenario import Floats, Scenario
from scenarios.typed import refuse

BUDGET, GOAL, UNLIKE, TOLD = "cost_within_budget", "farthest_from_found", "unlike_found", "chosen_as_told"
SLACK = 1e-7  # share of the cost by which rounding may miss it
ASKED, NO_MORE, TIME = "asked", "no_more", "time"  # why no further plan was looked for
Tell = Callable[[int, int], object]


@dataclass
class Found:
    """Plans found, one after the other.

    Attributes
    ----------
    decided : whether each plan takes each intervention, (I,) a plan. cost : present value; low : that no such
        plan can cost less than. emitted : tCO2e over the horizon. names : what plans are called, if anything.
    missing : names of futures without a plan, and whether it is proven that there is none.
    ended : why there are no more: asked, no_more, time.
    unproven : plans that may not be as different as can be: time was up.
    """

    decided: list[Floats] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    emitted: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    missing: dict[str, bool] = field(default_factory=dict)
    ended: str = ASKED
    unproven: int = 0

    def add(self, plan: Repriced, scenario: Scenario, name: str = "") -> None:
        """Take a plan in."""
        assert plan.plan is not None  # noqa: S101 - only plans are added
        self.decided.append(decided_in(plan.plan))
        self.cost.append(plan.cost)
        self.low.append(plan.low)
        self.emitted.append(float(plan.emitted @ scenario.periods.years))
        self.names.append(name)

    @property
    def table(self) -> Floats:
        """Whether each plan takes each intervention, (plans, I)."""
        return np.array(self.decided, dtype=float)


def decided_in(plan: xr.Dataset) -> Floats:
    """Return 1 where a plan ever takes an intervention, (I,)."""
    taken: Floats = adopted_in(plan).sum(axis=1) > 0.5
    return taken.astype(float)


def adopted_in(plan: xr.Dataset) -> Floats:
    """Return modules of each intervention that a plan decides in each period, (I, T)."""
    adopted: Floats = plan["adopt"].transpose("intervention", "period").to_numpy().astype(float)
    return adopted


def _start(session: PlanSession, adopted: Floats, before: Floats) -> Solution | None:
    """Return a plan to begin from where there is much to decide, on the way from a plan found before."""
    if np.count_nonzero(session.model.adopt.upper > 0) <= session.settings.rounding_binaries:
        return None
    return start_apart(session, adopted, (1 - 2 * before).sum(axis=0))


def find_alternatives(
    plan: xr.Dataset,
    scenario: Scenario,
    asked: AlternativesSettings,
    settings: SolverSettings | None = None,
    reference: xr.Dataset | None = None,
    tell: Tell | None = None,
) -> Found:
    """Return plans that cost at most ``asked.within`` more than `plan` and decide otherwise.

    Parameters
    ----------
    plan : of the scenario, whatever it minimises. reference : as for :func:`optimizer.session.posed`.
    tell : called with plans found and plans asked for.

    Raises
    ------
    ConfigError : the scenario has nothing to decide.
    VerificationError : a plan breaks the scenario's rules when recomputed.
    """
    scenario = with_margins_of(plan, scenario)
    instance, limits = posed(scenario, reference)
    refuse(nothing_to_decide(scenario, asked))
    settings = settings or SolverSettings()
    settings = replace(settings, time_limit_seconds=min(asked.seconds, settings.time_limit_seconds))
    session, found = PlanSession(instance, settings), Found()
    activities = activities_of(plan)
    coefficients = instance.ledger.cost_coefficients()
    cost = sum(float((activities[name] * per_unit).sum()) for name, per_unit in coefficients.items())
    room = cost + (asked.within + SLACK) * abs(cost)
    adopted = adopted_in(plan)
    before = [decided_in(plan)]
    session.add(BUDGET, lambda m, i: cost_within_budget(m, i, room))
    session.add(TOLD, chosen_as_told)
    session.add(GOAL, lambda m, i: farthest_from_found(m, i, np.array(before)))
    free = np.zeros(len(before[0])), np.ones(len(before[0]))
    while len(found.decided) < asked.plans:
        session.add(UNLIKE, lambda m, i: unlike_found(m, i, np.array(before)))
        session.bound(TOLD, *free)
        session.minimise()
        start = _start(session, adopted, np.array(before))
        session.ask_again(GOAL)
        session.minimise(GOAL)
        other = _kept(solve_session(session, None, start))
        if not other.has_values:
            found.ended = NO_MORE if other.status is Status.INFEASIBLE else TIME
            break
        found.unproven += other.status is not Status.OPTIMAL
        answer = _at_least_cost(session, other, limits)
        found.add(answer, scenario)
        adopted = adopted_in(answer.plan) if answer.plan is not None else adopted
        before.append(found.decided[-1])
        if tell is not None:
            tell(len(found.decided), asked.plans)
    return found


def nothing_to_decide(scenario: Scenario, asked: AlternativesSettings) -> list[str]:
    """Return that no plan can decide otherwise, where further plans are asked for and nothing is decided."""
    if not asked.plans or scenario.interventions.allowed.any():
        return []
    return ["alternatives.plans: the pathway has no interventions to decide on, so no plan decides otherwise"]


def _at_least_cost(session: PlanSession, other: Solution, limits: Floats) -> Repriced:
    """Return the cheapest plan that decides what a solution decides, when it likes."""
    model, scenario = session.model, session.instance.scenario
    taken = other.value(model.adopt).reshape(-1, len(scenario.periods)).sum(axis=1) > 0.5
    session.bound(TOLD, taken, taken)
    session.minimise()
    cheapest = _kept(session.solve(start=other, duals=False))
    if not cheapest.has_values:  # none in time: the plan as it was found, which keeps all rules too
        session.highs().load(other)
    return repriced(session, cheapest if cheapest.has_values else other, limits)


def plan_futures(
    plan: xr.Dataset,
    scenario: Scenario,
    futures: Mapping[str, Mapping[str, float]],
    settings: SolverSettings | None = None,
    reference: xr.Dataset | None = None,
    seconds: float = np.inf,
    tell: Tell | None = None,
) -> Found:
    """Return the least-cost plan of each future.

    Parameters
    ----------
    futures : by name, changes as for :func:`scenarios.altered.altered`. Others as for
        :func:`find_alternatives`.

    Raises
    ------
    ConfigError : a change means nothing, or a future decides on other interventions.
    VerificationError : a plan breaks the rules of its future when recomputed.
    """
    scenario = with_margins_of(plan, scenario)
    settings = settings or SolverSettings()
    settings = replace(settings, time_limit_seconds=min(seconds, settings.time_limit_seconds))
    session, found = PlanSession(scenario, settings, reference), Found()
    for done, (name, changes) in enumerate(futures.items(), 1):
        other = future_scenario(scenario, changes)
        instance, limits = posed(other, reference)
        session.change(instance)
        answer = repriced(session, solve_session(session, None), limits)
        if answer.found:
            found.add(answer, other, name)
        else:
            found.missing[name] = answer.impossible
        if tell is not None:
            tell(done, len(futures))
    return found


def future_scenario(scenario: Scenario, changes: Mapping[str, float]) -> Scenario:
    """Return the scenario of a future; raises ConfigError, also where other interventions are decided on."""
    other = altered(scenario, changes)
    if not np.array_equal(other.interventions.label, scenario.interventions.label):
        message = f"{', '.join(changes)}: decides on other interventions than the scenario does"
        raise ConfigError(message)
    return other


def with_margins_of(plan: xr.Dataset, scenario: Scenario) -> Scenario:
    """Return the scenario planned for as far below its caps as `plan` was."""
    margin = plan["cap_margin"].transpose("cap", "period").to_numpy()
    if not margin.any() or scenario.periods.monthly:
        return scenario
    years = [int(year) for year in plan["period"].to_numpy()]
    margins = {
        str(name): dict(zip(years, map(float, row), strict=True))
        for name, row in zip(plan["cap"].to_numpy(), margin, strict=True)
        if row.any()
    }
    return replace(scenario, carbon=replace(scenario.carbon, margins=margins))


def _kept(solution: Solution) -> Solution:
    """Return a solution that the user did not break off."""
    if solution.stopped_by_user:
        raise KeyboardInterrupt
    if solution.status in (Status.UNBOUNDED, Status.FAILED):
        message = f"alternatives: the solver failed: {solution.termination}"
        raise SolverError(message)
    return solution
