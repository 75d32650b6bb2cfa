"""A sweep folder whose runs are answered by a function: the files are those that a real sweep leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import netcdf_file

from hydra_plugins.zerolane_points._designs import Choice, Design, Factors, Interval, points_of

YEARS = (2025, 2030)
Answer = Mapping[str, Any] | None
INTERVENTIONS = ("furnace", "trucks")


def made_sweep(
    folder: Path, design: Design, factors: Factors, answer: Callable[[Mapping[str, Any]], Answer]
) -> Path:
    """Write a sweep whose points are answered at once.

    ``answer(values)`` gives ``cost`` and, where they matter, ``reference``, ``emissions`` of both years,
    ``gap``, ``chance``, ``adopted`` (year by intervention) and ``interventions``; None is a point without a
    plan, and ``{"state": ...}`` one that ended otherwise.
    """
    points = points_of(design, factors)
    names = ["p" + hashlib.sha256(json.dumps(row).encode()).hexdigest()[:12] for row in points.rows]
    for name, row in dict(zip(names, points.rows, strict=True)).items():
        found = answer(row)
        place = folder / "points" / name
        if found is not None and found.get("state") == "missing":
            continue
        (place / "run").mkdir(parents=True)
        state = "infeasible" if found is None else str(found.get("state", "ok"))
        status = {
            "format": 1,
            "name": name,
            "state": state,
            "seconds": 1.5,
            "cached": False,
            "log": "log.txt",
        }
        status["reason"] = "" if state == "ok" else f"it is {state}"
        (place / "status.json").write_text(json.dumps(status))
        if found is not None and state == "ok":
            write_result(place / "run" / "result.nc", found)
    said = {
        "format": 1,
        "command": "run",
        "words": [],
        "fixed": ["scenario=made"],
        "design": {
            "name": design.name,
            "samples": design.samples,
            "seed": design.seed,
            "second_order": design.second_order,
            "levels": design.levels,
            "file": design.file,
        },
        "factors": [described(key, factor) for key, factor in factors.items()],
        "rows": names,
        "unit": points.unit,
        "points": {name: {"values": row, "words": []} for name, row in zip(names, points.rows, strict=True)},
    }
    (folder / "points.json").write_text(json.dumps(said))
    return folder


def described(key: str, factor: Interval | Choice) -> dict[str, Any]:
    """Return a factor as points.json tells it."""
    if isinstance(factor, Choice):
        return {"key": key, "label": key, "kind": "choice", "values": list(factor.values)}
    ends = {"low": factor.low, "high": factor.high, "log": factor.log, "whole": factor.whole}
    return {"key": key, "label": key, "kind": "interval", **ends}


def write_result(path: Path, found: Mapping[str, Any]) -> None:
    """Write the figures of one run in the format of ``result.nc``."""
    names = tuple(found.get("interventions", INTERVENTIONS))
    adopted = [found.get("adopted", {}).get(name, np.nan) for name in names]
    with netcdf_file(path, "w", version=2) as file:
        for name, value in {
            "currency": "EUR",
            "scenario": "made",
            "title": "Made",
            "main_cap": "total",
        }.items():
            setattr(file, name, value)
        file.createDimension("period", len(YEARS))
        variable(file, "period", "i4", ("period",), YEARS, "calendar year")
        labels(file, "intervention", names)
        labels(file, "cap", ("total",))
        variable(file, "years", "f8", ("period",), (5.0, 5.0), "year")
        variable(file, "emissions", "f8", ("period",), found.get("emissions", (2.0, 1.0)), "tCO2e/year")
        variable(file, "adopted_in", "f8", ("intervention",), adopted, "calendar year")
        chance = [[np.nan, found.get("chance", np.nan)]]
        variable(file, "chance_of_missing", "f8", ("cap", "period"), chance, "1")
        for name, unit, value in (
            ("cost_npv", "EUR", found["cost"]),
            ("reference_cost_npv", "EUR", found.get("reference", 0.0)),
            ("capital", "EUR", found.get("capital", 0.0)),
            ("gap", "1", found.get("gap", 0.0)),
        ):
            variable(file, name, "f8", (), value, unit)


def variable(file: netcdf_file, name: str, kind: str, dims: Sequence[str], values: Any, unit: str) -> None:
    """Write one variable with its unit."""
    made = file.createVariable(name, kind, tuple(dims))
    if dims:
        made[:] = np.asarray(values)
    else:
        made.data[...] = values  # assignValue takes no scalars of NumPy 2
    made.units = unit


def labels(file: netcdf_file, name: str, texts: Sequence[str]) -> None:
    """Write labels of a dimension as fixed-width characters, as classic netCDF has no texts."""
    raw = np.array([text.encode() for text in texts], "S")
    width = f"string{raw.itemsize}"
    file.createDimension(name, len(texts))
    if width not in file.dimensions:
        file.createDimension(width, raw.itemsize)
    file.createVariable(name, "S1", (name, width))[:] = raw.view("S1").reshape(len(texts), raw.itemsize)
