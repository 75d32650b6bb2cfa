"""Scope 2 by the same hour: what of certificates and contracts counts, worked out by hand."""

import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from optimizer.verify_claims import claim_findings
from scenarios import CarbonSettings, ConfigError, PathwaySettings
from scenarios.errors import VerificationError
from scenarios.ledger import rates
from scenarios.plans import activities_of
from scenarios.settings import CapSettings, LeverSettings, LimitUnit, Scope2
from tests.optimizer.power_case import LOAD, mill

EXACT = SolverSettings(mip_gap=0.0)
GREEN = PathwaySettings(levers=LeverSettings(minimum_green_share={2025: 1.0}))
CERTIFICATE = {"option": "gec", "kind": "certificate", "price": 110.0, "same_hour_share": 0.25}
WIND = {
    "option": "park",
    "kind": "ppa",
    "price": 50.0,
    "profile": "by_day",
    "capacity_factor": 0.5,
}


def scope2(plan):
    """Return scope 2 by location, market and same hour."""
    return [float(plan["emissions"].sel(emission_account=f"scope2_{m.value}").sum()) for m in Scope2]


def one(plan, name, option):
    """Return a figure of the mill's supply of an option."""
    return float(plan[name].sel(supply=f"mill:{option}").sum())


def test_a_quarter_of_a_certificate_counts_and_the_rest_is_stranded():
    plan = optimize(mill([CERTIFICATE], pathway=GREEN), EXACT)
    assert scope2(plan) == pytest.approx([LOAD * 0.5, 0.0, 0.75 * LOAD * 0.5])
    assert one(plan, "claimed", "gec") == pytest.approx(0.25 * LOAD)
    assert one(plan, "stranded", "gec") == pytest.approx(0.75 * LOAD)
    assert one(plan, "stranded_emissions", "gec") == pytest.approx(0.75 * LOAD * 0.5)
    assert one(plan, "stranded_premium", "gec") == pytest.approx(0.75 * LOAD * 10.0)  # 110 less 100
    assert one(plan, "price_beyond_grid", "gec") == pytest.approx(10.0)
    grid = plan["price_beyond_grid"].where(plan["supply_option"] == "grid", drop=True)
    assert grid.isnull().all()


def test_a_contract_counts_in_the_hours_in_which_it_meets_the_load():
    """2 MW by day put out as much as the year needs, 1 MW of it in hours whose load is 1 MW."""
    plan = optimize(mill([WIND]), EXACT)
    assert one(plan, "power", "park") == pytest.approx(LOAD)
    assert one(plan, "claimed", "park") == pytest.approx(LOAD / 2)
    assert scope2(plan) == pytest.approx([LOAD * 0.5, 0.0, LOAD / 2 * 0.5])
    assert one(plan, "stranded_premium", "park") == 0.0  # it is cheaper than the grid
    assert one(plan, "price_beyond_grid", "park") == pytest.approx(50.0 - 100.0)
    by_hour = plan["hour_matched"].sum("period") / plan["hour_load"].sum("period")
    day = (plan["slice_hour"] >= 6) & (plan["slice_hour"] < 18)
    assert by_hour.to_numpy() == pytest.approx(day.to_numpy().astype(float))
    assert float(plan["hour_load"].sum()) == pytest.approx(LOAD)
    assert float(plan["slice_weight"].sum()) == pytest.approx(8760.0)


def test_a_contract_of_half_the_load_counts_in_full():
    plan = optimize(mill([WIND | {"maximum_share": 0.5}]), EXACT)
    assert one(plan, "claimed", "park") == pytest.approx(one(plan, "power", "park"))
    assert one(plan, "power", "park") == pytest.approx(LOAD / 2)


def test_what_is_not_deliverable_does_not_count():
    plan = optimize(mill([WIND | {"not_deliverable": "yes"}]), EXACT)
    assert one(plan, "claimed", "park") == 0.0
    assert scope2(plan)[2] == pytest.approx(LOAD * 0.5)


def test_what_no_claim_covers_takes_the_factor_of_unclaimed_power():
    plan = optimize(mill([CERTIFICATE], pathway=GREEN, grid={"unclaimed_factor": 0.9}), EXACT)
    assert scope2(plan)[2] == pytest.approx(0.75 * LOAD * 0.9)


def test_nothing_is_said_of_hours_where_nothing_is_known():
    plan = optimize(mill([{"option": "gec", "kind": "certificate", "price": 110.0}], pathway=GREEN), EXACT)
    assert "claimed" not in plan
    assert scope2(plan)[2] == 0.0


def test_caps_by_the_same_hour_buy_what_counts():
    """Half a quarter of the load may emit nothing less: certificates for half of it."""
    cap = CapSettings(limit={2025: 0.875 * LOAD * 0.5}, unit=LimitUnit.TONNES)
    carbon = CarbonSettings(scope2=Scope2.SAME_HOUR, caps={"hourly": cap})
    plan = optimize(mill([CERTIFICATE], carbon), EXACT)
    assert one(plan, "power", "gec") == pytest.approx(LOAD / 2)
    assert float(plan["cap_emissions"].sum()) == pytest.approx(0.875 * LOAD * 0.5)
    assert float(plan["cost_npv"].sum()) == pytest.approx(LOAD * 105.0)


def test_deciding_by_the_hour_asks_for_what_is_known_of_hours():
    with pytest.raises(ConfigError, match=r"park do not.*electricity\.matching=hourly"):
        mill([WIND], CarbonSettings(scope2=Scope2.SAME_HOUR))


def test_a_claim_beyond_the_hours_of_its_load_is_found():
    scenario = mill([WIND])
    plan = optimize(scenario, EXACT)
    claimed = plan["claimed"] * 1.5
    stranded = plan["power"].where(plan["supply_kind"] != "grid", 0.0) - claimed
    changed = plan.assign(claimed=claimed, stranded=stranded)
    found = {
        rule: violation.max()
        for rule, violation, _ in claim_findings(scenario, changed, activities_of(changed))
    }
    assert found["claims of the same hour"] == pytest.approx(LOAD / 4)
    right = claim_findings(scenario, plan, activities_of(plan))
    assert max(float(violation.max()) for _, violation, _ in right) == pytest.approx(0.0, abs=1e-6)


def test_a_certificate_that_counts_for_more_than_its_share_is_found():
    scenario = mill([CERTIFICATE], pathway=GREEN)
    plan = optimize(scenario, EXACT)
    changed = plan.assign(claimed=plan["claimed"] * 2)
    with pytest.raises(VerificationError, match="claims that count by their share"):
        verify(scenario, changed, rates(scenario))
