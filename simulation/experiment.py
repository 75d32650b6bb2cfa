"""Tries a plan against uncertainty: the public entry of the package.

What a trial means, in short:

- The plan of a period is spread evenly over its calendar days. Purchase and freight are booked on
  the day of dispatch, production when it runs, delivery when it is delivered; lead times move goods,
  not bookings. Suppliers ship what they buy and hold no stock.
- Customers wait within a period: what a day cannot deliver is owed and served as soon as goods are
  there. What is still owed when the period closes is lost to them: unmet demand, priced as the plan
  prices it. Demand that must be met has no such price and shows in the fill rate alone. Where demand has
  `tolerance_days`, who has waited that long is lost to the customer then; 0: lost sales.
- Arcs, lines and offers make up for what their node lacks against the plan (`gain` a day): first those
  that fell short, then all that are planned, then those of earlier periods and idle operations, within
  capacities. Scarce inputs are kept from the operations that need most of them per unit.
- Sites named in the table `policies` order by a policy instead: they look at their position (stock, on the
  way and on order, less what others wait for), split an order as the plan splits, and open with the stock
  that the policy keeps. Whole vehicles may leave in part (`least_load`, `longest_wait_days` of a lane). The
  twin knows neither: there all follow the plan.
- What lacks after that, where stock falls below a cover of planned use, is answered by the scenario's
  `responses`, the first in the chain that can: goods expedited, bought on the spot or substituted, demand or
  production curtailed. What they do is an activity of its own, with cost and emissions.
- Capex, yearly cost of interventions, standing capacity and power contracts are paid as planned, late
  or not; capacity, unlocked processes, savings and onsite power count from the real go-live, and what
  they replace stays until then.
- Where the scenario has gates, what arrives by lane queues there before it is in stock; where it has
  timetables, goods wait for the next departure. Both are on the way meanwhile. The twin passes gates at once.
- An intervention with ramp-up years has its full effect that long after it goes live; not in the twin.
- Scores of suppliers drift where the settings say so; grades and quotas follow at the next scoring, and who
  falls below the plan sells less, others within their own quotas, see :mod:`simulation.scores`.
- With ``replan=yearly`` the rest of the plan is made again when a calendar year opens, with what is known by
  then, and followed from that morning on (:mod:`simulation.replanning`).
- Electricity is settled when a period closes: onsite and contracted power as they put out,
  certificates as planned, the grid the rest.
- The opening stock is reported, and so is the closing one; neither is valued.
"""

from __future__ import annotations

import json
import time

import xarray as xr

from scenarios.errors import ConfigError
from scenarios.replanning import Replanner
from scenarios.scenario import Scenario
from simulation.accounting import relative_errors
from simulation.outcome import outcome_dataset
from simulation.settings import Replan, SimulationSettings
from simulation.trials import WORTH_PROCESSES, Progress, Trials, prepare, run_all

LONG = 1.0  # second for a twin
SOLVING = 17  # what making plans again adds to a trial, times what its twin takes: on the flagship


def simulate(
    scenario: Scenario,
    plan: xr.Dataset,
    settings: SimulationSettings | None = None,
    progress: Progress | None = None,
    replanner: Replanner | None = None,
) -> xr.Dataset:
    """Run a plan day by day under uncertainty and return what happened.

    First the plan's twin, a run without uncertainty, is compared with the plan; then every trial is
    run with its own luck and priced with the scenario's ledger.

    Parameters
    ----------
    scenario, plan : a scenario and a plan that was made from it.
    settings : how the plan is tried.
    progress : called with trials done and trials in all.
    replanner : makes the plan again inside trials where the settings ask for that, e.g. a
        :class:`optimizer.replanning.SessionReplanner` of the scenario.

    Returns
    -------
    Dataset with dimensions ``trial, period, cap, cost_account, emission_account, demand, site,
    product, quantile``. Emissions and quantities are per year, cost is per period. Attributes hold
    trials, seed, stopping rule, days and sites played, site-days and events of all trials, the twin's
    largest relative error and warnings.

    Raises
    ------
    ConfigError : the plan is to be made again inside trials, and there is nobody who makes it.
    UnplayableError : the plan does what the engine of the settings cannot play.
    ValueError : the plan was made from another scenario.
    """
    settings = settings or SimulationSettings()
    started = time.perf_counter()
    trials = prepare(scenario, plan, settings, asked_for(settings, replanner))
    ready = time.perf_counter()
    twin = trials.twin()
    twin_seconds = time.perf_counter() - ready
    errors = relative_errors(twin, plan)
    if settings.trial is None:
        accounts, rule = run_all(trials, _seconds_each(trials, twin_seconds), progress)
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


def _seconds_each(trials: Trials, twin_seconds: float) -> float:
    """Return about how long a trial takes, from how long its twin took.

    The twin has no uncertainty to draw and few events: a trial takes about three times as long, and longer
    where plans are made on the way. A twin that took long may have compiled what it needs: it is played once
    more where processes hang on it.
    """
    longer = 3 if trials.recourse is None else 3 + SOLVING
    worth = trials.settings.trials * longer * twin_seconds >= WORTH_PROCESSES
    if worth and trials.settings.workers != 1 and twin_seconds > LONG:
        again = time.perf_counter()
        trials.twin()
        twin_seconds = time.perf_counter() - again
    return longer * twin_seconds


def asked_for(settings: SimulationSettings, replanner: Replanner | None) -> Replanner | None:
    """Return who makes the plan again inside trials; None where the settings do not ask for it.

    Raises ConfigError where they do and there is nobody.
    """
    if settings.replan is Replan.NONE:
        return None
    if replanner is None:
        message = (
            "simulation.replan=yearly needs somebody who makes plans: give simulate a replanner, e.g. "
            "optimizer.replanning.SessionReplanner(scenario)"
        )
        raise ConfigError(message)
    return replanner
