"""Writes docs/performance.md from a run of the benchmarks: ``python -m benchmarks.page [NAME ...]``.

Each benchmark named (all without a name) is run in a process of its own, what it prints is kept in a folder,
and the page is made of all that the folder holds: tables as printed, with machine, versions and date.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parent / "docs" / "performance.md"
BENCHMARKS = {
    "build": "Building and handing over",
    "resolve": "Solving again",
    "gaps": "Gap against time",
    "large": "Bigger than one search can take",
    "simulate": "Simulation",
    "growth": "Growth",
    "command": "The whole command",
}
HEAD = """What follows was printed by the benchmarks in `benchmarks/`, which anyone can run. Contenders take
turns in one run, so the ratios are what to read: absolute times belong to the machine named under each table.
Figures are medians with the least and the most. This page is made by `python -m benchmarks.page`."""


def main(words: Sequence[str] | None = None) -> int:
    """Run benchmarks and write the page; return 1 when one of them failed, whose output is kept too."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[[], *BENCHMARKS], metavar="NAME", help="benchmarks to run"
    )
    parser.add_argument(
        "--kept", type=Path, default=Path("runs/benchmarks"), help="folder of what they printed"
    )
    parser.add_argument("--only-page", action="store_true", help="run nothing, write the page")
    chosen = parser.parse_args(words)
    chosen.kept.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in () if chosen.only_page else chosen.names or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", f"benchmarks.{name}", "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        (chosen.kept / f"{name}.txt").write_text(done.stdout, encoding="utf-8")
        if done.returncode:
            failed = True
            print(f"{name} ended with {done.returncode}: {done.stderr.strip()[-2000:]}", file=sys.stderr)
    PAGE.write_text(page(chosen.kept), encoding="utf-8")
    return int(failed)


def page(kept: Path) -> str:
    """Return the page made of the outputs in a folder; benchmarks without one are named as not run."""
    parts = ["# Performance", HEAD]
    for name, title in BENCHMARKS.items():
        file = kept / f"{name}.txt"
        parts += [f"## {title}", f"`python -m benchmarks.{name}`", _about(name)]
        if file.exists():
            lines = [line.rstrip() for line in file.read_text(encoding="utf-8").splitlines()]
            shown = [line for line in lines if not line.startswith("{")]
            parts.append("```text\n" + "\n".join(shown).strip("\n") + "\n```")
        else:
            parts.append("Not run for this page.")
    return "\n\n".join(parts) + "\n"


def _about(name: str) -> str:
    """Return what a benchmark says of itself, without its usage."""
    return ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))) or ""


if __name__ == "__main__":
    sys.exit(main())
