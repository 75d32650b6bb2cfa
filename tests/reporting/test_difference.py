"""The difference of two plans leaves nothing over."""

import pytest

from optimizer import SolverSettings, optimize
from reporting.difference import difference_text, plan_difference
from scenarios import CarbonSettings, ConfigError, ScenarioSettings, load_scenario

EXACT = SolverSettings(mip_gap=0.0)


def plan(cap=None, **settings):
    values = {"first_year": 2025, "last_year": 2026, "discount_rate": 0.05} | settings
    case = ScenarioSettings(name="tutorial", data="tutorial", **values)
    carbon = CarbonSettings() if cap is None else CarbonSettings(cap_2026=cap)
    return optimize(load_scenario(case, carbon), EXACT)


@pytest.fixture(scope="module")
def plans():
    return plan(), plan(0.7)


def test_accounts_sum_to_the_whole_difference(plans):
    before, after = plans
    tables = plan_difference(before, after)
    whole = after.attrs["objective"] - before.attrs["objective"]
    for name in ("cost", "emissions"):
        rows = tables[name].drop("total")
        assert rows["difference"].sum() == pytest.approx(tables[name].loc["total", "difference"], rel=1e-9)
    assert tables["cost"].loc["total", "difference"] == pytest.approx(whole, rel=1e-9)
    assert tables["emissions"].loc["total", "difference"] == pytest.approx(-62_100, rel=1e-6)
    assert "scope2_location" not in tables["emissions"].index  # outside the market-based total


def test_decisions_and_text(plans):
    decisions = plan_difference(*plans)["decisions"].set_index("intervention")
    assert decisions.loc["base_phase_2"].tolist() == ["", "2025"]
    assert "base_phase_2" in difference_text(*plans)
    assert "total" in difference_text(*plans)


def test_a_plan_differs_from_itself_in_nothing(plans):
    tables = plan_difference(plans[0], plans[0])
    assert (tables["cost"]["difference"] == 0).all()
    assert tables["decisions"].empty


def test_other_years_are_refused(plans):
    with pytest.raises(ConfigError, match="different years"):
        plan_difference(plans[0], plan(last_year=2027))
