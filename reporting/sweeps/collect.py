"""All runs of a sweep as one labelled Dataset: swept settings as dimensions, or one row a point.

Files are read raw into arrays of known size, as opening thousands of them one by one with labels takes
minutes. What a point did not answer is nan, and ``state`` and ``reason`` say why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.sweeps.files import FORMAT as POINTS_FORMAT
from reporting.sweeps.files import POINTS, STATUS
from reporting.sweeps.point import RESULT
from reporting.sweeps.raw_results import Labels, RawResult, read_raw
from scenarios.errors import ConfigError

if TYPE_CHECKING:
    import xarray as xr

FORMAT = 1  # of the Dataset: grows when a variable changes its meaning
MISSING = "missing"  # not run yet
ALIKE = ("scenario", "title", "currency", "scope2", "main_cap", "format")  # told once for the whole sweep
BY_POINT = ("pathway", "status", "termination")


@dataclass(frozen=True)
class Answer:
    """What became of one point: its status file, and its figures where it has some."""

    status: Mapping[str, Any]
    figures: RawResult | None


def collect(sweep: Path | str) -> xr.Dataset:
    """Return all runs of a sweep as one Dataset.

    Parameters
    ----------
    sweep : folder that ``zerolane sweep`` made, finished or not.

    Returns
    -------
    Dataset. Of a grid, the swept settings are its first dimensions, in the order of the command line; of any
    other design the first dimension is ``point`` in the order of the design, with each setting as a
    coordinate of it and ``unit(point, factor)`` as sampled. Figures follow with their own dimensions
    (``period``, ``cap``, ...) and units, nan where a point has no answer. ``state``, ``reason``, ``seconds``,
    ``cached``, ``name`` and ``log`` tell about each point. The attribute ``design`` is the design as JSON.

    Raises
    ------
    ConfigError : the folder holds no sweep, or its runs cannot stand in one Dataset.
    """
    import xarray as xr

    root = Path(sweep)
    said = _design(root)
    names = list(dict.fromkeys(said["rows"]))
    answers = [_answer(root / "points" / name) for name in names]
    place = {name: at for at, name in enumerate(names)}
    rows = np.array([place[name] for name in said["rows"]]) if len(names) < len(said["rows"]) else None
    grid = said["design"]["name"] == "grid"
    lead = [factor["label"] for factor in said["factors"]] if grid else ["point"]
    shape = [len(factor["values"]) for factor in said["factors"]] if grid else [len(said["rows"])]

    def laid_out(values: Any) -> Any:
        ordered = values if rows is None else values[rows]
        return ordered.reshape(*shape, *values.shape[1:])

    found = [answer.figures for answer in answers if answer.figures is not None]
    labels = _labels(found)
    variables = _figures(answers, labels, lead, laid_out)
    coordinates: dict[str, Any] = {name: (name, list(values)) for name, values in labels.items()}
    coordinates |= _settings(said, grid)
    told = _told(answers, names, lead, laid_out)
    variables |= {
        name: text for name, text in told.items() if name not in coordinates
    }  # pathway may be swept
    if said["unit"] is not None:
        factors = [factor["label"] for factor in said["factors"]]
        coordinates["factor"] = ("factor", factors)
        variables["unit"] = (("point", "factor"), np.array(said["unit"], float), {"units": "1"})
    attrs = {**_alike(found), "sweep": root.absolute().name, "command": str(said["command"])}
    kept = {name: said[name] for name in ("design", "factors", "fixed")}
    design = json.dumps(kept, ensure_ascii=False)
    return xr.Dataset(variables, coordinates, {**attrs, "design": design, "collected_format": FORMAT})


def _design(root: Path) -> dict[str, Any]:
    """Read the design of a sweep."""
    try:
        said: dict[str, Any] = json.loads((root / POINTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{root} is not the folder of a sweep: {POINTS} cannot be read ({error})"
        raise ConfigError(message) from error
    if said.get("format") != POINTS_FORMAT:
        known = f"this version reads {POINTS_FORMAT}: run it again"
        message = f"{root / POINTS} has format {said.get('format')}, {known}"
        raise ConfigError(message)
    return said


def _answer(folder: Path) -> Answer:
    """Return what became of the point whose folder this is."""
    try:
        status = json.loads((folder / STATUS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Answer({"state": MISSING}, None)
    if status["state"] != "ok":
        return Answer(status, None)
    try:
        return Answer(status, read_raw(folder / "run" / RESULT))
    except (OSError, ValueError) as error:
        return Answer({**status, "state": "damaged", "reason": f"{RESULT} cannot be read: {error}"}, None)


def _labels(found: Sequence[RawResult]) -> dict[str, Labels]:
    """Return the labels of every dimension over all runs: years in order, names as they first appear."""
    seen: dict[str, dict[Labels, None]] = {}
    for result in found:
        for name, labels in result.labels.items():
            seen.setdefault(name, {})[labels] = None
    united = {
        name: tuple(dict.fromkeys(label for labels in each for label in labels))
        for name, each in seen.items()
    }
    return {n: tuple(sorted(each)) if n == "period" else each for n, each in united.items()}


def _figures(
    answers: Sequence[Answer],
    labels: Mapping[str, Labels],
    lead: Sequence[str],
    laid_out: Callable[[Any], Any],
) -> dict[str, Any]:
    """Return every figure of every point, nan where there is none."""
    found: dict[str, tuple[tuple[str, ...], Any, str]] = {}
    places = _Places(labels)
    for i, answer in enumerate(answers):
        if answer.figures is None:
            continue
        for name, (dims, values) in answer.figures.figures.items():
            if name not in found:
                sizes = [len(labels[dim]) for dim in dims]
                unit = answer.figures.units[name]
                found[name] = (dims, np.full((len(answers), *sizes), np.nan), unit)
            at = places.of(dims, answer.figures.labels)
            if at is None:
                found[name][1][i] = values
            else:
                found[name][1][i][at] = values
    return {
        name: ((*lead, *dims), laid_out(values), {"units": unit})
        for name, (dims, values, unit) in found.items()
    }


class _Places:
    """Where the labels of one run stand among those of all runs."""

    def __init__(self, labels: Mapping[str, Labels]) -> None:
        self.labels = labels
        self.known: dict[tuple[str, Labels], Any] = {}

    def of(self, dims: Sequence[str], own: Mapping[str, Labels]) -> tuple[Any, ...] | None:
        """Return the index of a run's array in the common one; None when the two are alike."""
        if all(own[dim] == self.labels[dim] for dim in dims):
            return None
        return np.ix_(*(self._along(dim, own[dim]) for dim in dims))

    def _along(self, dim: str, own: Labels) -> Any:
        if (dim, own) not in self.known:
            place = {label: at for at, label in enumerate(self.labels[dim])}
            self.known[dim, own] = np.array([place[label] for label in own], dtype=int)
        return self.known[dim, own]


