"""Building and handing over a model: ``python -m benchmarks.build [--json]``.

The same generated network at three sizes, by zerolane, by arrays handed to highspy, and by modelling
languages (``pip install zerolane[bench]``; those not installed are left out and named). Every measurement is
a fresh process that first does it once at the tiny size, so that imports and other fixed costs stand apart
in the column ``first``. Seconds are CPU of the process, BLAS kept to one thread; memory is the most held
while building and handing over, beyond what the given data take. All models have the same columns, rows and
entries, which is asserted; at the small size all relaxations have the same optimum, asserted too.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import math
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.build_peers import CONTENDERS, FLOOR, NEEDS, OURS
from benchmarks.families import families_of
from benchmarks.timing import (
    Record,
    finish,
    forget_peak,
    in_fresh_process,
    peak_mebibytes,
    ratios,
    show,
    spread,
)

SIZES = ("small", "medium", "million")
SLOW = ("PuLP", "Pyomo, appsi_highs", "Pyomo, highs")  # once from the second size on
ONCE = ("linopy", *SLOW)  # at the largest size
ROUNDS = 3
SOLVED_COLUMNS = 20_000  # models no larger than this have their relaxation solved
SAME_OPTIMUM = 1e-6  # relative: tolerances of the solver, in other units for ours


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print the tables; return 1 when a contender built another model or failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.build", description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), help="sizes of benchmarks.generated")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each contender")
    parser.add_argument("--only", nargs="+", default=list(CONTENDERS), choices=list(CONTENDERS))
    parser.add_argument("--minutes", type=float, default=9.0, help="no slow contender begins after this")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    chosen = parser.parse_args(words)
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    stop = time.monotonic() + 60 * chosen.minutes
    absent = [name for name in chosen.only if not installed(name)]
    names = [name for name in chosen.only if name not in absent]
    found, faults = {}, []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        given = {
            size: in_fresh_process("benchmarks.build:write_given", folder=str(folder), size=size)
            for size in dict.fromkeys(["tiny", *chosen.sizes])
        }
        for size in chosen.sizes:
            once = ONCE if size == chosen.sizes[-1] else SLOW if size != chosen.sizes[0] else ()
            turns = {name: 1 if name in once else chosen.rounds for name in names}
            records = _take_turns(folder, size, turns, given[size]["columns"] <= SOLVED_COLUMNS, stop)
            faults += _differences(size, records)
            found[size] = _summary(records)
            _show(size, found[size], records)
    notes = [f"not installed, left out: {', '.join(absent)}"] if absent else []
    for note in [*notes, *faults]:
        print(note)
    largest = found[chosen.sizes[-1]]
    finish(
        {
            "benchmark": "build",
            "sizes": found,
            "faults": faults,
            "largest": {
                "ratio_to_raw": _over(largest, OURS, FLOOR),
                "memory_to_raw": _over(largest, OURS, FLOOR, "memory"),
                "textbook_over_ours": _over(largest, "Pyomo, appsi_highs", OURS),
                "linopy_over_ours": _over(largest, "linopy", OURS),
            },
        },
        chosen.json,
        ("linopy", "pulp", "pyoptinterface"),
    )
    return 1 if faults else 0


def installed(name: str) -> bool:
    """Return whether the package of a contender is there."""
    return importlib.util.find_spec(NEEDS.get(name, "highspy")) is not None


def write_given(folder: str, size: str) -> Record:
    """Generate one size and write what the contenders start from; return how large it is."""
    from benchmarks import generated
    from optimizer.models.build import build_model

    place = Path(folder) / size
    place.mkdir(exist_ok=True)
    instance = generated.instance_of(generated.scenario(size))
    families = families_of(build_model(instance))
    for name, given in (("instance", instance), ("families", families)):
        with (place / f"{name}.pickle").open("wb") as file:
            pickle.dump(given, file, protocol=5)
    return families.size


def measure(contender: str, folder: str, size: str, solve: bool) -> Record:
    """Build and hand over once, in this process; return seconds, MiB, size, and the optimum on request."""
    began = time.process_time()
    first = CONTENDERS[contender]()
    first.prepare(Path(folder) / "tiny")
    first.build()
    first.transfer()
    fixed = time.process_time() - began
    del first
    work = CONTENDERS[contender]()
    work.prepare(Path(folder) / size)
    gc.collect()
    held = forget_peak()
    clocks = [(time.perf_counter(), time.process_time())]
    for step in (work.build, work.transfer):
        step()
        clocks.append((time.perf_counter(), time.process_time()))
    memory = peak_mebibytes() - held
    return {
        "first": fixed,
        "build": clocks[1][1] - clocks[0][1],
        "transfer": clocks[2][1] - clocks[1][1],
        "seconds": clocks[2][1] - clocks[0][1],
        "wall": clocks[2][0] - clocks[0][0],
        "memory": memory,
        "size": work.size(),
        "optimum": work.relaxed_optimum() if solve else None,
    }


def _take_turns(
    folder: Path, size: str, turns: dict[str, int], solve: bool, stop: float
) -> dict[str, list[Record]]:
    """Return the records of each contender; the fast ones come first in every round."""
    records: dict[str, list[Record]] = {name: [] for name in turns}
    for turn in range(max(turns.values())):
        for name, most in turns.items():
            if turn >= most:
                continue
            left = stop - time.monotonic()
            if left < 0:
                records[name].append({"failed": "no time left"})
                continue
            values = {"contender": name, "folder": str(folder), "size": size}
            record = in_fresh_process(
                "benchmarks.build:measure", seconds=left + 60, solve=solve and not turn, **values
            )
            records[name].append(record)
            print(f"  {size}: {name}, turn {turn + 1} of {most}: {_said(record)}", file=sys.stderr)
    return records


def _said(record: Record) -> str:
    return record["failed"] if "failed" in record else f"{record['seconds']:.2f} s"


def _differences(size: str, records: dict[str, list[Record]]) -> list[str]:
    """Return what is not the same model or optimum as by hand, and who failed."""
    done = {name: [r for r in runs if "failed" not in r] for name, runs in records.items()}
    faults = [
        f"{size}: {name} failed: {r['failed']}"
        for name, runs in records.items()
        for r in runs
        if "failed" in r
    ]
    base = done.get(FLOOR) or next((runs for runs in done.values() if runs), [])
    for name, runs in done.items():
        for run in runs[:1]:
            if run["size"] != base[0]["size"]:
                faults.append(f"{size}: {name} built {run['size']}, by hand it is {base[0]['size']}")
            optimum, right = run["optimum"], base[0]["optimum"]
            if optimum is not None and not math.isclose(optimum, right, rel_tol=SAME_OPTIMUM):
                faults.append(f"{size}: {name} has the optimum {optimum}, by hand it is {right}")
    return faults


def _summary(records: dict[str, list[Record]]) -> dict[str, Record]:
    """Return the spread of each figure by contender."""
    figures = ("seconds", "build", "transfer", "wall", "memory", "first")
    found: dict[str, Record] = {}
    for name, runs in records.items():
        done = [run for run in runs if "failed" not in run]
        if not done:
            continue
        found[name] = {key: spread(run[key] for run in done) for key in figures} | {"size": done[0]["size"]}
        base = [run for run in records.get(FLOOR, []) if "failed" not in run]
        if base:
            found[name]["ratio"] = ratios([r["seconds"] for r in done], [r["seconds"] for r in base])
    return found


def _over(found: dict[str, Record], above: str, below: str, key: str = "seconds") -> float | None:
    """Return how many times `above` takes what `below` takes; none when one is missing."""
    if above not in found or below not in found:
        return None
    return round(found[above][key].median / found[below][key].median, 3)


def _show(size: str, found: dict[str, Record], records: dict[str, list[Record]]) -> None:
    if not found:
        print(f"{size}: nobody came through")
        return
    sizes = next(iter(found.values()))["size"]
    rows: list[dict[str, Any]] = [
        {
            "contender": name,
            "n": len(records[name]),
            "build + transfer, CPU s": str(r["seconds"]),
            "to arrays by hand": f"{r['ratio']} x" if "ratio" in r else "",
            "build s": str(r["build"].median and round(r["build"].median, 3)),
            "transfer s": round(r["transfer"].median, 3),
            "memory MiB": str(r["memory"]),
            "first s": round(r["first"].median, 2),
        }
        for name, r in found.items()
    ]
    show(
        f"{size}: {sizes['columns']:,} columns ({sizes['whole']:,} whole), {sizes['rows']:,} rows, "
        f"{sizes['nonzeros']:,} entries",
        rows,
    )


if __name__ == "__main__":
    sys.exit(main())
