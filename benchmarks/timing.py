"""What all benchmarks share: clocks, fair rounds, fresh processes, the machine, one table and one JSON line.

Contenders take turns (A B C, A B C, ...), so that a busy minute of the machine hits all of them; figures are
medians with the least and the most. CPU time is told beside wall time, because other work on the machine
stretches the wall only. Memory is the highest ever held by a fresh process that does one thing.
"""

from __future__ import annotations

import datetime as dt
import gc
import importlib
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Action = Callable[[], object]

STATUS = Path("/proc/self/status")  # Linux; elsewhere memory is what getrusage says
FORGET_PEAK = Path("/proc/self/clear_refs")
PACKAGES = ("highspy", "numpy", "scipy", "pandas", "pyomo")


@dataclass(frozen=True)
class Spent:
    """Seconds of one action: on the wall, of this thread's CPU, of all threads' CPU; and its answer."""

    wall: float
    thread: float
    cpu: float
    answer: Any = None


@dataclass(frozen=True)
class Spread:
    """Median of several figures, with the least and the most."""

    median: float
    least: float
    most: float
    count: int

    def __str__(self) -> str:
        """Return the median and, where there are several, the range."""
        if self.count == 1:
            return figure(self.median)
        return f"{figure(self.median)} [{figure(self.least)}-{figure(self.most)}]"


def spread(values: Iterable[float]) -> Spread:
    """Return the spread of figures; raises ValueError without any."""
    numbers = list(values)
    if not numbers:
        message = "no figures to summarise"
        raise ValueError(message)
    return Spread(statistics.median(numbers), min(numbers), max(numbers), len(numbers))


def figure(value: float) -> str:
    """Return a number with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")


def measured(action: Action) -> Spent:
    """Do something once and return what it took; garbage of earlier work is cleared before, not in it."""
    gc.collect()
    wall, thread, cpu = time.perf_counter(), time.thread_time(), time.process_time()
    answer = action()
    return Spent(time.perf_counter() - wall, time.thread_time() - thread, time.process_time() - cpu, answer)


def alternate(
    contenders: Mapping[str, Action], rounds: int = 5, most: Mapping[str, int] | None = None
) -> dict[str, list[Spent]]:
    """Return what each contender took in each round; all take turns.

    Parameters
    ----------
    most : rounds of contenders that take part in fewer, by name.
    """
    found: dict[str, list[Spent]] = {name: [] for name in contenders}
    for turn in range(rounds):
        for name, action in contenders.items():
            if turn < (most or {}).get(name, rounds):
                found[name].append(measured(action))
    return found


def ratios(ours: Sequence[float], base: Sequence[float]) -> Spread:
    """Return the spread of ratios between figures of the same round."""
    return spread(a / b for a, b in zip(ours, base, strict=False))


def peak_mebibytes() -> float:
    """Return the most memory this process has held so far, MiB."""
    if STATUS.exists():
        for line in STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> float:
    """Begin to count the most memory held anew, where the system can; return what is held so far, MiB."""
    try:
        FORGET_PEAK.write_text("5", encoding="ascii")
    except OSError:
        return peak_mebibytes()
    return peak_mebibytes()


def in_fresh_process(function: str, seconds: float = 600.0, **values: Any) -> Record:
    """Call ``package.module:function`` in a new Python process and return the record it gives.

    Parameters
    ----------
    seconds : wall time after which the process is stopped; the record then says why under ``failed``.
    values : keyword arguments, as JSON can hold them.
    """
    command = [sys.executable, "-m", "benchmarks.timing", function, json.dumps(values)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return {"failed": f"stopped after {seconds:g} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines()
        return {"failed": said[-1] if said else f"ended with {done.returncode}"}
    record: Record = json.loads(lines[-1])
    return record


def machine(packages: Sequence[str] = ()) -> Record:
    """Return where and when the figures were taken: processor, cores, memory, versions, date."""
    versions = {}
    for name in (*PACKAGES, *packages):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "absent"
    return {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **versions,
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def show(title: str, rows: Sequence[Mapping[str, object]], notes: Sequence[str] = ()) -> None:
    """Print rows as one table, columns in the order of the first row, with notes below.

    Raises
    ------
    ValueError : there are no rows.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    if not rows:
        message = f"{title}: nothing to show"
        raise ValueError(message)
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for number, name in enumerate(rows[0]):
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name, "")) for name in rows[0]))
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    console.print(table)
    for note in notes:
        console.print(note, markup=False)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return figure(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; spreads become their figures."""
    if isinstance(value, Spread):
        return {key: round(number, 6) for key, number in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def finish(record: Record, as_json: bool, packages: Sequence[str] = ()) -> None:
    """Print the machine, and with `as_json` everything as one JSON object on the last line."""
    where = machine(packages)
    print(", ".join(f"{key} {value}" for key, value in where.items() if value is not None))
    if as_json:
        print(json.dumps({**plain(record), "machine": where}, ensure_ascii=False), flush=True)


def _called(words: Sequence[str]) -> int:
    """Call the function named on the command line; its record is the last line printed."""
    module, _, function = words[0].partition(":")
    record = getattr(importlib.import_module(module), function)(**json.loads(words[1]))
    print(json.dumps(plain(record)), flush=True)
    sys.stderr.flush()
    os._exit(0)  # millions of objects need not be taken down one by one


if __name__ == "__main__":
    _called(sys.argv[1:])
