"""A compiled model as plain arrays by family, for programs other than ours to build again.

Variables are families of flat arrays, constraints are families of rows, each a sum of terms; a term is one
variable family with a sparse matrix (row, element). That is how the model is written in the first place, and
what a modelling language would be given: element ``flow[17]`` is column 17 of the family ``flow``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Variables:
    """One family of n variables: bounds and cost (n,), whether all are whole numbers."""

    name: str
    lower: Floats
    upper: Floats
    cost: Floats
    whole: bool


@dataclass(frozen=True)
class Terms:
    """The entries of one variable family in one family of rows, as CSR over its elements."""

    variable: int
    starts: NDArray[np.int32]
    elements: NDArray[np.int32]
    factors: Floats


@dataclass(frozen=True)
class Rows:
    """One family of m rows: ``lower <= sum of terms <= upper``."""

    name: str
    terms: list[Terms]
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Model:
    """A whole model; columns of the families stand end to end."""

    variables: list[Variables]
    rows: list[Rows]

    @property
    def offsets(self) -> NDArray[np.int64]:
        """First column of each variable family, and the number of all columns."""
        return np.cumsum([0, *(len(v.lower) for v in self.variables)])

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return int(self.offsets[-1])

    @property
    def unused(self) -> int:
        """How many columns stand in no row and cost nothing."""
        used = [v.cost != 0 for v in self.variables]
        for family in self.rows:
            for t in family.terms:
                used[t.variable][t.elements] = True
        return sum(int((~u).sum()) for u in used)

    @property
    def size(self) -> dict[str, int]:
        """Columns, whole-number columns, rows and entries."""
        return {
            "columns": self.columns,
            "whole": sum(len(v.lower) for v in self.variables if v.whole),
            "rows": sum(len(family.lower) for family in self.rows),
            "nonzeros": sum(len(t.factors) for family in self.rows for t in family.terms),
        }


def families_of(model: Any) -> Model:
    """Return the arrays of a built Pyomo model of array components, without empty families.

    Raises
    ------
    TypeError : the model has ordinary Pyomo constraints or variables.
    """
    import pyomo.environ as pyo

    from optimizer.arrays import ArrayConstraint, ArrayObjective, ArrayVar

    components = [*model.component_objects(pyo.Var), *model.component_objects(pyo.Constraint, active=True)]
    odd = [c.name for c in components if not isinstance(c, ArrayVar | ArrayConstraint)]
    if odd:
        message = f"not array components: {', '.join(odd)}"
        raise TypeError(message)
    arrays = [c for c in components if isinstance(c, ArrayVar) and c.n]
    position = {id(v): i for i, v in enumerate(arrays)}
    objective = cast("ArrayObjective", next(iter(model.component_objects(pyo.Objective, active=True))))
    costs = [np.zeros(v.n) for v in arrays]
    for variable, cost in objective.terms:
        if variable.n:
            costs[position[id(variable)]] += cost
    return Model(
        [
            Variables(v.name, *v.effective_bounds(), cost, v.whole)
            for v, cost in zip(arrays, costs, strict=True)
        ],
        [
            Rows(c.name, list(_terms(c, position)), *c.effective_bounds())
            for c in components
            if isinstance(c, ArrayConstraint) and c.n
        ],
    )


def _terms(constraint: Any, position: dict[int, int]) -> Iterator[Terms]:
    """Yield the entries of each variable family that has any, in the order of the constraint."""
    matrix = constraint.matrix.tocsc()
    for variable, start in zip(constraint.variables, constraint.offsets.tolist(), strict=False):
        part = matrix[:, start : start + variable.n].tocsr()
        if part.nnz:
            part.sort_indices()
            kind = np.int32
            yield Terms(
                position[id(variable)], part.indptr.astype(kind), part.indices.astype(kind), part.data
            )
