"""Tries a plan against uncertainty: the public entry of the package."""

from __future__ import annotations

import json
import time

import xarray as xr

from scenarios.scenario import Scenario
from simulation.accounting import relative_errors
from simulation.outcome import outcome_dataset
from simulation.playable import refuse_unplayable
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
    trials, seed, stopping rule, the twin's largest relative error and warnings.

    Raises
    ------
    UnplayableError : the plan does what days cannot be played with yet.
    ValueError : the plan was made from another scenario.
    """
    settings = settings or SimulationSettings()
    started = time.perf_counter()
    refuse_unplayable(scenario, plan)
    trials = prepare(scenario, plan, settings)
    ready = time.perf_counter()
    twin = trials.twin()
    errors = relative_errors(twin, plan)
    # The twin has no uncertainty to draw and few events: a trial takes about three times as long.
    accounts = run_all(trials, 3 * (time.perf_counter() - ready), progress)
    outcome = outcome_dataset(trials.network, trials.opening, accounts, settings)
    outcome.attrs |= {
        "twin_max_relative_error": max(errors.values()),
        "twin_errors_json": json.dumps(errors),
        "twin_mass_error": twin.mass_error,
        "simulate_seconds": time.perf_counter() - started,
    }
    return outcome
