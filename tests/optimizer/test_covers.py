"""What an intervention improves: in a relaxation no more of a full line than is in effect of it."""

import pytest

from optimizer import SolverSettings
from optimizer.highs import HighsModel
from optimizer.models.build import build_model
from optimizer.models.instance import make_instance
from optimizer.restricted import problem_of, solve_restricted
from scenarios.caps import cap_limits, cap_terms
from scenarios.ledger import rates
from tests.optimizer.small_tables import scenario_of

SHAPES = ("round", "flat", "square", "wire")


def mill(price_of_cut, furnace):
    """Return a scenario: a line of 100 t makes 25 t of each of four shapes; a filter spares half the gas."""
    rows = {
        "sites": [
            {"site": "port", "role": "supplier", "lat": 40, "lon": 118, "region": "north"},
            {"site": "mill", "role": "plant", "lat": 41, "lon": 118, "region": "north", "owner": "own"},
            {"site": "town", "role": "customer", "lat": 42, "lon": 118, "region": "north"},
        ],
        "products": [{"product": name} for name in ("ore", "gas", *SHAPES)],
        "offers": [
            {"offer": name, "site": "port", "product": name, "price": price, "footprint": 0}
            for name, price in (("ore", 1), ("gas", 10))
        ],
        "processes": [{"process": name, "operating_cost": 1} for name in SHAPES],
        "recipes": [
            {"process": name, "product": product, "quantity": quantity}
            for name in SHAPES
            for product, quantity in (("ore", -1), ("gas", -1), (name, 1))
        ],
        "lines": [{"line": "mill", "site": "mill", "capacity": 100}],
        "line_processes": [{"line": "mill", "process": name} for name in SHAPES],
        "modes": [{"mode": "road", "cost_per_tkm": 0}],
        "lanes": [
            {"origin": "port", "destination": "mill", "mode": "road", "products": "ore; gas", "cost": 0},
            {
                "origin": "mill",
                "destination": "town",
                "mode": "road",
                "products": "; ".join(SHAPES),
                "cost": 0,
            },
        ],
        "demand": [{"site": "town", "product": name, "quantity": 25} for name in SHAPES],
        "interventions": [
            {"intervention": "filter", "kind": "filter", "capex": price_of_cut, "life_years": 1}
        ],
        "effects": [
            {
                "intervention": "filter",
                "effect": "cuts_input",
                "site": "mill",
                "product": "gas",
                "amount": 0.5,
            }
        ],
    }
    if furnace:
        rows["lines"].append({"line": "new", "site": "mill", "capacity": 0})
        rows["line_processes"] += [{"line": "new", "process": name} for name in SHAPES]
        rows["interventions"].append({"intervention": "furnace", "kind": "furnace"})
        rows["effects"] += [
            {"intervention": "furnace", "effect": effect, "site": "mill", "line": line, "amount": 100}
            for effect, line in (("adds_capacity", "new"), ("retires_capacity", "mill"))
        ]
    return scenario_of(rows)


def relaxed(price_of_cut, furnace=False):
    """Return the least cost of the relaxation, and how far the filter is decided in it."""
    case = mill(price_of_cut, furnace)
    ledger = rates(case)
    caps = cap_terms(case, ledger)
    model = build_model(make_instance(case, ledger, caps, cap_limits(caps, case, {})))
    compiled, scaling, matrix = HighsModel(model).arrays
    problem = problem_of(compiled, scaling, matrix)
    found = solve_restricted(
        problem, SolverSettings(), problem.lower, problem.upper, relaxed=True, seconds=60
    )
    return found.objective / scaling.objective, found.values[problem.whole][0]


def test_a_relaxation_pays_for_the_whole_line():
    # 100 t of ore at 1 and of gas at 10, made at 1: 1,200; the filter saves 500 of it.
    least, in_effect = relaxed(price_of_cut=300.0)
    assert least == pytest.approx(1200 - 500 + 300)
    # Shape by shape, a quarter of the filter would improve all four: 775.
    assert in_effect == pytest.approx(1.0)


def test_a_filter_that_costs_more_than_it_saves_is_left():
    least, in_effect = relaxed(price_of_cut=600.0)
    assert least == pytest.approx(1200)
    assert in_effect == pytest.approx(0.0, abs=1e-9)


def test_a_new_furnace_and_the_old_line_share_a_filter():
    # Built by a half, a furnace that takes the old line's place leaves 50 t to either. Line by line, half a
    # filter would do for both, 850; together they make 100 t, so it takes all of it.
    least, in_effect = relaxed(price_of_cut=300.0, furnace=True)
    assert least == pytest.approx(1200 - 500 + 300, rel=1e-6)
    assert in_effect == pytest.approx(1.0)
