"""Typical days: known groups are found, weights add up to the year, means are kept."""

import numpy as np
import pytest

from scenarios.typical_days import choose_days, typical_curves

BRIGHT = np.r_[np.zeros(6), np.ones(12), np.zeros(6)]


def two_kinds(bright=200):
    """Return one profile of days alike, bright ones first, (1, 365, 24)."""
    days = np.where(np.arange(365)[:, None] < bright, BRIGHT, 0.25 * BRIGHT)
    return days[None]


def test_two_kinds_of_days_are_found_and_counted():
    curves = two_kinds()
    days = choose_days(curves, 2)
    assert days.weight.tolist() == [200, 165]
    assert days.day.tolist() == [0, 200]
    assert (days.member == (np.arange(365) >= 200)).all()
    assert typical_curves(curves, days)[0] == pytest.approx(np.array([BRIGHT, 0.25 * BRIGHT]))


def test_days_alike_need_only_one():
    days = choose_days(two_kinds(bright=365), 8)
    assert days.weight.tolist() == [365]


@pytest.mark.parametrize("count", [1, 3, 8, 365, 400])
def test_weights_are_a_year_and_means_are_kept(count):
    rng = np.random.default_rng(7)
    curves = np.clip(rng.normal(0.3, 0.3, (3, 365, 24)), 0, 1)
    curves[1] *= BRIGHT
    days = choose_days(curves, count)
    assert days.weight.sum() == 365
    assert len(days.day) == min(count, 365)
    assert np.bincount(days.member).tolist() == days.weight.tolist()
    typical = typical_curves(curves, days)
    mean = (typical.mean(axis=2) * days.weight).sum(axis=1) / 365
    assert mean == pytest.approx(curves.mean(axis=(1, 2)), rel=1e-13)
    assert (typical.max(axis=(1, 2)) <= curves.max(axis=(1, 2)) * (1 + 1e-12)).all()
    assert (typical[1] == typical[1] * BRIGHT).all()  # no sun at night


def test_a_group_is_represented_by_its_middle():
    """Of days at 0.2, 0.3 and 0.7 the second is nearest to the others; it stands for all, scaled to 0.4."""
    level = np.tile([0.2, 0.3, 0.7], 122)[:365]
    curves = (level[:, None] * np.ones(24))[None]
    days = choose_days(curves, 1)
    assert level[days.day[0]] == 0.3
    assert typical_curves(curves, days) == pytest.approx(np.full((1, 1, 24), level.mean()))


def test_where_the_typical_days_have_no_output_the_mean_stands():
    curves = np.zeros((2, 365, 24))
    curves[0] = 1.0
    curves[1, 3, 12] = 0.5  # one hour of the year
    days = choose_days(curves[:1], 1)
    typical = typical_curves(curves, days)
    assert typical[1].mean() == pytest.approx(curves[1].mean())
