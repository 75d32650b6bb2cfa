"""The public entry: a scenario in, a verified plan out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from optimizer.class_cost import with_class_cost
from optimizer.decided import Decided
from optimizer.diagnosis import diagnose
from optimizer.large import solve_large, takes_large
from optimizer.models.build import build_model
from optimizer.models.instance import Instance
from optimizer.objective_settings import ObjectiveSettings
from optimizer.objectives import described, solve_objective
from optimizer.results import add_solution, make_plan, read_activities, with_target_prices
from optimizer.session import PlanSession, posed
from optimizer.settings import SolverSettings
from optimizer.share_prices import with_matching_price, with_share_prices, without_prices
from optimizer.solution import Solution, SolveProgress, Status
from optimizer.start import rounded_start
from optimizer.verify import verify
from scenarios.caps import main_accounts
from scenarios.change import no_limits
from scenarios.custom_rules import make_custom_rules
from scenarios.errors import InfeasibleError, SolverError, UnboundedError
from scenarios.linear_rules import LinearRules
from scenarios.power import by_the_year
from scenarios.price_preferences import PricePreferences
from scenarios.programme_results import with_programme_results
from scenarios.rulebook_results import with_rulebooks
from scenarios.scenario import Scenario
from scenarios.settings import CarbonSettings, LeverSettings, PathwaySettings

Watch = Callable[[SolveProgress], None]


def optimize(
    scenario: Scenario,
    settings: SolverSettings | None = None,
    reference: xr.Dataset | None = None,
    progress: Watch | None = None,
    objective: ObjectiveSettings | None = None,
    session: PlanSession | None = None,
    held: Decided | None = None,
) -> xr.Dataset:
    """Return the best plan of a scenario under its pathway, verified: the cheapest unless told otherwise.

    Parameters
    ----------
    reference : the plan of :func:`reference_plan`, whose first year is the baseline of caps; solved
        here when a cap needs it and it is not given.
    progress : called with a :class:`SolveProgress` while the solver runs.
    objective : what to minimise; default: present cost.
    session : of a scenario alike, whose model is used again instead of building one: only numbers are
        sent. The answer is within the gap of the one without.
    held : decisions that are made already; all others are free.

    Raises
    ------
    ConfigError : the pathway names what the scenario does not have.
    InfeasibleError, UnboundedError, SolverError : there is no plan; the text says why.
    KeyboardInterrupt : stopped by the user before there was a plan.
    VerificationError : the plan breaks its own rules when recomputed.
    """
    settings = settings or (SolverSettings() if session is None else session.settings)
    if needs_reference(scenario) and reference is None:
        reference = reference_plan(scenario, settings, session=session)
    instance, limits = posed(scenario, reference)
    ledger, caps = instance.ledger, instance.caps
    started = time.perf_counter()
    one_shot = session is None
    if session is None:
        session = PlanSession(instance, settings)
    else:
        session.change(instance)
    if held is not None:
        held.hold(session)
    model, asked = session.model, session
    build_seconds = time.perf_counter() - started
    objective = objective or ObjectiveSettings()

    def solve(start: Solution | None) -> Solution:
        return solve_session(asked, progress, start, follow=one_shot)

    outcome = solve_objective(session, objective, solve)
    solution = outcome.solution
    _raise_without_plan(solution, instance, settings)
    plan = make_plan(scenario, ledger, caps, limits, read_activities(session.solved, scenario))
    total = _total_emissions(scenario, reference if reference is not None else plan)
    plan = add_solution(plan, scenario, solution, model, build_seconds, total)
    plan = with_share_prices(plan, scenario, solution, model)
    plan = with_matching_price(plan, scenario, solution, model)
    plan.attrs |= described(outcome, objective)
    if outcome.goal == "emissions":  # the last solve priced nothing in money
        plan = without_prices(plan)
    plan.attrs["largest_violation"] = verify(instance.scenario, plan, ledger)
    plan = with_programme_results(plan, scenario, ledger, reference)
    plan = with_rulebooks(plan, scenario, ledger)
    plan = with_class_cost(plan, scenario, lambda without: optimize(without, settings, reference, progress))
    return with_target_prices(plan, instance.scenario, solution, model)


def reference_plan(
    scenario: Scenario,
    settings: SolverSettings | None = None,
    progress: Watch | None = None,
    session: PlanSession | None = None,
) -> xr.Dataset:
    """Return the plan of the same scenario with today's assets: no new intervention, grid power, no cap.

    A linear program unless the tables ask for whole decisions. Its first year is the baseline that caps
    are shares of. The carbon price, if any, is paid in both, so that the difference in cost is the
    pathway's own.
    """
    return optimize(as_is(scenario), settings, progress=progress, session=session)


def needs_reference(scenario: Scenario) -> bool:
    """Return whether a cap or a target is a share of what today's chain does."""
    return bool(scenario.carbon.all_caps) or scenario.targets.needs_reference


