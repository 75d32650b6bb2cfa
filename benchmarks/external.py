"""Published instances as zerolane scenarios: ``python -m benchmarks.external DIR``.

One JSON line an instance: what was found, what was published, and how they compare; a summary last.
Every instance goes through the same tables, checks, formulation and verification as a company's own case.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.coverage import UNCOVERED, problem_of
from benchmarks.judge import FAULTS, Answer, judged
from benchmarks.tables import NotCoveredError, Problem
from optimizer import SolverSettings, optimize
from scenarios import DataError, InfeasibleError, SolverError, ZerolaneError

Record = dict[str, Any]
CANNOT_REACH = "can reach it"


def main(words: Sequence[str] | None = None) -> int:
    """Run the instances of a folder; return 0, 1 when one is at odds with what is published, 2 for misuse."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.external", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder that holds cases.json")
    parser.add_argument("--family", default="", help="only families whose name contains this")
    parser.add_argument("--id", default="", help="only this instance")
    parser.add_argument("--limit", type=float, default=60.0, help="solver seconds an instance")
    parser.add_argument("--threads", type=int, default=1, help="of the solver")
    chosen = parser.parse_args(words)
    listed = chosen.folder / "cases.json"
    if not listed.is_file():
        print(f"no published cases here: {listed} does not exist", file=sys.stderr)
        return 2
    cases = _selected(json.loads(listed.read_text(encoding="utf-8")), chosen.family, chosen.id)
    if not cases:
        print(f"no case of {listed} matches --family {chosen.family!r} --id {chosen.id!r}", file=sys.stderr)
        return 2
    settings = SolverSettings(
        mip_gap=0.0,
        time_limit_seconds=chosen.limit,
        threads=chosen.threads,
        interior_point_columns=10**7,  # simplex is several times faster on relaxations of location problems
    )
    earlier = _earlier(chosen.folder)
    records = []
    for case in cases:
        record = run_case(case, chosen.folder, settings, earlier.get(case["id"], {}))
        print(json.dumps(record, ensure_ascii=False), flush=True)
        records.append(record)
    print(json.dumps(summary(records), ensure_ascii=False))
    return 1 if any(record["verdict"] in FAULTS for record in records) else 0


def _selected(cases: list[Record], family: str, name: str) -> list[Record]:
    return [
        case
        for case in cases
        if family.lower() in case["family"].lower() and (not name or case["id"] == name)
    ]


def _earlier(folder: Path) -> dict[str, Record]:
    """Return our own earlier solves, the only yardstick where nothing is published; none without a file."""
    file = folder / "verified.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def run_case(case: Record, folder: Path, settings: SolverSettings, earlier: Record) -> Record:
    """Return the record of one instance, solved or with the reason why it is not covered.

    Parameters
    ----------
    case : an entry of cases.json.
    earlier : its entry in verified.json, empty without one.
    """
    started = time.perf_counter()
    try:
        problem = problem_of(case, folder)
        answer = solve(problem, case["id"], settings)
    except NotCoveredError as error:
        answer = Answer("not covered", reason=str(error))
    except Exception as error:  # noqa: BLE001  # one damaged file or one defect must not hide the rest
        answer = Answer("failed", reason=f"{type(error).__name__}: {error}")
    verdict = judged(answer, case, earlier)
    return {
        "id": case["id"],
        "family": case["family"],
        "status": answer.status,
        "value": _plain(answer.value),
        "bound": _plain(answer.bound),
        "published": case["published"],
        "kind": case["kind"],
        "relative_error": _plain(verdict.relative_error),
        "seconds": round(time.perf_counter() - started, 2),
        "gap": _plain(answer.gap),
        "verdict": verdict.word,
        "reason": answer.reason,
    }


def solve(problem: Problem, name: str, settings: SolverSettings) -> Answer:
    """Return what the optimiser finds, in the instance's own figure: its cost, or its profit."""
    try:
        plan = optimize(problem.scenario(name), settings)
    except InfeasibleError:
        return Answer("infeasible")
    except DataError as error:
        if all(CANNOT_REACH in found.rule for found in error.problems):
            return Answer("infeasible", reason=str(error.problems[0]))
        return Answer("failed", reason=str(error))
    except SolverError as error:
        bound = problem.offset + problem.sign * error.bound
        return Answer("no plan", bound=bound, reason=str(error), sign=problem.sign)
    except ZerolaneError as error:
        return Answer("failed", reason=str(error))
    found = plan.attrs
    broken = problem.broken(plan) if problem.broken else ""
    return Answer(
        status="relaxed" if broken else str(found["status"]),
        value=problem.offset + problem.sign * float(found["objective"]),
        bound=problem.offset + problem.sign * float(found["bound"]),
        gap=float(found["gap"]),
        reason=broken,
        sign=problem.sign,
    )


def _plain(value: float) -> float | None:
    """Return a number that JSON can hold."""
    return value if math.isfinite(value) else None


def summary(records: list[Record]) -> Record:
    """Return counts over all records and by family, and what is not covered with the reason."""
    families: dict[str, Counter[str]] = {}
    for record in records:
        families.setdefault(record["family"], Counter())[record["verdict"]] += 1
    return {
        "instances": len(records),
        "verdicts": dict(Counter(record["verdict"] for record in records)),
        "families": {family: dict(counts) for family, counts in families.items()},
        "uncovered": dict(_reasons(records)),
        "seconds": round(sum(record["seconds"] for record in records), 1),
    }


def _reasons(records: list[Record]) -> Iterator[tuple[str, str]]:
    for record in records:
        if record["verdict"] == UNCOVERED:
            yield record["id"], record["reason"]


if __name__ == "__main__":
    sys.exit(main())
