"""Counts that keep building cheap: no Pyomo object an element, however large the network."""

from __future__ import annotations

import pyomo.environ as pyo
import pytest

from benchmarks import generated
from optimizer.arrays import ArrayConstraint, ArrayVar
from optimizer.highs import HighsModel
from optimizer.models.build import build_model
from optimizer.settings import SolverSettings

LARGE_VARIABLES = ("purchase", "flow", "run", "standing", "power", "unmet", "covered")
LARGE_ROWS = (
    "node_balance",
    "line_capacity",
    "hub_capacity",
    "option_share",
    "cap_respected",
)


@pytest.fixture(scope="module")
def model() -> pyo.ConcreteModel:
    return build_model(generated.instance_of(generated.scenario("tiny")))


def components(model: pyo.ConcreteModel) -> list[ArrayVar | ArrayConstraint]:
    return [*model.component_objects(pyo.Var), *model.component_objects(pyo.Constraint)]


def made(model: pyo.ConcreteModel) -> dict[str, int]:
    return {c.name: len(c._data) for c in components(model) if c._data}


def test_every_family_is_an_array(model):
    assert {type(c) for c in components(model)} == {ArrayVar, ArrayConstraint}
    sizes = {c.name: c.n for c in components(model)}
    assert all(sizes[name] > 0 for name in LARGE_VARIABLES + LARGE_ROWS)


def test_no_pyomo_object_is_made_from_building_to_loading_a_plan(model):
    assert made(model) == {}
    sent = HighsModel(model, SolverSettings(mip_gap=0.05))
    assert made(model) == {}
    solution = sent.run()
    assert solution.has_values
    sent.load(solution)
    assert made(model) == {}


def test_touching_one_element_makes_one(model):
    assert model.flow[0].ub == model.flow.upper[0]
    assert made(model) == {"flow": 1}
    model.flow._data.clear()
