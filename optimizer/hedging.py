"""Progressive hedging: futures planned by themselves, again and again, until they agree on what is decided.

The algorithm is mpi-sppy's (Rockafellar and Wets 1991; Knueven and others 2023); each future's problem is
our own array model, solved by our own bridge. In one process, or in several under MPI. What comes out are
decisions to try and a proven bound, which the weights on disagreement give (Gade and others 2016).
"""

from __future__ import annotations

import os
import pickle
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.arrays import ArrayVar, Floats
from optimizer.decided import Columns, Decided
from optimizer.extensive import Risk
from optimizer.future_settings import FuturesSettings
from optimizer.hedging_task import Answer, Task
from optimizer.session import PlanSession
from optimizer.settings import SolverSettings
from optimizer.solution import Solution
from scenarios.errors import ConfigError, SolverError

NEEDED = "futures.method=hedging needs mpi-sppy: pip install 'zerolane[mpi]'"
MOST_TRIED = 10  # decisions that are tried in all futures
LEAST_PRICE = 1e-3  # of the largest price of disagreement, for decisions that cost nothing themselves


@dataclass(frozen=True)
class Hedged:
    """What hedging came to.

    Attributes
    ----------
    candidates : decisions to try, the common ones first. bound : proven, of the objective over all futures.
    disagreement : mean distance of the futures' decisions from the common ones, at the end.
    """

    candidates: Sequence[Decided]
    bound: float
    iterations: int
    disagreement: float
    processes: int


def hedge(
    sessions: Sequence[PlanSession],
    columns: Columns,
    risk: Risk,
    settings: FuturesSettings,
    solver: SolverSettings,
    alone: Sequence[Solution],
) -> Hedged:
    """Return decisions to try and a proven bound.

    Parameters
    ----------
    alone : the solution of each future by itself.

    Raises
    ------
    ConfigError : mpi-sppy, or what starts processes under MPI, is not installed.
    SolverError : a process failed.
    """
    free = _free(sessions, columns)
    families: list[tuple[str, ArrayVar]] = [(name, getattr(sessions[0].model, name)) for name in free]
    whole = np.concatenate([np.full(len(free[name]), family.whole) for name, family in families])
    task = Task(
        [f"future_{f:04d}" for f in range(len(sessions))],
        [session.instance for session in sessions],
        free,
        risk,
        prices_of_disagreement(sessions, free, risk.chance, alone) * settings.rho,
        settings,
        solver,
        min(float(solution.bound) for solution in alone),
    )
    processes = min(settings.processes, len(sessions))
    answer = _in_this_process(task) if processes == 1 else _under_mpi(task, processes)
    tried = [np.where(whole, np.round(v), v) for v in (answer.common, *answer.decisions, *answer.met)]
    unique = dict(list({(values + 0.0).tobytes(): values for values in tried}.items())[:MOST_TRIED])
    ends = np.cumsum([len(where) for where in free.values()])[:-1]
    candidates = [
        _completed(dict(zip(free, np.split(values, ends), strict=True)), free, columns, sessions[0])
        for values in unique.values()
    ]
    known = risk.objective(np.array([solution.bound for solution in alone]))
    bound = max(answer.bound, known)
    return Hedged(candidates, bound, answer.iterations, answer.disagreement, processes)


def _free(sessions: Sequence[PlanSession], columns: Columns) -> Columns:
    """Return the columns about which there is something to agree: not those held at one value everywhere."""
    found = {}
    for name, where in columns.items():
        families = [getattr(session.model, name) for session in sessions]
        lower = np.min([family.lower[where] for family in families], axis=0)
        upper = np.max([family.upper[where] for family in families], axis=0)
        if (upper > lower).any():
            found[name] = where[upper > lower]
    return found or columns


def _completed(
    values: Mapping[str, Floats], free: Columns, columns: Columns, session: PlanSession
) -> Decided:
    """Return decisions with those about which there is nothing to agree."""
    found = {}
    for name, where in columns.items():
        every = getattr(session.model, name).lower.copy()
        if name in free:
            every[free[name]] = values[name]
        found[name] = every[where]
    return Decided(columns, found)


def prices_of_disagreement(
    sessions: Sequence[PlanSession], columns: Columns, chance: Floats, alone: Sequence[Solution]
) -> Floats:
    """Return the penalty of each shared column, currency per unit squared, (k,).

    Its cost per unit over how far the futures by themselves are apart: the rule SEP of Watson and Woodruff
    (2011). What costs nothing itself takes a small share of the largest.
    """
    found = []
    for name, where in columns.items():
        values = np.array(
            [s.value(getattr(session.model, name))[where] for session, s in zip(sessions, alone, strict=True)]
        )
        cost = np.abs(np.mean([_cost(session, name)[where] for session in sessions], axis=0))
        if getattr(sessions[0].model, name).whole:
            apart = np.ptp(values, axis=0) + 1.0
        else:
            apart = np.maximum(chance @ np.abs(values - chance @ values), 1.0)
        found.append(cost / apart)
    prices = np.concatenate(found)
    largest = prices.max(initial=0.0)
    if largest <= 0:
        largest = max(abs(float(np.mean([solution.objective for solution in alone]))), 1.0)
    return np.maximum(prices, LEAST_PRICE * largest)


def _cost(session: PlanSession, name: str) -> Floats:
    """Return what one unit of each element of a family costs, (n,)."""
    family = getattr(session.model, name)
    cost = np.zeros(family.n)
    for variable, per_unit in session.model.least_cost.terms:
        if variable is family:
            cost += per_unit
    return cost


def _in_this_process(task: Task) -> Answer:
    try:
        from optimizer.hedging_run import run_hedging
    except (ImportError, RuntimeError) as error:  # the latter: mpi4py is there and no MPI library
        message = f"{NEEDED} ({error})"
        raise ConfigError(message) from error
    answer = run_hedging(task)
    assert answer is not None  # noqa: S101 - the first process has it
    return answer


def _under_mpi(task: Task, processes: int) -> Answer:
    """Run the same in several processes under MPI, the task and the answer in files."""
    with tempfile.TemporaryDirectory(prefix="zerolane-") as name:
        folder = Path(name)
        (folder / "task").write_bytes(pickle.dumps(task))
        launcher = shlex.split(task.settings.launcher.format(processes=processes))
        command = [*launcher, sys.executable, "-m", "mpi4py", "-m", "optimizer.hedging_run", str(folder)]
        here = str(Path(__file__).resolve().parent.parent)
        paths = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
        try:
            done = subprocess.run(  # noqa: S603 - the user's own launcher
                command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False
            )
        except FileNotFoundError as error:
            message = (
                f"futures.processes={processes} needs MPI: {launcher[0]!r} is not installed. Install it, say "
                "how processes are started in futures.launcher, or set futures.processes=1"
            )
            raise ConfigError(message) from error
        if done.returncode or not (folder / "answer").exists():
            said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
            message = f"hedging under MPI ended with code {done.returncode}:\n{said}"
            raise SolverError(message)
        answer: Answer = pickle.loads((folder / "answer").read_bytes())  # noqa: S301 - written by ourselves
        return answer
