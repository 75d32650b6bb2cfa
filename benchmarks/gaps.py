"""Gap against time of formulations and settings: ``python -m benchmarks.gaps [--json]``.

Two cases: the flagship under its falling cap, and a generated network of about 100,000 variables and 500
yes/no decisions. Each contender runs in a fresh process with the same seconds; the gap is read off at
given CPU seconds of that process, building not counted. `plain` is the model with links by capacity only,
given to HiGHS with its own default settings and nothing to start from.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.timing import Record, figure, finish, in_fresh_process, show

CASES = {"flagship": 70.0, "medium": 75.0}  # wall seconds a contender
CONTENDERS = {
    "plain, HiGHS defaults": {"strong": False, "start": False, "strategy": "exact"},
    "strong links, no start": {"strong": True, "start": False, "strategy": "exact"},
    "strong links, rounded start": {"strong": True, "start": True, "strategy": "exact"},
    "large strategy": {"strong": True, "start": False, "strategy": "large"},
}
STRENGTHENING = ("arc_open_with_origin", "arc_open_with_destination", "arc_open_with_hub")
MARKS = (5, 10, 20, 40, 60)  # CPU seconds
TARGET = 0.01
PATHWAYS = Path(__file__).resolve().parents[1] / "conf" / "pathway"


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; return 0, 1 when a contender failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gaps", description=__doc__)
    parser.add_argument("--cases", default=",".join(CASES), help="flagship and sizes of benchmarks.generated")
    parser.add_argument("--seconds", type=float, default=None, help="wall seconds a contender")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    chosen = parser.parse_args(words)
    records: dict[str, dict[str, Record]] = {}
    for case in chosen.cases.split(","):
        seconds = chosen.seconds or CASES.get(case, 75.0)
        records[case] = {
            name: in_fresh_process(
                "benchmarks.gaps:trace", seconds=3 * seconds + 120, case=case, limit=seconds, **contender
            )
            for name, contender in CONTENDERS.items()
        }
    rows = [_row(case, name, found) for case, all_ in records.items() for name, found in all_.items()]
    show("gap against CPU seconds of the solve, by case, formulation and settings", rows)
    finish({"cases": records}, chosen.json)
    return int(any("failed" in found for all_ in records.values() for found in all_.values()))


def trace(case: str, limit: float, strong: bool, start: bool, strategy: str) -> Record:
    """Solve one case one way and return how plan and bound came closer.

    Parameters
    ----------
    case : "flagship" or a size of `benchmarks.generated`.
    limit : wall seconds.
    strong : with the rules of `STRENGTHENING`. start : from a rounded relaxation.
    """
    from optimizer.highs import HighsModel
    from optimizer.large import solve_large
    from optimizer.models.build import build_model
    from optimizer.settings import SolverSettings, Strategy
    from optimizer.solution import SolveProgress
    from optimizer.start import rounded_start

    instance = _instance(case)
    model = build_model(instance)
    if not strong:
        for name in STRENGTHENING:
            getattr(model, name).deactivate()
    settings = SolverSettings(mip_gap=1e-3, time_limit_seconds=limit, strategy=Strategy(strategy))
    if not strong:
        settings.interior_point_columns = 10**9  # HiGHS's own choice
    highs = HighsModel(model, settings)
    moments: list[tuple[float, float, float | None, float | None]] = []
    cpu, wall = time.process_time(), time.perf_counter()

    def note(moment: SolveProgress) -> None:
        moments.append(
            (time.process_time() - cpu, time.perf_counter() - wall, moment.incumbent, moment.bound)
        )

    if settings.strategy is Strategy.LARGE:
        solution = solve_large(highs.arrays, settings, note)
    else:
        if start:
            first = rounded_start(model, instance, settings)
            if first is not None:
                highs.suggest(first)
        settings.time_limit_seconds = max(limit - (time.perf_counter() - wall), 1.0)
        solution = highs.run(note)
    note(SolveProgress(0.0, solution.objective, solution.bound, solution.gap, 0))
    return {
        "objective": _finite(solution.objective),
        "bound": _finite(solution.bound),
        "gap": _finite(solution.gap),
        "variables": solution.variables,
        "decisions": int((model.adopt.upper > 0).sum()),
        "constraints": solution.constraints,
        "termination": solution.termination,
        "cpu_to_target": _first_below(moments, TARGET),
        "gap_at": {str(mark): _gap_at(moments, mark) for mark in MARKS},
        "cpu": moments[-1][0],
        "wall": moments[-1][1],
    }


def _instance(case: str) -> Any:
    """Return the instance of a case; the flagship's caps are shares of its reference plan."""
    if case != "flagship":
        from benchmarks.generated import instance_of, scenario

        return instance_of(scenario(case))
    from omegaconf import OmegaConf

    from optimizer import reference_plan
    from optimizer.session import posed
    from scenarios import CarbonSettings, PathwaySettings, ScenarioSettings, load_scenario

    chosen: Any = OmegaConf.to_container(OmegaConf.load(PATHWAYS / "capped.yaml"))
    steel = load_scenario(
        ScenarioSettings(name="steel_north_china", data="steel_north_china", discount_rate=0.06),
        CarbonSettings(**chosen["carbon"]),
        PathwaySettings(**chosen["pathway"]),
    )
    return posed(steel, reference_plan(steel))[0]


def _gap(incumbent: float | None, bound: float | None) -> float:
    if incumbent is None or bound is None or not (math.isfinite(incumbent) and math.isfinite(bound)):
        return math.inf
    return abs(incumbent - bound) / abs(incumbent) if incumbent else math.inf


def _gap_at(moments: Sequence[tuple[Any, ...]], cpu: float) -> float | None:
    """Return the smallest gap seen by a moment, None before any plan or when the run ended before."""
    if moments[-1][0] < cpu and moments[-1][0] < 0.9 * cpu:
        return None
    seen = [_gap(*moment[2:]) for moment in moments if moment[0] <= cpu]
    return _finite(min(seen, default=math.inf))


def _first_below(moments: Sequence[tuple[Any, ...]], target: float) -> float | None:
    return next((moment[0] for moment in moments if _gap(*moment[2:]) <= target), None)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _row(case: str, name: str, found: Record) -> Record:
    row: Record = {"case": case, "contender": name}
    if "failed" in found:
        return row | {"final gap": str(found["failed"])}
    row |= {f"{mark} s": _percent(found["gap_at"][str(mark)]) for mark in MARKS}
    reached = found["cpu_to_target"]
    return row | {
        "to 1 %": f"> {figure(found['cpu'])} s" if reached is None else f"{figure(reached)} s",
        "final gap": _percent(found["gap"]),
        "CPU s": figure(found["cpu"]),
        "wall s": figure(found["wall"]),
        "rows": found["constraints"],
        "variables": found["variables"],
    }


def _percent(gap: float | None) -> str:
    return "" if gap is None else f"{gap:.2%}"


if __name__ == "__main__":
    sys.exit(main())
