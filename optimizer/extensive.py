"""The extensive form: the models of all futures as one, with one column for what they share.

The arrays of the futures' models stand block beside block; a decision made now is a single column that all
blocks refer to, so that no row has to say that futures agree (Birge and Louveaux 2011, chapter 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo
from scipy.sparse import csc_array

from optimizer.arrays import ArrayConstraint, ArrayVar, Floats, Term, rows, term
from optimizer.bridge import CompiledModel, compile_model
from optimizer.decided import Columns, Decided
from optimizer.highs import HighsModel, Progress
from optimizer.large import solve_large, takes_large
from optimizer.models.futures import beyond_threshold, expected_and_risk
from optimizer.models.variables import decimal_unit
from optimizer.settings import SolverSettings, Strategy
from optimizer.solution import Solution, Status
from scenarios.scenario import Integers


@dataclass(frozen=True)
class Risk:
    """How futures count: their chances (F,), and the weight and alpha of the conditional value at risk."""

    chance: Floats
    weight: float = 0.0
    share: float = 0.0

    def objective(self, cost: Floats) -> float:
        """Return what is minimised, from the cost of each future (F,); Rockafellar and Uryasev (2000)."""
        expected = float(self.chance @ cost)
        if not self.weight:
            return expected
        return (1 - self.weight) * expected + self.weight * self.tail(cost)

    def tail(self, cost: Floats) -> float:
        """Return the mean cost of the costliest ``1 - share`` of chance: the conditional value at risk."""
        order = np.argsort(-np.asarray(cost))
        left, total = 1.0 - self.share, 0.0
        for chance, worst in zip(self.chance[order], np.asarray(cost)[order], strict=True):
            taken = min(float(chance), left)
            total, left = total + taken * float(worst), left - taken
        return total / (1.0 - self.share)


@dataclass(frozen=True)
class _Block:
    """One future's columns: of each of its variables, positions of its own and where the shared ones are."""

    compiled: CompiledModel
    own: dict[str, tuple[ArrayVar, Integers]]  # joined variable, columns of the future's arrays
    shared: dict[str, tuple[ArrayVar, Integers]]


def solve_extensive(
    models: Sequence[pyo.ConcreteModel],
    columns: Columns,
    risk: Risk,
    settings: SolverSettings,
    progress: Progress | None = None,
    start: Sequence[Floats] | None = None,
) -> tuple[Solution, Decided | None]:
    """Solve all futures together.

    Parameters
    ----------
    models : one a future, least cost active, of array components alone.
    columns : what they share, by name of a variable.
    start : values of each future's columns that agree on what is shared, to begin from.

    Returns
    -------
    The solution of the joined model, and the decisions made now if there is a plan.
    """
    blocks, joined = join(models, columns, risk)
    highs = HighsModel(joined, settings)
    values = None if start is None else _joined_values(highs, joined, blocks, start, risk)
    if takes_large(highs, settings):
        first = None
        if values is not None:
            first = Solution(Status.FEASIBLE, "given", highs.arrays[0].layout, values=values)
        solution = solve_large(highs.arrays, settings, progress, first)
    else:
        if values is not None and highs.is_mip:
            highs.suggest_values(values)
        solution = highs.run(progress)
    if not solution.has_values:
        return solution, None
    decided = {}
    for name, (variable, _) in blocks[0].shared.items():
        found = solution.value(variable)
        decided[name] = np.round(found) if variable.whole else found
    return solution, Decided(columns, decided)


def joins_large(models: Sequence[pyo.ConcreteModel], settings: SolverSettings) -> bool:
    """Return whether all futures together are a large model, see `optimizer.large.takes_large`."""
    families = [v for model in models for v in model.component_objects(pyo.Var) if isinstance(v, ArrayVar)]
    columns = sum(family.n for family in families)
    undecided = sum(int((family.upper > family.lower).sum()) for family in families if family.whole)
    if not undecided or settings.strategy is Strategy.EXACT:
        return False
    many = columns > settings.large_columns and undecided > settings.large_decisions
    return settings.strategy is Strategy.LARGE or many


