"""Pyomo components whose numbers live in numpy arrays.

`ArrayVar`, `ArrayConstraint` and `ArrayObjective` are ordinary Pyomo components: they can be indexed,
fixed, deactivated, used inside plain Pyomo expressions and written by every stock Pyomo writer. Their
numbers stand in arrays and an element becomes a Pyomo object only when somebody touches it, so a model
of a million variables costs a few dozen Python objects. `optimizer.bridge` sends the arrays to HiGHS.

A constraint is a sum of terms; a term says which variable, which row each of its columns goes to, and
with which coefficient::

    model.balance = rows(len(nodes)).equal(0, [
        term(model.purchase, row=offer_node),
        term(model.flow, row=arc_destination),
        -term(model.flow, row=arc_origin),
    ])
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import ArrayLike, NDArray
from pyomo.common.modeling import NOTSET
from pyomo.core.base.constraint import IndexedConstraint
from pyomo.core.base.objective import ScalarObjective
from pyomo.core.base.var import IndexedVar
from pyomo.core.expr.numeric_expr import LinearExpression
from scipy.sparse import coo_array, csr_array

from optimizer.elements import ArrayConstraintData, ArrayVarData, LazyElements

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def _filled(values: ArrayLike, n: int, what: str) -> Floats:
    """Return `values` broadcast to a fresh float array of length `n`; raise ValueError on nan or misfit."""
    try:
        array = np.array(np.broadcast_to(np.asarray(values, dtype=float), (n,)))
    except ValueError as error:
        message = f"{what}: an array of shape {np.shape(values)} does not fit {n} elements"
        raise ValueError(message) from error
    if np.isnan(array).any():
        message = f"{what}: element {int(np.flatnonzero(np.isnan(array))[0])} is not a number"
        raise ValueError(message)
    return array


class ArrayVar(LazyElements, IndexedVar):
    """Variables 0 .. n-1 backed by arrays; change ``lower``, ``upper``, ``fixed_mask`` in place.

    Parameters
    ----------
    n : number of elements; may be 0.
    lower, upper : scalar or (n,), in natural units.
    binary : whether every element is 0 or 1.
    integer : whether every element is a whole number within its bounds.
    unit : natural units per solver unit, a power of ten; HiGHS is sent ``x / unit``. Choose it so that
        usual values are between about 0.1 and 10 000 solver units.

    Raises
    ------
    ValueError : a bound is nan or does not fit n; `unit` is not positive, or not 1 for binaries.
    """

    def __init__(
        self,
        n: int,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = math.inf,
        binary: bool = False,
        integer: bool = False,
        unit: float = 1.0,
        **keywords: Any,
    ) -> None:
        whole = binary or integer
        if not (unit > 0 and math.isfinite(unit)) or (whole and unit != 1):
            message = f"ArrayVar unit {unit}: must be positive and finite, and 1 for whole-number variables"
            raise ValueError(message)
        self.n, self.binary, self.unit = int(n), bool(binary), float(unit)
        self.whole = whole
        keywords.setdefault("ctype", pyo.Var)
        super().__init__(pyo.RangeSet(0, self.n - 1), dense=False, **keywords)
        self.lower = _filled(lower, self.n, "ArrayVar lower")
        self.upper = _filled(upper, self.n, "ArrayVar upper")
        if binary:
            np.clip(self.lower, 0.0, 1.0, out=self.lower)
            np.clip(self.upper, 0.0, 1.0, out=self.upper)
        self.value_array = np.full(self.n, math.nan)
        self.fixed_mask = np.zeros(self.n, dtype=bool)

    def _make_element(self, index: int) -> ArrayVarData:
        return ArrayVarData(self, index)

    def fix_array(self, mask: ArrayLike, values: ArrayLike) -> None:
        """Fix the elements where `mask` (n,) holds, at `values`: a scalar, (n,) or one per fixed element."""
        chosen = np.broadcast_to(np.asarray(mask, dtype=bool), (self.n,))
        given = np.asarray(values, dtype=float)
        self.value_array[chosen] = given[chosen] if given.shape == (self.n,) else given
        self.fixed_mask[chosen] = True

    def unfix_array(self, mask: ArrayLike) -> None:
        """Set the elements where `mask` (n,) holds free again."""
        self.fixed_mask[np.broadcast_to(np.asarray(mask, dtype=bool), (self.n,))] = False

    def effective_bounds(self) -> tuple[Floats, Floats]:
        """Return (lower, upper), each (n,), with fixed elements at their value.

        Raises
        ------
        ValueError : an element is fixed without a value.
        """
        if not self.fixed_mask.any():
            return self.lower, self.upper
        missing = np.flatnonzero(self.fixed_mask & np.isnan(self.value_array))
        if missing.size:
            message = f"{self.name}[{int(missing[0])}] is fixed but has no value"
            raise ValueError(message)
        fixed = self.fixed_mask
        return np.where(fixed, self.value_array, self.lower), np.where(fixed, self.value_array, self.upper)

    # Whole-component operations of IndexedVar, without making elements.

    def fix(self, value: Any = NOTSET, skip_validation: bool = False) -> None:  # noqa: ARG002 (Pyomo's)
        """Fix every element, at `value` if given."""
        if value is not NOTSET:
            self.value_array[:] = value
        self.fixed_mask[:] = True

    def unfix(self) -> None:
        """Set every element free."""
        self.fixed_mask[:] = False

    free = unfix

    def setlb(self, val: Any) -> None:
        """Set the lower bound of every element."""
        self.lower[:] = -math.inf if val is None else val

    def setub(self, val: Any) -> None:
        """Set the upper bound of every element."""
        self.upper[:] = math.inf if val is None else val

    def get_values(self, include_fixed_values: bool = True) -> dict[int, float | None]:
        """Return values by index."""
        wanted = range(self.n) if include_fixed_values else np.flatnonzero(~self.fixed_mask).tolist()
        return {i: None if math.isnan(self.value_array[i]) else float(self.value_array[i]) for i in wanted}

    extract_values = get_values


@dataclass(frozen=True, eq=False)
class Term:
    """One family of entries of a constraint: coefficient[k] * variable[column[k]] in row[k]."""

    variable: ArrayVar
    row: Integers
    column: Integers
    coefficient: Floats

    def __neg__(self) -> Term:
        return replace(self, coefficient=-self.coefficient)

    def __pos__(self) -> Term:
        return self


def _index_array(values: ArrayLike, what: str) -> NDArray[Any]:
    """Return `values` as an integer array; raise TypeError on anything else."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        message = f"term: {what} must be integers, not {array.dtype}"
        raise TypeError(message)
    return array.astype(np.int64, copy=False)


