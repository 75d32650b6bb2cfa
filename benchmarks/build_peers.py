"""The same model by modelling languages: linopy, PuLP, pyoptinterface, textbook Pyomo."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.build_contenders import ByHand, Contender, Ours
from benchmarks.families import Model, Rows

Row = tuple[list[int], list[float], float, float]


def sense_of(family: Rows) -> str:
    """Return '=', '<=' or '>=' of a family of rows; raises ValueError where rows have two bounds."""
    if np.array_equal(family.lower, family.upper):
        return "="
    if np.isneginf(family.lower).all():
        return "<="
    if np.isposinf(family.upper).all():
        return ">="
    message = f"{family.name}: rows with two bounds, which some peers cannot take as one"
    raise ValueError(message)


def right_of(family: Rows) -> Any:
    """Return the right-hand sides (m,)."""
    return family.lower if sense_of(family) == ">=" else family.upper


class Linopy(Contender):
    """linopy, arrays of coefficients and labels."""

    def prepare(self, folder: Path) -> None:  # noqa: D102
        super().prepare(folder)
        import highspy  # noqa: F401
        import linopy  # noqa: F401
        import pandas as pd  # noqa: F401
        import xarray as xr  # noqa: F401

    def build(self) -> None:  # noqa: D102
        import linopy
        import pandas as pd
        import xarray as xr

        model = self.model = linopy.Model()
        found, objective = [], []
        for v in self.given.variables:
            index = pd.RangeIndex(len(v.lower), name=v.name)
            binary = v.whole and bool((v.lower == 0).all() and (v.upper == 1).all())
            bounds: dict[str, Any] = {} if binary else {"lower": v.lower, "upper": v.upper}
            variable = model.add_variables(
                coords=[index], name=v.name, binary=binary, integer=v.whole and not binary, **bounds
            )
            found.append(variable)
            objective.append((variable * xr.DataArray(v.cost, coords=[index])).sum())
        model.add_objective(sum(objective[1:], objective[0]))
        labels = [np.asarray(v.labels) for v in found]
        for family in self.given.rows:
            for name, row, label, factor in _padded(family, labels):
                index = pd.RangeIndex(len(row), name=f"{name}_row")
                data = xr.Dataset(
                    {
                        "coeffs": ((index.name, "_term"), factor),
                        "vars": ((index.name, "_term"), label),
                        "const": ((index.name,), np.zeros(len(row))),
                    },
                    coords={index.name: index},
                )
                right = xr.DataArray(right_of(family)[row], coords=[index])
                model.add_constraints(
                    linopy.LinearExpression(data, model), sense_of(family), right, name=name
                )

    def transfer(self) -> None:  # noqa: D102
        from linopy.io import to_highspy

        self.solver = to_highspy(self.model)

    def highs(self) -> Any:  # noqa: D102
        return self.solver


def _padded(family: Rows, labels: list[Any]) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield (name, rows, labels (k, width), factors (k, width)) of rows of like length."""
    count = np.sum([np.diff(t.starts) for t in family.terms], axis=0)
    entry = np.concatenate([np.repeat(np.arange(len(t.starts) - 1), np.diff(t.starts)) for t in family.terms])
    label = np.concatenate([labels[t.variable][t.elements] for t in family.terms])
    factor = np.concatenate([t.factors for t in family.terms])
    order = np.argsort(entry, kind="stable")
    starts = np.concatenate([[0], np.cumsum(count)])
    within = np.arange(len(order)) - starts[:-1][entry[order]]
    size = np.ceil(np.log2(np.maximum(count, 1))).astype(int)
    for power in np.unique(size).tolist():
        rows = np.flatnonzero(size == power)
        width = int(count[rows].max(initial=1))
        place = np.full(len(count), -1)
        place[rows] = np.arange(len(rows))
        mine = order[place[entry[order]] >= 0]
        at = (place[entry[mine]], within[place[entry[order]] >= 0])
        padded_labels, padded = np.full((len(rows), width), -1), np.full((len(rows), width), math.nan)
        padded_labels[at], padded[at] = label[mine], factor[mine]
        yield f"{family.name}_{power}", rows, padded_labels, padded


