"""Several runs side by side: read from their folders, compared, and shown in one page beside them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from os.path import relpath
from pathlib import Path
from typing import Any

import xarray as xr

from reporting.comparison import build_comparison, refuse_unknown
from reporting.comparison_page import write_comparison
from reporting.diagnosis import DIAGNOSIS
from reporting.frontier import FRONTIER
from reporting.language import gettext as _
from reporting.payload import build_payload, payload_text
from reporting.request import Request
from reporting.results import read_outcome, read_plan
from reporting.run_folder import (
    COMPARISON,
    MANIFEST,
    PAYLOAD,
    former_run,
    near,
    read_dataset,
    read_json,
    replaced,
)
from reporting.settings import CompareSettings, ReportSettings
from scenarios.errors import ConfigError

TIDY = 5.0  # seconds that a stopped process gets to tidy up


@dataclass(frozen=True)
class Finished:
    """A run that has ended, with a plan or with the reason why there is none.

    Attributes
    ----------
    part : what the comparison shows of it, see :func:`reporting.comparison.build_comparison`.
    outcome : its trials; None where it was not simulated.
    main_cap : the cap it may miss; empty where it has none.
    """

    part: dict[str, Any]
    outcome: xr.Dataset | None
    main_cap: str

    @property
    def planned(self) -> bool:
        """Whether there is a plan."""
        return "payload" in self.part


def pathway_runs(asked: Sequence[Request]) -> list[Request]:
    """Return what is to be run: one ordinary run a pathway, in a folder below that of the comparison."""
    names = [request.settings["pathway"].name for request in asked]
    if len(set(names)) < len(names):  # pathways under several settings
        names = [f"{number:03d}-{name}" for number, name in enumerate(names)]
    base, settings = asked[0].out, asked[0].settings["compare"]
    refuse_unknown(names, settings.chosen, settings.fail_if_worse)
    return [
        replace(request, command="run", out=base / name, named=name)
        for request, name in zip(asked, names, strict=True)
    ]


def at_a_time(do: Callable[[Request], int], runs: Sequence[Request], workers: int, cores: int) -> int:
    """Do what is asked for, `workers` at a time in processes of their own; in this one where it is one.

    Parameters
    ----------
    do : a function of a module; returns an exit code, having said why.
    cores : that all share; the results do not depend on it.

    Returns
    -------
    0, or the first other exit code: then nothing more is begun, and what is being done is stopped.
    """
    if workers == 1:
        return next((code for code in map(do, runs) if code), 0)
    for run in runs:
        trials = run.settings["simulation"]
        run.settings["simulation"] = replace(trials, workers=trials.workers or max(1, cores // workers))
    context = multiprocessing.get_context("spawn")
    waiting = [context.Process(target=_do_alone, args=(do, run)) for run in runs]
    working: list[BaseProcess] = []
    try:
        while waiting or working:
            while waiting and len(working) < workers:
                working.append(waiting.pop(0))
                working[-1].start()
            wait([process.sentinel for process in working])
            ended = [process for process in working if not process.is_alive()]
            working = [process for process in working if process not in ended]
            if code := next((process.exitcode for process in ended if process.exitcode), 0):
                return code if code > 0 else 1
    finally:
        for process in working:  # after Ctrl-C they tidy up by themselves
            process.join(TIDY)
            process.terminate()
            process.join()
    return 0


def _do_alone(do: Callable[[Request], int], run: Request) -> None:
    """Do one thing in this process and end with its code; several cannot renew one line of progress."""
    os.environ["CI"] = "1"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # tidies up on the way out, as Ctrl-C does
    try:
        sys.exit(do(run))
    except KeyboardInterrupt:
        sys.exit(130)


def read_runs(folders: Sequence[Path], out: Path) -> dict[str, Finished]:
    """Return the runs in `folders` by key: the name of the pathway, or of the folder where two have the same.

    Parameters
    ----------
    folders : of runs with or without plan. out : where the comparison will stand.

    Raises
    ------
    ConfigError : a folder is no run folder or is damaged.
    """
    places = [former_run(folder) for folder in folders]
    pathways = [read_json(place / MANIFEST)["settings"]["pathway"] for place in places]
    keys = _keys([str(pathway["name"]) for pathway in pathways], places)
    titles = [_(str(pathway["title"] or pathway["name"])) for pathway in pathways]
    often = Counter(titles)
    found = {}
    for key, title, place in zip(keys, titles, places, strict=True):
        named = {"key": key, "title": title if often[title] == 1 else f"{title} ({key})"}
        found[key] = _finished(place, {**named, "folder": relpath(place, out)})
    return found


def _keys(names: Sequence[str], places: Sequence[Path]) -> list[str]:
    """Return one key a run: its pathway where that tells it apart, else as little of its folder as does."""
    tails = ["-".join(place.parts[-2:]) for place in places]
    numbered = [f"{number}-{name}" for number, name in enumerate(names, start=1)]
    keys = list(names)
    for others in ([place.name for place in places], tails, numbered):
        often = Counter(keys)
        keys = [key if often[key] == 1 else other for key, other in zip(keys, others, strict=True)]
    return keys


def _finished(place: Path, named: dict[str, Any]) -> Finished:
    if (place / DIAGNOSIS).exists():
        return Finished({**named, "infeasible": read_json(place / DIAGNOSIS)}, None, "")
    plan, reference = read_plan(place)
    outcome = read_outcome(place)
    frontier = read_dataset(place / FRONTIER) if (place / FRONTIER).exists() else None
    payload = build_payload(plan, reference, outcome, frontier)
    payload["pathway"]["title"] = named["title"]  # told apart where two are of one pathway
    return Finished({**named, "payload": payload}, outcome, str(plan.attrs.get("main_cap", "")))


def write_side_by_side(
    runs: Mapping[str, Finished],
    paired: xr.Dataset | None,
    out: Path,
    settings: CompareSettings,
    report: ReportSettings,
) -> dict[str, Any]:
    """Compare runs and write ``compare.html`` and ``report.json`` to `out`; return what they show.

    Parameters
    ----------
    paired : differences in the same futures, None where not all were simulated.

    Raises
    ------
    ConfigError : they cannot be compared.
    """
    parts = [run.part for run in runs.values()]
    comparison = build_comparison(parts, settings.chosen, settings.fail_if_worse, paired)
    out.mkdir(parents=True, exist_ok=True)
    with replaced(out) as place:
        write_comparison(comparison, place(COMPARISON), report.map)
        place(PAYLOAD).write_text(payload_text(comparison), encoding="utf-8")
    return comparison


def refuse_taken(out: Path, overwrite: bool) -> None:
    """Raise ConfigError when something stands in `out` that may not be written over."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not out.is_dir() or not (out / COMPARISON).exists():
        message = f"out={near(out)} exists and is not a comparison: give another name"
        raise ConfigError(message)
    if not overwrite:
        message = f"out={near(out)} holds a comparison: give another name, or overwrite=true to replace it"
        raise ConfigError(message)
