"""A whole command from cold start: ``python -m benchmarks.command [--json]``.

Runs ``zerolane --help`` and ``zerolane run`` of bundled cases, each in a process of its own, and says where
the seconds go: the steps the command books itself (importing is part of the step that first needs it), what
is left for starting, composing settings and ending, and by package what importing costs. ``first run`` has an
empty cache of compiled simulation code, as after an installation; ``later run`` finds it there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.timing import Record, finish, show, spread

ROOT = Path(__file__).resolve().parent.parent
CASES = ("tutorial", "steel_north_china")
STEPS = ("load", "build", "solve", "simulate", "report")
HEAVY = (
    "pandas",
    "numpy",
    "scipy",
    "xarray",
    "pyomo",
    "highspy",
    "numba",
    "simpy",
    "hydra",
    "pydantic",
    "rich",
)
IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")


def main(words: Sequence[str] | None = None) -> int:
    """Run the commands, print the tables; return 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.command", description=__doc__)
    parser.add_argument("--cases", nargs="+", default=list(CASES), help="bundled cases")
    parser.add_argument("--rounds", type=int, default=3, help="later runs of each case")
    parser.add_argument("--settings", nargs="*", default=["solver=quick"], help="settings of every run")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    chosen = parser.parse_args(words)
    helped = [_timed(["--help"]) for _ in range(max(chosen.rounds, 3))]
    rows: list[Record] = []
    failed = any(run["code"] for run in helped)
    for case in chosen.cases:
        with tempfile.TemporaryDirectory() as cache:
            runs = [_run(case, chosen.settings, cache) for _ in range(chosen.rounds + 1)]
        failed |= any(run["code"] for run in runs)
        rows.append(_row(case, "first run", runs[:1]))
        rows.append(_row(case, "later run", runs[1:]))
    show(f"zerolane run {' '.join(chosen.settings)}: wall seconds", rows)
    wall, cpu = (spread(run[key] for run in helped) for key in ("wall", "cpu"))
    print(f"zerolane --help: {wall} s on the wall, {cpu} s of CPU")
    imported = _imports(chosen.cases[0], chosen.settings)
    show("importing, seconds by package (as measured by -X importtime, which slows it a little)", imported)
    finish(
        {"benchmark": "command", "runs": rows, "help": {"wall": wall, "cpu": cpu}, "imports": imported},
        chosen.json,
    )
    return int(failed)


def _timed(words: Sequence[str], python: Sequence[str] = (), cache: str = "") -> Record:
    """Run one command in a process of its own; return seconds on the wall and of CPU, exit code, errors."""
    environment = dict(os.environ)
    if cache:
        environment["NUMBA_CACHE_DIR"] = cache
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, *python, str(ROOT / "cli.py"), *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode:
        print(
            f"{' '.join(words)} ended with {done.returncode}: {done.stderr.strip()[-300:]}", file=sys.stderr
        )
    return {"wall": wall, "cpu": cpu, "code": done.returncode, "errors": done.stderr}


def _run(case: str, settings: Sequence[str], cache: str) -> Record:
    """Run a case into a folder that is thrown away; return the seconds of its steps too."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "run"
        found = _timed(["run", f"scenario={case}", f"out={out}", *settings], cache=cache)
        summary = out / "summary.json"
        steps = json.loads(summary.read_text(encoding="utf-8"))["seconds"] if summary.exists() else {}
    rest = found["wall"] - sum(steps.get(step, 0.0) for step in STEPS)
    return found | {step: steps.get(step, 0.0) for step in STEPS} | {"rest": rest}


def _row(case: str, what: str, runs: Sequence[Record]) -> Record:
    """Return one line of the table: medians over runs."""
    figures = {key: spread(run[key] for run in runs) for key in ("wall", "cpu", *STEPS, "rest")}
    return {
        "case": case,
        "run": what,
        "n": len(runs),
        "whole": str(figures["wall"]),
        "CPU": str(figures["cpu"]),
        **{step: round(figures[step].median, 2) for step in STEPS},
        "start and end": round(figures["rest"].median, 2),
    }


def _imports(case: str, settings: Sequence[str]) -> list[Record]:
    """Return the seconds each package takes to import during a run, the most first."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "run"
        found = _timed(["run", f"scenario={case}", f"out={out}", *settings], ["-X", "importtime"])
    spent: Counter[str] = Counter()
    for line in found["errors"].splitlines():
        match = IMPORT.match(line)
        if match:
            package = match[2].partition(".")[0]
            spent[package if package in HEAVY else "others and ours"] += int(match[1])
    return [
        {"package": name, "seconds": round(micro / 1e6, 3)}
        for name, micro in [*spent.most_common(), ("all", spent.total())]
    ]


if __name__ == "__main__":
    sys.exit(main())
