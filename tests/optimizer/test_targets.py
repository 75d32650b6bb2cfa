"""Programme targets, water caps and preferences in the plan, each reckoned by hand."""

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import CarbonSettings, ScenarioSettings, read_tables, scenario_from_tables
from scenarios.errors import InfeasibleError, VerificationError
from scenarios.ledger import rates
from scenarios.loading import BUNDLED
from scenarios.schema import TABLES
from simulation.settings import SimulationSettings
from simulation.trials import prepare
from tests.optimizer.pig_tables import COST, EMITTED, ENERGY, WATER, pig_tables, target
from tests.optimizer.small_tables import scenario_of, typed

EXACT = SolverSettings(mip_gap=0.0)


def plan_of(rows, **settings):
    return optimize(scenario_of(rows, **settings), EXACT)


def cost(plan):
    return float(plan["cost_npv"].sum())


@pytest.mark.parametrize(
    ("row", "extra", "price"),
    [
        # 23 t less: 23 t of clean pig for 20 more each
        (target("emissions", "reduction", 0.1), 23 * 20, 20),
        # the mill's own power emits 30 t: 15 t less are 25 MWh with certificates
        (target("emissions", "at_most", 15, accounts="scope2_market"), 25 * 50, 50 / 0.6),
        # 2.3 t per t of steel down to 2.0: 30 t less
        (target("emissions_intensity", "at_most", 2.0), 30 * 20, 20),
        # 4 m3 / 1.1: x of the steel made dry, 4 - 3 x = 4 / 1.1
        (target("water_intensity", "gain", 0.1), 100 * (4 - 4 / 1.1) / 3 * 10, 10 / 3),
        (target("water", "at_most", 250, basin="Huangpu"), 50 * 10, 10 / 3),
        (target("renewable_share", "at_least", 0.3, site="mill"), 15 * 50, 50),
        (target("purchase_share", "at_least", 0.4, product="pig", tag="sbt"), 40 * 20, 20),
        # 120 y = 100 (100 - y): y = 1000 / 22
        (target("spend_share", "at_least", 0.5, product="pig", tag="sbt"), 1000 / 22 * 20, 20 / 110),
        (target("purchase_share", "at_least", 0.4, product="pig", label="A"), 40 * 20, 20),
        # a baseline of one's own: 300 t, 10 % less is 270 t, which costs nothing
        (target("emissions", "reduction", 0.1, baseline=300), 0, 0),
    ],
)
def test_an_enforced_target_costs_what_it_must(row, extra, price):
    labels = [{"product": "pig", "label": "A", "largest_footprint": 1.0}, {"product": "pig", "label": "B"}]
    plan = plan_of(pig_tables(targets=[row], labels=labels))
    assert cost(plan) == pytest.approx(COST + extra)
    assert float(plan["target_missed"].sum()) == 0
    assert float(plan["dual_target_kept"].max()) == pytest.approx(price, abs=1e-6)
    if extra:
        assert plan["target_value"].item() == pytest.approx(plan["target_limit"].item())


def test_a_target_that_is_judged_costs_nothing_and_may_be_missed():
    row = target("emissions", "reduction", 0.1) | {"enforce": ""}
    plan = plan_of(pig_tables(targets=[row]))
    assert cost(plan) == pytest.approx(COST)
    assert plan["target_value"].item() == pytest.approx(EMITTED)
    assert plan["target_limit"].item() == pytest.approx(0.9 * EMITTED)
    assert plan["target_missed"].item() == 1


def test_limits_by_year_follow_their_kind():
    rows = [
        {"target": "one", "measure": "emissions", "kind": "yearly_reduction", "value": 0.01},
        {"target": "line", "measure": "emissions", "kind": "line_to", "value": 0.5, "year": 2027},
        {"target": "rise", "measure": "emissions", "kind": "no_rise"},
        {"target": "late", "measure": "energy", "kind": "at_most", "value": 200, "year": 2026},
    ]
    plan = plan_of(pig_tables(targets=rows), last_year=2028)
    expected = [
        [np.nan, 0.99, 0.99**2, 0.99**3],
        [np.nan, 0.75, 0.5, 0.5],
        [np.nan, 1, 1, 1],
    ]
    assert np.allclose(plan["target_limit"].to_numpy()[:3] / EMITTED, expected, equal_nan=True)
    assert np.allclose(plan["target_limit"].to_numpy()[3], [np.nan, 200, 200, 200], equal_nan=True)
    assert np.allclose(plan["target_value"].to_numpy()[3], ENERGY)
    missed = plan["target_missed"].sum("period").to_series()
    assert missed.to_dict() == {"one": 3, "line": 3, "rise": 0, "late": 0}


