"""Carbon markets and borders in trials: the twin pays what the plan pays, a trial what it really emits."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from scenarios.carbon_markets import market_terms, settled
from scenarios.carbon_money_results import settled_activities
from scenarios.ledger import rates
from simulation import SimulationSettings, simulate
from simulation.settings import UncertaintySettings
from simulation.trials import prepare
from tests.optimizer.carbon_money_tables import border, carbon_case, market

BOTH = {"markets": ["home"], "borders": ["cbam"]}
GIVEN = {"allocations": [{"market": "home", "process": "coal", "benchmark": 1.5}]}
NARROW = {"pins": [{"pin": "narrow", "decision": "run", "process": "electric", "maximum": 30}]}
PARTS = (border(benchmark=0.5), market({2025: 10, 2026: 30}, bank_limit=40, sale_share=0.5), GIVEN, NARROW)


@pytest.fixture(scope="module")
def case():
    scenario = carbon_case(PARTS, BOTH, last_year=2026)
    return scenario, optimize(scenario, SolverSettings(mip_gap=0.0))


def cost(account, dataset, plan):
    """Return what an account is paid by period."""
    return dict(zip(plan["cost_account"].values.tolist(), dataset, strict=True))[account]


def test_the_plan_trades_banks_and_pays_at_the_border(case):
    _, plan = case
    for name in ("allowance_bought", "bank", "border_due"):
        assert float(plan[name].sum()) > 1


def test_the_twin_pays_what_the_plan_pays(case):
    scenario, plan = case
    outcome = simulate(scenario, plan, SimulationSettings(trials=2))
    assert outcome.attrs["twin_max_relative_error"] < 1e-9
    twin = prepare(scenario, plan, SimulationSettings()).twin()
    for account in ("allowances", "border_adjustment"):
        planned = plan["cost"].sel(cost_account=account).values
        assert cost(account, twin.cost, plan) == pytest.approx(planned)


def test_a_trial_buys_for_what_it_emits(case):
    scenario, plan = case
    settings = SimulationSettings(uncertainty=UncertaintySettings(demand_annual_cv=0.3), seed=3)
    trial = prepare(scenario, plan, settings).run(0)
    emitted = dict(zip(plan["emission_account"].values.tolist(), trial.emissions, strict=True))["scope1"]
    assert emitted != pytest.approx(plan["market_emitted"].values.ravel())
    paid = cost("allowances", trial.cost, plan)
    assert not np.allclose(paid, plan["cost"].sel(cost_account="allowances").values)


def test_settling_by_hand():
    """Two years, 150 t and 90 t given, a bank of 40 t planned after the first; none to spare in coal."""
    scenario = carbon_case(PARTS, BOTH, last_year=2026)
    ledger = rates(scenario)
    (terms,) = market_terms(scenario, ledger)
    assert terms.allocated["run"][0] == pytest.approx([1.5, 1.5])
    zero = {name: np.zeros((n, 2)) for name, n in (("declared", 2), ("declared_cut", 0), ("at_default", 1))}
    coal, flow = np.array([[100.0, 60.0], [0.0, 0.0]]), np.zeros((3, 2))
    activities = {"run": coal, "flow": flow, "bank": np.array([[40.0, 0.0]]), **zero}
    found = settled_activities(scenario, ledger, activities)
    # 200 - 150 = 50 lack and 40 are to be kept; then 120 - 90 = 30 lack, 40 are there
    assert found["allowance_bought"].ravel() == pytest.approx([90, 0])
    assert found["bank"].ravel() == pytest.approx([40, 10])
    assert ledger.price(found).paid("allowances") == pytest.approx([900, 0])
    # electric at 0.5 t with 1.5 t given has 1 t to spare, up to which the 50 t left are sold
    clean = replace(terms, allocated={"run": np.full((2, 2), 1.5)})
    run = np.array([[0.0, 0.0], [30.0, 0.0]])
    found = settled(scenario, [clean], {**activities, "run": run}, np.zeros((1, 2)))
    assert found["allowance_sold"].ravel() == pytest.approx([30, 0])


def test_exports_are_declared_as_the_plan_declares_them(case):
    scenario, plan = case
    flow, due = plan["flow"].values, plan["border_due"].values
    assert scenario.borders.due_as_declared(2 * flow, flow, due) == pytest.approx(2 * due)
    # without exports in the plan: default value 3.0 less half of 0.5 free, for 40 t
    assert scenario.borders.due_as_declared(flow, 0 * flow, 0 * due).ravel() == pytest.approx([110, 110])