def _rows(given: Model) -> Iterator[Row]:
    """Yield the rows one by one, columns counted over all families."""
    offsets = given.offsets
    for family in given.rows:
        starts = [t.starts.tolist() for t in family.terms]
        columns = [(t.elements + offsets[t.variable]).tolist() for t in family.terms]
        factors = [t.factors.tolist() for t in family.terms]
        for i, (lower, upper) in enumerate(zip(family.lower.tolist(), family.upper.tolist(), strict=True)):
            where: list[int] = []
            values: list[float] = []
            for start, column, factor in zip(starts, columns, factors, strict=True):
                where += column[start[i] : start[i + 1]]
                values += factor[start[i] : start[i + 1]]
            yield where, values, lower, upper


class Pulp(Contender):
    """PuLP, an expression a row."""

    def prepare(self, folder: Path) -> None:  # noqa: D102
        super().prepare(folder)
        import highspy  # noqa: F401
        import pulp  # noqa: F401

    def build(self) -> None:  # noqa: D102
        import pulp

        model = self.model = pulp.LpProblem("network")
        variables: list[Any] = []
        cost: list[float] = []
        for v in self.given.variables:
            kind = "Integer" if v.whole else "Continuous"
            variables += [
                pulp.LpVariable(f"{v.name}_{i}", low, None if up == math.inf else up, kind)
                for i, (low, up) in enumerate(zip(v.lower.tolist(), v.upper.tolist(), strict=True))
            ]
            cost += v.cost.tolist()
        model += pulp.LpAffineExpression(list(zip(variables, cost, strict=True)))
        for where, values, lower, upper in _rows(self.given):
            left = pulp.LpAffineExpression([(variables[c], f) for c, f in zip(where, values, strict=True)])
            if lower == upper:
                model += left == upper
            elif lower == -math.inf:
                model += left <= upper
            else:
                model += left >= lower

    def transfer(self) -> None:  # noqa: D102
        import pulp

        solver = pulp.HiGHS(msg=False)
        solver.createAndConfigureSolver(self.model)
        solver.buildSolverModel(self.model)

    def highs(self) -> Any:  # noqa: D102
        return self.model.solverModel


class Pyoptinterface(Contender):
    """pyoptinterface, which hands every row to HiGHS at once."""

    def prepare(self, folder: Path) -> None:  # noqa: D102
        super().prepare(folder)
        import pyoptinterface  # noqa: F401
        from pyoptinterface import highs  # noqa: F401

    def build(self) -> None:  # noqa: D102
        import pyoptinterface as poi
        from pyoptinterface import highs

        model = self.model = highs.Model()
        model.set_model_attribute(poi.ModelAttribute.Silent, True)  # noqa: FBT003
        number: list[int] = []
        cost: list[float] = []
        for v in self.given.variables:
            kind = poi.VariableDomain.Integer if v.whole else poi.VariableDomain.Continuous
            for low, up in zip(v.lower.tolist(), v.upper.tolist(), strict=True):
                number.append(model.add_variable(lb=low, ub=up, domain=kind).index)
            cost += v.cost.tolist()
        sense = poi.ConstraintSense
        self.entries = 0
        for where, values, lower, upper in _rows(self.given):
            left = poi.ScalarAffineFunction(values, [number[c] for c in where], 0.0)
            self.entries += len(where)
            if lower == upper:
                model.add_linear_constraint(left, sense.Equal, upper)
            elif lower == -math.inf:
                model.add_linear_constraint(left, sense.LessEqual, upper)
            else:
                model.add_linear_constraint(left, sense.GreaterEqual, lower)
        model.set_objective(poi.ScalarAffineFunction(cost, number, 0.0), poi.ObjectiveSense.Minimize)

    def transfer(self) -> None:
        """Nothing is left to hand over."""

    def size(self) -> dict[str, int]:
        """Return what was handed over: the interface does not read the matrix back."""
        return self.given.size | {"nonzeros": self.entries}

    def relaxed_optimum(self) -> float:  # noqa: D102
        import pyoptinterface as poi

        self.model.set_raw_parameter("solve_relaxation", True)  # noqa: FBT003
        self.model.optimize()
        return float(self.model.get_model_attribute(poi.ModelAttribute.ObjectiveValue))


