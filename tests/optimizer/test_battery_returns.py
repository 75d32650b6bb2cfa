"""The bundled reverse-logistics case: nothing is lost, batches come back late, recycling pays."""

import numpy as np
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from scenarios import CarbonSettings, ScenarioSettings, load_scenario
from scenarios.mass_balance import CAME, WENT, mass_balance, returned_batches

SETTINGS = ScenarioSettings(name="battery_returns", data="battery_returns", last_year=2038)


@pytest.fixture(scope="module")
def solved():
    scenario = load_scenario(SETTINGS, CarbonSettings(cap_2026=0.97, cap_2030=0.78, cap_2035=0.62))
    return scenario, optimize(scenario, SolverSettings(mip_gap=0.005))


@pytest.mark.parametrize("years", [1, 2, 5])
def test_every_product_balances_in_every_period(years):
    settings = ScenarioSettings(
        name="battery_returns", data="battery_returns", last_year=2038, years_per_period=years
    )
    scenario = load_scenario(settings)
    plan = reference_plan(scenario) if years == 1 else optimize(scenario, SolverSettings(mip_gap=0.01))
    record = mass_balance(scenario, plan)
    came, went = (record.sel(entry=list(side)).sum("entry") for side in (CAME, WENT))
    assert came.to_numpy() == pytest.approx(went.to_numpy(), rel=1e-7, abs=1e-3)
    assert float(came.sel(product="used_battery").sum()) > 0


def test_batches_come_back_after_eight_years_and_within_their_shares(solved):
    scenario, plan = solved
    batches = returned_batches(scenario, plan)
    late = batches["period"] - batches["sold"]
    assert float(batches.where(late != 8, 0).sum()) == 0
    delivered = plan["delivered"].to_numpy()[scenario.returns.demand]
    back = batches.sum("period").to_numpy()
    due = np.asarray(plan["period"]) + 8 <= 2038
    assert (back[:, due] <= 0.7 * delivered[:, due] * (1 + 1e-6)).all()
    assert (back[:, due] >= 0.35 * delivered[:, due] * (1 - 1e-6)).all()
    assert not back[:, ~due].any()
    streams = scenario.returns.stream.sum() * len(scenario.periods)
    assert float(plan["returned"].sum()) == pytest.approx(float(batches.sum()) + streams)


def test_recycling_is_built_for_the_packs_and_spares_virgin_metal(solved):
    scenario, plan = solved
    assert plan["adopt"].sel(intervention=["jingmen_1", "changsha_growth"]).sum() == 2
    record = mass_balance(scenario, plan)
    metal = record.sel(product="nickel_cobalt").sum("period").to_pandas()
    assert metal["made"] > 0.1 * metal["used"]
    assert metal["bought"] == pytest.approx(metal["used"] - metal["made"])
    assert float(plan["cost"].sel(cost_account="collection").sum()) > 0
    assert float(plan["emissions"].sel(emission_account="scope3_waste").sum()) > 0