def term(
    variable: ArrayVar, row: ArrayLike, column: ArrayLike | None = None, coefficient: ArrayLike = 1.0
) -> Term:
    """Return the entries ``coefficient * variable[column]`` of the rows `row`.

    Parameters
    ----------
    row, column : integers, any shapes that broadcast with each other and with `coefficient`. Without
        `column`, the entries are the n elements in order (arrays of more dimensions are read row by row).
    coefficient : in units of the row per natural unit of the variable. Entries of the same row and
        column add up.

    Raises
    ------
    TypeError : `variable` is not an ArrayVar, or indices are not integers.
    ValueError : shapes do not fit, or a column lies outside the variable.
    """
    if not isinstance(variable, ArrayVar):
        message = f"term: an ArrayVar is needed, not {type(variable).__name__}"  # type: ignore[unreachable]
        raise TypeError(message)
    n = variable.n
    rows_, factors = _index_array(row, "rows"), np.asarray(coefficient, dtype=float)
    if column is None:
        rows_, factors = (array.ravel() for array in np.broadcast_arrays(rows_, factors))
        if rows_.size == 1:
            rows_, factors = np.broadcast_to(rows_, (n,)), np.broadcast_to(factors, (n,))
        if rows_.size != n:
            message = f"term: {rows_.size} rows for the {n} elements of the variable; give column="
            raise ValueError(message)
        return Term(variable, rows_, np.arange(n), factors)
    columns = _index_array(column, "columns")
    if columns.size and not (columns.min() >= 0 and columns.max() < n):
        message = f"term: columns run from {columns.min()} to {columns.max()}, the variable has {n} elements"
        raise ValueError(message)
    rows_, columns, factors = (array.ravel() for array in np.broadcast_arrays(rows_, columns, factors))
    return Term(variable, rows_, columns, factors)