class Pyomo(Contender):
    """Textbook Pyomo: rules, one element after the other."""

    def prepare(self, folder: Path) -> None:  # noqa: D102
        super().prepare(folder)
        import highspy  # noqa: F401
        import pyomo.environ  # noqa: F401
        from pyomo.contrib.appsi.solvers import Highs as Appsi  # noqa: F401
        from pyomo.contrib.solver.solvers.highs import Highs  # noqa: F401

    def build(self) -> None:  # noqa: D102
        import pyomo.environ as pyo

        model = self.model = pyo.ConcreteModel()
        families = []
        for v in self.given.variables:
            lower, upper = v.lower.tolist(), [None if u == math.inf else u for u in v.upper.tolist()]
            domain = pyo.Integers if v.whole else pyo.Reals
            variable = pyo.Var(
                range(len(lower)),
                domain=domain,
                bounds=lambda _, i, lower=lower, upper=upper: (lower[i], upper[i]),
            )
            model.add_component(v.name, variable)
            families.append((variable, v.cost.tolist()))
        model.cost = pyo.Objective(
            expr=pyo.quicksum(c * variable[i] for variable, cost in families for i, c in enumerate(cost) if c)
        )
        for family in self.given.rows:
            model.add_component(family.name, _textbook(family, [variable for variable, _ in families]))

    def transfer(self) -> None:
        """Hand the model over by the interface called ``appsi_highs``."""
        from pyomo.contrib.appsi.solvers import Highs

        interface = self.interface = Highs()
        interface.set_instance(self.model)

    def highs(self) -> Any:  # noqa: D102
        return self.interface._solver_model

    def size(self) -> dict[str, int]:
        """Return what HiGHS holds, and the columns that stand nowhere, which Pyomo leaves out."""
        held = super().size()
        return held | {"columns": held["columns"] + self.given.unused}


def _textbook(family: Rows, variables: list[Any]) -> Any:
    """Return an indexed constraint whose rule sums each term over the elements of the row."""
    import pyomo.environ as pyo

    terms = [
        (variables[t.variable], t.starts.tolist(), t.elements.tolist(), t.factors.tolist())
        for t in family.terms
    ]
    right, sense = right_of(family).tolist(), sense_of(family)

    def rule(_: Any, i: int) -> Any:
        left = sum(
            factors[e] * variable[elements[e]]
            for variable, starts, elements, factors in terms
            for e in range(starts[i], starts[i + 1])
        )
        if isinstance(left, int):  # no entry at all
            return pyo.Constraint.Feasible
        if sense == "=":
            return left == right[i]
        return left <= right[i] if sense == "<=" else left >= right[i]

    return pyo.Constraint(range(len(right)), rule=rule)


class PyomoNew(Pyomo):
    """Textbook Pyomo by the interface called ``highs``."""

    def transfer(self) -> None:  # noqa: D102
        from pyomo.contrib.solver.solvers.highs import Highs

        interface = self.interface = Highs()
        interface._active_config = interface.config  # what solve() does before
        interface.set_instance(self.model)


OURS, FLOOR = "zerolane", "arrays by hand"
CONTENDERS: dict[str, type[Contender]] = {
    FLOOR: ByHand,
    OURS: Ours,
    "linopy": Linopy,
    "pyoptinterface": Pyoptinterface,
    "PuLP": Pulp,
    "Pyomo, appsi_highs": Pyomo,
    "Pyomo, highs": PyomoNew,
}
NEEDS = {  # packages, where it is not what the product itself has
    "linopy": "linopy",
    "pyoptinterface": "pyoptinterface",
    "PuLP": "pulp",
}
