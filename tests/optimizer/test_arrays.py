"""Array components behave as the Pyomo components they are."""

import math
import pickle

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.core.staleflag import StaleFlagManager
from pyomo.repn import generate_standard_repn
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from optimizer.arrays import ArrayConstraint, ArrayObjective, ArrayVar, rows, term


def plant_model() -> pyo.ConcreteModel:
    """Two plants, one to open; least cost 3510: all 1000 t from the second, 1 each, its opening 2500, 10."""
    model = pyo.ConcreteModel()
    model.make = ArrayVar(2, upper=[400.0, math.inf], unit=10.0)
    model.open = ArrayVar(1, binary=True)
    model.unused = ArrayVar(0)
    model.demand = rows(1).at_least(1000.0, [term(model.make, row=[0, 0])])
    model.opened = rows(1).at_most(
        0.0, [term(model.make, row=[0], column=[1]), -term(model.open, row=[0], coefficient=5000.0)]
    )
    model.free_rows = rows(2).between(-math.inf, [math.inf, 7.0], [])
    model.no_rows = rows(0).equal(0.0, [term(model.unused, row=[])])
    model.cost = ArrayObjective([(model.make, [3.0, 1.0]), (model.open, 2500.0)], constant=10.0)
    return model


def test_they_are_pyomo_components_of_the_right_kind():
    model = plant_model()
    assert {c.name for c in model.component_objects(pyo.Var)} == {"make", "open", "unused"}
    names = {c.name for c in model.component_objects(pyo.Constraint)}
    assert names == {"demand", "opened", "free_rows", "no_rows"}
    assert [c.name for c in model.component_objects(pyo.Objective)] == ["cost"]
    assert [len(c) for c in (model.make, model.unused, model.free_rows, model.no_rows)] == [2, 0, 2, 0]
    assert 1 in model.make
    assert 2 not in model.make
    with pytest.raises(KeyError):
        model.make[2]


def test_elements_appear_only_when_touched_and_all_when_iterated_over():
    model = pyo.ConcreteModel()
    model.x = ArrayVar(1000)
    model.c = rows(1000).equal(0.0, [term(model.x, row=np.arange(1000))])
    assert len(model.x._data) == len(model.c._data) == 0
    third = model.x[np.int64(3)]
    assert list(model.x._data) == [3]
    assert third.name == "x[3]"
    assert third is model.x[3]
    assert [v.index() for v in model.x.values()] == list(range(1000))
    assert model.x[3] is third


def test_an_element_is_a_view_of_the_arrays():
    model = plant_model()
    make = model.make
    assert (make[0].lb, make[0].ub, make[1].ub, make[0].value, make[0].fixed) == (
        0.0,
        400.0,
        None,
        None,
        False,
    )
    assert make[0].stale
    make[0].setub(300)
    make[1].setlb(5)
    make[0].fix(7.5)
    assert make.upper.tolist() == [300.0, math.inf]
    assert make.lower.tolist() == [0.0, 5.0]
    assert make.value_array[0] == 7.5
    assert make.fixed_mask.tolist() == [True, False]
    assert not make[0].stale
    make.value_array[1], make.upper[1], make.fixed_mask[0] = 9.0, 11.0, False
    assert (make[1].value, make[1].ub, make[0].fixed) == (9.0, 11.0, False)
    make[1].setub(None)
    make[1].value = None
    assert make.upper[1] == math.inf
    assert math.isnan(make.value_array[1])


def test_an_element_made_after_values_were_loaded_is_not_stale():
    model = plant_model()
    model.make.value_array[:] = 1.0
    assert not model.make[1].stale
    StaleFlagManager.mark_all_as_stale()
    assert model.make[1].stale


def test_binary_elements():
    model = plant_model()
    assert model.open[0].is_binary()
    assert model.make[0].is_continuous()
    assert model.open[0].bounds == (0, 1)
    with pytest.raises(TypeError, match="binary="):
        model.make[0].domain = pyo.Integers
    with pytest.raises(ValueError, match="unit"):
        ArrayVar(1, binary=True, unit=10.0)
    with pytest.raises(ValueError, match="unit"):
        ArrayVar(1, unit=0.0)