def join(
    models: Sequence[pyo.ConcreteModel], columns: Columns, risk: Risk
) -> tuple[list[_Block], pyo.ConcreteModel]:
    """Return the extensive form as one model, and where each future's columns stand in it."""
    joined = pyo.ConcreteModel(name="futures")
    shared: dict[str, ArrayVar] = {}
    for name, where in columns.items():
        families = [getattr(model, name) for model in models]
        first = families[0]
        shared[name] = ArrayVar(
            len(where),
            lower=np.max([family.lower[where] for family in families], axis=0),
            upper=np.min([family.upper[where] for family in families], axis=0),
            binary=first.binary,
            integer=first.whole and not first.binary,
            unit=first.unit,
        )
        joined.add_component(name, shared[name])
    blocks = [_block(joined, f, model, columns, shared) for f, model in enumerate(models)]
    costs = [_costs(block) for block in blocks]
    constants = np.array([block.compiled.offset for block in blocks])
    if risk.weight:
        largest = np.array([float(np.abs(c).max(initial=0.0)) for pairs in costs for _, c in pairs])
        unit = decimal_unit(np.append(largest, np.abs(constants)))
        joined.threshold = ArrayVar(1, lower=-np.inf, unit=unit)
        joined.excess = ArrayVar(len(models), unit=unit)
        joined.beyond_threshold = beyond_threshold(joined, costs, constants)
    joined.expected_and_risk = expected_and_risk(
        joined, costs, constants, risk.chance, risk.weight, risk.share
    )
    return blocks, joined


def _block(
    joined: pyo.ConcreteModel, f: int, model: pyo.ConcreteModel, columns: Columns, shared: dict[str, ArrayVar]
) -> _Block:
    """Add one future's own columns and all its rows to the joined model."""
    compiled = compile_model(model)
    own: dict[str, tuple[ArrayVar, Integers]] = {}
    together: dict[str, tuple[ArrayVar, Integers]] = {}
    for family in compiled.layout.variables:
        begin, name = compiled.layout.columns(family).start, family.local_name
        mine = np.ones(family.n, dtype=bool)
        if name in columns:
            mine[columns[name]] = False
            together[name] = (shared[name], begin + np.asarray(columns[name]))
        place = begin + np.flatnonzero(mine)
        if len(place):
            variable = ArrayVar(
                len(place),
                lower=compiled.lower[place],
                upper=compiled.upper[place],
                binary=family.binary,
                integer=family.whole and not family.binary,
                unit=family.unit,
            )
            joined.add_component(f"{name}_{f}", variable)
            own[name] = (variable, place)
    block = _Block(compiled, own, together)
    joined.add_component(f"rules_{f}", _rows(block))
    return block


def _rows(block: _Block) -> ArrayConstraint:
    """Return all rows of one future over the joined columns."""
    matrix, terms = csc_array(block.compiled.matrix), []
    for variable, place in (*block.own.values(), *block.shared.values()):
        part = matrix[:, place].tocoo()
        terms.append(_entries(variable, part.row, part.col, part.data))
    return rows(matrix.shape[0]).between(block.compiled.row_lower, block.compiled.row_upper, terms)


def _entries(variable: ArrayVar, row: Integers, column: Integers, coefficient: Floats) -> Term:
    return term(variable, row=row.astype(np.int64), column=column.astype(np.int64), coefficient=coefficient)


def _costs(block: _Block) -> list[tuple[ArrayVar, Floats]]:
    """Return what a unit of each joined column costs in one future."""
    placed = (*block.own.values(), *block.shared.values())
    return [(variable, block.compiled.cost[place]) for variable, place in placed]


def _joined_values(
    highs: HighsModel,
    joined: pyo.ConcreteModel,
    blocks: Sequence[_Block],
    start: Sequence[Floats],
    risk: Risk,
) -> Floats:
    """Return plans of all futures that agree on what is shared as one plan of the joined model, by column."""
    compiled = highs.arrays[0]
    values = np.zeros(len(compiled.cost))
    cost = np.zeros(len(blocks))
    for f, (block, found) in enumerate(zip(blocks, start, strict=True)):
        cost[f] = float(block.compiled.cost @ found) + block.compiled.offset
        for variable, place in (*block.own.values(), *block.shared.values()):
            values[compiled.layout.columns(variable)] = found[place]
    if risk.weight:
        order = np.argsort(cost)
        reached = np.cumsum(risk.chance[order])
        threshold = cost[order[min(int(np.searchsorted(reached, risk.share)), len(cost) - 1)]]
        values[compiled.layout.columns(joined.threshold)] = threshold
        values[compiled.layout.columns(joined.excess)] = np.maximum(cost - threshold, 0.0)
    return values
