"""From a Pyomo model to the arrays HiGHS takes, and back.

`compile_model` lays array components end to end and adds ordinary Pyomo variables, constraints and the
objective one by one; all of it in natural units (`optimizer.scaling` rescales for the solver).
`load_values` puts a solution into the model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.core.expr.visitor import identify_variables
from pyomo.core.staleflag import StaleFlagManager
from pyomo.repn.linear import LinearRepnVisitor
from pyomo.repn.util import categorize_valid_components
from scipy.sparse import csr_array

from optimizer.arrays import ArrayConstraint, ArrayObjective, ArrayVar, Floats

PASSIVE = {pyo.Block, pyo.Expression, pyo.Param, pyo.Set, pyo.RangeSet, pyo.Suffix, pyo.BuildAction}


@dataclass
class Layout:
    """Where the components of a model stand among the columns and rows."""

    variables: list[ArrayVar] = field(default_factory=list)
    plain_variables: list[Any] = field(default_factory=list)  # VarData, after all array columns
    plain_constraints: list[Any] = field(default_factory=list)  # ConstraintData, after all array rows
    first_plain_column: int = 0
    first_plain_row: int = 0
    _columns: dict[int, slice] = field(default_factory=dict)
    _rows: dict[int, slice] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)  # so that no id is reused while the layout lives

    def place_columns(self, variable: Any, columns: slice) -> None:
        """Note where a variable (component or element) stands."""
        self._columns[id(variable)] = columns
        self._kept.append(variable)

    def place_rows(self, constraint: Any, rows: slice) -> None:
        """Note where a constraint (component or element) stands."""
        self._rows[id(constraint)] = rows
        self._kept.append(constraint)

    def columns(self, variable: Any) -> slice:
        """Return the columns of a variable component or element; raise KeyError if it was not compiled."""
        found = self._columns.get(id(variable))
        if found is None and isinstance(variable.parent_component(), ArrayVar):
            whole = self._columns.get(id(variable.parent_component()))
            if whole is not None:
                return slice(whole.start + variable.index(), whole.start + variable.index() + 1)
        if found is None:
            message = f"variable {variable.name} is not part of the compiled model"
            raise KeyError(message)
        return found

    def rows(self, constraint: Any) -> slice:
        """Return the rows of a constraint component or element; raise KeyError if it was not compiled."""
        found = self._rows.get(id(constraint))
        if found is None and isinstance(constraint.parent_component(), ArrayConstraint):
            whole = self._rows.get(id(constraint.parent_component()))
            if whole is not None:
                return slice(whole.start + constraint.index(), whole.start + constraint.index() + 1)
        if found is None:
            message = f"constraint {constraint.name} was not an active part of the compiled model"
            raise KeyError(message)
        return found


@dataclass
class CompiledModel:
    """A model as arrays in natural units, minimising: n columns, m rows.

    Attributes
    ----------
    cost, lower, upper, unit : (n,); `unit` is natural units per solver unit.
    integer : (n,) bool.
    matrix : CSR (m, n). row_lower, row_upper : (m,).
    offset : constant of the objective. sign : -1 if the model maximises (cost and offset are negated).
    baked : value by column, of fixed variables inside ordinary constraints or an ordinary objective; they
        stand there as constants, so they cannot be set free or moved without compiling again.
    """

    layout: Layout
    cost: Floats
    lower: Floats
    upper: Floats
    unit: Floats
    integer: NDArray[np.bool_]
    matrix: csr_array
    row_lower: Floats
    row_upper: Floats
    offset: float
    sign: float
    baked: dict[int, float]


class _Columns:
    """Pyomo's recorder of variables met, without making all elements of an array as the stock one does."""

    def __init__(self) -> None:
        self.var_map: dict[int, Any] = {}

    def add(self, variable: Any) -> None:
        self.var_map[id(variable)] = variable


