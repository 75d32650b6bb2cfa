"""Typical days: which days of a year stand for all of them, and how many each stands for.

Days are grouped by Ward's linkage over all hours of all profiles together, so that wind and sun keep
belonging to the same day; each group is represented by its medoid, a day that was, and weighed by its number
of days. The hours are then scaled so that the mean of every profile over the year is kept.

Source: Kotzur, Markewitz, Robinius and Stolten (2018), Impact of different time series aggregation methods on
optimal energy system design, Renewable Energy 117. The library tsam does the same; its releases ask for
versions of pandas below ours and bring a machine-learning library for what is one algorithm of scipy's here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DAYS = 365
SETTLED = 1e-12
ROUNDS = 50


@dataclass(frozen=True)
class TypicalDays:
    """Days that stand for a year.

    Attributes
    ----------
    day : position of each typical day in the year, from 0, ascending, (D,).
    weight : days a year that it stands for, whole and summing to the days of the year, (D,).
    member : typical day that stands for each day of the year, (365,).
    """

    day: Integers
    weight: Integers
    member: Integers


def choose_days(curves: Floats, count: int) -> TypicalDays:
    """Return the `count` days that stand for a year, fewer where fewer differ.

    Parameters
    ----------
    curves : profiles hour by hour, (profiles, days, 24), each in its own unit.
    count : how many days; all days of the year from their number on.
    """
    days = curves.shape[1]
    if count >= days:
        every = np.arange(days)
        return TypicalDays(every, np.ones(days, dtype=np.int64), every)
    from scipy.cluster.hierarchy import fcluster, linkage

    largest = np.maximum(curves.max(axis=(1, 2), keepdims=True), 1e-12)
    points = np.moveaxis(curves / largest, 0, 1).reshape(days, -1)
    if count == 1:
        group = np.ones(days, dtype=np.int64)
    else:
        group = fcluster(linkage(points, "ward"), count, "maxclust")
    medoids = {int(g): _medoid(points, np.flatnonzero(group == g)) for g in np.unique(group)}
    order = sorted(medoids, key=lambda g: medoids[g])
    place = {g: n for n, g in enumerate(order)}
    return TypicalDays(
        day=np.array([medoids[g] for g in order], dtype=np.int64),
        weight=np.array([(group == g).sum() for g in order], dtype=np.int64),
        member=np.array([place[int(g)] for g in group], dtype=np.int64),
    )


def _medoid(points: Floats, members: Integers) -> int:
    """Return the member nearest to all others, the first of equals."""
    mine = points[members]
    square = (mine**2).sum(axis=1)
    apart = square[:, None] + square[None, :] - 2 * mine @ mine.T
    return int(members[np.argmin(np.round(apart.sum(axis=1), 9))])


def typical_curves(curves: Floats, days: TypicalDays) -> Floats:
    """Return the profiles on the typical days, (profiles, D, 24), scaled to the means of the year.

    No hour is scaled beyond the largest of the year: what is cut there the other hours make up for.
    """
    weight = days.weight[:, None] / days.weight.sum() / curves.shape[2]
    found = []
    for curve, hours in zip(curves, curves[:, days.day].copy(), strict=True):
        wanted, largest = curve.mean(), curve.max()
        scaled = hours
        for _ in range(ROUNDS):
            full = scaled >= largest
            rest = (scaled * weight)[~full].sum()
            missing = wanted - (scaled * weight).sum()
            if abs(missing) <= SETTLED * wanted or rest <= 0:
                break
            scaled = np.where(full, scaled, np.minimum(scaled * (1 + missing / rest), largest))
        mean = (scaled * weight).sum()
        # The last digits; where the chosen days have no output at all, the year's mean in every hour.
        found.append(scaled * (wanted / mean) if mean > 0 else np.full_like(scaled, wanted))
    return np.array(found).reshape(len(curves), len(days.day), curves.shape[2])
