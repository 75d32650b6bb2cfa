"""A column of a table by period: values given for years, interpolated in between."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.periods import Periods

Floats = NDArray[np.float64]


def by_period(frame: pd.DataFrame, key: list[str], column: str, periods: Periods, blank: float) -> Floats:
    """Return `column` as (n, T), one row per key in order of first appearance; blank cells become `blank`."""
    groups = frame.groupby(key, sort=False).ngroup().to_numpy()
    count = np.bincount(groups) if len(groups) else np.zeros(0, dtype=np.int64)
    years = frame["period"].to_numpy(float) if "period" in frame else np.zeros(len(frame))
    order = np.lexsort((years, groups))
    values, years = frame[column].to_numpy(float)[order], years[order]
    begin = np.cumsum(count) - count
    result = np.empty((len(count), len(periods)))
    for rows in np.unique(count).tolist():
        those = np.flatnonzero(count == rows)
        entries = begin[those][:, None] + np.arange(rows)
        result[those] = _interpolated(years[entries], values[entries], periods)
    empty = np.bincount(groups, frame[column].notna().to_numpy(), len(count)) == 0
    result[empty] = blank
    return result


def _interpolated(years: Floats, values: Floats, periods: Periods) -> Floats:
    """Return values (n, k) of ascending years (n, k) at the start of each period, (n, T); see `Periods`."""
    if years.shape[1] == 1:
        return np.repeat(values, len(periods), axis=1)
    result = np.empty((len(years), len(periods)))
    alike, member = np.unique(years, axis=0, return_inverse=True)
    for number, given in enumerate(alike):
        those = member.ravel() == number
        mine = values[those]
        before = np.clip(np.searchsorted(given, periods.start, side="right") - 1, 0, len(given) - 2)
        start = np.clip(periods.start, given[0], given[-1])
        slope = (mine[:, before + 1] - mine[:, before]) / (given[before + 1] - given[before])
        result[those] = slope * (start - given[before]) + mine[:, before]
        result[np.ix_(those, periods.start >= given[-1])] = mine[:, -1:]
    return result