def as_is(scenario: Scenario) -> Scenario:
    """Return the scenario without caps, interventions and contracts."""
    carbon = scenario.carbon
    uncapped = CarbonSettings(
        scope2=carbon.scope2,
        price=carbon.price,
        priced_accounts=carbon.priced_accounts,
        rulebooks=carbon.rulebooks,
    )
    pathway = PathwaySettings(
        name="as_is", title="As is", levers=LeverSettings(interventions=False, power=["grid"])
    )
    interventions = replace(scenario.interventions, allowed=np.zeros_like(scenario.interventions.allowed))
    supplies = replace(scenario.supplies, allowed=scenario.supplies.kind == "grid")
    counts = scenario.intervention_counts
    counts = replace(counts, minimum=np.full_like(counts.minimum, np.nan))  # today owes no future programme
    return replace(
        by_the_year(scenario),
        carbon=uncapped,
        pathway=pathway,
        interventions=interventions,
        supplies=supplies,
        intervention_counts=counts,
        sourcing_rules=scenario.sourcing_rules.of_today,
        purchase_limits=no_limits(*scenario.offers.price.shape),
        pins=LinearRules(),
        targets=scenario.targets.unbound(),
        basin_rules=LinearRules(),
        preferences=PricePreferences(),
        custom_rules=make_custom_rules([r for r in scenario.settings.rules if r.in_reference], scenario),
    )


def solve_session(
    session: PlanSession, progress: Watch | None, start: Solution | None = None, follow: bool = True
) -> Solution:
    """Solve from `start`, or from a rounded relaxation where there is much to decide.

    By the strategy of the settings; `auto` goes by the size of the model.
    """
    started = time.perf_counter()
    model, settings = session.model, session.settings
    if takes_large(session.highs(), settings):
        solution = solve_large(session.highs().arrays, settings, progress, start)
        session.highs().load(solution)
        return solution
    if start is None and np.count_nonzero(model.adopt.upper > 0) > settings.rounding_binaries:
        relaxed = session.highs(relaxed=True)
        relaxed.send()
        start = rounded_start(model, session.instance, settings, relaxed)
    solution = session.solve(start, progress, follow=follow)
    solution.seconds = time.perf_counter() - started
    return solution


def _total_emissions(scenario: Scenario, plan: xr.Dataset) -> float:
    """Return the first year's emissions over the pathway's accounts, tCO2e."""
    return float(plan["emissions"].sel(emission_account=list(main_accounts(scenario))).isel(period=0).sum())


def _raise_without_plan(solution: Solution, instance: Instance, settings: SolverSettings) -> None:
    if solution.has_values:
        return
    if solution.stopped_by_user:
        raise KeyboardInterrupt  # there is nothing to keep
    if solution.status is Status.INFEASIBLE:
        if not settings.diagnosis.automatic:
            message = "no plan meets all rules; `zerolane diagnose` says why"
            raise InfeasibleError(message)
        diagnosis = diagnose(instance, settings)
        raise InfeasibleError(diagnosis.text, diagnosis)
    if solution.status is Status.UNBOUNDED:
        message = "cost can fall without end: some price is negative with no limit on its quantity"
        raise UnboundedError(message)
    if solution.status is Status.NO_SOLUTION:
        message = f"no plan found: {solution.termination}. Raise solver.time_limit_seconds or solver.mip_gap"
        raise SolverError(message, solution.bound)
    message = f"the solver failed: {solution.termination}"
    raise SolverError(message)


def build(scenario: Scenario) -> pyo.ConcreteModel:
    """Return the Pyomo model of a scenario, unsolved, for reading, extending or other solvers."""
    reference = reference_plan(scenario) if needs_reference(scenario) else None
    return build_model(posed(scenario, reference)[0])
