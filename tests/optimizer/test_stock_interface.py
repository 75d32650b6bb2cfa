"""The array-built model sent through Pyomo's own interface gives the same optimum as the bridge."""

import pyomo.environ as pyo
import pytest

from optimizer import SolverSettings, build, optimize
from scenarios import CarbonSettings, ScenarioSettings, load_scenario

TUTORIAL = ScenarioSettings(
    name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
)
# The steel case reduced in time: two of its years, all of its sites, lanes and interventions.
STEEL = ScenarioSettings(name="steel", data="steel_north_china", first_year=2025, last_year=2026)
GAP = 1e-5


@pytest.mark.parametrize(
    ("settings", "carbon"),
    [(TUTORIAL, CarbonSettings(cap_2026=0.7)), (STEEL, CarbonSettings(cap_2026=0.95))],
    ids=["tutorial", "steel, two years"],
)
def test_same_optimum_through_a_stock_pyomo_interface(settings, carbon):
    scenario = load_scenario(settings, carbon)
    plan = optimize(scenario, SolverSettings(mip_gap=GAP))
    model = build(scenario)
    stock = pyo.SolverFactory("appsi_highs")
    stock.config.mip_gap = GAP
    stock.config.load_solution = False
    results = stock.solve(model)
    assert results.solver.termination_condition == pyo.TerminationCondition.optimal
    best = float(results.problem.upper_bound)
    assert best == pytest.approx(plan.attrs["objective"], rel=2 * GAP)


def test_lp_file_of_the_tutorial_solves_to_the_same(tmp_path):
    import highspy

    scenario = load_scenario(TUTORIAL, CarbonSettings(cap_2026=0.7))
    file = tmp_path / "tutorial.lp"
    build(scenario).write(str(file), io_options={"symbolic_solver_labels": True})
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.readModel(str(file))
    highs.run()
    plan = optimize(scenario, SolverSettings(mip_gap=0.0))
    assert highs.getInfo().objective_function_value == pytest.approx(plan.attrs["objective"], rel=1e-6)