def test_bounds_must_fit_and_be_numbers():
    with pytest.raises(ValueError, match=r"lower.*\(2,\).*3 elements"):
        ArrayVar(3, lower=[1.0, 2.0])
    with pytest.raises(ValueError, match="upper: element 1"):
        ArrayVar(2, upper=[1.0, math.nan])
    with pytest.raises(ValueError, match="cost"):
        ArrayObjective([(ArrayVar(2), [1.0, 2.0, 3.0])])


@pytest.mark.parametrize("values", [[5.0, 6.0], [5.0, -1.0, 6.0]])
def test_fix_array_takes_one_value_per_fixed_element_or_per_element(values):
    model = pyo.ConcreteModel()
    model.x = ArrayVar(3, upper=9.0)
    model.x.fix_array([True, False, True], values)
    lower, upper = model.x.effective_bounds()
    assert lower.tolist() == [5.0, 0.0, 6.0]
    assert upper.tolist() == [5.0, 9.0, 6.0]
    model.x.unfix_array([True, False, False])
    assert model.x.fixed_mask.tolist() == [False, False, True]
    assert model.x.upper.tolist() == [9.0, 9.0, 9.0]


def test_whole_component_operations_make_no_elements():
    model = pyo.ConcreteModel()
    model.x = ArrayVar(3)
    model.x.setlb(1)
    model.x.setub(None)
    model.x.fix(4)
    assert model.x.get_values() == {0: 4.0, 1: 4.0, 2: 4.0}
    model.x.fixed_mask[1] = False
    assert model.x.get_values(include_fixed_values=False) == {1: 4.0}
    model.x.unfix()
    assert not model.x.fixed_mask.any()
    assert len(model.x._data) == 0
    model.x.fix()
    model.x.value_array[2] = math.nan
    with pytest.raises(ValueError, match=r"x\[2\] is fixed but has no value"):
        model.x.effective_bounds()


def dense(n_rows, *terms):
    return ArrayConstraint(n_rows, list(terms)).matrix.toarray().tolist()


def test_terms_broadcast():
    x = ArrayVar(4)
    grid = np.array([[0, 1], [0, 1]])
    assert dense(2, term(x, row=grid)) == [[1, 0, 1, 0], [0, 1, 0, 1]]
    assert dense(1, term(x, row=0)) == [[1, 1, 1, 1]]
    assert dense(1, term(x, row=0, coefficient=[1, 2, 3, 4])) == [[1, 2, 3, 4]]
    assert dense(2, term(x, row=grid, coefficient=[[5], [7]])) == [[5, 0, 7, 0], [0, 5, 0, 7]]
    assert dense(2, term(x, row=[[0], [1]], column=[1, 3], coefficient=2)) == [[0, 2, 0, 2], [0, 2, 0, 2]]
    assert dense(2, term(x, row=1, column=2, coefficient=-1)) == [[0, 0, 0, 0], [0, 0, -1, 0]]
    assert dense(1, -term(x, row=0), +term(x, row=0, column=0)) == [[0, -1, -1, -1]]
    assert dense(2, term(ArrayVar(0), row=[])) == [[], []]
    assert dense(0, term(x, row=[], column=[])) == []


def test_entries_of_one_place_add_up_and_zeros_are_dropped():
    x, y = ArrayVar(2), ArrayVar(1)
    constraint = ArrayConstraint(
        2,
        [
            term(x, row=[0, 0, 1], column=[1, 1, 0], coefficient=[2, 3, 4]),
            term(y, row=[1], coefficient=0.0),
            -term(x, row=[1], column=[0], coefficient=4.0),
        ],
    )
    assert constraint.matrix.toarray().tolist() == [[0, 5, 0], [0, 0, 0]]
    assert constraint.matrix.nnz == 1
    assert [v is w for v, w in zip(constraint.variables, (x, y), strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"row": [0, 1]}, ValueError, "2 rows for the 3 elements"),
        ({"row": [0.0, 1.0, 2.0]}, TypeError, "rows must be integers"),
        ({"row": [0], "column": [3]}, ValueError, "columns run from 3 to 3"),
        ({"row": [0], "column": [-1]}, ValueError, "columns run from -1"),
    ],
)
def test_a_wrong_term_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        term(ArrayVar(3), **arguments)


