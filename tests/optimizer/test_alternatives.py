"""Alternatives and flips of a mill that emits 200 t a year, against all plans enumerated by hand.

Capture cuts 100 t for 3,000 a year, a better boiler 20 t for 200; a fleet of two trucks does nothing for 50
a truck. Whatever is decided, the rest costs 10,000 a year. So a plan costs 10,000 and what its measures do.
"""

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.alternative_settings import AlternativesSettings
from optimizer.alternatives import find_alternatives, plan_futures
from optimizer.lever_settings import TornadoSettings
from optimizer.models.alternatives import unlike_found
from optimizer.models.objective import cost_within_budget
from optimizer.no_regret import with_no_regret
from optimizer.session import PlanSession
from optimizer.settings import DiagnosisSettings
from optimizer.tipping import Tipping, contested
from optimizer.towards import start_apart
from scenarios import CarbonSettings, ConfigError, ScenarioSettings, load_scenario
from tests.optimizer.carbon_money_tables import carbon_case

EXACT = SolverSettings(mip_gap=0.0, diagnosis=DiagnosisSettings(automatic=False))
NO_ARC = {"pins": [{"pin": "no_arc", "decision": "run", "process": "electric", "maximum": 0}]}
FEW = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}
CASES = given(
    st.tuples(*[st.integers(-900, 900).filter(lambda c: abs(c) > 5)] * 3),
    st.sampled_from([0.02, 0.06, 0.2]),
    st.sampled_from([np.inf, 190, 90]),
    st.sampled_from([1, 2]),
)
COSTS, CUTS = (3_000, 200, 50), (100, 20, 0)


def mill(costs=COSTS, carbon=None, modules=2):
    cut = {"effect": "cuts_direct_emissions", "site": "mill", "process": "coal"}
    names = ("capture", "boiler", "trucks")
    rows = [
        {"intervention": name, "kind": name, "site": "mill", "opex": cost}
        for name, cost in zip(names, costs, strict=True)
    ]
    rows[2]["maximum_modules"] = modules
    effects = [
        {"intervention": name, "amount": amount / 200, **cut}
        for name, amount in zip(names, CUTS, strict=True)
        if amount
    ]
    effects.append(
        {"intervention": "trucks", "effect": "adds_capacity", "site": "mill", "line": "arc", "amount": 1}
    )
    return carbon_case(({"interventions": rows, "effects": effects}, NO_ARC), carbon)


@pytest.fixture(scope="module")
def scenario():
    return mill()


@pytest.fixture(scope="module")
def plan(scenario):
    return optimize(scenario, EXACT)


def capped(limit):
    return {"caps": {"all": {"limit": {2025: limit}, "unit": "tonnes"}}}


def cost_of(decided, costs=COSTS):
    """Present cost of a year; trucks are never bought twice where that buys nothing."""
    return 10_000 + float(np.dot(decided, costs))


def allowed(costs, within, limit=np.inf):
    """Return all sets of decisions within a share of the least cost that keep a cap."""
    kept = [z for z in product((0, 1), repeat=3) if 200 - np.dot(z, CUTS) <= limit + 1e-9]
    least = min(cost_of(z, costs) for z in kept)
    return [z for z in kept if cost_of(z, costs) <= least * (1 + within) + 1e-6]


def asked(**more):
    return AlternativesSettings(**{"plans": 20, **more})


def test_all_plans_within_the_share_are_found_and_no_other(scenario, plan):
    found = find_alternatives(plan, scenario, asked(within=0.03), EXACT)
    assert {tuple(z) for z in found.decided} == {(0, 1, 0), (0, 0, 1), (0, 1, 1)}
    assert found.cost == pytest.approx([cost_of(z) for z in found.decided])
    assert found.low == pytest.approx(found.cost)
    assert found.emitted == pytest.approx([200 - np.dot(z, CUTS) for z in found.decided])
    assert found.ended == "no_more"


@pytest.mark.parametrize(("within", "reached"), [(0.5, [1, 1, 1]), (0.03, [0, 1, 1]), (0.001, None)])
def test_a_start_changes_as_many_decisions_as_leave_a_plan(scenario, within, reached):
    """The cheapest are added first: of three decisions, half are two."""
    session = PlanSession(scenario, EXACT)
    session.add("cost_within_budget", lambda m, i: cost_within_budget(m, i, 10_000 * (1 + within)))
    session.add("unlike_found", lambda m, i: unlike_found(m, i, np.zeros((1, 3))))
    upper = session.model.adopt.upper.copy()
    found = start_apart(session, np.zeros((3, 1)), np.ones(3))
    assert (session.model.adopt.upper == upper).all()
    if reached is None:
        assert found is None
    else:
        assert found.value(session.model.adopt).tolist() == reached


