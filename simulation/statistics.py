"""Intervals for what trials estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]


def wilson_interval(events: ArrayLike, trials: int, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the Wilson score interval of a chance.

    Keeps close to its confidence where the usual ``p +- z sqrt(p(1-p)/n)`` fails: few trials,
    chances near 0 or 1 (Wilson 1927; Agresti and Coull 1998).

    Parameters
    ----------
    events : trials in which it happened, any shape.
    trials : number of trials, at least 1.
    confidence : e.g. 0.95.

    Raises
    ------
    ValueError : `trials` is below 1.
    """
    if trials < 1:
        message = f"a chance needs at least one trial, got {trials}"
        raise ValueError(message)
    share = np.asarray(events, dtype=float) / trials
    z = float(ndtri(0.5 + confidence / 2))
    scale = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / scale
    half = z / scale * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # At 0 and n events the bound is exactly 0 and 1; rounding must not move it.
    low = np.where(share == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(share == 1, 1.0, np.minimum(centre + half, 1.0))
    return low, high


def mean_interval(values: Floats, confidence: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Return the mean over the first axis and its Student interval; without width for one value."""
    values = np.asarray(values, dtype=float)
    count, mean = len(values), values.mean(axis=0)
    if count < 2:
        return mean, mean, mean
    half = float(stdtrit(count - 1, 0.5 + confidence / 2)) * values.std(axis=0, ddof=1) / np.sqrt(count)
    return mean, mean - half, mean + half