class LinearReader:
    """Linear expressions of ordinary Pyomo, as columns and coefficients."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.recorder = _Columns()
        self.visitor = LinearRepnVisitor({}, var_recorder=self.recorder)
        self.baked: dict[int, float] = {}

    def read(self, expression: Any, name: str) -> tuple[list[int], list[float], float]:
        """Return (columns, coefficients, constant); raise ValueError unless linear with a finite constant."""
        form = self.visitor.walk_expression(expression)
        if form.nonlinear is not None:
            message = f"{name} is not linear"
            raise ValueError(message)
        for variable in identify_variables(expression, include_fixed=True):
            if variable.fixed:
                self.baked[self.layout.columns(variable).start] = float(variable.value)
        columns = [self.layout.columns(self.recorder.var_map[key]).start for key in form.linear]
        factors = [float(factor) for factor in form.linear.values()]
        if not all(math.isfinite(number) for number in (*factors, form.constant)):
            message = f"{name} has a coefficient or constant that is not finite"
            raise ValueError(message)
        return columns, factors, float(form.constant)


def checked_bounds(component: ArrayVar | ArrayConstraint) -> tuple[Floats, Floats]:
    """Return (lower, upper), each (n,), as they stand now; raise ValueError if one misfits or is nan."""
    lower, upper = component.effective_bounds()
    for bound in (lower, upper):
        if np.shape(bound) != (component.n,) or np.isnan(bound).any():
            message = f"{component.name}: bounds must be {component.n} numbers"
            raise ValueError(message)
    return lower, upper


def plain_bounds(variable: Any) -> tuple[float, float]:
    """Return (lower, upper) of an ordinary Pyomo variable; a fixed one has both at its value.

    Raises
    ------
    ValueError : it is fixed without a value.
    """
    if variable.fixed:
        if variable.value is None:
            message = f"{variable.name} is fixed but has no value"
            raise ValueError(message)
        return float(variable.value), float(variable.value)
    lower, upper = variable.bounds
    return -math.inf if lower is None else float(lower), math.inf if upper is None else float(upper)


def _place_variables(model: Any) -> Layout:
    """Return the layout with all columns placed: array variables first, then ordinary ones."""
    layout = Layout()
    ordinary = []
    position = 0
    for variable in model.component_objects(pyo.Var, descend_into=True):
        if isinstance(variable, ArrayVar):
            layout.variables.append(variable)
            layout.place_columns(variable, slice(position, position + variable.n))
            position += variable.n
        elif not variable.is_reference():
            ordinary.append(variable)
    layout.first_plain_column = position
    for variable in ordinary:
        begin = position
        for data in variable.values():
            layout.plain_variables.append(data)
            if data is not variable:
                layout.place_columns(data, slice(position, position + 1))
            position += 1
        layout.place_columns(variable, slice(begin, position))
    return layout


def _read_columns(layout: Layout) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Return (lower, upper, unit, integer), each (n,)."""
    begin, n = layout.first_plain_column, layout.first_plain_column + len(layout.plain_variables)
    lower, upper, unit, integer = np.zeros(n), np.zeros(n), np.ones(n), np.zeros(n, dtype=bool)
    for variable in layout.variables:
        where = layout.columns(variable)
        lower[where], upper[where] = checked_bounds(variable)
        unit[where], integer[where] = variable.unit, variable.whole
    for column, data in enumerate(layout.plain_variables, begin):
        if not (data.is_continuous() or data.is_integer()):
            message = f"{data.name}: domain {data.domain} is neither continuous nor a range of integers"
            raise ValueError(message)
        lower[column], upper[column] = plain_bounds(data)
        integer[column] = data.is_integer()
    return lower, upper, unit, integer


@dataclass
class _Rows:
    """Rows gathered so far: parts of one CSR matrix."""

    indices: list[NDArray[Any]] = field(default_factory=list)
    data: list[Floats] = field(default_factory=list)
    counts: list[NDArray[Any]] = field(default_factory=list)
    lower: list[Any] = field(default_factory=list)
    upper: list[Any] = field(default_factory=list)
    number: int = 0

    def add_array(self, constraint: ArrayConstraint, layout: Layout) -> None:
        """Add all rows of an array constraint."""
        matrix = constraint.matrix
        starts = [layout.columns(variable).start for variable in constraint.variables]
        shifts = [start - int(offset) for start, offset in zip(starts, constraint.offsets, strict=False)]
        if len(set(shifts)) <= 1:  # the variables stand in the model as they do in the constraint
            indices = matrix.indices + (shifts[0] if shifts else 0)
        else:
            parts = [np.arange(s, s + v.n) for s, v in zip(starts, constraint.variables, strict=True)]
            indices = np.concatenate(parts, dtype=np.int32, casting="unsafe")[matrix.indices]
        lower, upper = checked_bounds(constraint)
        self._append(indices, matrix.data, np.diff(matrix.indptr), lower, upper)

    def add_plain(self, constraints: Sequence[Any], expressions: LinearReader) -> None:
        """Add ordinary constraints, one row each."""
        columns: list[int] = []
        factors: list[float] = []
        counts, lowers, uppers = [], [], []
        for constraint in constraints:
            lower, body, upper = constraint.to_bounded_expression(evaluate_bounds=True)
            where, values, constant = expressions.read(body, f"constraint {constraint.name}")
            columns += where
            factors += values
            counts.append(len(where))
            lowers.append(-math.inf if lower is None else lower - constant)
            uppers.append(math.inf if upper is None else upper - constant)
        self._append(
            np.array(columns, dtype=np.int32), np.array(factors), np.array(counts, dtype=int), lowers, uppers
        )

    def _append(
        self, indices: NDArray[Any], data: Floats, counts: NDArray[Any], lower: Any, upper: Any
    ) -> None:
        self.indices.append(indices)
        self.data.append(data)
        self.counts.append(counts)
        self.lower.append(lower)
        self.upper.append(upper)
        self.number += len(counts)

    def matrix(self, n_columns: int) -> csr_array:
        """Return the CSR matrix with the 32-bit indices HiGHS takes."""
        starts = np.zeros(self.number + 1, dtype=np.int64)
        np.cumsum(_joined(self.counts, np.int64), out=starts[1:])
        if starts[-1] > np.iinfo(np.int32).max:
            message = f"{starts[-1]} nonzeros are more than HiGHS can index"
            raise ValueError(message)
        parts = (_joined(self.data, np.float64), _joined(self.indices, np.int32), starts.astype(np.int32))
        return csr_array(parts, shape=(self.number, n_columns))