def _told(
    answers: Sequence[Answer], names: Sequence[str], lead: Sequence[str], laid_out: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return what is said of each point beside its figures."""
    texts = {
        "state": [str(answer.status["state"]) for answer in answers],
        "reason": [str(answer.status.get("reason") or "") for answer in answers],
        "name": list(names),
        "log": [
            f"points/{name}/{answer.status.get('log', '')}"
            for name, answer in zip(names, answers, strict=True)
        ],
        **{
            name: [
                "" if answer.figures is None else str(answer.figures.attrs.get(name, ""))
                for answer in answers
            ]
            for name in BY_POINT
        },
    }
    seconds = [float(answer.status.get("seconds") or "nan") for answer in answers]
    cached = [int(bool(answer.status.get("cached"))) for answer in answers]
    told: dict[str, Any] = {name: (lead, laid_out(np.array(text, object))) for name, text in texts.items()}
    told["seconds"] = (
        lead,
        laid_out(np.array(seconds)),
        {"units": "s", "description": "wall time in the worker"},
    )
    told["cached"] = (lead, laid_out(np.array(cached)), {"units": "1", "description": "1: solved before"})
    return told


def _settings(said: Mapping[str, Any], grid: bool) -> dict[str, Any]:
    """Return the swept settings: dimensions of a grid, else coordinates of the points."""
    if grid:
        return {
            f["label"]: (f["label"], _column(f["values"]), {"setting": f["key"]}) for f in said["factors"]
        }
    points = [said["points"][name]["values"] for name in said["rows"]]
    return {
        "point": ("point", np.arange(len(points))),
        **{
            f["label"]: ("point", _column([p.get(f["key"]) for p in points]), {"setting": f["key"]})
            for f in said["factors"]
        },
    }


def _column(values: Sequence[Any]) -> Any:
    """Return values as numbers where all are (a blank is nan), else as text (a blank is empty)."""
    if all(value is None or isinstance(value, int | float) for value in values):
        return np.array([np.nan if value is None else value for value in values])
    return np.array(["" if value is None else str(value) for value in values], object)


def _alike(found: Sequence[RawResult]) -> dict[str, Any]:
    """Return what all runs share; raises ConfigError when they count in different currencies."""
    shared: dict[str, Any] = {}
    for name in ALIKE:
        seen = list(dict.fromkeys(result.attrs.get(name, "") for result in found))
        if name == "currency" and len(seen) > 1:
            message = f"the runs count in different currencies ({', '.join(seen)}): sweep each on its own"
            raise ConfigError(message)
        if len(seen) == 1:
            shared[name] = seen[0]
    return shared