def test_a_cap_holds_in_all_of_them():
    """At most 170 t takes capture: it is in every plan although plans are made to differ."""
    scenario = mill(carbon=capped(170))
    plan = optimize(scenario, EXACT, reference_plan(scenario, EXACT))
    found = find_alternatives(plan, scenario, asked(within=0.05), EXACT, reference_plan(scenario, EXACT))
    assert {tuple(z) for z in found.decided} == {(1, 1, 0), (1, 0, 1), (1, 1, 1)}
    assert max(found.emitted) <= 170


def test_the_first_one_is_as_different_as_can_be(scenario, plan):
    found = find_alternatives(plan, scenario, asked(plans=1, within=0.5), EXACT)
    assert found.decided[0].tolist() == [1, 1, 1]
    assert found.ended == "asked"


def farthest_of_all(costs, within, limit, modules):
    """Against enumeration; with a saving a truck, both are bought, so one module is enumerated alone."""
    costs = (*costs[:2], abs(costs[2]) if modules == 2 else costs[2])
    scenario = mill(costs, capped(limit) if np.isfinite(limit) else None, modules)
    reference = reference_plan(scenario, EXACT)
    plan = optimize(scenario, EXACT, reference)
    found = find_alternatives(plan, scenario, asked(within=within), EXACT, reference)
    left, before = set(allowed(costs, within, limit)), []
    chosen = [tuple((plan["adopt"].sum("period") > 0.5).astype(int).values.tolist())]
    chosen += [tuple(int(v) for v in z) for z in found.decided]

    def distance(z):
        return sum(np.abs(np.subtract(z, other)).sum() for other in before)

    for z in chosen:
        assert distance(z) == max(map(distance, left))
        left.remove(z)
        before.append(z)
    assert not left
    assert found.cost == pytest.approx([cost_of(z, costs) for z in chosen[1:]])


@CASES
@settings(max_examples=2, **FEW)
def test_each_is_the_farthest_of_all_that_are_left(costs, within, limit, modules):
    farthest_of_all(costs, within, limit, modules)


@pytest.mark.nightly
@CASES
@settings(max_examples=60, **FEW)
def test_each_is_the_farthest_of_all_that_are_left_at_length(costs, within, limit, modules):
    farthest_of_all(costs, within, limit, modules)


