"""Results by content: the same settings, data and program are not solved twice, in whichever sweep.

A result stands in ``STORE/ab/abcdef.../`` under the SHA-256 of all that decides it. Run folders share their
files with it by hard links, so that either can be moved or removed without hurting the other.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import socket
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reporting.request import Request

ANSWER = "answer.json"
KEPT = ("ok", "infeasible", "unbounded")  # what any machine would answer again
PROGRAM = ("scenarios/**/*", "optimizer/**/*", "simulation/**/*", "reporting/sweeps/point.py")


def content_key(request: Request) -> str:
    """Return the SHA-256 of all that decides a result: command, settings, input files, program, versions.

    Where results and tables stand, how many processes simulate and, without page and workbook, how they
    would be shown does not count.

    Raises
    ------
    ConfigError : the tables are not found.
    """
    from reporting.run_folder import input_hashes, plain_json
    from reporting.summary import versions
    from scenarios.change import find_plan
    from scenarios.loading import find_data

    values: dict[str, Any] = copy.deepcopy(request.sections)
    scenario, shown = request.settings["scenario"], request.settings["report"]
    inputs = input_hashes(find_data(scenario.data, request.search), values)
    change = request.settings["pathway"].change
    if change.plan:
        inputs["pathway.change.plan"] = _hash(find_plan(change, request.search))
    values["pathway"]["change"].pop("plan")
    for section, key in (("scenario", "data"), ("scenario", "footprints"), ("simulation", "workers")):
        values[section].pop(key, None)
    if not shown.views:
        values.pop("report")
    decides = [request.command, values, inputs, program_hash(), versions()]
    return hashlib.sha256(json.dumps(plain_json(decides), sort_keys=True).encode()).hexdigest()


@cache
def program_hash() -> str:
    """Return the SHA-256 of the program's own files that decide a result, bundled cases apart."""
    root = Path(__file__).resolve().parents[2]
    files = [file for pattern in PROGRAM for file in sorted(root.glob(pattern)) if file.is_file()]
    ours = [
        f for f in files if f.suffix in (".py", ".csv", ".yaml") and "data" not in f.relative_to(root).parts
    ]
    digest = hashlib.sha256()
    for file in ours:
        digest.update(f"{file.relative_to(root)}\0{_hash(file)}\n".encode())
    return digest.hexdigest()


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


class Store:
    """Results by content key, shared by sweeps and by processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, key: str) -> Path:
        """Return where the result of a key stands, or would."""
        return self.root / key[:2] / key

    def take(self, key: str, out: Path) -> dict[str, Any] | None:
        """Put a kept result in place of a run folder and return its answer; None when there is none."""
        place = self.place(key)
        try:
            answer: dict[str, Any] = json.loads((place / ANSWER).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if any(file.name != ANSWER for file in place.iterdir()):
            _link_all(place, out)
        return answer

    def keep(self, key: str, out: Path, answer: dict[str, Any]) -> None:
        """Keep a result, unless another process has kept the same meanwhile."""
        place = self.place(key)
        if place.exists():
            return
        partial = place.with_name(f".{key}.{socket.gethostname()}-{os.getpid()}")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            if out.is_dir():
                _link_files(out, partial)
            (partial / ANSWER).write_text(json.dumps(answer), encoding="utf-8")
            partial.rename(place)
        except OSError:
            if not place.exists():
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _link_all(source: Path, out: Path) -> None:
    """Make `out` a folder that shares the files of `source`, at once."""
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _link_files(source, partial)
    shutil.rmtree(out, ignore_errors=True)
    partial.rename(out)


def _link_files(source: Path, target: Path) -> None:
    for file in sorted(source.rglob("*")):
        other = target / file.relative_to(source)
        if file.is_dir():
            other.mkdir(exist_ok=True)
        elif file.name != ANSWER:
            try:
                os.link(file, other)
            except OSError:  # another disk, or one without hard links
                shutil.copy2(file, other)