class ArrayConstraint(LazyElements, IndexedConstraint):
    """Rows 0 .. n_rows-1 of ``lower <= sum of terms <= upper``.

    ``lower`` and ``upper`` (n_rows,) may be changed in place between solves; ``matrix`` is CSR over the
    elements of ``variables`` laid end to end (``offsets`` says where each begins), duplicates summed and
    zeros dropped. A row without entries stays, and makes the model infeasible if its bounds exclude 0.

    Raises
    ------
    ValueError : a row index lies outside, a coefficient is not finite or a bound is nan.
    """

    def __init__(
        self,
        n_rows: int,
        terms: Sequence[Term],
        lower: ArrayLike = -math.inf,
        upper: ArrayLike = math.inf,
        **keywords: Any,
    ) -> None:
        self.n = int(n_rows)
        keywords.setdefault("ctype", pyo.Constraint)
        super().__init__(pyo.RangeSet(0, self.n - 1), **keywords)
        self.lower = _filled(lower, self.n, "ArrayConstraint lower")
        self.upper = _filled(upper, self.n, "ArrayConstraint upper")
        self.active_mask = np.ones(self.n, dtype=bool)
        self.variables = list({id(t.variable): t.variable for t in terms}.values())
        self.offsets = np.cumsum([0, *(variable.n for variable in self.variables)])
        self.matrix = self._assemble(terms)

    def _assemble(self, terms: Sequence[Term]) -> csr_array:
        """Return the terms as one CSR matrix (n_rows, sum of variables' n)."""
        width = int(self.offsets[-1])
        ends = np.cumsum([0, *(t.row.size for t in terms)])[1:]
        count = int(ends[-1]) if terms else 0
        if not count:
            return csr_array((self.n, width), dtype=float)
        # 32 bits where they do: half the memory to move, and what HiGHS takes
        kind = np.int32 if max(self.n, width, count) <= np.iinfo(np.int32).max else np.int64
        row, column, value = np.empty(count, kind), np.empty(count, kind), np.empty(count)
        start = {id(v): int(o) for v, o in zip(self.variables, self.offsets, strict=False)}
        self._require_rows([t.row for t in terms if t.row.size])
        for t, end in zip(terms, ends.tolist(), strict=True):
            part = slice(end - t.row.size, end)
            row[part], value[part] = t.row, t.coefficient
            np.add(t.column, start[id(t.variable)], out=column[part], casting="unsafe")
        if not (math.isfinite(value.min()) and math.isfinite(value.max())):
            where = int(row[np.flatnonzero(~np.isfinite(value))[0]])
            message = f"ArrayConstraint: a coefficient in row {where} is not finite"
            raise ValueError(message)
        matrix = coo_array((value, (row, column)), shape=(self.n, width)).tocsr()
        if np.count_nonzero(matrix.data) < matrix.nnz:
            matrix.eliminate_zeros()
        return matrix

    def _require_rows(self, parts: Sequence[Integers]) -> None:
        """Raise ValueError if a row lies outside."""
        if not parts:
            return
        least, most = min(int(part.min()) for part in parts), max(int(part.max()) for part in parts)
        if least < 0 or most >= self.n:
            message = f"ArrayConstraint: rows run from {least} to {most}, there are {self.n}"
            raise ValueError(message)

    def _make_element(self, index: int) -> ArrayConstraintData:
        return ArrayConstraintData(self, index)

    def element(self, column: int) -> ArrayVarData:
        """Return the Pyomo variable of a column of ``matrix``."""
        which = int(np.searchsorted(self.offsets, column, side="right")) - 1
        data: ArrayVarData = self.variables[which][column - int(self.offsets[which])]
        return data

    def evaluate(self) -> Floats:
        """Return the left-hand sides (n_rows,) at the variables' present values."""
        parts = [variable.value_array for variable in self.variables]
        return np.asarray(self.matrix @ (np.concatenate(parts) if parts else np.zeros(0)))

    def effective_bounds(self) -> tuple[Floats, Floats]:
        """Return (lower, upper), each (n_rows,), with deactivated rows unbounded."""
        if self.active_mask.all():
            return self.lower, self.upper
        off = ~self.active_mask
        return np.where(off, -math.inf, self.lower), np.where(off, math.inf, self.upper)

    def activate(self) -> None:
        """Activate every row."""
        self._active = True
        self.active_mask[:] = True

    def deactivate(self) -> None:
        """Deactivate every row."""
        self._active = False
        self.active_mask[:] = False


