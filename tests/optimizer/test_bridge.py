"""What is compiled from a Pyomo model, how it is scaled, and how values come back."""

import math

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.arrays import ArrayObjective, ArrayVar, rows, term
from optimizer.bridge import compile_model, load_values
from optimizer.scaling import LARGEST_COST, scale

INFINITY = math.inf


def mixed_model() -> pyo.ConcreteModel:
    """Array and ordinary components side by side, on a block as well."""
    model = pyo.ConcreteModel()
    model.count = pyo.Var(domain=pyo.NonNegativeIntegers, bounds=(None, 9))
    model.x = ArrayVar(3, lower=[0, 1, 2], upper=[4, 5, INFINITY], unit=10.0)
    model.part = pyo.Block()
    model.part.y = pyo.Var(["a", "b"], bounds=(-1, 1))
    model.part.open = ArrayVar(1, binary=True)
    model.two = rows(2).between([1, -INFINITY], [2, 3], [term(model.x, row=[0, 1, 1], coefficient=[1, 2, 3])])
    model.price = pyo.Param(initialize=7.0, mutable=True)
    model.rule = pyo.Constraint(
        ["up", "down"],
        rule=lambda m, i: (
            m.x[2] - m.part.open[0] + 2 >= m.part.y["b"]
            if i == "up"
            else pyo.inequality(0, m.price * m.count + m.x[2] - 1, 5)
        ),
    )
    model.part.across = rows(1).equal(
        0, [term(model.part.open, row=[0]), -term(model.x, row=[0], column=[1])]
    )
    model.cost = ArrayObjective([(model.x, [1, 2, 3]), (model.part.open, 5.0), (model.x, 1.0)], constant=6.0)
    return model


def test_a_mixed_model_is_laid_out_as_arrays():
    model = mixed_model()
    compiled = compile_model(model)
    layout = compiled.layout
    assert layout.columns(model.x) == slice(0, 3)
    assert layout.columns(model.part.open) == slice(3, 4)
    assert layout.columns(model.count) == slice(4, 5)
    assert layout.columns(model.part.y) == slice(5, 7)
    assert layout.columns(model.part.y["b"]) == slice(6, 7)
    assert layout.columns(model.x[2]) == slice(2, 3)
    assert layout.rows(model.two[1]) == slice(1, 2)
    assert layout.rows(model.part.across) == slice(2, 3)
    assert layout.rows(model.rule) == slice(3, 5)
    assert layout.rows(model.rule["down"]) == slice(4, 5)
    assert compiled.matrix.toarray().tolist() == [
        [1, 0, 0, 0, 0, 0, 0],
        [0, 2, 3, 0, 0, 0, 0],
        [0, -1, 0, 1, 0, 0, 0],
        [0, 0, -1, 1, 0, 0, 1],
        [0, 0, 1, 0, 7, 0, 0],
    ]
    assert compiled.row_lower.tolist() == [1, -INFINITY, 0, -INFINITY, 1]
    assert compiled.row_upper.tolist() == [2, 3, 0, 2, 6]
    assert compiled.lower.tolist() == [0, 1, 2, 0, 0, -1, -1]
    assert compiled.upper.tolist() == [4, 5, INFINITY, 1, 9, 1, 1]
    assert compiled.unit.tolist() == [10, 10, 10, 1, 1, 1, 1]
    assert compiled.integer.tolist() == [False, False, False, True, True, False, False]
    assert compiled.cost.tolist() == [2, 3, 4, 5, 0, 0, 0]
    assert (compiled.offset, compiled.sign) == (6.0, 1.0)
    assert compiled.matrix.indices.dtype == compiled.matrix.indptr.dtype == np.int32


def test_an_ordinary_constraint_makes_only_the_elements_it_names():
    model = pyo.ConcreteModel()
    model.x = ArrayVar(10_000)
    model.one = pyo.Constraint(expr=model.x[7] >= 1)
    compile_model(model)
    assert list(model.x._data) == [7]


def test_an_ordinary_objective_may_maximise():
    model = pyo.ConcreteModel()
    model.x = ArrayVar(2)
    model.gain = pyo.Objective(expr=3 * model.x[1] - model.x[0] + 4, sense=pyo.maximize)
    compiled = compile_model(model)
    assert compiled.cost.tolist() == [1, -3]
    assert (compiled.offset, compiled.sign) == (-4.0, -1.0)


def test_fixed_columns_and_inactive_rows_keep_their_places():
    model = mixed_model()
    model.x.fix_array([False, True, False], 3.0)
    model.part.y["a"].fix(0.5)
    model.two[0].deactivate()
    model.rule["up"].deactivate()
    compiled = compile_model(model)
    assert compiled.lower[[1, 5]].tolist() == compiled.upper[[1, 5]].tolist() == [3.0, 0.5]
    assert (compiled.row_lower[0], compiled.row_upper[0]) == (-INFINITY, INFINITY)
    assert compiled.matrix.shape == (4, 7)  # an inactive ordinary row is left out
    with pytest.raises(KeyError, match=r"rule\[up\] was not an active part"):
        compiled.layout.rows(model.rule["up"])


