"""The cost-carbon frontier of the tutorial case, by hand.

Cuts cost 676.2 a t (1,318 / 1.949) without energy management, 660.6 a t (1,287.5 / 1.949) with it.
"""

import numpy as np
import pytest

from optimizer import SolverSettings, optimize, session
from optimizer.objective_settings import EmissionMeasure, ParetoSettings
from optimizer.pareto import non_dominated, pareto_frontier
from optimizer.verify_objective import measured_emissions
from scenarios import CarbonSettings, ScenarioSettings, load_scenario
from tests.optimizer.pig_tables import COST, EMITTED, pig_tables, target
from tests.optimizer.small_tables import scenario_of

SETTINGS = ScenarioSettings(
    name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
)
EXACT = SolverSettings(mip_gap=0.0)
BASE, GROWN = 20_000 / 1.1, 50_000 / 1.1
PLAIN, MANAGED = 1318 / 1.949, 1287.5 / 1.949


@pytest.fixture(scope="module")
def found():
    scenario = load_scenario(SETTINGS, CarbonSettings(cap_2026=0.7))
    return pareto_frontier(scenario, EXACT, ParetoSettings(points=12))


@pytest.fixture(scope="module")
def frontier(found):
    return found[0]


def test_both_ends_are_the_hand_solutions(frontier):
    assert float(frontier["cost"][-1]) == pytest.approx(352e6)
    assert float(frontier["emissions"][-1]) == pytest.approx(414_000)
    assert float(frontier["emissions"][0]) == pytest.approx(414_000 - 1.949 * (BASE + GROWN), rel=1e-6)
    assert float(frontier["cost"][0]) == pytest.approx(
        352e6 + (BASE + GROWN) * 1287.5 + 1.35e6 + 1.0e6, rel=1e-6
    )


def test_no_point_is_dominated(frontier):
    assert frontier.sizes["point"] == 12
    assert (np.diff(frontier["emissions"]) > 0).all()
    assert (np.diff(frontier["cost"]) < 0).all()
    assert (frontier["gap"] <= 1e-9).all()


def test_each_point_is_the_least_cost_by_hand(frontier):
    for point in range(frontier.sizes["point"]):
        cut = (414_000 - float(frontier["emissions"][point])) / 1.949  # t of scrap steel
        assert float(frontier["cost"][point]) - 352e6 == pytest.approx(cheapest(cut), rel=1e-5, abs=50), point


def cheapest(tonnes):
    """Return the least extra cost of `tonnes` of scrap steel in two years, every choice tried."""
    best = np.inf
    for grown in (False, True):
        room = (BASE, GROWN if grown else BASE)
        for managed in ((False, False), (False, True), (True, True)):  # once there it stays
            unit = [1287.5 if m else 1318.0 for m in managed]
            for first in ((0, 1), (1, 0)):
                left, cost = tonnes, 1.35e6 * grown + 0.5e6 * sum(managed)
                for year in first:
                    made = min(left, room[year])
                    left, cost = left - made, cost + made * unit[year]
                if left <= 1e-6 * max(tonnes, 1):
                    best = min(best, cost)
    return best


def test_where_no_decision_changes_dual_and_difference_agree(frontier, found):
    decisions = [plan["adopt"].to_numpy() for plan in found[1]]
    dual, difference = frontier["price_by_dual"].to_numpy(), frontier["price_by_difference"].to_numpy()
    assert np.isnan(difference[0])
    same = [p for p in range(1, 12) if (decisions[p] == decisions[p - 1]).all()]
    assert len(same) >= 4
    for p in same:  # linear between the two: the chord lies between the slopes at its ends
        assert dual[p] - 1e-3 <= difference[p] <= dual[p - 1] + 1e-3
        assert difference[p] == pytest.approx(PLAIN, rel=1e-3) or difference[p] <= PLAIN * 1.001
    assert set(np.round(dual[1:-1], 1)) <= {round(PLAIN, 1), round(MANAGED, 1)}


def test_lumps_show_in_the_difference_only(frontier, found):
    decided = np.array([float(plan["adopt"].sel(intervention="base_phase_2").sum()) for plan in found[1]])
    jump = int(np.flatnonzero(np.diff(decided) < 0)[0]) + 1  # first point without phase II
    assert float(frontier["price_by_difference"][jump]) > PLAIN  # pays 1.35 million for the yard as well
    assert float(frontier["price_by_dual"][jump]) <= PLAIN * (1 + 1e-6)


