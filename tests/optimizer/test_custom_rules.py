"""Custom rules: by hand on the tutorial, and every wrong name and unit before solving."""

import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import CarbonSettings, ConfigError, ScenarioSettings, VerificationError, load_scenario
from scenarios.ledger import rates
from scenarios.selection import same_unit

EXACT = SolverSettings(mip_gap=0.0)
ALL_ORE = 352e6
MORE = 1.375 * 1608 + 132 + 700 - 1730  # a tonne of scrap steel on grid power, see test_pins
SCRAP = {"decision": "run", "where": {"process": "scrap_route"}}


def with_rules(*rules, carbon=None):
    settings = ScenarioSettings(
        name="tutorial",
        data="tutorial",
        first_year=2025,
        last_year=2026,
        discount_rate=0.0,
        rules=list(rules),
    )
    return load_scenario(settings, carbon or CarbonSettings())


def rule(*terms, **values):
    return {"name": "mine", "unit": "t/year", "sense": "at_least", "limit": 0, "terms": list(terms)} | values


def test_a_share_of_what_is_delivered_from_a_year_on():
    share = rule(SCRAP, {"decision": "delivered", "coefficient": -0.1}, limit={2026: 0})
    plan = optimize(with_rules(share), EXACT)
    assert plan.attrs["objective"] == pytest.approx(ALL_ORE + 10_000 * MORE)
    assert plan["run"].sel(operation="mill_arc_furnace:scrap_route").values == pytest.approx([0, 10_000])


def test_power_over_the_horizon():
    power = rule({"decision": "power", "where": {"site": "mill"}}, unit="MWh", limit=7_500, span="horizon")
    plan = optimize(with_rules(power), EXACT)
    assert float(plan["power"].sum()) == pytest.approx(7_500)
    assert plan.attrs["objective"] == pytest.approx(ALL_ORE + 15_000 * MORE)


def test_spend_with_a_unit_of_its_own_and_equality():
    spend = rule(
        {
            "decision": "purchase",
            "where": {"product": ["raw_scrap"]},
            "coefficient": 1600,
            "coefficient_unit": "CNY/t",
        },
        unit="CNY/year",
        sense="equal",
        limit=22e6,
    )
    plan = optimize(with_rules(spend), EXACT)
    assert plan.attrs["objective"] == pytest.approx(ALL_ORE + 2 * 10_000 * MORE)


def test_limits_lie_between_given_years_and_decisions_can_be_counted():
    one = rule({"decision": "adopt"}, unit="count", span="horizon", limit=1)
    plan = optimize(with_rules(one), EXACT)
    assert plan.attrs["objective"] == pytest.approx(ALL_ORE + 0.5e6)  # energy management is the cheapest
    assert float(plan["adopt"].sum()) == 1


def test_the_baseline_keeps_a_rule_only_when_told_to():
    share = rule(SCRAP, limit=10_000)
    free = optimize(with_rules(share, carbon=CarbonSettings(cap_2026=1.0)), EXACT)
    held = optimize(with_rules(share | {"in_reference": True}, carbon=CarbonSettings(cap_2026=1.0)), EXACT)
    assert free.attrs["baseline_emissions"] == pytest.approx(207_000)
    assert held.attrs["baseline_emissions"] < 207_000


def test_a_broken_rule_is_caught_when_the_plan_is_verified():
    plan = optimize(with_rules(), EXACT)
    scenario = with_rules(rule(SCRAP, limit=1))
    with pytest.raises(VerificationError, match="custom rule mine"):
        verify(scenario, plan, rates(scenario))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (rule({"decision": "flw"}), r"decision 'flw' does not exist \(did you mean flow\?\)"),
        (
            rule({"decision": "run", "where": {"proces": "x"}}),
            r"no filter 'proces' \(did you mean process\?\)",
        ),
        (rule({"decision": "run", "where": {"process": "scrap_rote"}}), r"did you mean scrap_route\?"),
        (rule({"decision": "flow", "where": {"site": "yard", "destination": "city"}}), "no flow has all of"),
        (rule(SCRAP, {"decision": "power"}), "power in MWh/year .* is not 't/year'"),
        (rule(SCRAP, span="horizon"), "over the horizon .* is not 't/year'"),
    ],
)
def test_wrong_names_and_units_are_refused(changed, message):
    with pytest.raises(ConfigError, match=message):
        with_rules(changed)


def test_every_problem_is_said_and_no_name_may_stand_twice():
    with pytest.raises(ConfigError, match=r"(?s)term 1.*term 2.*stands twice"):
        with_rules(rule({"decision": "a"}, {"decision": "b"}), rule(SCRAP))


def test_units_are_multiplied():
    assert same_unit("CNY/year", "t/year", "CNY/t")
    assert same_unit("MWh", "MWh/yr", "year")
    assert not same_unit("t", "t/year")
