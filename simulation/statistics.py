"""Intervals for what trials estimate.

Trials are independent, or come in antithetic pairs, one after the other, of which only the means are: then
`pairs` is true and the intervals are of those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, ndtri, stdtrit

Floats = NDArray[np.float64]
BEST_PAIRS = 0.2  # least variance of a chance from pairs over the binomial one that its interval believes


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
    return _wilson(np.asarray(events, dtype=float) / trials, trials, confidence)


def _wilson(share: Floats, trials: float | Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return Wilson's interval of a share of so many trials, which need not be a whole number."""
    z = float(ndtri(0.5 + confidence / 2))
    scale = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / scale
    half = z / scale * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # At 0 and n events the bound is exactly 0 and 1; rounding must not move it.
    low = np.where(share == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(share == 1, 1.0, np.minimum(centre + half, 1.0))
    return low, high


def pair_means(values: ArrayLike) -> Floats:
    """Return the means of values 2k and 2k + 1 along the first axis, (n / 2, ...).

    Raises
    ------
    ValueError : there is an odd number of them.
    """
    sample = np.asarray(values, dtype=float)
    if len(sample) % 2:
        message = f"pairs need an even number of trials, got {len(sample)}"
        raise ValueError(message)
    means: Floats = sample.reshape(-1, 2, *sample.shape[1:]).mean(axis=1)
    return means


def chance_interval(
    happened: ArrayLike, confidence: float = 0.95, pairs: bool = False
) -> tuple[Floats, Floats, Floats]:
    """Return the share of trials, over the first axis of (n, ...), in which it happened, and its interval.

    Wilson's; for pairs with the number of independent trials that would be as precise (Kish 1965, 8.2): the
    variance of pair means against the binomial one, no better than :data:`BEST_PAIRS`.
    """
    flags = np.asarray(happened, dtype=bool)
    share = flags.mean(axis=0)
    count: Floats = np.full(share.shape, float(len(flags)))
    if pairs:
        means = pair_means(flags)
        spread = means.var(axis=0, ddof=1) / len(means) if len(means) > 1 else np.zeros(share.shape)
        binomial = share * (1 - share) / count
        effect = np.divide(spread, binomial, out=np.ones_like(count), where=binomial > 0)
        count = count / np.clip(effect, BEST_PAIRS, 2.0)
    low, high = _wilson(share, count, confidence)
    return share, low, high


def mean_interval(
    values: Floats, confidence: float = 0.95, pairs: bool = False
) -> tuple[Floats, Floats, Floats]:
    """Return the mean over the first axis and its Student interval; without width for one value."""
    values = pair_means(values) if pairs else np.asarray(values, dtype=float)
    count, mean = len(values), values.mean(axis=0)
    if count < 2:
        return mean, mean, mean
    half = float(stdtrit(count - 1, 0.5 + confidence / 2)) * values.std(axis=0, ddof=1) / np.sqrt(count)
    return mean, mean - half, mean + half


def quantile_interval(
    values: ArrayLike, level: float, confidence: float = 0.95, pairs: bool = False
) -> tuple[float, float, float]:
    """Return a quantile over trials and an interval between two order statistics.

    Holds whatever the distribution: the number of values below the true quantile is binomial (David and
    Nagaraja 2003, 7.1). An end is infinite where so few values cannot bound it. For pairs the order
    statistics are those at the ends of the interval of the share below the estimate (Woodruff 1952).

    Parameters
    ----------
    values : one a trial, (n,), n at least 1.
    level : e.g. 0.95 for the value that 95 % of trials stay under.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    count, tail = len(ordered), (1 - confidence) / 2
    if pairs:
        found = float(np.quantile(ordered, level))
        _, least, most = mean_interval((np.asarray(values) <= found).astype(float), confidence, pairs)
        ends = np.array([level - (most - least) / 2, level + (most - least) / 2])
        inside = np.quantile(ordered, np.clip(ends, 0.0, 1.0))
        beyond = np.where(ends < 0, -np.inf, np.where(ends > 1, np.inf, inside))
        return found, float(beyond[0]), float(beyond[1])
    below = np.arange(count + 1)
    reached = bdtr(below, count, level)  # chance of at most so many values below the quantile
    low = int(np.searchsorted(reached, tail, side="right"))  # values surely below, counted from one
    high = int(np.searchsorted(reached, 1 - tail, side="left")) + 1
    bounds = np.concatenate([[-np.inf], ordered, [np.inf]])
    return float(np.quantile(ordered, level)), float(bounds[low]), float(bounds[min(high, count + 1)])


def tail_mean_interval(
    values: ArrayLike, level: float, confidence: float = 0.95, pairs: bool = False
) -> tuple[float, float, float]:
    """Return the mean of the worst share ``1 - level`` of trials (CVaR) and its Student interval.

    The mean of ``q + (x - q)+ / (1 - level)`` over all trials is the tail mean, and its spread that of the
    estimate, as long as the tail holds several trials (Rockafellar and Uryasev 2000; Hong and Liu 2009).
    """
    sample = np.asarray(values, dtype=float)
    quantile = float(np.quantile(sample, level))
    beyond = quantile + np.maximum(sample - quantile, 0.0) / (1 - level)
    mean, low, high = mean_interval(beyond, confidence, pairs)
    return float(mean), float(low), float(high)


@dataclass(frozen=True)
class Difference:
    """A mean difference of two samples: with its interval when trials are paired, and when they are not.

    `factor` : how much wider the unpaired interval is; what common random numbers bring.
    """

    mean: float
    low: float
    high: float
    unpaired_half_width: float

    @property
    def half_width(self) -> float:
        """Half the width of the paired interval."""
        return (self.high - self.low) / 2

    @property
    def factor(self) -> float:
        """Width of the unpaired interval over that of the paired one; inf if the latter has none."""
        return self.unpaired_half_width / self.half_width if self.half_width > 0 else np.inf

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def paired_difference(
    one: ArrayLike, other: ArrayLike, confidence: float = 0.95, pairs: bool = False
) -> Difference:
    """Return the mean of ``one - other`` over trials that share their luck, with Student intervals.

    The unpaired width is Welch's, as if the samples were independent (Law 2015, 10.2). `pairs` : each
    sample is of antithetic pairs.

    Raises
    ------
    ValueError : the samples are not of equal length, or shorter than two.
    """
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if a.shape != b.shape or len(a) < 2:
        message = f"pairs need two samples of one length, at least two trials, got {a.shape} and {b.shape}"
        raise ValueError(message)
    if pairs:
        a, b = pair_means(a), pair_means(b)
    mean, low, high = mean_interval(a - b, confidence)
    spread = np.array([a.var(ddof=1), b.var(ddof=1)]) / len(a)
    total = float(spread.sum())
    freedom = total**2 / float((spread**2).sum() / (len(a) - 1)) if total > 0 else 1.0
    half = float(stdtrit(freedom, 0.5 + confidence / 2)) * np.sqrt(total)
    return Difference(float(mean), float(low), float(high), float(half))


def discordant_difference(
    one: ArrayLike, other: ArrayLike, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return how much more often it happened in `one` than in `other`, in the same trials, with an interval.

    Only trials in which it happened in one alone tell them apart (McNemar 1947); Wilson's interval of the
    share of `one` among those, times how many they are (Agresti 2002, 10.1). Few of them separate nothing,
    where Student's interval of the difference would have no width.

    Parameters
    ----------
    one, other : whether it happened, one value a trial, (n,), n at least 1.
    """
    a, b = np.asarray(one, dtype=bool), np.asarray(other, dtype=bool)
    ours, theirs = int((a & ~b).sum()), int((b & ~a).sum())
    apart = ours + theirs
    if apart == 0:
        return 0.0, 0.0, 0.0
    low, high = wilson_interval(ours, apart, confidence)
    part = apart / len(a)
    return (ours - theirs) / len(a), part * (2 * float(low) - 1), part * (2 * float(high) - 1)