def test_a_term_of_a_stock_variable_is_refused():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(3))
    with pytest.raises(TypeError, match="ArrayVar is needed"):
        term(model.x, row=[0, 1, 2])


def test_wrong_rows_are_refused():
    x = ArrayVar(2)
    with pytest.raises(ValueError, match="rows run from 0 to 5, there are 2"):
        ArrayConstraint(2, [term(x, row=[0, 5])])
    with pytest.raises(ValueError, match="rows run from -1"):
        ArrayConstraint(2, [term(x, row=[0, -1])])
    with pytest.raises(ValueError, match="row 1 is not finite"):
        ArrayConstraint(2, [term(x, row=[0, 1], coefficient=[1.0, math.inf])])
    with pytest.raises(ValueError, match="upper: element 0"):
        rows(2).at_most(math.nan, [term(x, row=0)])


def test_the_builder_sets_both_bounds():
    x = ArrayVar(2)
    terms = [term(x, row=[0, 1])]
    bounds = {
        kind: (made.lower.tolist(), made.upper.tolist())
        for kind, made in {
            "equal": rows(2).equal([1, 2], terms),
            "at most": rows(2).at_most(3, terms),
            "at least": rows(2).at_least(4, terms),
            "between": rows(2).between(5, [6, 7], terms),
        }.items()
    }
    none = [-math.inf] * 2, [math.inf] * 2
    assert bounds == {
        "equal": ([1, 2], [1, 2]),
        "at most": (none[0], [3, 3]),
        "at least": ([4, 4], none[1]),
        "between": ([5, 5], [6, 7]),
    }


def test_a_row_is_a_pyomo_expression():
    model = plant_model()
    assert str(model.opened[0].expr) == "make[1] - 5000.0*open[0]  <=  0.0"
    assert str(model.demand[0].expr) == "1000.0  <=  make[0] + make[1]"
    model.make.value_array[:] = [3.0, 4.0]
    model.open.value_array[:] = 1.0
    assert pyo.value(model.opened[0].body) == -4996.0 == model.opened.evaluate()[0]
    assert model.demand[0].lslack() == 7.0 - 1000.0
    model.demand.upper[:] = 1000.0
    assert model.demand[0].equality
    model.demand.upper[:] = 2000.0
    assert (model.demand[0].lb, model.demand[0].ub) == (1000.0, 2000.0)
    with pytest.raises(TypeError, match="row of an ArrayConstraint"):
        model.demand[0] = model.make[0] == 3
    with pytest.raises(TypeError, match="cannot be deleted"):
        del model.demand[0]


def test_rows_can_be_deactivated_one_by_one_or_together():
    model = plant_model()
    model.free_rows[1].deactivate()
    assert model.free_rows.active_mask.tolist() == [True, False]
    assert model.free_rows.effective_bounds()[1].tolist() == [math.inf, math.inf]
    assert model.free_rows.upper.tolist() == [math.inf, 7.0]
    model.free_rows.deactivate()
    assert not model.free_rows.active
    model.free_rows[0].activate()
    assert model.free_rows.active
    assert model.free_rows.active_mask.tolist() == [True, False]
    model.free_rows.activate()
    assert model.free_rows.active_mask.all()


