"""Large networks: the large strategy beside the monolith: ``python -m benchmarks.large [--json]``.

One generated network, two contenders in fresh processes, the same wall seconds each: `large`, which bounds
by interior point, constructs a plan and betters it part by part, and `exact`, the whole model given to
HiGHS. Building the model is timed apart. At the default size (about 290,000 variables and 6,000 decisions)
it takes twice the minutes asked for.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence

from benchmarks.timing import Record, figure, finish, in_fresh_process, peak_mebibytes, show

WANTED = 0.03


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; return 0 when `large` has a plan within 3 % of its bound, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("--size", default="thousand_sites", help="a size of benchmarks.generated")
    parser.add_argument("--minutes", type=float, default=20.0, help="wall time a contender")
    parser.add_argument("--gap", type=float, default=0.01, help="stop at this relative gap")
    parser.add_argument("--contenders", default="large,exact")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    chosen = parser.parse_args(words)
    found = {
        strategy: in_fresh_process(
            "benchmarks.large:solve",
            seconds=120 * chosen.minutes + 600,
            size=chosen.size,
            strategy=strategy,
            limit=60 * chosen.minutes,
            gap=chosen.gap,
        )
        for strategy in chosen.contenders.split(",")
    }
    title = f"{chosen.size}: a plan and its proven bound within {chosen.minutes:g} minutes"
    show(title, [_row(name, record) for name, record in found.items()])
    for name, record in found.items():
        for line in record.get("trail", []):
            print(f"  {name}: " + ", ".join(f"{key} {value}" for key, value in line.items()))
    finish({"size": chosen.size, "minutes": chosen.minutes, "contenders": found}, chosen.json)
    gap = found.get("large", {}).get("gap")
    return int(gap is None or gap > WANTED)


def solve(size: str, strategy: str, limit: float, gap: float) -> Record:
    """Solve a generated network by one strategy.

    Parameters
    ----------
    limit : wall seconds. gap : to stop at.
    """
    from benchmarks.generated import instance_of, scenario
    from optimizer.highs import HighsModel
    from optimizer.large import solve_large
    from optimizer.models.build import build_model
    from optimizer.settings import SolverSettings, Strategy
    from optimizer.solution import SolveProgress

    began = time.perf_counter()
    model = build_model(instance_of(scenario(size)))
    settings = SolverSettings(
        mip_gap=gap, time_limit_seconds=limit, strategy=Strategy(strategy), cleanup_seconds=120
    )
    highs = HighsModel(model, settings)
    build_seconds = time.perf_counter() - began
    trail: list[dict[str, str]] = []
    cpu, wall, last = time.process_time(), time.perf_counter(), math.inf

    def note(moment: SolveProgress) -> None:
        nonlocal last
        if moment.gap is not None and moment.gap < 0.98 * last:
            last = moment.gap
            spent = {"wall": time.perf_counter() - wall, "CPU": time.process_time() - cpu}
            trail.append({key: f"{value:.0f} s" for key, value in spent.items()} | {"gap": f"{last:.2%}"})

    large = settings.strategy is Strategy.LARGE
    solution = solve_large(highs.arrays, settings, note) if large else highs.run(note)
    numbers = {"objective": solution.objective, "bound": solution.bound, "gap": solution.gap}
    return {key: value if math.isfinite(value) else None for key, value in numbers.items()} | {
        "termination": solution.termination,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "build_seconds": build_seconds,
        "variables": solution.variables,
        "decisions": solution.binaries,
        "constraints": solution.constraints,
        "mebibytes": peak_mebibytes(),
        "trail": trail,
    }


def _row(name: str, record: Record) -> Record:
    if "failed" in record:
        return {"strategy": name, "gap": record["failed"]}
    gap = record["gap"]
    return {
        "strategy": name,
        "gap": "no plan" if record["objective"] is None else "" if gap is None else f"{gap:.2%}",
        "plan": "" if record["objective"] is None else f"{record['objective']:,.0f}",
        "bound": "" if record["bound"] is None else f"{record['bound']:,.0f}",
        "wall s": figure(record["wall"]),
        "CPU s": figure(record["cpu"]),
        "build s": figure(record["build_seconds"]),
        "variables": record["variables"],
        "decisions": record["decisions"],
        "MiB": figure(record["mebibytes"]),
        "ended": record["termination"],
    }


if __name__ == "__main__":
    sys.exit(main())
