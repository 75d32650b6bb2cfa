"""Tries a plan against uncertainty: the public entry of the package.

What a trial means, in short:

- The plan of a period is spread evenly over its calendar days. Purchase and freight are booked on
  the day of dispatch, production when it runs, delivery when it is delivered; lead times move goods,
  not bookings. Suppliers ship what they buy and hold no stock.
- Customers wait within a period: what a day cannot deliver is owed and served as soon as goods are
  there. What is still owed when the period closes is lost to them: unmet demand, priced as the plan
  prices it. Demand that must be met has no such price and shows in the fill rate alone.
- Arcs, lines and offers make up for what their node lacks against the plan (`gain` a day): first those
  that fell short, then all that are planned, then those of earlier periods and idle operations, within
  capacities. Scarce inputs are kept from the operations that need most of them per unit.
- Capex, yearly cost of interventions, standing capacity and power contracts are paid as planned, late
  or not; capacity, unlocked processes, savings and onsite power count from the real go-live, and what
  they replace stays until then.
- Electricity is settled when a period closes: onsite and contracted power as they put out,
  certificates as planned, the grid the rest.
- The opening stock is reported, and so is the closing one; neither is valued.
"""

from __future__ import annotations

import json
import time

import xarray as xr

from scenarios.scenario import Scenario
from simulation.accounting import relative_errors
from simulation.outcome import outcome_dataset
from simulation.settings import SimulationSettings
from simulation.trials import Progress, prepare, run_all


def simulate(
    scenario: Scenario,
    plan: xr.Dataset,
    settings: SimulationSettings | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run a plan day by day under uncertainty and return what happened.

    First the plan's twin, a run without uncertainty, is compared with the plan; then every trial is
    run with its own luck and priced with the scenario's ledger.

    Parameters
    ----------
    scenario, plan : a scenario and a plan that was made from it.
    settings : how the plan is tried.
    progress : called with trials done and trials in all.

    Returns
    -------
    Dataset with dimensions ``trial, period, cap, cost_account, emission_account, demand, site,
    product, quantile``. Emissions and quantities are per year, cost is per period. Attributes hold
    trials, seed, stopping rule, days and sites played, site-days and events of all trials, the twin's
    largest relative error and warnings.

    Raises
    ------
    UnplayableError : the plan does what the engine of the settings cannot play.
    ValueError : the plan was made from another scenario.
    """
    settings = settings or SimulationSettings()
    started = time.perf_counter()
    trials = prepare(scenario, plan, settings)
    ready = time.perf_counter()
    twin = trials.twin()
    errors = relative_errors(twin, plan)
    # The twin has no uncertainty to draw and few events: a trial takes about three times as long.
    if settings.trial is None:
        accounts, rule = run_all(trials, 3 * (time.perf_counter() - ready), progress)
    else:
        accounts, rule = [trials.run(settings.trial)], f"trial {settings.trial} replayed alone"
    outcome = outcome_dataset(trials.network, trials.opening, accounts, settings, rule)
    if settings.trial is not None:
        outcome = outcome.assign_coords(trial=[settings.trial])
    outcome.attrs |= {
        "twin_max_relative_error": max(errors.values()),
        "twin_errors_json": json.dumps(errors),
        "twin_mass_error": twin.mass_error,
        "simulate_seconds": time.perf_counter() - started,
    }
    return outcome
