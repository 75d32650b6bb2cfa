"""The rest of a plan made again: the same where all is as planned, the best from any other state."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from optimizer.replanning import SessionReplanner
from scenarios import CapSettings, CarbonSettings
from scenarios.ledger import rates
from scenarios.plans import activities_of
from scenarios.replanning import PlanState
from scenarios.settings import CapKind
from tests.optimizer.ore_case import OFFERS, SETTINGS, TWO_PLANTS, rule
from tests.optimizer.ore_case import scenario as ore
from tests.optimizer.pig_tables import EMITTED, pig_tables, target
from tests.optimizer.score_case import HELP, QUOTAS, RAISES, YEARS
from tests.optimizer.small_tables import scenario_of
from tests.optimizer.test_investment import small_modules
from tests.simulation.conftest import solved, tutorial_tables, two_route_tables
from tests.simulation.test_playable import BY_TRIP, RETURNS, STORE, case

EXACT = SolverSettings(mip_gap=0.0)


def state_of(scenario, plan, period, demand=1.0, surplus=None, late=(), emitted=0.0):
    """Return a state in which all stands as planned but for what is given."""
    factors = np.ones(scenario.demands.quantity.shape)
    factors[:, period:] = demand
    more = np.zeros(len(scenario.nodes.label))
    for node, quantity in (surplus or {}).items():
        more[scenario.nodes.label.astype(str).tolist().index(node)] = quantity
    missing = np.zeros(plan["in_effect"].shape, dtype=bool)
    for intervention, when in late:
        missing[plan["intervention"].to_numpy().tolist().index(intervention), when] = True
    return PlanState(period, factors, more, missing, np.full(plan.sizes["cap"], emitted))


def cost_of(scenario, plan):
    return rates(scenario).price(activities_of(plan)).cost_npv


def emitted_by(scenario, plan, cap=0):
    from scenarios.caps import cap_terms

    terms = cap_terms(scenario, rates(scenario))[cap]
    return terms.value(activities_of(plan), scenario.periods.years)


@pytest.fixture(scope="module")
def two_routes():
    carbon = CarbonSettings(cap_2027=1.0, cap_2028=0.85, cap_2029=0.74)
    return solved(two_route_tables(), carbon, first_year=2027, last_year=2029)


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("period", [1, 2])
def test_where_all_is_as_planned_the_rest_of_the_plan_comes_back(two_routes, period, free):
    """The principle of optimality (Bellman 1957): 1e-9 of the cost and of every activity."""
    scenario, plan = two_routes.scenario, two_routes.plan
    again = SessionReplanner(scenario, EXACT, free).replan(plan, state_of(scenario, plan, period))
    assert cost_of(scenario, again) == pytest.approx(cost_of(scenario, plan), rel=1e-9)
    for name in ("adopt", "standing", "run", "delivered", "covered", "power"):
        largest = np.abs(plan[name]).max()
        assert float(np.abs(again[name] - plan[name]).max()) <= 1e-9 * float(largest), name


TWO_YEARS = replace(SETTINGS, last_year=2026)
SMALL = OFFERS.replace("near_ore near ore 10 - national - 0", "near_ore near ore 10 90 national - 0")
STEPS = OFFERS.replace("far ore 12 - supplier - 0 all_unit", "far ore 12 - supplier - 0 incremental")
SINGLE = "site product quantity shortage_cost single_source\ntown ore 80 - no\nport ore 60 - yes"
FEATURES = {
    "minimum order": {"offers": SMALL.replace("far ore 12 - supplier - 0", "far ore 12 - supplier - 20")},
    "tiers": {"offers": STEPS, "offer_tiers": "offer from_quantity price\nfar_ore 20 10\nfar_ore 50 6"},
    "suppliers counted": {"sourcing_rules": rule(minimum_count=2, share_if_used=0.2)},
    "single sourcing": {**TWO_PLANTS, "demand": SINGLE},
}


def assert_comes_back(scenario, plan, period=1):
    for free in (False, True):
        again = SessionReplanner(scenario, EXACT, free).replan(plan, state_of(scenario, plan, period))
        assert cost_of(scenario, again) == pytest.approx(cost_of(scenario, plan), rel=1e-9)


@pytest.mark.parametrize("feature", FEATURES)
def test_decisions_that_follow_from_quantities_are_held_with_them(feature):
    """Suppliers, tiers and lanes in use are not named in a plan, or only by what they carry."""
    made = ore(settings=TWO_YEARS, **FEATURES[feature])
    assert_comes_back(made, optimize(made, EXACT))


@pytest.mark.parametrize("changes", [{**BY_TRIP, "hubs": ""}, {}, RETURNS], ids=["trips", "hub", "returns"])
def test_vehicles_hubs_and_returns_come_back(changes):
    assert_comes_back(*case(**changes))


def test_modules_and_periods_of_several_years_come_back():
    tables = tutorial_tables()
    small_modules(tables, 3)
    made = solved(tables, CarbonSettings(cap_2026=0.7))
    assert made.plan["adopt"].max() == 2
    assert_comes_back(made.scenario, made.plan)
    made = solved(two_route_tables(), CarbonSettings(cap_2030=0.9), last_year=2031, years_per_period=3)
    assert_comes_back(made.scenario, made.plan, 2)


def test_more_demand_is_planned_for_as_a_new_plan_would(two_routes):
    """With decisions kept it costs at least what free ones do, and these what a plan made for it costs."""
    scenario, plan = two_routes.scenario, two_routes.plan
    quantity = scenario.demands.quantity * np.array([1.0, 0.9, 0.9])
    other = replace(scenario, demands=replace(scenario.demands, quantity=quantity))
    best = optimize(other, EXACT)
    state = state_of(scenario, plan, 1, demand=0.9)
    kept, free = (SessionReplanner(scenario, EXACT, free).replan(plan, state) for free in (False, True))
    assert np.allclose(kept["delivered"], quantity)
    assert np.array_equal(kept["adopt"], plan["adopt"])
    costs = [cost_of(other, found) for found in (kept, free, best)]
    assert costs[0] >= costs[1] * (1 - 1e-9)
    assert costs[1] >= costs[2] * (1 - 1e-9)
    assert costs[0] < cost_of(scenario, plan)
    assert np.array_equal(kept["run"][:, 0], plan["run"][:, 0])  # what is past stays


@pytest.mark.parametrize(
    ("change", "bought", "left"),
    [
        ({"surplus": {"mill ore": -100.0}}, 100.0, 0.0),
        ({"surplus": {"mill ore": 50.0}}, 0.0, 50.0),
        ({"demand": 1.2}, 0.2 * 365, 0.0),
        ({"demand": 1.2, "surplus": {"mill ore": 73.0}}, 0.0, 0.0),
    ],
)
def test_what_a_store_lacks_is_bought_by_hand(change, bought, left):
    """All ore of two years was bought in the cheap first one; what the second lacks is bought in it."""
    scenario, plan = case(**STORE, hubs="", lanes=BY_TRIP["lanes"].replace("yes", "no"))
    assert plan["purchase"].to_numpy()[0] == pytest.approx([670.0, 0.0])
    change = {name: {node(scenario): v for v in value.values()} if name == "surplus" else value
              for name, value in change.items()}  # fmt: skip
    again = SessionReplanner(scenario, EXACT).replan(plan, state_of(scenario, plan, 1, **change))
    assert again["purchase"].to_numpy()[0] == pytest.approx([670.0, bought], abs=1e-6)
    assert again["stock"].to_numpy()[0] == pytest.approx([365.0, left], abs=1e-6)


def node(scenario):
    return str(scenario.nodes.label[scenario.stores.node[0]])


def test_trips_are_rounded_up_where_decisions_are_kept():
    scenario, plan = case(**BY_TRIP, hubs="")
    again = SessionReplanner(scenario, EXACT).replan(plan, state_of(scenario, plan, 1, demand=1.1))
    assert again["trips"].to_numpy()[0].tolist() == [13.0, np.ceil(1.1 * 365 / 30)]


def test_what_comes_late_is_not_counted_on(two_routes):
    scenario, plan = two_routes.scenario, two_routes.plan
    name = "mill_energy_management"
    at = plan["intervention"].to_numpy().tolist().index(name)
    assert plan["in_effect"].to_numpy()[at].tolist() == [1.0, 1.0, 1.0]
    own = scenario.covers.intervention == at
    again = SessionReplanner(scenario, EXACT).replan(plan, state_of(scenario, plan, 1, late=[(name, 1)]))
    covered = again["covered"].to_numpy()[own]
    assert covered[:, 1].max() == 0.0
    assert covered[:, 2].max() > 0.0
    assert np.array_equal(again["in_effect"], plan["in_effect"])  # it is there and paid for
    assert emitted_by(scenario, again)[1] >= emitted_by(scenario, plan)[1]  # no cheaper cut was left


def test_a_cap_out_of_reach_is_held_as_far_as_it_can_be():
    """There is no plan under it: the least over it is what the cleanest plan emits."""
    scenario, plan = (made := solved(tutorial_tables(), CarbonSettings(cap_2026=0.7))).scenario, made.plan
    state = state_of(scenario, plan, 1, demand=1.0)
    tight = plan.assign(cap_limit=plan["cap_limit"] * 0.2)
    again = SessionReplanner(scenario, EXACT).replan(tight, state)
    over = emitted_by(scenario, again)[1]
    assert float(tight["cap_limit"][0, 1]) < over <= emitted_by(scenario, plan)[1]
    assert cost_of(scenario, again) >= cost_of(scenario, plan)


def test_a_cap_on_the_sum_has_less_left_by_what_was_emitted():
    caps = {"sum": CapSettings(limit={2025: 0.9}, kind=CapKind.CUMULATIVE)}
    made = solved(tutorial_tables(), CarbonSettings(caps=caps))
    scenario, plan = made.scenario, made.plan
    limit, before = float(plan["cap_limit"][0, 1]), emitted_by(scenario, plan)
    assert before[1] == pytest.approx(limit)  # it binds
    again = SessionReplanner(scenario, EXACT).replan(plan, state_of(scenario, plan, 1, emitted=1000.0))
    assert emitted_by(scenario, again)[1] == pytest.approx(limit - 1000.0)


@pytest.mark.parametrize(
    ("row", "clean"),
    [
        (target("purchase_share", "at_least", 0.4, product="pig", tag="sbt"), 0.4 * 120),
        (target("emissions", "reduction", 0.1), 1.2 * EMITTED - 0.9 * EMITTED),
        (target("emissions", "no_rise"), 1.2 * EMITTED - EMITTED),
        (target("emissions", "reduction", 0.1) | {"enforce": ""}, 0),
    ],
)
def test_enforced_targets_hold_in_the_years_ahead(row, clean):
    """A t of clean pig saves 1 t; limits are those of the plan, whatever its baseline was."""
    made = scenario_of(pig_tables(targets=[row]), last_year=2026)
    plan = optimize(made, EXACT)
    assert_comes_back(made, plan)
    again = pickle.loads(pickle.dumps(SessionReplanner(made, EXACT)))
    found = again.replan(plan, state_of(made, plan, 1, demand=1.2))
    assert float(found["purchase"].sel(offer="clean")[1]) == pytest.approx(clean, abs=1e-6)
    assert np.array_equal(found["purchase"][:, 0], plan["purchase"][:, 0])


def test_no_plan_where_a_target_cannot_be_kept():
    made = scenario_of(pig_tables(targets=[target("water", "at_most", 100)]), last_year=2026)
    plan = optimize(made, EXACT)  # all dry: 1 m3 a t
    assert SessionReplanner(made, EXACT).replan(plan, state_of(made, plan, 1, demand=1.2)) is None


def test_quotas_that_follow_scores_come_back():
    made = ore(settings=YEARS, **QUOTAS, interventions=HELP, effects=RAISES)
    plan = optimize(made, EXACT)
    assert plan["adopt"].max() == 1
    assert_comes_back(made, plan, 1)
    assert_comes_back(made, plan, 2)


def test_no_plan_where_demand_that_must_be_met_cannot_be():
    made = solved(tutorial_tables(), CarbonSettings(cap_2026=0.7))
    scenario, plan = made.scenario, made.plan
    assert not np.isfinite(scenario.demands.shortage_cost).any()
    assert SessionReplanner(scenario, EXACT).replan(plan, state_of(scenario, plan, 1, demand=50.0)) is None


def test_the_answer_depends_on_plan_and_state_alone(two_routes):
    """Asked before, in another order or sent to another process: the same to the bit, solved once."""
    scenario, plan = two_routes.scenario, two_routes.plan
    states = [state_of(scenario, plan, period, demand) for period, demand in ((1, 0.97), (2, 0.9), (1, 0.95))]
    one, other = (
        SessionReplanner(scenario, EXACT),
        pickle.loads(pickle.dumps(SessionReplanner(scenario, EXACT))),
    )
    first = [one.replan(plan, state) for state in states]
    assert one.solves == 3
    again = [other.replan(plan, state) for state in reversed(states)][::-1]
    for before, after in zip(first, again, strict=True):
        assert before.equals(after)
    assert one.replan(plan, states[0]) is first[0]
    assert one.solves == 3
