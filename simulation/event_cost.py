"""What each disruption of the scenario costs: trials in which it happened against those without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from scenarios.disruptions import Disruptions
from simulation.accounting import Account
from simulation.intervals import WILSON, with_ends
from simulation.layout import Flags, Floats
from simulation.statistics import chance_interval


def event_costs(
    accounts: Sequence[Account],
    disruptions: Disruptions,
    confidence: float,
    currency: str,
    pairs: bool = False,
) -> xr.Dataset:
    """Return how often each disruption happened and what it added, over ``disruption``; empty without any.

    The luck of an event is its own, so the trials with it differ from those without by it alone, and by what
    goes with it: an event that another sets off has the other's harm in its figure. What prices and demand
    did besides is taken off beforehand, as it would drown the rest: cost is that at planned prices, and
    what follows demand in a straight line is left out, but for events that change demand. Differences of
    means with Welch's interval, or one by pairs; nan where fewer than two trials are with it or without.
    """
    labels = disruptions.label
    if not len(labels):
        return xr.Dataset()
    times = np.array([a.happened for a in accounts]).reshape(len(accounts), len(labels))
    found = xr.Dataset(coords={"disruption": labels.astype(str)})
    found["disruption_times"] = (("trial", "disruption"), times, {"long_name": "how often it happened"})
    share, meaning = chance_interval(times > 0, confidence, pairs), "share of trials in which it happened"
    by = ("disruption",)
    found = found.assign(with_ends("disruption_share", by, share, "1", meaning, called=WILSON))
    asked = np.array([a.required.sum() for a in accounts])
    moves_demand = _moves_demand(disruptions)
    unmet = np.array([(a.required - a.delivered).sum() / max(a.required.sum(), 1e-9) for a in accounts])
    for measure, per_trial, units, meaning in (
        (
            "cost",
            np.array([a.cost_npv - a.price_npv for a in accounts]),
            currency,
            "present cost with it less without",
        ),
        ("unmet", unmet, "1", "share of demand not delivered with it less without"),
    ):
        added = np.array(
            [
                _difference(
                    per_trial if moves else without_demand(per_trial, t > 0, asked), t > 0, confidence, pairs
                )
                for t, moves in zip(times.T, moves_demand, strict=True)
            ]
        )
        found = found.assign(with_ends(f"disruption_{measure}_added", by, added.T, units, meaning))
    return found


def _moves_demand(disruptions: Disruptions) -> list[bool]:
    """Return which events change demand, set off one that does, or are set off by one, (E,)."""
    moves = [str(kind) == "changes_demand" for kind in disruptions.kind]
    for _ in moves:  # as far as chains go
        for event, before in enumerate(disruptions.after):
            if before >= 0:
                moves[event] = moves[int(before)] = moves[event] or moves[int(before)]
    return moves


def without_demand(values: Floats, with_it: Flags, asked: Floats) -> Floats:
    """Return values without the part that follows what was `asked` for, the slope being that within groups.

    Analysis of covariance (Fisher 1932): the mean of the values stays, only their spread shrinks.
    """
    inside = asked.astype(float)
    left = values.astype(float)
    for group in (with_it, ~with_it):
        if group.any():
            inside = np.where(group, inside - asked[group].mean(), inside)
            left = np.where(group, left - values[group].mean(), left)
    spread = float(inside @ inside)
    if spread <= (1e-9 * np.abs(asked).max(initial=0.0)) ** 2:
        return values
    slope = float(inside @ left) / spread
    adjusted: Floats = values - slope * (asked - asked.mean())
    return adjusted


def _difference(values: Floats, with_it: Flags, confidence: float, pairs: bool) -> tuple[float, float, float]:
    if pairs:
        return difference_by_pairs(values, with_it, confidence)
    return welch(values[with_it], values[~with_it], confidence)


def difference_by_pairs(values: Floats, with_it: Flags, confidence: float) -> tuple[float, float, float]:
    """Return what :func:`welch` does for trials in antithetic pairs, which may have one of each.

    The difference is the slope of the values on having it or not, and its error that of a regression whose
    residuals hang together in pairs (Liang and Zeger 1986).
    """
    count, some = len(values), int(with_it.sum())
    if min(some, count - some) < 2:
        return np.nan, np.nan, np.nan
    means = values[with_it].mean(), values[~with_it].mean()
    leverage = (with_it - some / count) * (values - np.where(with_it, *means))
    clusters = count // 2
    scores = leverage.reshape(clusters, 2).sum(axis=1)
    spread = np.sqrt((scores**2).sum() * clusters / (clusters - 1)) / (some * (count - some) / count)
    difference, half = float(means[0] - means[1]), float(stdtrit(clusters - 1, 0.5 + confidence / 2) * spread)
    return difference, difference - half, difference + half


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