def test_futures_are_planned_by_themselves(scenario, plan):
    """Capture pays from 30 a t, the boiler from 10."""
    futures = {
        "cheap": {"extra_carbon_price": 8},
        "some": {"extra_carbon_price": 15},
        "dear": {"extra_carbon_price": 35},
        "more": {"demand": 1.5},
        "too much": {"demand": 20},
    }
    found = plan_futures(plan, scenario, futures, EXACT)
    assert found.names == ["cheap", "some", "dear", "more"]
    assert [z.tolist() for z in found.decided] == [[0, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert found.cost == pytest.approx([11_600, 10_200 + 180 * 15, 13_200 + 80 * 35, 15_000])
    assert found.missing == {"too much": True}


@pytest.mark.parametrize(
    ("intervention", "name", "ends", "now", "side", "value"),
    [
        (0, "extra_carbon_price", (0, 100), False, 1, 30),
        (1, "extra_carbon_price", (0, 100), False, 1, 10),
        (0, "demand", (0.5, 2), False, 1, np.nan),
        (2, "extra_carbon_price", (0, 100), False, 1, np.nan),
    ],
)
def test_flips_are_those_reckoned_by_hand(scenario, intervention, name, ends, now, side, value):
    search = Tipping(scenario, asked(tolerance=0.001), EXACT)
    tip = search.between(intervention, name, *ends, now)[side]
    assert tip.value == pytest.approx(value, abs=0.1, nan_ok=True)
    if np.isfinite(value):
        assert tip.near < value < tip.far
        assert tip.far - tip.near < 0.3
    else:
        assert tip.reach == ends[1]


def test_flips_below_and_what_the_gap_leaves_open():
    """The boiler costs 200 and saves 20 times the price: at 12 it pays down to 0.8333; at 10 it is even."""
    price = {"price": {2025: 12}}
    below, above = Tipping(mill(carbon=price), asked(tolerance=0.001), EXACT).between(
        1, "carbon_price", 0.5, 2.0, now=True
    )
    assert below.value == pytest.approx(200 / 240, abs=0.001)
    assert below.far < 200 / 240 < below.near
    assert np.isnan(above.value)
    assert above.reach == 2
    even = Tipping(mill(carbon={"price": {2025: 10}}), asked(), EXACT)
    assert all(tip.open for tip in even.between(1, "carbon_price", 0.5, 2.0, now=False))


def test_where_plans_end_is_told(scenario):
    """At 1,000 t a line, no plan serves twenty times the demand."""
    _below, above = Tipping(scenario, asked(), EXACT).between(0, "demand", 1.0, 19.0, now=False)
    assert np.isnan(above.value)
    assert above.reach == pytest.approx(10.0)


def test_contested_ones_are_those_in_about_half_first():
    shares = [np.array([1.0, 0.5, 0.9, 0.0, 0.2]), np.array([1.0, 1.0, 1.0, 0.0, 0.0])]
    assert contested(shares, np.ones(5), 9) == [1, 4, 2]
    assert contested(shares, np.array([1, 0, 1, 1, 1.0]), 1) == [4]


def test_the_plan_carries_all_of_it(scenario, plan):
    settings = asked(plans=5, within=0.03, swings=["demand"], ranges={"extra_carbon_price": [0, 50]})
    told = []
    found = with_no_regret(
        plan, scenario, settings, TornadoSettings(), EXACT, None, lambda *done: told.append(done)
    )
    assert told == [
        *(("alternatives", 1, 5), ("alternatives", 2, 5), ("alternatives", 3, 5)),
        *(("sampled_futures", 1, 2), ("sampled_futures", 2, 2)),
        *(("flips", 1, 2), ("flips", 2, 2)),
    ]
    assert found["alternative_decided"].sum("alternative").values.tolist() == [0, 2, 2]
    assert found["sampled_future"].values.tolist() == ["demand=0.9", "demand=1.1"]
    assert found["tipping_asked"].values.tolist() == [[0, 1, 1]]
    boiler = found["tipping_value"].sel(intervention="boiler", tipping_input="extra_carbon_price")
    assert boiler.sel(tipping_side="above") == pytest.approx(10, abs=0.5)
    assert {k: found.attrs[k] for k in plan.attrs} == plan.attrs
    for name in plan.variables:
        assert found[name].identical(plan[name]), name
    again = with_no_regret(found, scenario, settings, TornadoSettings(), EXACT)
    assert again is found
    assert with_no_regret(plan, scenario, AlternativesSettings(), TornadoSettings(), EXACT) is plan


def test_a_change_of_a_table_is_a_future_too():
    settings = ScenarioSettings(
        name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
    )
    scenario = load_scenario(settings, CarbonSettings(cap_2026=0.9))
    reference = reference_plan(scenario, EXACT)
    plan = optimize(scenario, EXACT, reference)
    futures = {
        "inputs": {"demand": 0.9},
        "tables": {"data.demand[quantity].scale": 0.9},
        "looser": {"carbon.cap_2026": 1.0},
    }
    found = plan_futures(plan, scenario, futures, EXACT, reference)
    assert found.cost[0] == pytest.approx(found.cost[1], rel=1e-9)
    assert found.cost[2] == pytest.approx(352_000_000)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"inputs": ["demnd"]}, r"no input 'demnd' to change \(did you mean demand\?\)"),
        ({"ranges": {"demand": [0.5, 2]}, "decisions": ["captur"]}, "no intervention 'captur'"),
        ({"futures": {"a": {"carbon.cap_now": 1}}}, "carbon.cap_now: 1 changes no milestone"),
        ({"futures": {"a": {"extra_carbon_price": -1}}}, "a price on top is not negative"),
    ],
)
def test_what_does_not_exist_is_named(scenario, plan, more, said):
    with pytest.raises(ConfigError, match=said):
        with_no_regret(plan, scenario, asked(plans=0, **more), TornadoSettings(), EXACT)


def test_a_range_that_does_not_rise_is_refused():
    with pytest.raises(ValueError, match=r"alternatives.ranges.demand \[2.0, 1.0\]"):
        AlternativesSettings(ranges={"demand": [2, 1]})
