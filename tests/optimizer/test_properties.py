"""What must hold for any case: tighter caps never cost less, and more freedom never costs more."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.settings import DiagnosisSettings
from scenarios import (
    CarbonSettings,
    InfeasibleError,
    LeverSettings,
    PathwaySettings,
    ScenarioSettings,
    read_tables,
    scenario_from_tables,
)
from scenarios.loading import BUNDLED

SETTINGS = ScenarioSettings(name="random", data="tutorial", first_year=2025, last_year=2027)
EXACT = SolverSettings(mip_gap=0.0, diagnosis=DiagnosisSettings(automatic=False))
SLACK = 1 + 1e-7  # of the solver


@st.composite
def random_tables(draw):
    """The tutorial's chain with prices, factors, capacities and investments of another world."""
    tables = {name: frame.copy() for name, frame in read_tables(BUNDLED / "tutorial").items()}

    def scale(table, column, low, high):
        frame: pd.DataFrame = tables[table]
        factors = draw(st.lists(st.floats(low, high), min_size=len(frame), max_size=len(frame)))
        frame[column] = frame[column] * factors

    scale("offers", "price", 0.5, 2.0)
    scale("processes", "direct_emissions", 0.5, 2.0)
    scale("processes", "electricity", 0.5, 3.0)
    scale("lines", "capacity", 0.9, 2.0)
    scale("interventions", "capex", 0.1, 3.0)
    scale("grid_factors", "factor", 0.2, 2.0)
    scale("demand", "quantity", 0.3, 1.0)
    tables["interventions"]["lead_years"] = draw(st.lists(st.integers(0, 2), min_size=3, max_size=3))
    return tables


def cost(tables, reference, cap=None, levers=None):
    carbon = CarbonSettings() if cap is None else CarbonSettings(cap_2026=cap)
    scenario = scenario_from_tables(
        tables, SETTINGS, carbon, PathwaySettings(levers=levers or LeverSettings())
    )
    try:
        return optimize(scenario, EXACT, reference).attrs["objective"]
    except InfeasibleError:
        return float("inf")


@given(tables=random_tables(), caps=st.lists(st.floats(0.3, 1.0), min_size=2, max_size=2))
@settings(max_examples=8, deadline=None)
def test_tightening_a_cap_never_lowers_cost(tables, caps):
    reference = reference_plan(scenario_from_tables(tables, SETTINGS))
    tight, loose = sorted(caps)
    free = cost(tables, reference)
    assert free <= cost(tables, reference, loose) * SLACK
    assert cost(tables, reference, loose) <= cost(tables, reference, tight) * SLACK


@given(tables=random_tables(), cap=st.floats(0.5, 1.0))
@settings(max_examples=8, deadline=None)
def test_more_levers_never_cost_more(tables, cap):
    reference = reference_plan(scenario_from_tables(tables, SETTINGS))
    none = cost(tables, reference, cap, LeverSettings(interventions=False, power=["grid"]))
    power = cost(tables, reference, cap, LeverSettings(interventions=False))
    everything = cost(tables, reference, cap)
    assert everything <= power * SLACK
    assert power <= none * SLACK


@given(tables=random_tables())
@settings(max_examples=10, deadline=None)
def test_doubling_the_world_doubles_cost_and_emissions(tables):
    one = scenario_from_tables(tables, SETTINGS)
    doubled = {name: frame.copy() for name, frame in tables.items()}
    for table, columns in (
        ("offers", ["capacity"]),
        ("lines", ["capacity"]),
        ("demand", ["quantity"]),
        ("interventions", ["capex", "opex"]),
    ):
        doubled[table][columns] = doubled[table][columns] * 2
    capacity = doubled["effects"]["effect"].str.startswith("adds")
    doubled["effects"].loc[capacity, "amount"] *= 2
    plan, double = optimize(one, EXACT), optimize(scenario_from_tables(doubled, SETTINGS), EXACT)
    assert double.attrs["objective"] == pytest.approx(2 * plan.attrs["objective"], rel=1e-7)
