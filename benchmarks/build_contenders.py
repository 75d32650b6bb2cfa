"""Ways to bring the same model into HiGHS: ours, arrays by hand, and modelling languages.

Every contender but ours is given the model's families as arrays (`benchmarks.families`) and builds it the
way its own documentation does for models of some size:

- ``arrays by hand``: one coordinate list to one CSR matrix, one call of ``passModel``;
- linopy: each family of variables as one array, each family of rows as arrays (row, term) of coefficients
  and labels, rows of like length together so that little is padded, ``io_api="direct"``;
- PuLP: a list of ``LpVariable``, an ``LpAffineExpression`` a row, the ``HiGHS`` interface by highspy;
- pyoptinterface: ``add_variable`` one by one, a ``ScalarAffineFunction`` of two lists a row;
- textbook Pyomo: indexed ``Var`` and ``Constraint`` with a rule that sums each term over its elements.

Ours starts from the scenario's arrays, so it also finds out which entries there are; the others do not have
to. Turning arrays into lists is part of building, as reading dictionaries would be.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.families import Model


class Contender:
    """One way; `prepare` imports and loads, `build` and `transfer` are measured."""

    def prepare(self, folder: Path) -> None:
        """Load what is given, import what is needed."""
        with (folder / "families.pickle").open("rb") as file:
            self.given: Model = pickle.load(file)  # noqa: S301  # written by this benchmark

    def build(self) -> None:
        """Make the model in the contender's own terms."""
        raise NotImplementedError

    def transfer(self) -> None:
        """Hand it to HiGHS."""
        raise NotImplementedError

    def highs(self) -> Any:
        """Return the HiGHS object that holds the model."""
        raise NotImplementedError

    def size(self) -> dict[str, int]:
        """Return what HiGHS holds: columns, whole-number columns, rows, entries."""
        lp = self.highs().getLp()
        whole = sum(1 for kind in lp.integrality_ if int(kind) == 1)
        return {
            "columns": lp.num_col_,
            "whole": whole,
            "rows": lp.num_row_,
            "nonzeros": len(lp.a_matrix_.value_),
        }

    def relaxed_optimum(self) -> float:
        """Solve without whole-number rules and return the optimum."""
        highs = self.highs()
        highs.setOptionValue("output_flag", False)  # noqa: FBT003
        highs.setOptionValue("solve_relaxation", True)  # noqa: FBT003
        highs.run()
        return float(highs.getInfo().objective_function_value)


class Ours(Contender):
    """zerolane: rules on array components, then arrays to HiGHS."""

    def prepare(self, folder: Path) -> None:  # noqa: D102
        with (folder / "instance.pickle").open("rb") as file:
            self.instance = pickle.load(file)  # noqa: S301
        from optimizer.highs import HighsModel  # noqa: F401
        from optimizer.models.build import build_model  # noqa: F401

    def build(self) -> None:  # noqa: D102
        from optimizer.models.build import build_model

        self.model = build_model(self.instance)

    def transfer(self) -> None:  # noqa: D102
        from optimizer.highs import HighsModel

        self.sent = HighsModel(self.model)

    def highs(self) -> Any:  # noqa: D102
        return self.sent._highs

    def relaxed_optimum(self) -> float:  # noqa: D102
        from optimizer.highs import HighsModel

        return HighsModel(self.model, relax_integrality=True).run().objective


class ByHand(Contender):
    """numpy arrays to ``passModel``: the floor."""

    def prepare(self, folder: Path) -> None:  # noqa: D102
        super().prepare(folder)
        import highspy  # noqa: F401
        import scipy.sparse  # noqa: F401

        offsets = self.given.offsets
        self.entries = [
            [
                (
                    np.repeat(np.arange(len(t.starts) - 1), np.diff(t.starts)),
                    t.elements.astype(np.int64) + offsets[t.variable],
                    t.factors,
                )
                for t in family.terms
            ]
            for family in self.given.rows
        ]

    def build(self) -> None:  # noqa: D102
        from scipy.sparse import coo_array

        row, column, factor, first = [], [], [], 0
        for family, entries in zip(self.given.rows, self.entries, strict=True):
            for rows, columns, factors in entries:
                row.append(rows + first)
                column.append(columns)
                factor.append(factors)
            first += len(family.lower)
        variables = self.given.variables
        self.matrix = coo_array(
            (np.concatenate(factor), (np.concatenate(row), np.concatenate(column))),
            shape=(first, self.given.columns),
        ).tocsr()
        self.bounds = (
            np.concatenate([v.cost for v in variables]),
            np.concatenate([v.lower for v in variables]),
            np.concatenate([v.upper for v in variables]),
            np.concatenate([f.lower for f in self.given.rows]),
            np.concatenate([f.upper for f in self.given.rows]),
        )
        self.whole = np.concatenate([np.full(len(v.lower), v.whole, dtype=np.int32) for v in variables])

    def transfer(self) -> None:  # noqa: D102
        import highspy

        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)  # noqa: FBT003
        matrix = self.matrix
        self.solver.passModel(
            *(matrix.shape[1], matrix.shape[0], matrix.nnz, 2, 1, 0.0, *self.bounds),
            *(matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data, self.whole),
        )

    def highs(self) -> Any:  # noqa: D102
        return self.solver