def test_a_variable_fixed_inside_an_ordinary_constraint_becomes_a_constant():
    model = mixed_model()
    model.x[2].fix(2.5)
    compiled = compile_model(model)
    assert compiled.baked == {2: 2.5}
    assert compiled.matrix.toarray()[3].tolist() == [0, 0, 0, 1, 0, 0, 1]
    assert compiled.row_upper[3] == 4.5


def test_empty_rows_stay():
    model = pyo.ConcreteModel()
    model.x = ArrayVar(1)
    model.impossible = rows(2).at_least([0.0, 1.0], [])
    compiled = compile_model(model)
    assert compiled.matrix.shape == (2, 1)
    assert compiled.row_lower.tolist() == [0, 1]


def fix_without_value(model):
    model.x.fixed_mask[1] = True


def misfit(model):
    model.two.lower = np.zeros(5)


def spoil(model):
    model.x.lower[0] = math.nan


def second_objective(model):
    model.other = pyo.Objective(expr=model.x[0])


def curve(model):
    model.curve = pyo.Constraint(expr=model.x[0] * model.x[1] <= 1)


def ordered_set(model):
    model.sos = pyo.SOSConstraint(var=model.part.y, sos=1)


def stranger(model):
    model.lost = pyo.Constraint(expr=mixed_model().x[0] <= 1)


def detached(model):
    model.lost = rows(1).equal(0, [term(ArrayVar(1), row=[0])])


def infinite_cost(model):
    model.cost.terms[0][1][0] = INFINITY


@pytest.mark.parametrize(
    ("break_it", "error", "says"),
    [
        (fix_without_value, ValueError, r"x\[1\] is fixed but has no value"),
        (misfit, ValueError, "two: bounds must be 2 numbers"),
        (spoil, ValueError, "x: bounds must be 3 numbers"),
        (second_objective, ValueError, "several objectives are active: cost, other"),
        (curve, ValueError, "constraint curve is not linear"),
        (ordered_set, TypeError, "SOSConstraint"),
        (stranger, KeyError, "not part of the compiled model"),
        (detached, KeyError, "not part of the compiled model"),
        (infinite_cost, ValueError, "cost that is not finite"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(break_it, error, says):
    model = mixed_model()
    break_it(model)
    with pytest.raises(error, match=says):
        compile_model(model)


def test_scaling_by_hand():
    model = pyo.ConcreteModel()
    model.x = ArrayVar(2, unit=1000.0)
    model.c = rows(2).equal(
        0, [term(model.x, row=[[0], [1]], column=[0, 1], coefficient=[[4.0, 1.0], [0.5, 0]])]
    )
    model.cost = ArrayObjective([(model.x, [30.0, -2.0])])
    scaling, matrix = scale(compile_model(model))
    # row 0: entries 4000 and 1000, geometric mean 2000, nearest power of two 2048; row 1: 500, so 512
    assert scaling.row.tolist() == [1 / 2048, 1 / 512]
    assert matrix.toarray().tolist() == [[4000 / 2048, 1000 / 2048], [500 / 512, 0]]
    assert scaling.objective == 10.0**0  # 30 000 a solver unit is nearest to 10 000 as it is
    assert scaling.values(np.array([2.0, -0.0])).tolist() == [2000.0, 0.0]
    assert scaling.row_duals(np.array([8.0, 512.0])).tolist() == [8 / 2048, 1.0]
    assert scaling.reduced_costs(np.array([5.0, 0.0])).tolist() == [0.005, 0.0]


@given(
    entries=st.lists(st.floats(1e-8, 1e8), min_size=1, max_size=6),
    cost=st.floats(1e-9, 1e12),
    unit=st.sampled_from([1e-3, 1.0, 1e6]),
)
def test_rows_and_costs_come_near_one_whatever_their_units(entries, cost, unit):
    model = pyo.ConcreteModel()
    model.x = ArrayVar(len(entries), unit=unit)
    model.c = rows(2).equal(0, [term(model.x, row=0, coefficient=entries)])
    model.cost = ArrayObjective([(model.x, cost)])
    compiled = compile_model(model)
    scaling, matrix = scale(compiled)
    assert abs(np.log2(np.abs(matrix.data)).mean()) <= 0.5 + 1e-9
    assert scaling.row[1] == 1.0
    assert math.log2(scaling.row[0]).is_integer()
    largest = cost * unit * scaling.objective
    assert LARGEST_COST / math.sqrt(10.001) <= largest <= LARGEST_COST * math.sqrt(10.001)
    assert compiled.matrix.data == pytest.approx(np.array(entries))  # the model itself is left alone


def test_without_costs_there_is_nothing_to_scale():
    model = pyo.ConcreteModel()
    model.x = ArrayVar(1)
    assert scale(compile_model(model))[0].objective == 1.0


def test_values_are_loaded_everywhere_and_fresh():
    model = mixed_model()
    touched = model.x[1]
    load_values(compile_model(model).layout, np.array([1.0, 2, 3, 1, 4, 0.25, -0.5]))
    assert model.x.value_array.tolist() == [1, 2, 3]
    assert (touched.value, touched.stale, model.x[0].stale) == (2.0, False, False)
    assert model.count.value == 4.0
    assert [v.value for v in model.part.y.values()] == [0.25, -0.5]
    assert not model.part.y["a"].stale