def test_each_plan_is_the_plan_of_its_point(frontier, found):
    for point, plan in enumerate(found[1]):
        assert measured_emissions(plan, "cumulative") == pytest.approx(float(frontier["emissions"][point]))
        assert plan.attrs["objective"] == pytest.approx(float(frontier["cost"][point]))
        assert str(frontier["plan_file"][point].item()) == f"point_{point:02d}.nc"


def test_the_pathway_is_never_below_its_frontier(frontier):
    plan = optimize(load_scenario(SETTINGS, CarbonSettings(cap_2026=0.7)), EXACT)
    emitted, cost = measured_emissions(plan, "cumulative"), float(plan["cost_npv"].sum())
    looser = frontier["emissions"].to_numpy() >= emitted
    assert (frontier["cost"].to_numpy()[looser] <= cost * (1 + 1e-9)).all()


def test_the_last_year_as_measure():
    scenario = load_scenario(SETTINGS, CarbonSettings())
    settings = ParetoSettings(points=3, emissions=EmissionMeasure.LAST_YEAR)
    frontier, _ = pareto_frontier(scenario, EXACT, settings)
    assert frontier["emissions"].to_numpy()[[0, -1]] == pytest.approx([207_000 - 1.949 * GROWN, 207_000])
    assert (frontier["emissions"] == frontier["emissions_last_year"]).all()


def test_twenty_points_take_one_model(monkeypatch):
    built = []
    build = session.build_model
    monkeypatch.setattr(session, "build_model", lambda instance: built.append(1) or build(instance))
    scenario = load_scenario(SETTINGS, CarbonSettings())
    frontier, _ = pareto_frontier(scenario, EXACT, ParetoSettings(points=20))
    assert frontier.sizes["point"] == 20
    assert len(built) == frontier.attrs["rebuilds"] == 1


@pytest.mark.parametrize(
    ("row", "clean"),
    [
        (target("purchase_share", "at_least", 0.4, product="pig", tag="sbt"), 40),
        (target("emissions", "reduction", 0.1), 0.1 * EMITTED),  # of today's chain; 1 t less a t of clean pig
    ],
)
def test_enforced_targets_hold_on_the_frontier_too(row, clean):
    frontier, plans = pareto_frontier(scenario_of(pig_tables(targets=[row])), EXACT, ParetoSettings(points=3))
    assert float(frontier["cost"][-1]) == pytest.approx(COST + 20 * clean)
    assert float(frontier["emissions"][-1]) == pytest.approx(EMITTED - clean)
    assert float(frontier["emissions"][0]) == pytest.approx(100)  # clean pig alone, with certificates
    assert all(float(plan["target_missed"].sum()) == 0 for plan in plans)
    judged = scenario_of(pig_tables(targets=[row | {"enforce": ""}]))
    frontier, plans = pareto_frontier(judged, EXACT, ParetoSettings(points=3))
    assert float(frontier["cost"][-1]) == pytest.approx(COST)
    assert float(plans[-1]["target_missed"].sum()) == 1


def test_dominated_points_are_removed():
    emissions = [3.0, 1.0, 2.0, 2.0, 4.0, 1.0]
    cost = [5.0, 9.0, 7.0, 6.0, 5.0, 8.0]
    assert non_dominated(emissions, cost) == [5, 3, 0]


@pytest.mark.nightly
def test_the_steel_case_has_twelve_points():
    settings = ScenarioSettings(
        name="steel", data="steel_north_china", first_year=2025, last_year=2035, discount_rate=0.06
    )
    scenario = load_scenario(settings, CarbonSettings())
    solver = SolverSettings(mip_gap=0.003, time_limit_seconds=300)  # as `zerolane pareto` has it
    frontier, _ = pareto_frontier(scenario, solver, ParetoSettings(points=12))
    assert frontier.sizes["point"] >= 12
    assert (np.diff(frontier["cost"]) < 0).all()
    assert (frontier["gap"][1:] <= 0.02).all()
    assert float(frontier["gap"][0]) <= 0.1  # the least emissions at all: stopped at the time limit
    # Where the frontier is convex a chord is as steep as the slopes at its ends, within what the gaps allow.
    dual, chord = frontier["price_by_dual"].to_numpy(), frontier["price_by_difference"].to_numpy()
    step = np.diff(frontier["emissions"].to_numpy()).min()
    slack = float((frontier["gap"] * frontier["cost"]).to_numpy()[1:].max()) / step
    for p in range(2, frontier.sizes["point"]):
        assert dual[p] - slack <= chord[p] <= dual[p - 1] + slack
