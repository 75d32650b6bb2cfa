"""The solar case's supplier programme on a short horizon: bought where carbon costs, empty without money."""

import numpy as np
import pandas as pd
import pytest

from optimizer import SolverSettings, optimize
from scenarios import CarbonSettings, ScenarioSettings, read_tables, scenario_from_tables
from scenarios.loading import BUNDLED

SETTINGS = ScenarioSettings(name="solar", data="pv_modules", first_year=2026, last_year=2031)
CARBON = CarbonSettings(price={2026: 2000.0}, priced_accounts=["scope3_purchased_goods"])


@pytest.fixture(scope="module")
def tables():
    return read_tables(BUNDLED / "pv_modules")


def planned(tables):
    return optimize(scenario_from_tables(tables, SETTINGS, CARBON), SolverSettings(mip_gap=0.01))


def test_the_funnel_narrows_and_is_empty_without_a_budget(tables):
    rich = planned(tables)
    seats, expected = (rich[name].to_numpy() for name in ("stage_seats", "stage_expected"))
    assert seats[-1, -1] >= 1  # action: what cuts footprints
    assert (np.diff(seats, axis=0) <= 0).all()
    assert (expected <= seats + 1e-9).all()
    budget = pd.DataFrame([{"budget": "none", "kind": "", "year": np.nan, "amount": 0.0, "row": 2}])
    poor = planned({**tables, "budgets": budget.reindex(columns=tables["budgets"].columns)})
    assert not poor["stage_seats"].to_numpy().any()
    assert float(poor["cost"].sel(cost_account="programme").sum()) <= float(
        rich["cost"].sel(cost_account="programme").sum()
    )
    goods = {"emission_account": "scope3_purchased_goods"}
    assert float(rich["emissions"].sel(goods).sum()) < float(poor["emissions"].sel(goods).sum())
