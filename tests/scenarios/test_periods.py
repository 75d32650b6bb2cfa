"""Periods, discounting and interpolation."""

import numpy as np
import pytest

from scenarios.periods import make_periods
from scenarios.settings import ScenarioSettings


def periods(**changes):
    values = {"first_year": 2025, "last_year": 2029, "base_year": 2025, "discount_rate": 0.1} | changes
    return make_periods(ScenarioSettings(**values))


def test_last_period_may_be_shorter():
    found = periods(years_per_period=2)
    assert found.start.tolist() == [2025, 2027, 2029]
    assert found.years.tolist() == [2, 2, 1]
    assert found.end == 2030


def test_discounting_mid_year_start_and_end():
    found = periods(years_per_period=2)
    assert found.discount_yearly[0] == pytest.approx(1.1**-0.5 + 1.1**-1.5)
    assert found.discount_once[1] == pytest.approx(1.1**-2)
    assert found.discount_end == pytest.approx(1.1**-5)


def test_longer_periods_weigh_as_much_as_their_years():
    assert periods(years_per_period=5).discount_yearly.sum() == pytest.approx(periods().discount_yearly.sum())


def test_interpolation_is_linear_then_held():
    found = periods()
    assert found.interpolate({2026: 10.0, 2028: 20.0}).tolist() == [10, 10, 15, 20, 20]
    before = found.interpolate({2026: 10.0, 2028: 20.0}, before_first=np.inf)
    assert before[0] == np.inf
    assert before[1:].tolist() == [10, 15, 20, 20]


def test_position_of_a_year():
    found = periods(years_per_period=2)
    assert [found.position(year) for year in (2025, 2026, 2027, 2029)] == [0, 0, 1, 2]
    with pytest.raises(ValueError, match="outside the horizon"):
        found.position(2030)