@dataclass(frozen=True)
class RowBuilder:
    """Writes an `ArrayConstraint` of `n` rows; made by `rows`."""

    n: int

    def equal(self, right: ArrayLike, terms: Sequence[Term]) -> ArrayConstraint:
        """Return rows ``sum of terms = right``."""
        return ArrayConstraint(self.n, terms, right, right)

    def at_most(self, right: ArrayLike, terms: Sequence[Term]) -> ArrayConstraint:
        """Return rows ``sum of terms <= right``."""
        return ArrayConstraint(self.n, terms, -math.inf, right)

    def at_least(self, right: ArrayLike, terms: Sequence[Term]) -> ArrayConstraint:
        """Return rows ``sum of terms >= right``."""
        return ArrayConstraint(self.n, terms, right, math.inf)

    def between(self, lower: ArrayLike, upper: ArrayLike, terms: Sequence[Term]) -> ArrayConstraint:
        """Return rows ``lower <= sum of terms <= upper``."""
        return ArrayConstraint(self.n, terms, lower, upper)


def rows(n: int) -> RowBuilder:
    """Begin a constraint family of `n` rows: ``rows(n).equal(0, [term(...), -term(...)])``."""
    return RowBuilder(int(n))


class ArrayObjective(ScalarObjective):
    """Minimise ``constant + sum over terms of cost . variable``; the costs may be changed in place.

    Parameters
    ----------
    terms : (variable, cost) pairs; cost is a scalar or (n,), per natural unit. Pairs of one variable add.
    """

    def __init__(
        self, terms: Sequence[tuple[ArrayVar, ArrayLike]], constant: float = 0.0, **keywords: Any
    ) -> None:
        self.terms = [(v, _filled(cost, v.n, "ArrayObjective cost")) for v, cost in terms]
        self.constant = float(constant)
        super().__init__(expr=0, sense=pyo.minimize, **keywords)

    # Pyomo reads an objective through this slot, also where it stands inside another expression.
    @property
    def _args_(self) -> tuple[Any]:
        coefficients: list[float] = []
        variables: list[ArrayVarData] = []
        for variable, cost in self.terms:
            used = np.flatnonzero(cost)
            coefficients += cost[used].tolist()
            variables += [variable[i] for i in used.tolist()]
        return (LinearExpression(constant=self.constant, linear_coefs=coefficients, linear_vars=variables),)

    @_args_.setter
    def _args_(self, _: Any) -> None:
        """Take no expression: the base class stores its own here when it starts."""

    def __getstate__(self) -> list[Any]:
        terms, self.terms = self.terms, []  # so that copying does not build the expression
        state: list[Any] = super().__getstate__()
        self.terms = state[-1]["terms"] = terms
        return state

    def set_value(self, expr: Any) -> None:
        """Refuse all but the placeholder the base class starts with."""
        if expr.__class__ is not int:
            message = "an ArrayObjective is changed through its terms and constant"
            raise TypeError(message)
        super().set_value(expr)

    def __call__(self, exception: Any = NOTSET) -> float:  # noqa: ARG002 (Pyomo's)
        """Return the objective at the variables' present values; free elements need no value."""
        total = self.constant
        for variable, cost in self.terms:
            used = np.flatnonzero(cost)
            total += float(cost[used] @ variable.value_array[used])
        return total