def test_emissions_that_may_not_rise_follow_those_of_the_year_before():
    rows = pig_tables(targets=[target("emissions", "no_rise")])
    rows["demand"] = [
        {"site": "city", "product": "steel", "quantity": q, "period": y}
        for y, q in ((2025, 100), (2026, 120))
    ]
    plan = plan_of(rows, last_year=2026)
    emitted = plan["target_value"].to_numpy()[0]
    assert emitted == pytest.approx([EMITTED, EMITTED])
    assert cost(plan) == pytest.approx(2.2 * COST + 0.2 * EMITTED * 20)  # 46 t of clean pig in the second


def test_water_of_a_basin_is_capped():
    plan = plan_of(pig_tables(water_caps=[{"basin": "Huangpu", "maximum": 250}]))
    assert cost(plan) == pytest.approx(COST + 50 * 10)
    assert plan["basin_water"].item() == pytest.approx(250)
    assert plan["site_water"].sel(site="mill").item() == pytest.approx(250)
    free = plan_of(pig_tables())
    assert free["site_water"].sel(site="mill").item() == pytest.approx(WATER)
    capped = scenario_of(pig_tables(water_caps=[{"basin": "Huangpu", "maximum": 250}]))
    with pytest.raises(VerificationError, match="water of Huangpu"):
        verify(capped, free, rates(capped))


def test_interventions_save_water_and_fuel():
    rows = pig_tables(
        interventions=[{"intervention": "loop", "kind": "water"}],
        effects=[
            {"intervention": "loop", "effect": "cuts_water", "site": "mill", "amount": 0.5},
            {"intervention": "loop", "effect": "cuts_fuel", "site": "mill", "amount": 0.1},
        ],
        targets=[target("water", "at_most", 200)],
    )
    plan = plan_of(rows)
    assert cost(plan) == pytest.approx(COST)  # the loop is free, dry steel is not
    assert plan["site_water"].sel(site="mill").item() == pytest.approx(200)
    assert plan["site_energy"].sel(site="mill").item() == pytest.approx(ENERGY - 10)


def test_a_ranking_preference_moves_the_order_and_is_paid_to_nobody():
    row = {"kind": "ranking", "rate": 25, "benchmark": 2.0}
    plan = plan_of(pig_tables(price_preferences=[row]))
    assert plan["purchase"].sel(offer="clean").item() == pytest.approx(100)  # 120 - 25 < 100
    assert cost(plan) == pytest.approx(12_000)
    assert plan.attrs["objective"] == pytest.approx(12_000 - 2_500)
    slight = plan_of(pig_tables(price_preferences=[row | {"largest_share": 0.1}]))
    assert slight["purchase"].sel(offer="clean").item() == 0  # 12 is less than 20


def test_bonus_and_malus_are_paid():
    row = {"kind": "paid", "rate": 30, "benchmark": 1.5, "product": "pig"}
    plan = plan_of(pig_tables(price_preferences=[row]))
    assert plan["purchase"].sel(offer="clean").item() == pytest.approx(100)  # 120 - 15 < 100 + 15
    assert float(plan["cost"].sel(cost_account="bonus_malus").sum()) == pytest.approx(-1_500)
    assert plan.attrs["objective"] == pytest.approx(cost(plan)) == pytest.approx(10_500)


def test_a_leaders_requirement_binds_its_suppliers():
    asked = {"requirement": "sbt first", "leader": "mill", "tag": "sbt", "minimum_share": 0.3}
    plan = plan_of(pig_tables(chain_requirements=[asked]))
    assert plan["purchase"].sel(offer="clean").item() == pytest.approx(30)
    assert cost(plan) == pytest.approx(COST + 30 * 20)


def test_statuses_follow_scores_and_the_plan():
    aspects = ("green_production", "supplier_management", "green_logistics", "green_recycling")
    scores = [{"site": "mill", "aspect": a, "score": 70} for a in (*aspects, "information_disclosure")]
    thresholds = [
        {"status": "green_factory", "criterion": "overall", "threshold": 70},
        {"status": "green_factory", "criterion": "green_logistics", "threshold": 60},
        {"status": "zero_carbon_factory", "criterion": "emissions_intensity", "threshold": 0.1},
        {"status": "zero_carbon_factory", "criterion": "renewable_share", "threshold": 0.5},
    ]
    count = target("status_count", "at_least", 1, status="zero_carbon_factory") | {"enforce": ""}
    power = target("renewable_share", "at_least", 0.9, owner="own") | {"target": "green"}
    for targets, reached in (([count], 0), ([count, power], 1)):
        plan = plan_of(pig_tables(factory_scores=scores, factory_statuses=thresholds, targets=targets))
        status = plan["site_status"].sel(site="mill").isel(period=0).to_series().to_dict()
        assert status == {"green_factory": 1, "zero_carbon_factory": reached}
        assert plan["target_value"].sel(target="t").item() == reached


