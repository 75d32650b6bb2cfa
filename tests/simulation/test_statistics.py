"""Intervals against published and tabled values."""

import numpy as np
import pytest

from simulation.statistics import (
    mean_interval,
    paired_difference,
    quantile_interval,
    tail_mean_interval,
    wilson_interval,
)

# Newcombe (1998), Statistics in Medicine 17, table I, method 3 (score without continuity correction).
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("events", "trials", "low", "high"), NEWCOMBE)
def test_wilson_interval_of_newcombe(events, trials, low, high):
    found = wilson_interval(events, trials)
    assert [float(v) for v in found] == pytest.approx([low, high], abs=5e-5)


def test_wilson_is_symmetric_and_exact_at_the_ends():
    low, high = wilson_interval([0, 3, 97, 100], 100)
    assert low[0] == 0
    assert high[3] == 1
    assert low == pytest.approx(1 - high[::-1], abs=1e-15)


def test_more_confidence_is_wider():
    narrow, wide = wilson_interval(10, 50, 0.9), wilson_interval(10, 50, 0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_no_trials_no_chance():
    with pytest.raises(ValueError, match="at least one trial"):
        wilson_interval(0, 0)


def test_mean_interval_uses_student():
    values = np.arange(10.0)  # mean 4.5, sd 3.0277, t(9, 0.975) = 2.262157
    mean, low, high = mean_interval(values)
    half = 2.262157 * values.std(ddof=1) / np.sqrt(10)
    assert [mean, low, high] == pytest.approx([4.5, 4.5 - half, 4.5 + half], rel=1e-6)


def test_mean_of_one_trial_has_no_width():
    assert [float(v) for v in mean_interval(np.array([3.0]))] == [3.0, 3.0, 3.0]


def test_quantile_interval_of_the_sign_test():
    """Median of 10: at 95 % between the 2nd and the 9th value, 97.9 % sure (Conover 1999, table A3)."""
    middle, low, high = quantile_interval(np.arange(1.0, 11.0), 0.5)
    assert (middle, low, high) == (5.5, 2.0, 9.0)


def test_few_trials_cannot_bound_a_far_quantile():
    assert quantile_interval(np.arange(20.0), 0.95)[2] == np.inf
    assert quantile_interval(np.arange(100.0), 0.95)[2] < np.inf


def coverage(interval, truth, samples=2000, size=100):
    random = np.random.default_rng(5)
    inside = 0
    for _ in range(samples):
        _, low, high = interval(random.exponential(size=size))
        inside += low <= truth <= high
    return inside / samples


def test_quantile_interval_covers():
    """Of exponential samples, 90 % quantile ln 10; the binomial makes it cover at least 95 %; se 0.5 %."""
    assert coverage(lambda x: quantile_interval(x, 0.9), np.log(10)) > 0.945


def test_tail_mean_interval_covers_about_as_asked():
    """Of exponential samples, the mean beyond the 80 % quantile is ln 5 + 1; skewness costs some points."""
    found = coverage(lambda x: tail_mean_interval(x, 0.8), np.log(5) + 1, size=200)
    assert 0.90 < found < 0.97


def test_tail_mean_is_the_mean_of_the_worst():
    assert tail_mean_interval(np.arange(1.0, 101.0), 0.9)[0] == pytest.approx(95.5, abs=0.06)


def test_paired_difference_by_hand():
    """Differences 1, 2, 3: mean 2, sd 1, t(2, 0.975) = 4.302653."""
    found = paired_difference([11.0, 22.0, 33.0], [10.0, 20.0, 30.0])
    half = 4.302653 / np.sqrt(3)
    assert [found.mean, found.low, found.high] == pytest.approx([2.0, 2.0 - half, 2.0 + half], rel=1e-6)
    assert not found.clear
    # Welch: variances 121 and 100 over 3, so 73.667 and 3.964 degrees of freedom, t = 2.78636
    assert found.unpaired_half_width == pytest.approx(2.78636 * np.sqrt(221 / 3), rel=1e-4)
    assert found.factor == pytest.approx(found.unpaired_half_width / half, rel=1e-6)


def test_pairs_need_equal_trials():
    with pytest.raises(ValueError, match="one length"):
        paired_difference([1.0, 2.0], [1.0])
