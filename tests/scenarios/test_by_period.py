"""Values by period are those that interpolating key by key gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scenarios.periods import make_periods
from scenarios.settings import ScenarioSettings
from scenarios.values_by_period import by_period


@pytest.mark.parametrize("months", [0, 3])
def test_keys_with_different_years_in_any_order_match_interpolation_one_by_one(months):
    rng = np.random.default_rng(5)
    periods = make_periods(ScenarioSettings(first_year=2025, last_year=2031, months_per_period=months))
    rows = [
        (f"key_{k}", year, rng.uniform(1, 9))
        for k in range(40)
        for year in rng.choice(np.arange(2022, 2036), size=int(rng.integers(1, 6)), replace=False)
    ]
    rows += [("always", np.nan, 4.0), ("blank", np.nan, np.nan)]
    frame = pd.DataFrame([rows[i] for i in rng.permutation(len(rows))], columns=["key", "period", "value"])
    found = by_period(frame, ["key"], "value", periods, -1.0)
    for row, key in enumerate(frame["key"].drop_duplicates()):
        mine = frame[frame["key"] == key]
        if key == "blank":
            expected = np.full(len(periods), -1.0)
        elif len(mine) == 1:
            expected = np.full(len(periods), mine["value"].iloc[0])
        else:
            expected = periods.interpolate(dict(zip(mine["period"], mine["value"], strict=True)))
        np.testing.assert_allclose(found[row], expected, rtol=1e-14)


def test_an_empty_table_has_no_rows():
    periods = make_periods(ScenarioSettings(first_year=2025, last_year=2026))
    frame = pd.DataFrame({"key": [], "period": [], "value": []}).astype({"key": object})
    assert by_period(frame, ["key"], "value", periods, 0.0).shape == (0, 2)
