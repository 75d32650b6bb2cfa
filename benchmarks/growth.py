"""How time and memory grow: ``python -m benchmarks.growth [--json]``.

One thing at a time is made larger in the generated network: sites (bases to decide about, and with them
collection points, hubs and customers; plants stay), lanes (more hubs near each customer), periods, and
trials of the simulation (of the tutorial). For each: seconds of CPU to load and check the tables,
to build the model and hand it over, to solve its relaxation, and to simulate; and the most memory held. The
exponent b of ``figure = a * size ** b`` is fitted by least squares on logarithms, to the larger half of the
sizes at least, as fixed costs rule the small ones. Every point is a process of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.timing import Record, finish, forget_peak, in_fresh_process, peak_mebibytes, show

SITES = (25, 50, 100, 200, 400, 800)
NEAR_HUBS = (2, 4, 8, 16, 32)
PERIODS = (2, 4, 8, 16)
TRIALS = (50, 100, 200, 400)
SOLVED_COLUMNS = 40_000  # relaxations of larger models take minutes
FIGURES = ("load", "build", "solve", "simulate", "memory")


def main(words: Sequence[str] | None = None) -> int:
    """Measure all curves, print them with their exponents; return 1 when a point failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--minutes", type=float, default=9.0, help="no point begins after this")
    parser.add_argument("--only", nargs="+", default=list(CURVES), choices=list(CURVES))
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    chosen = parser.parse_args(words)
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    stop = time.monotonic() + 60 * chosen.minutes
    curves: dict[str, Record] = {}
    for name in chosen.only:
        function, sizes = CURVES[name]
        points: list[Record] = []
        for size in sizes:
            left = stop - time.monotonic()
            if left < 0:
                points.append({name: size, "failed": "no time left"})
                continue
            points.append({name: size} | in_fresh_process(function, seconds=left + 60, what=name, size=size))
        curves[name] = {"points": points, "exponents": _exponents(name, points)}
        _show(name, curves[name])
    failed = [point for curve in curves.values() for point in curve["points"] if "failed" in point]
    for point in failed:
        print(f"left out: {point}")
    finish({"benchmark": "growth", "curves": curves}, chosen.json)
    return int(any(point["failed"] != "no time left" for point in failed))


def plan_point(what: str, size: int) -> Record:
    """Load, build and where it is small solve one network; return CPU seconds, MiB and how large it is."""
    from benchmarks import generated
    from optimizer.highs import HighsModel
    from optimizer.models.build import build_model
    from optimizer.settings import SolverSettings

    generated.instance_of(generated.scenario("tiny"))  # imports and other fixed costs stand apart
    HighsModel(build_model(generated.instance_of(generated.scenario("tiny"))))
    start = generated.SIZES["small"]
    if what == "sites":
        shape = replace(
            generated.sized(size), customers=2 * size, hubs=max(size // 10, start.near_hubs), near_hubs=3
        )
    elif what == "lanes":
        shape = replace(start, hubs=max(NEAR_HUBS), near_hubs=size, customers=240)
    else:
        shape = replace(start, periods=size)
    tables = generated.tables_of(shape)
    held, clock = forget_peak(), [time.process_time()]
    scenario = generated.scenario_of(tables, shape)
    clock.append(time.process_time())
    model = HighsModel(
        build_model(generated.instance_of(scenario)),
        SolverSettings(crossover=False, interior_point_columns=0),
        relax_integrality=True,
    )
    clock.append(time.process_time())
    found: Record = {
        "load": clock[1] - clock[0],
        "build": clock[2] - clock[1],
        "memory": peak_mebibytes() - held,
        "columns": len(model.arrays[0].cost),
        "arcs": len(scenario.arcs.label),
    }
    if found["columns"] <= SOLVED_COLUMNS:
        model.run()
        found["solve"] = time.process_time() - clock[2]
    return found


def trial_point(what: str, size: int) -> Record:  # noqa: ARG001  # the curve's name
    """Simulate the plan of the tutorial with a number of trials; return CPU seconds and MiB."""
    from optimizer import optimize
    from optimizer.settings import SolverSettings
    from scenarios import load_scenario
    from scenarios.settings import ScenarioSettings
    from simulation import simulate
    from simulation.settings import SimulationSettings

    case = load_scenario(ScenarioSettings(name="tutorial", data="tutorial", first_year=2025, last_year=2026))
    plan = optimize(case, SolverSettings())
    simulate(case, plan, SimulationSettings(trials=2))
    held, began = forget_peak(), time.process_time()
    simulate(case, plan, SimulationSettings(trials=size))
    return {"simulate": time.process_time() - began, "memory": peak_mebibytes() - held}


CURVES: dict[str, tuple[str, Sequence[int]]] = {
    "sites": ("benchmarks.growth:plan_point", SITES),
    "lanes": ("benchmarks.growth:plan_point", NEAR_HUBS),
    "periods": ("benchmarks.growth:plan_point", PERIODS),
    "trials": ("benchmarks.growth:trial_point", TRIALS),
}


def fitted_exponent(sizes: Sequence[float], figures: Sequence[float]) -> float:
    """Return b of ``figure = a * size ** b`` by least squares on logarithms; nan with one point."""
    if len(sizes) < 2:
        return float("nan")
    slope, _ = np.polyfit(np.log(sizes), np.log(np.maximum(figures, 1e-6)), 1)
    return float(slope)


def _exponents(name: str, points: Sequence[Record]) -> dict[str, float]:
    """Return the exponent of each figure over the larger half of the sizes, three points at least."""
    found = {}
    for key in FIGURES:
        have = [(p["arcs"] if name == "lanes" else p[name], p[key]) for p in points if key in p]
        have = have[min(len(have) // 2, max(len(have) - 3, 0)) :]
        if len(have) > 1:
            sizes, figures = zip(*have, strict=True)
            found[key] = round(fitted_exponent(sizes, figures), 2)
    return found


def _show(name: str, curve: Record) -> None:
    shown: list[dict[str, Any]] = []
    keys = [k for k in ("columns", "arcs", *FIGURES) if any(k in point for point in curve["points"])]
    for point in curve["points"]:
        if "failed" not in point:
            figures = {key: point.get(key, "") for key in keys}
            shown.append({"near hubs" if name == "lanes" else name: point[name]} | figures)
    if shown:
        first = next(iter(shown[0]))
        shown.append({first: "exponent"} | {k: f"{v:.2f}" for k, v in curve["exponents"].items()})
        show(f"against {name}: CPU seconds, MiB", shown)


if __name__ == "__main__":
    sys.exit(main())
