"""Intervals against published and tabled values."""

import numpy as np
import pytest

from simulation.statistics import mean_interval, wilson_interval

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
