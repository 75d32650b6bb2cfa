"""One process of progressive hedging; under MPI: ``python -m mpi4py -m optimizer.hedging_run FOLDER``.

Imported only where hedging is asked for: it needs mpi-sppy, which runs without MPI too.
"""

from __future__ import annotations

import contextlib
import io
import math
import pickle
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo

with contextlib.redirect_stdout(io.StringIO()):  # it says hello
    from mpisppy.extensions.extension import Extension
    from mpisppy.opt.ph import PH
    from mpisppy.utils.sputils import attach_root_node

from optimizer.arrays import ArrayVar, Floats
from optimizer.bridge import compile_model
from optimizer.hedging_solver import NAME, ArraySolver
from optimizer.hedging_task import Answer, Task
from optimizer.highs import HighsModel
from optimizer.models.build import build_model
from optimizer.models.futures import beyond_threshold, paid_elsewhere
from optimizer.models.variables import decimal_unit
from scenarios.errors import SolverError

SQUARES = 1e-4  # how far, in units of a decision, the piecewise linear square may be off


def run_hedging(task: Task) -> Answer | None:
    """Hedge until the futures agree, and return what came out, in the first process; None in the others.

    Raises
    ------
    SolverError : mpi-sppy gave up.
    """
    ArraySolver.settings = task.solver
    options = {
        "solver_name": NAME,
        "PHIterLimit": task.settings.iterations,
        "defaultPHrho": 1.0,  # replaced by the setter below
        "convthresh": task.settings.agreement,
        "verbose": False,
        "display_progress": False,
        "toc": False,
        "linearize_binary_proximal_terms": True,
        "linearize_proximal_terms": True,
        "proximal_linearization_tolerance": SQUARES,
        "time_limit": task.solver.time_limit_seconds,
    }
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try:
            hedging = PH(
                options,
                list(task.names),
                lambda name: future_model(task, task.names.index(name)),
                rho_setter=lambda model: rho_of(task, model),
                extensions=_Met,
            )
            hedging.ph_main(finalize=False)
        except RuntimeError as error:
            message = f"progressive hedging stopped: {error}\n{said.getvalue()[-2000:]}"
            raise SolverError(message) from error
        return _answer(task, hedging)


class _Met(Extension):  # type: ignore[misc, unused-ignore]  # mpi-sppy is untyped
    """Counts the decisions that futures come to on the way, where all of them are whole numbers."""

    def __init__(self, hedging: PH) -> None:
        super().__init__(hedging)
        self.counts: Counter[tuple[float, ...]] = Counter()

    def post_iter0(self) -> None:
        self._count()

    def enditer(self) -> None:
        self._count()

    def _count(self) -> None:
        for model in self.opt.local_scenarios.values():
            variables = model._mpisppy_data.nonant_indices.values()
            if all(variable.is_integer() for variable in variables):
                self.counts[tuple(float(round(variable.value)) for variable in variables)] += 1


def future_model(task: Task, f: int) -> pyo.ConcreteModel:
    """Return one future's model with a short ordinary objective and what is decided now made known."""
    model = build_model(task.instances[f])
    compiled = compile_model(model)
    shared: list[Any] = []
    decided, other = [], []
    for family in compiled.layout.variables:
        cost = compiled.cost[compiled.layout.columns(family)]
        now = task.columns.get(family.local_name)
        if now is None:
            other.append((family, cost))
            continue
        elsewhere = cost.copy()
        elsewhere[now] = 0.0
        other.append((family, elsewhere))
        shared += [family[i] for i in now.tolist()]
        decided += cost[now].tolist()
    largest = np.abs(compiled.cost * np.where(np.isfinite(compiled.upper), 1.0, 1.0)).max(initial=1.0)
    unit = decimal_unit(np.array([largest, abs(task.least)]))
    model.least_cost.deactivate()
    model.elsewhere = ArrayVar(1, lower=-np.inf, unit=unit)
    model.paid_elsewhere = paid_elsewhere(model, other, compiled.offset)
    total = model.elsewhere[0] + sum(c * x for c, x in zip(decided, shared, strict=True) if c)
    risk = task.risk
    if risk.weight:
        # what the costliest futures cost lies above what any of them must cost
        model.threshold = ArrayVar(1, lower=task.least, unit=unit)
        model.excess = ArrayVar(1, unit=unit)
        pairs = [(v, compiled.cost[compiled.layout.columns(v)]) for v in compiled.layout.variables]
        model.beyond_threshold = beyond_threshold(model, [pairs], np.array([compiled.offset]))
        shared.append(model.threshold[0])
        tail = model.threshold[0] + model.excess[0] / (1.0 - risk.share)
        total = (1.0 - risk.weight) * total + risk.weight * tail
    model.hedged_cost = pyo.Objective(expr=total, sense=pyo.minimize)
    attach_root_node(model, 0.0, shared)
    model._mpisppy_probability = float(risk.chance[f])
    return model


def rho_of(task: Task, model: pyo.ConcreteModel) -> list[tuple[int, float]]:
    """Return the price of disagreement of each shared variable, as mpi-sppy takes it."""
    variables = model._mpisppy_node_list[0].nonant_vardata_list
    rho = task.rho
    if task.risk.weight:  # the threshold is money already
        rho = np.append(rho, task.settings.rho * task.risk.weight / max(abs(task.least), 1.0))
    return [(id(variable), float(value)) for variable, value in zip(variables, rho, strict=True)]


def _answer(task: Task, hedging: PH) -> Answer | None:
    """Return what came out, gathered from all processes."""
    count = len(task.rho)
    mine: dict[int, Floats] = {}
    common = np.zeros(count)
    for name, model in hedging.local_scenarios.items():
        nonants = model._mpisppy_data.nonant_indices
        mine[task.names.index(name)] = np.array([v.value for v in nonants.values()], dtype=float)[:count]
        means = model._mpisppy_model.xbars
        common = np.array([means[key].value for key in nonants], dtype=float)[:count]
    bound = sum(task.risk.chance[f] * _least(hedging, task, f) for f in mine)
    gathered = hedging.mpicomm.gather((mine, bound, hedging.extobject.counts), root=0)
    if hedging.cylinder_rank != 0:
        return None
    decisions = {f: values for part, *_ in gathered for f, values in part.items()}
    met: Counter[tuple[float, ...]] = sum((counts for *_, counts in gathered), Counter())
    return Answer(
        np.array([decisions[f] for f in range(len(task.names))]),
        common,
        [np.array(values) for values, _ in met.most_common()],
        float(sum(part for _, part, _ in gathered)),
        int(hedging._PHIter),
        float(hedging.conv if hedging.conv is not None else math.inf),
    )


def _least(hedging: PH, task: Task, f: int) -> float:
    """Return the proven least of one future's cost and its weights on disagreement, which sum to zero."""
    model = hedging.local_scenarios[task.names[f]]
    model._mpisppy_model.prox_on = 0
    solution = HighsModel(model, task.solver).run()
    return float(solution.bound) if solution.has_values else -math.inf


def main() -> None:
    """Run the task of a folder; the first process writes the answer there."""
    folder = Path(sys.argv[1])
    task: Task = pickle.loads((folder / "task").read_bytes())  # noqa: S301 - written by ourselves
    answer = run_hedging(task)
    if answer is not None:
        part = folder / "answer.part"
        part.write_bytes(pickle.dumps(answer))
        part.rename(folder / "answer")


if __name__ == "__main__":
    main()
