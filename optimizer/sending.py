"""A Pyomo model's arrays inside one HiGHS instance: sent whole, or only what has changed."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from optimizer.arrays import ArrayConstraint, ArrayVar, Floats
from optimizer.bridge import (
    CompiledModel,
    LinearReader,
    checked_bounds,
    compile_model,
    plain_bounds,
    read_objective,
)
from optimizer.scaling import Scaling, scale
from optimizer.settings import SolverSettings
from optimizer.solution import Solution
from scenarios.errors import SolverError

ROW_WISE = 2


class SentModel:
    """A Pyomo model inside one HiGHS instance.

    Change arrays of the Pyomo model in place, then push what changed, or `refresh` to have all of it read
    and sent again. A whole-number column with both bounds on one whole number is sent as a continuous
    one: with all decisions held, the model is a linear program.

    Raises
    ------
    ValueError, TypeError, KeyError : the model is not one HiGHS can take (see `compile_model`).
    SolverError : HiGHS refuses the model or a setting.
    """

    def __init__(
        self, model: Any, settings: SolverSettings | None = None, relax_integrality: bool = False
    ) -> None:
        self.settings = settings or SolverSettings()
        self._model, self._relax_integrality = model, relax_integrality
        self._take(compile_model(model))
        self._highs = highspy.Highs()
        self._start: highspy.HighsSolution | None = None  # offered for the next run

    # ------------------------------------------------------------ the whole model

    def send(self) -> None:
        """Pass all arrays to HiGHS, which forgets what it knew of former ones."""
        compiled, scaling, matrix = self._compiled, self._scaling, self._matrix
        kind = np.zeros(len(compiled.cost), dtype=np.int32)
        kind[self._whole] = int(highspy.HighsVarType.kInteger)
        self._require(
            self._highs.passModel(
                *(len(compiled.cost), matrix.shape[0], matrix.nnz, ROW_WISE, int(highspy.ObjSense.kMinimize)),
                compiled.offset * scaling.objective,
                compiled.cost * scaling.unit * scaling.objective,
                *(compiled.lower / scaling.unit, compiled.upper / scaling.unit),
                *(compiled.row_lower * scaling.row, compiled.row_upper * scaling.row),
                *(matrix.indptr, matrix.indices, matrix.data, kind),
            ),
            "the model",
        )

    def refresh(self) -> bool:
        """Read all arrays of the Pyomo model again and send them; return whether any number has changed.

        Raises
        ------
        ValueError : there are other columns, rows or whole numbers than before; make a new HighsModel.
        """
        former, new = self._compiled, compile_model(self._model)
        if new.matrix.shape != former.matrix.shape or (new.integer != former.integer).any():
            message = "the model has other columns or rows than before; make a new HighsModel"
            raise ValueError(message)
        if _equal(former, new):
            return False
        self._take(new)
        self.send()
        return True

    def _take(self, compiled: CompiledModel) -> None:
        self._compiled = compiled
        self._scaling, self._matrix = scale(compiled)
        self._whole = self._find_whole()

    def _find_whole(self) -> NDArray[np.intp]:
        """Return the columns that have to be whole numbers and are not held at one."""
        compiled = self._compiled
        if self._relax_integrality:
            return np.zeros(0, dtype=np.intp)
        held = (compiled.lower == compiled.upper) & (compiled.lower == np.round(compiled.lower))
        return np.flatnonzero(compiled.integer & ~held)

    @property
    def arrays(self) -> tuple[CompiledModel, Scaling, csr_array]:
        """The compiled model, its scaling and its matrix in solver units, as last sent."""
        return self._compiled, self._scaling, self._matrix

    # ------------------------------------------------------------ pushing changes

    def push_rows(self, constraint: ArrayConstraint) -> None:
        """Send the present lower, upper and active_mask of an array constraint."""
        compiled, where = self._compiled, self._compiled.layout.rows(constraint)
        compiled.row_lower[where], compiled.row_upper[where] = checked_bounds(constraint)
        factor = self._scaling.row[where]
        self._require(
            self._highs.changeRowsBounds(  # type: ignore[attr-defined]  # not in highspy's stubs
                where.stop - where.start,
                np.arange(where.start, where.stop, dtype=np.int32),
                compiled.row_lower[where] * factor,
                compiled.row_upper[where] * factor,
            ),
            f"the bounds of {constraint.name}",
        )

    def push_columns(self, variable: Any) -> None:
        """Send the present bounds and fixings of a variable component (array or ordinary).

        Raises
        ------
        ValueError : an element was fixed inside an ordinary constraint and is now free or moved.
        """
        compiled, where = self._compiled, self._compiled.layout.columns(variable)
        if isinstance(variable, ArrayVar):
            lower, upper = checked_bounds(variable)
        else:
            pairs = [plain_bounds(data) for data in variable.values()]
            lower, upper = np.array(pairs, dtype=float).reshape(-1, 2).T
        for column, value in compiled.baked.items():
            if where.start <= column < where.stop:
                local = column - where.start
                if not lower[local] == upper[local] == value:
                    message = (
                        f"{variable.name}: an element fixed at {value} stands as a constant in an ordinary "
                        "constraint; make a new HighsModel"
                    )
                    raise ValueError(message)
        compiled.lower[where], compiled.upper[where] = lower, upper
        self._send_column_bounds(np.arange(where.start, where.stop, dtype=np.int32), lower, upper)
        if compiled.integer[where].any():
            self._send_whole()

    def push_objective(self) -> None:
        """Send the present costs and constant of the active objective."""
        compiled, scaling = self._compiled, self._scaling
        reader = LinearReader(compiled.layout)
        compiled.cost, compiled.offset, compiled.sign = read_objective(
            self._model, compiled.layout, len(compiled.cost), reader
        )
        compiled.baked.update(reader.baked)
        self._send_costs(compiled.cost * scaling.unit * scaling.objective)
        self._require(
            self._highs.changeObjectiveOffset(compiled.offset * scaling.objective), "the objective's constant"
        )

    def _send_column_bounds(self, columns: NDArray[np.int32], lower: Floats, upper: Floats) -> None:
        unit = self._scaling.unit[columns]
        self._require(
            self._highs.changeColsBounds(len(columns), columns, lower / unit, upper / unit), "variable bounds"
        )

    def _send_costs(self, cost: Floats) -> None:
        columns = np.arange(len(cost), dtype=np.int32)
        self._require(self._highs.changeColsCost(len(cost), columns, cost), "costs")

    def _send_whole(self) -> None:
        """Tell HiGHS which columns have to be whole numbers now, where that has changed."""
        former, self._whole = self._whole, self._find_whole()
        self._send_kind(np.setdiff1d(former, self._whole), highspy.HighsVarType.kContinuous)
        self._send_kind(np.setdiff1d(self._whole, former), highspy.HighsVarType.kInteger)

    @property
    def is_mip(self) -> bool:
        """Whether anything has to be a whole number."""
        return len(self._whole) > 0

    def suggest(self, solution: Solution) -> None:
        """Offer the values of another solve of the same columns as a plan to start from.

        HiGHS ignores values that break a rule.
        """
        self.suggest_values(solution.values)

    def suggest_values(self, values: Floats) -> None:
        """Offer a plan to start from, natural units by column (n,), as :meth:`suggest` does."""
        start = highspy.HighsSolution()
        start.col_value = (values / self._scaling.unit).tolist()
        start.value_valid = True
        self._start = start
        self._require(self._highs.setSolution(start), "a starting plan")

    def _send_kind(self, columns: NDArray[Any], kind: Any) -> None:
        if not len(columns):
            return
        columns = columns.astype(np.int32)
        kinds = np.full(len(columns), int(kind), dtype=np.uint8)
        self._require(self._highs.changeColsIntegrality(len(columns), columns, kinds), "integrality")

    def _set(self, option: str, value: Any) -> None:
        self._require(self._highs.setOptionValue(option, value), f"option {option} = {value}")

    @staticmethod
    def _require(status: Any, what: str) -> None:
        if status == highspy.HighsStatus.kError:
            message = f"HiGHS does not accept {what}"
            raise SolverError(message)


def _equal(one: CompiledModel, other: CompiledModel) -> bool:
    """Return whether two models of the same size are the same, number by number."""
    names = ("cost", "lower", "upper", "unit", "row_lower", "row_upper")
    same = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
    a, b = one.matrix, other.matrix
    return (
        same
        and (one.offset, one.sign, one.baked) == (other.offset, other.sign, other.baked)
        and a.nnz == b.nnz
        and all(np.array_equal(getattr(a, part), getattr(b, part)) for part in ("indptr", "indices", "data"))
    )
