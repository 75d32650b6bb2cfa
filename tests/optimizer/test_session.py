"""A session asked again with other numbers answers what a fresh build would, in any order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.models.build import build_model
from optimizer.models.inputs import same
from optimizer.models.objective import emissions_within_target
from optimizer.session import PlanSession, posed
from scenarios import (
    CarbonSettings,
    LeverSettings,
    PathwaySettings,
    ScenarioSettings,
    load_scenario,
    read_tables,
    scenario_from_tables,
)
from scenarios.loading import BUNDLED
from tests.optimizer.test_pins import pinned

SETTINGS = ScenarioSettings(
    name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.05
)
EXACT = SolverSettings(mip_gap=0.0)
SCALED = {  # what a sweep changes: table, column
    "price": ("offers", "price"),
    "footprint": ("offers", "footprint"),
    "factor": ("processes", "direct_emissions"),
    "power": ("processes", "electricity"),
    "capacity": ("lines", "capacity"),
    "capex": ("interventions", "capex"),
    "grid": ("grid_factors", "factor"),
    "demand": ("demand", "quantity"),
}


def scenario(cap=0.9, carbon_price=0.0, **factors):
    """Return the tutorial with columns scaled, under a cap."""
    tables = {name: frame.copy() for name, frame in read_tables(BUNDLED / "tutorial").items()}
    for name, factor in factors.items():
        table, column = SCALED[name]
        tables[table][column] = tables[table][column] * factor
    carbon = CarbonSettings(cap_2026=cap, price={2025: carbon_price} if carbon_price else {})
    return scenario_from_tables(tables, SETTINGS, carbon)


@pytest.fixture(scope="module")
def reference():
    return reference_plan(scenario())


def fresh(instance, relaxed=False):
    return PlanSession(instance, EXACT).solve(relaxed=relaxed)


def same_answer(one, other):
    assert one.status is other.status
    if one.has_values:
        assert one.objective == pytest.approx(other.objective, rel=1e-9)


CHANGES = st.fixed_dictionaries(
    {"cap": st.floats(0.5, 1.0), "carbon_price": st.sampled_from([0.0, 30.0, 300.0])},
    optional={name: st.floats(0.3, 1.5) for name in SCALED if name != "demand"}
    | {"demand": st.floats(0.3, 1.0)},
)


@given(changes=st.lists(CHANGES, min_size=2, max_size=3))
@settings(max_examples=6, deadline=None, phases=[Phase.generate])
def test_any_change_answers_as_a_fresh_build(reference, changes):
    session = PlanSession(scenario(), EXACT, reference)
    for change in changes:
        instance = posed(scenario(**change), reference)[0]
        session.change(instance)
        for relaxed in (False, True):
            same_answer(session.solve(relaxed=relaxed), fresh(instance, relaxed))
    assert session.rebuilds == 1


def test_the_arrays_are_those_of_a_fresh_build(reference):
    session = PlanSession(scenario(), EXACT, reference)
    for change in ({"price": 1.3}, {"demand": 0.5, "grid": 0.0}, {"cap": 0.7}, {}):
        instance = posed(scenario(**change), reference)[0]
        session.change(instance)
        model = build_model(instance)
        for component in model.component_objects():
            held = getattr(session.model, component.local_name)
            if hasattr(component, "lower"):
                assert np.array_equal(held.lower, component.lower), component.name
                assert np.array_equal(held.upper, component.upper), component.name
            if hasattr(component, "matrix"):
                assert names(held) == names(component)
                assert (held.matrix != component.matrix).nnz == 0, component.name
        for (one, cost), (other, same_cost) in zip(
            session.model.least_cost.terms, model.least_cost.terms, strict=True
        ):
            assert one.name == other.name
            assert np.array_equal(cost, same_cost)


def names(constraint):
    return [v.name for v in constraint.variables if v.n]


@pytest.mark.parametrize("relaxed", [True, False])
def test_the_order_does_not_matter_to_the_last_bit(reference, relaxed):
    points = [{"cap": 0.95}, {"price": 1.4}, {"cap": 0.7, "grid": 0.5}, {"demand": 0.6}, {}]

    def solved(order):
        session = PlanSession(scenario(), EXACT, reference)
        found = {}
        for p in order:
            session.change(scenario(**points[p]), reference)
            found[p] = session.solve(relaxed=relaxed)
        return found

    once, again = solved(range(5)), solved(reversed(range(5)))
    for p in range(5):
        assert once[p].objective == again[p].objective
        assert np.array_equal(once[p].values, again[p].values)
        assert np.array_equal(once[p].row_duals, again[p].row_duals)


def test_only_rules_that_read_a_changed_part_are_asked_again(reference, monkeypatch):
    session = PlanSession(scenario(), EXACT, reference)
    session.change(scenario(price=1.1), reference)
    asked = []
    ask = PlanSession._ask
    monkeypatch.setattr(
        PlanSession, "_ask", lambda self, name, rule: asked.append(name) or ask(self, name, rule)
    )
    session.change(scenario(price=1.2), reference)
    assert "least_cost" in asked
    assert "node_balance" not in asked
    asked.clear()
    session.change(scenario(price=1.2), reference)
    assert asked == []
    session.change(scenario(price=1.2, cap=0.8), reference)
    # All that read carbon settings: two of them have no rows here.
    assert set(asked) == {"cap_respected", "claim_counts", "offsets_within_share"}


def test_bounds_pins_and_levers_touch_arrays_only(reference):
    session = PlanSession(pinned(decision="run", process="scrap_route", minimum=10_000.0), EXACT)
    for minimum in (5_000.0, 20_000.0):
        changed = pinned(decision="run", process="scrap_route", minimum=minimum)
        session.change(changed)
        same_answer(session.solve(), fresh(posed(changed)[0]))
    levers = PathwaySettings(levers=LeverSettings(interventions=False, power=["grid"]))
    held = load_scenario(SETTINGS, CarbonSettings(), levers)
    session.change(held)  # no pins any more, nothing to decide
    assert session.solve().binaries == 0
    same_answer(session.solve(), fresh(posed(held)[0]))
    assert session.rebuilds == 1
    session.bound("purchase", upper=0.0)
    assert not session.solve().has_values
    session.change(changed)
    same_answer(session.solve(), fresh(posed(changed)[0]))


def test_another_structure_is_built_and_counted(reference):
    session = PlanSession(scenario(), EXACT, reference)
    longer = load_scenario(replace(SETTINGS, last_year=2028), CarbonSettings())
    session.change(longer)
    assert session.rebuilds == 2
    same_answer(session.solve(), fresh(posed(longer)[0]))


def test_a_failed_change_leaves_the_session_as_it_was(reference):
    session = PlanSession(scenario(), EXACT, reference)
    before = session.solve().objective
    with pytest.raises(KeyError):
        session.change(scenario(cap=0.8))  # a share of a baseline that is not given
    assert session.solve().objective == before


def test_rules_and_objectives_of_ones_own_follow_changes(reference):
    session = PlanSession(scenario(), EXACT, reference)
    session.add("emissions_within_target", emissions_within_target)
    free = session.solve()
    session.bound("emissions_within_target", upper=380_000.0)
    tight = session.solve(start=free)
    assert tight.objective > free.objective
    session.change(scenario(price=1.5), reference)
    assert session.solve().objective == pytest.approx(fresh(session.instance).objective)
    session.drop("emissions_within_target")
    assert session.solve().constraints == free.constraints - 1
    assert session.rebuilds == 1


def test_plans_of_one_session_are_those_of_many(reference):
    session = PlanSession(scenario(), EXACT, reference)
    for change in ({"cap": 0.8}, {"price": 1.2, "cap": 0.9}):
        case = scenario(**change)
        alone, again = optimize(case, EXACT), optimize(case, session=session)
        assert again.attrs["objective"] == pytest.approx(alone.attrs["objective"], rel=1e-9)
        assert again["cap_limit"].to_numpy() == pytest.approx(alone["cap_limit"].to_numpy(), nan_ok=True)
    assert session.rebuilds == 1  # reference plans included


def test_values_are_compared_part_by_part():
    one, other = scenario(), scenario()
    assert same(one.offers, other.offers)
    assert not same(one.offers, scenario(price=1.01).offers)
    assert same([1, (2, "a")], [1, (2, "a")])
    assert not same({"a": 1}, {"b": 1})
    assert not same(len, object())