def _joined(parts: Sequence[Any], kind: Any) -> NDArray[Any]:
    """Return the parts end to end as one fresh array of type `kind`."""
    return np.concatenate(parts, dtype=kind, casting="unsafe") if parts else np.zeros(0, dtype=kind)


def _place_rows(model: Any, layout: Layout, expressions: LinearReader) -> _Rows:
    """Return all active rows: those of array constraints first, then ordinary ones."""
    gathered = _Rows()
    ordinary = []
    for constraint in model.component_objects(pyo.Constraint, active=True, descend_into=True):
        if isinstance(constraint, ArrayConstraint):
            begin = gathered.number
            gathered.add_array(constraint, layout)
            layout.place_rows(constraint, slice(begin, gathered.number))
        elif not constraint.is_reference():
            ordinary.append(constraint)
    position = layout.first_plain_row = gathered.number
    for constraint in ordinary:
        begin = position
        for data in constraint.values():
            if data.active:
                layout.plain_constraints.append(data)
                if data is not constraint:
                    layout.place_rows(data, slice(position, position + 1))
                position += 1
        layout.place_rows(constraint, slice(begin, position))
    gathered.add_plain(layout.plain_constraints, expressions)
    return gathered


def read_objective(
    model: Any, layout: Layout, n_columns: int, expressions: LinearReader
) -> tuple[Floats, float, float]:
    """Return (cost (n_columns,), constant, sign), minimising; no active objective counts as zero.

    Raises
    ------
    ValueError : several objectives are active, or one is not linear.
    """
    active = list(model.component_data_objects(pyo.Objective, active=True, descend_into=True))
    if len(active) > 1:
        message = f"several objectives are active: {', '.join(objective.name for objective in active)}"
        raise ValueError(message)
    cost = np.zeros(n_columns)
    if not active:
        return cost, 0.0, 1.0
    objective = active[0]
    sign = 1.0 if objective.sense == pyo.minimize else -1.0
    if isinstance(objective, ArrayObjective):
        for variable, part in objective.terms:
            cost[layout.columns(variable)] += part
        constant = objective.constant
    else:
        columns, factors, constant = expressions.read(objective.expr, f"objective {objective.name}")
        np.add.at(cost, columns, factors)
    if not np.isfinite(cost).all():
        message = f"objective {objective.name} has a cost that is not finite"
        raise ValueError(message)
    return sign * cost, sign * constant, sign


def compile_model(model: Any) -> CompiledModel:
    """Return a Pyomo model as arrays in natural units.

    Raises
    ------
    ValueError : something is not linear, a fixed variable has no value, or several objectives are active.
    TypeError : the model holds components that cannot be sent (SOS, disjunctions, ...).
    KeyError : a variable used is not part of the model.
    """
    _, unknown = categorize_valid_components(
        model, active=True, valid=PASSIVE | {pyo.Var, pyo.Constraint, pyo.Objective}
    )
    if unknown:
        message = f"these cannot be sent to HiGHS: {', '.join(sorted(kind.__name__ for kind in unknown))}"
        raise TypeError(message)
    layout = _place_variables(model)
    lower, upper, unit, integer = _read_columns(layout)
    expressions = LinearReader(layout)
    gathered = _place_rows(model, layout, expressions)
    cost, offset, sign = read_objective(model, layout, len(lower), expressions)
    return CompiledModel(
        layout=layout,
        cost=cost,
        lower=lower,
        upper=upper,
        unit=unit,
        integer=integer,
        matrix=gathered.matrix(len(lower)),
        row_lower=_joined(gathered.lower, np.float64),
        row_upper=_joined(gathered.upper, np.float64),
        offset=offset,
        sign=sign,
        baked=expressions.baked,
    )


def load_values(layout: Layout, values: Floats) -> None:
    """Put a solution (n,), natural units, into the variables of the model."""
    StaleFlagManager.mark_all_as_stale()
    fresh = StaleFlagManager.get_flag(0)
    for variable in layout.variables:
        variable.value_array[:] = values[layout.columns(variable)]
        for element in variable._data.values():
            element._stale = fresh
    for data, number in zip(
        layout.plain_variables, values[layout.first_plain_column :].tolist(), strict=True
    ):
        data.set_value(number, skip_validation=True)
