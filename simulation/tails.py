"""How far cost and emissions range over trials: quantiles and the mean of the worst, with intervals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from simulation.intervals import Variables, with_ends
from simulation.layout import Floats
from simulation.statistics import mean_interval, quantile_interval, tail_mean_interval

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
WORST = 0.95  # the tail mean is over the trials beyond this quantile: the worst 1 in 20


def tails_of(outcome: xr.Dataset, counted: list[str], confidence: float, pairs: bool = False) -> Variables:
    """Return the ranges of present cost and of the pathway's emissions, as variables of the outcome.

    Parameters
    ----------
    outcome : with ``cost_npv`` (trial) and ``emissions`` (trial, emission_account, period).
    counted : emission accounts of the pathway's total.
    pairs : trials are antithetic pairs.

    Returns
    -------
    ``cost_quantile`` (quantile), ``cost_tail_mean`` (), ``emissions_mean`` (period), ``emissions_quantile``
    (quantile, period), ``emissions_tail_mean`` (period) and ``emissions_total_*`` over the whole horizon,
    tCO2e, each with ``_low`` and ``_high``. Quantiles have order statistics for ends, infinite where
    there are too few trials; means have Student's.
    """
    yearly = outcome["emissions"].sel(emission_account=counted).sum("emission_account")
    emissions = yearly.transpose("trial", "period").to_numpy()
    total = emissions @ outcome["years"].to_numpy()
    money = {"units": outcome["cost_npv"].attrs["units"]}
    cost = outcome["cost_npv"].to_numpy()[:, None]
    how: dict[str, Any] = {"confidence": confidence, "pairs": pairs}
    found: Variables = {}
    for name, values, dims, units, what in (
        ("cost", cost, (), money["units"], "present value of all cost"),
        ("emissions", emissions, ("period",), "tCO2e/year", "the total of the pathway's accounts"),
        ("emissions_total", total[:, None], (), "tCO2e", "the pathway's total over the horizon"),
    ):
        if name != "cost":
            mean = _squeezed(mean_interval(values, confidence, pairs), dims)
            found |= with_ends(f"{name}_mean", dims, mean, units, what)
        levels = [_by_column(partial(quantile_interval, level=level, **how), values) for level in QUANTILES]
        quantiles = _squeezed(np.moveaxis(np.array(levels), 1, 0), dims)
        found |= with_ends(f"{name}_quantile", ("quantile", *dims), quantiles, units, f"quantiles of {what}")
        worst = _by_column(partial(tail_mean_interval, level=WORST, **how), values)
        words = f"mean of {what} in the worst 1 in {round(1 / (1 - WORST))} trials"
        found |= with_ends(f"{name}_tail_mean", dims, _squeezed(worst, dims), units, words)
    return found


def ranges_with_prices(drawn: Floats, confidence: float, units: str, pairs: bool = False) -> Variables:
    """Return the range of present cost over draws of the prices in every trial.

    Draws of one trial hang together, so intervals are of trials: quantiles have the quantiles at the ends of
    the interval of the share below the estimate (Woodruff 1952), the tail mean has Student's.

    Parameters
    ----------
    drawn : present cost, (trials, draws).

    Returns
    -------
    ``cost_with_prices_quantile`` (quantile) and ``cost_with_prices_tail_mean`` (), with ``_low``, ``_high``.
    """
    found: Variables = {}
    what, everything = "present value of all cost, over draws of the prices", drawn.ravel()
    levels = []
    for level in QUANTILES:
        quantile = float(np.quantile(everything, level))
        _, low, high = mean_interval((drawn <= quantile).mean(axis=1), confidence, pairs)
        half = float(high - low) / 2
        ends = np.quantile(everything, np.clip([level - half, level + half], 0.0, 1.0))
        levels.append([quantile, *ends.tolist()])
    found |= with_ends(
        "cost_with_prices_quantile", ("quantile",), np.array(levels).T, units, f"quantiles of {what}"
    )
    worst = float(np.quantile(everything, WORST))
    beyond = (worst + np.maximum(drawn - worst, 0.0) / (1 - WORST)).mean(axis=1)
    words = f"mean of {what} in the worst 1 in {round(1 / (1 - WORST))}"
    three = np.array(mean_interval(beyond, confidence, pairs))
    found |= with_ends("cost_with_prices_tail_mean", (), three, units, words)
    return found


def accounts_of(outcome: xr.Dataset, confidence: float, pairs: bool = False) -> Variables:
    """Return the mean of each account over trials with Student's interval, by period and over the horizon.

    Returns
    -------
    ``account_cost`` (cost_account, period), currency in the period, and ``account_emissions``
    (emission_account, period), tCO2e a year; ``account_cost_total`` and ``account_emissions_total``, the
    latter in tCO2e, over the horizon; each with ``_low`` and ``_high``.
    """
    found: Variables = {}
    years = outcome["years"].to_numpy()
    for name, dim, weight in (
        ("cost", "cost_account", np.ones(len(years))),
        ("emissions", "emission_account", years),
    ):
        values = outcome[name].transpose("trial", dim, "period").to_numpy()
        units, what = outcome[name].attrs["units"], f"mean over trials of {name} by account"
        found |= with_ends(
            f"account_{name}",
            (dim, "period"),
            np.array(mean_interval(values, confidence, pairs)),
            units,
            what,
        )
        total = np.array(mean_interval(values @ weight, confidence, pairs))
        found |= with_ends(
            f"account_{name}_total",
            (dim,),
            total,
            units.removesuffix("/year"),
            f"{what}, whole horizon",
        )
    return found


def _by_column(interval: Callable[[Floats], Any], values: Floats) -> Floats:
    """Return value, low and high of each column of (n, m): (3, m)."""
    return np.array([interval(column) for column in values.T]).T


def _squeezed(three: Any, dims: tuple[str, ...]) -> Floats:
    """Drop the last axis, of length one, where there is no dimension for it."""
    values = np.asarray(three)
    return values if dims else values[..., 0]