def test_the_objective_needs_no_value_where_it_costs_nothing():
    model = pyo.ConcreteModel()
    model.x = ArrayVar(3)
    model.cost = ArrayObjective([(model.x, [2.0, 0.0, 1.0]), (model.x, [1.0, 0.0, 0.0])], constant=0.5)
    model.x.value_array[:] = [10.0, math.nan, 4.0]
    assert pyo.value(model.cost) == 34.5
    assert str(model.cost.expr) == "0.5 + 2.0*x[0] + x[2] + x[0]"
    assert model.cost.sense == pyo.minimize
    with pytest.raises(TypeError, match="terms"):
        model.cost.expr = model.x[0]
    model.twice = pyo.Objective(expr=2 * model.cost)
    assert generate_standard_repn(model.twice).constant == 1.0
    assert generate_standard_repn(model.twice).linear_coefs == (6.0, 2.0)


def test_elements_work_inside_ordinary_pyomo():
    model = plant_model()
    model.extra = pyo.Constraint(range(2), rule=lambda m, i: m.make[i] <= 10 + 2 * m.open[0])
    model.twice = pyo.Expression(expr=2 * model.make[0])
    model.make.value_array[:] = [5.0, 1.0]
    model.open.value_array[:] = 1.0
    assert pyo.value(model.twice) == 10.0
    assert model.extra[0].uslack() == 7.0


@pytest.mark.parametrize("copied", [lambda m: m.clone(), lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_are_whole_and_independent(copied):
    model = plant_model()
    model.make[0].fix(7.0)
    model.free_rows[1].deactivate()
    copy = copied(model)
    assert list(copy.open._data) == list(model.open._data) == []
    assert copy.make[0].value == 7.0
    assert copy.make[0].fixed
    assert copy.opened.variables[0] is copy.make
    assert copy.cost.terms[0][0] is copy.make
    assert copy.make[0].parent_component() is copy.make
    assert str(copy.opened[0].expr) == str(model.opened[0].expr)
    assert copy.free_rows.active_mask.tolist() == [True, False]
    copy.make[0].unfix()
    copy.make[0].setub(1)
    copy.free_rows[1].activate()
    assert model.make[0].fixed
    assert model.make.upper[0] == 400.0
    assert not model.free_rows[1].active


@pytest.mark.parametrize("solver", ["appsi_highs", "highs"])
def test_stock_solver_interfaces_take_them(solver):
    model = plant_model()
    pyo.SolverFactory(solver).solve(model)
    assert pyo.value(model.cost) == pytest.approx(3510.0)
    assert model.make.value_array == pytest.approx([0.0, 1000.0])
    assert not model.make[1].stale


@pytest.mark.parametrize("suffix", ["lp", "mps"])
def test_stock_files_hold_the_same_model(tmp_path, suffix):
    path = tmp_path / f"model.{suffix}"
    plant_model().write(str(path))
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    highs.run()
    assert highs.getInfo().objective_function_value == pytest.approx(3510.0)


def test_the_standard_form_is_the_same_matrix():
    model = plant_model()
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    names = [column.name for column in form.columns]
    found = {
        str(row.constraint): dict(zip(names, line, strict=True))
        for row, line in zip(form.rows, form.A.toarray().tolist(), strict=True)
    }
    assert found["demand[0]"] == {"make[0]": 1.0, "make[1]": 1.0, "open[0]": 0.0}
    assert found["opened[0]"] == {"make[0]": 0.0, "make[1]": 1.0, "open[0]": -5000.0}
    assert dict(zip(names, form.c.toarray()[0], strict=True)) == {"make[0]": 3, "make[1]": 1, "open[0]": 2500}


def test_integer_variables_are_whole_within_their_bounds():
    from optimizer.highs import solve

    model = pyo.ConcreteModel()
    model.x = ArrayVar(2, upper=10, integer=True)
    model.room = rows(1).at_most([7.5], [term(model.x, row=[0, 0], coefficient=[2.0, 1.5])])
    model.gain = ArrayObjective([(model.x, np.array([-3.0, -2.0]))])
    # 2a + 1.5b <= 7.5: (3, 1) gains 11; the relaxation would take a = 3.75 and gain 11.25.
    assert solve(model).objective == pytest.approx(-11)
    assert model.x[0].domain is pyo.Integers