STATUS = [
    {"status": "zero_carbon_factory", "criterion": "emissions_intensity", "threshold": 0.1},
    {"status": "zero_carbon_factory", "criterion": "renewable_share", "threshold": 0.5},
]


def test_a_named_site_must_have_a_status():
    """0.1 t per t are 10 t of 30: certificates for 20 / 0.6 MWh, two thirds of the load."""
    row = target("status_count", "at_least", 1, status="zero_carbon_factory", site="mill")
    plan = plan_of(pig_tables(factory_statuses=STATUS, targets=[row]))
    assert cost(plan) == pytest.approx(COST + 20 / 0.6 * 50)
    assert plan["target_value"].item() == 1
    greener = [STATUS[0], STATUS[1] | {"threshold": 0.8}]
    plan = plan_of(pig_tables(factory_statuses=greener, targets=[row]))
    assert cost(plan) == pytest.approx(COST + 0.8 * 50 * 50)
    by_tonnes = [{"status": "zero_carbon_factory", "criterion": "emissions", "threshold": 15}]
    plan = plan_of(pig_tables(factory_statuses=by_tonnes, targets=[row]))
    assert cost(plan) == pytest.approx(COST + 25 * 50)


def test_a_status_that_scores_rule_out_is_named_and_given_up():
    aspects = ("green_production", "supplier_management", "green_logistics", "green_recycling")
    scores = [{"site": "mill", "aspect": a, "score": 70} for a in (*aspects, "information_disclosure")]
    status = [*STATUS, {"status": "zero_carbon_factory", "criterion": "overall", "threshold": 80}]
    row = target("status_count", "at_least", 1, status="zero_carbon_factory", site="mill")
    rows = pig_tables(factory_scores=scores, factory_statuses=status, targets=[row])
    scenario = scenario_of(rows)
    with pytest.raises(InfeasibleError, match="target t") as raised:
        optimize(scenario, EXACT)
    plan = optimize(raised.value.diagnosis.fixed(scenario), EXACT)
    assert cost(plan) == pytest.approx(COST)
    assert plan["target_value"].item() == 0


def test_an_impossible_target_is_named_and_a_fix_is_offered():
    scenario = scenario_of(
        pig_tables(targets=[target("emissions", "at_most", 50, accounts="scope3_purchased_goods")])
    )
    with pytest.raises(InfeasibleError, match="target t") as raised:
        optimize(scenario, EXACT)
    mended = raised.value.diagnosis.fixed(scenario)
    plan = optimize(mended, EXACT)
    assert plan["target_limit"].item() == pytest.approx(100, rel=1e-3)  # all of it clean pig


def test_trials_measure_the_same_targets():
    rows = pig_tables(
        targets=[
            target("emissions", "reduction", 0.1),
            target("water_intensity", "at_most", 3, site="mill") | {"target": "water", "enforce": ""},
            target("spend_share", "at_least", 0.1, tag="sbt") | {"target": "spend", "enforce": ""},
        ]
    )
    scenario = scenario_of(rows)
    plan = optimize(scenario, EXACT)
    twin = prepare(scenario, plan, SimulationSettings(trials=1, workers=1)).twin()
    assert twin.targets.value == pytest.approx(plan["target_value"].to_numpy(), rel=1e-6)
    assert twin.targets.missed.tolist() == plan["target_missed"].to_numpy().tolist() == [[0], [1], [0]]


def test_an_enforced_cut_of_the_tutorial_is_the_same_as_a_cap():
    tables = read_tables(BUNDLED / "tutorial")
    settings = ScenarioSettings(name="tutorial", first_year=2025, last_year=2026, discount_rate=0.0)
    capped = optimize(scenario_from_tables(tables, settings, CarbonSettings(cap_2026=0.9)), EXACT)
    asked = typed(TABLES["targets"], [target("emissions", "reduction", 0.1)])
    held = optimize(scenario_from_tables({**tables, "targets": asked}, settings), EXACT)
    assert held.attrs["objective"] == pytest.approx(capped.attrs["objective"])
    assert held["target_limit"].to_numpy()[0, 1] == pytest.approx(capped["cap_limit"].to_numpy()[0, 1])
    price = capped["dual_cap_respected"].to_numpy()[0, 1]
    assert held["dual_target_kept"].to_numpy()[0, 1] == pytest.approx(price, rel=1e-6)
