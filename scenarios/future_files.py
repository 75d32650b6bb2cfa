"""Futures from a file: a CSV with a future a line, or the points of a sweep."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from scenarios.errors import ConfigError
from scenarios.future_settings import FutureSettings

NAME, WEIGHT = "name", "weight"


def read_futures(file: str, search: Sequence[Path] = ()) -> list[FutureSettings]:
    """Return the futures of a file.

    A CSV has a line a future and a column a changed key (``demand``, ``data.offers[price].scale``); columns
    ``name`` and ``weight`` may stand beside them, and a blank cell changes
    nothing. A ``points.json`` is what a sweep writes of its design: its points are futures of equal weight.

    Parameters
    ----------
    search : folders that `file` may be relative to, before the working directory.

    Raises
    ------
    ConfigError : there is no such file, or a cell is no number.
    """
    found = [
        place for place in (*(root / file for root in search), Path(file).expanduser()) if place.is_file()
    ]
    if not found:
        message = f"futures.file {file!r} not found"
        raise ConfigError(message)
    futures = _points(found[0]) if found[0].suffix == ".json" else _lines(found[0])
    if not futures:
        message = f"futures.file {file!r} holds no future"
        raise ConfigError(message)
    names = [future.name for future in futures]
    if twice := [name for name in names if names.count(name) > 1]:
        message = f"futures.file {file!r} names {twice[0]!r} twice: give every future a name of its own"
        raise ConfigError(message)
    return futures


def _points(file: Path) -> list[FutureSettings]:
    """Return the points of a sweep's design; one that its design repeats weighs as often."""
    design = json.loads(file.read_text(encoding="utf-8"))
    written = {factor["key"]: factor["label"] for factor in design["factors"]}
    rows: list[str] = design["rows"]
    futures = []
    for name in dict.fromkeys(rows):
        values = design["points"][name]["values"]
        changes = {written[key]: _number(value, file, written[key], name) for key, value in values.items()}
        futures.append(FutureSettings(name, float(rows.count(name)), changes))
    return futures


def _lines(file: Path) -> list[FutureSettings]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        lines = list(csv.DictReader(opened))
    futures = []
    for number, line in enumerate(lines, 1):
        name = (line.get(NAME) or f"future {number}").strip()
        weight = (line.get(WEIGHT) or "").strip()
        changes = {
            key.strip(): _number(cell, file, key, name)
            for key, cell in line.items()
            if key not in (NAME, WEIGHT, None) and (cell or "").strip()
        }
        given = _number(weight, file, WEIGHT, name) if weight else 1.0
        if not given > 0:
            message = f"{file.name}, future {name!r}: weight {given:g} has to be above 0"
            raise ConfigError(message)
        futures.append(FutureSettings(name, given, changes))
    return futures


def _number(cell: object, file: Path, key: str, name: str) -> float:
    try:
        return float(str(cell))
    except ValueError as error:
        message = f"{file.name}, future {name!r}: {key} is {cell!r}, not a number"
        raise ConfigError(message) from error
