"""The outcome of all trials as one labelled Dataset."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from simulation.accounting import Account
from simulation.layout import Floats
from simulation.network import Network
from simulation.opening import Opening
from simulation.settings import SimulationSettings
from simulation.statistics import mean_interval, wilson_interval

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
STOPPING_RULE = "fixed number of trials"


def outcome_dataset(
    network: Network, opening: Opening, accounts: Sequence[Account], settings: SimulationSettings
) -> xr.Dataset:
    """Return what the trials show, with intervals.

    Parameters
    ----------
    accounts : one per trial, in the order of their index.
    """
    plan, scenario = network.plan, network.scenario
    currency = scenario.currency
    required = np.array([a.required for a in accounts])
    delivered = np.array([a.delivered for a in accounts])
    missed = np.array([a.cap_missed for a in accounts], dtype=bool)
    cost_npv = np.array([a.cost_npv for a in accounts])
    mean, low_mean, high_mean = mean_interval(cost_npv, settings.confidence)
    chance, low, high = _chances(missed, plan["cap_limit"].transpose("cap", "period").to_numpy(), settings.confidence)
    total = _totals(plan, np.array([a.emissions for a in accounts]), scenario.carbon.scope2.value)  # type: ignore[attr-defined]
    planned_total = _totals(plan, plan["emissions"].transpose("emission_account", "period").to_numpy()[None], scenario.carbon.scope2.value)[0]  # type: ignore[attr-defined]
    by = {
        "cost": (("trial", "cost_account", "period"), np.array([a.cost for a in accounts]), currency, "cost paid in the period"),
        "cost_npv": (("trial",), cost_npv, currency, "present value of all cost"),
        "cost_npv_mean": ((), mean, currency, "mean present value of all cost"),
        "cost_npv_low": ((), low_mean, currency, "lower end of the interval of the mean"),
        "cost_npv_high": ((), high_mean, currency, "upper end of the interval of the mean"),
    }
    return by
