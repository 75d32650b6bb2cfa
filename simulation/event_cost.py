"""What each disruption of the scenario costs: trials in which it happened against those without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from simulation.accounting import Account
from simulation.layout import Floats
from simulation.selection import Labels
from simulation.statistics import wilson_interval


def event_costs(accounts: Sequence[Account], labels: Labels, confidence: float, currency: str) -> xr.Dataset:
    """Return how often each disruption happened and what it added, over ``disruption``; empty without any.

    The luck of an event is its own, so the trials with it differ from those without by it alone, and by what
    goes with it: an event that another sets off has the other's harm in its figure. Differences of means
    with Welch's interval; nan where fewer than two trials are with it or without.
    """
    if not len(labels):
        return xr.Dataset()
    times = np.array([a.happened for a in accounts]).reshape(len(accounts), len(labels))
    found = xr.Dataset(coords={"disruption": labels.astype(str)})
    found["disruption_times"] = (("trial", "disruption"), times, {"long_name": "how often it happened"})
    low, high = wilson_interval((times > 0).sum(axis=0), len(accounts), confidence)
    meaning = "share of trials in which it happened"
    for name, values in (("", (times > 0).mean(axis=0)), ("_low", low), ("_high", high)):
        found[f"disruption_share{name}"] = ("disruption", values, {"units": "1", "long_name": meaning})
    unmet = np.array([(a.required - a.delivered).sum() / max(a.required.sum(), 1e-9) for a in accounts])
    for measure, per_trial, units, meaning in (
        ("cost", np.array([a.cost_npv for a in accounts]), currency, "present cost with it less without"),
        ("unmet", unmet, "1", "share of demand not delivered with it less without"),
    ):
        added = np.array([welch(per_trial[t > 0], per_trial[t == 0], confidence) for t in times.T])
        for name, values in zip(("", "_low", "_high"), added.T, strict=True):
            attrs = {"units": units, "long_name": meaning}
            found[f"disruption_{measure}_added{name}"] = ("disruption", values, attrs)
    return found


def welch(one: Floats, other: Floats, confidence: float) -> tuple[float, float, float]:
    """Return the difference of two means and its interval (Welch 1947); nan with fewer than two values."""
    if min(len(one), len(other)) < 2:
        return np.nan, np.nan, np.nan
    difference = float(one.mean() - other.mean())
    parts = np.array([one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)])
    if parts.sum() == 0:
        return difference, difference, difference
    freedom = parts.sum() ** 2 / (parts**2 / np.array([len(one) - 1, len(other) - 1])).sum()
    half = float(stdtrit(freedom, 0.5 + confidence / 2)) * float(np.sqrt(parts.sum()))
    return difference, difference - half, difference + half
