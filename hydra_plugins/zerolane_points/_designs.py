"""Designs of experiments: from factors to points, all of them known before the first one runs.

The name begins with an underscore for Hydra, which would load the module a second time as a plugin.
"""

import csv
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.errors import ConfigError

SAMPLED = ("random", "lhs", "sobol", "saltelli", "morris")
DESIGNS = ("grid", "file", *SAMPLED)
Value = float | int | str


@dataclass(frozen=True)
class Interval:
    """Numbers between two ends, even on their scale.

    Attributes
    ----------
    log : even on the scale of logarithms; both ends are above 0.
    whole : only whole numbers, both ends included.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def at(self, share: float) -> Value:
        """Return the value at a share 0 to 1 of the way from low to high."""
        if self.whole:
            return int(min(self.low + math.floor(share * (self.high - self.low + 1)), self.high))
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + (self.high - self.low) * share)


@dataclass(frozen=True)
class Choice:
    """Some values, each an equal part of the way."""

    values: tuple[Value, ...]

    def at(self, share: float) -> Value:
        """Return the value whose part the share 0 to 1 falls into."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


Factors = Mapping[str, Interval | Choice]


@dataclass(frozen=True)
class Design:
    """How points are placed.

    Attributes
    ----------
    name : one of :data:`DESIGNS`.
    samples : points of random, lhs and sobol; base samples of saltelli; trajectories of morris.
    seed : of everything drawn.
    second_order : saltelli: whether indices of pairs can be told, for twice as many points.
    levels : morris: levels of each factor, an even number.
    file : CSV of a design of one's own, a column a setting and a row a point.
    """

    name: str
    samples: int | None = None
    seed: int = 0
    second_order: bool = False
    levels: int = 4
    file: str | None = None


@dataclass(frozen=True)
class Points:
    """The points of a design in its order.

    Attributes
    ----------
    rows : values by setting, one mapping a point; a blank cell of a file is a setting left alone.
    unit : the same points in the unit cube as sampled, one row a point and one column a factor, in the
        order of the factors; None where nothing was sampled.
    factors : what varies; of a file, what stands in it.
    notes : what was done otherwise than asked.
    """

    rows: list[dict[str, Value]]
    unit: list[list[float]] | None
    factors: Factors
    notes: tuple[str, ...] = ()


def points_of(design: Design, factors: Factors) -> Points:
    """Return the points of a design.

    Grid: every combination, the last factor fastest. Random, Latin hypercube (McKay et al. 1979) and Sobol
    (1967) sequences fill the cube; Saltelli (2010) and Morris (1991) samples are those of SALib, for indices
    of Sobol and for elementary effects.

    Raises
    ------
    ConfigError : the design and the factors do not fit together.
    """
    if design.name not in DESIGNS:
        message = f"sweep.design={design.name}: use one of {', '.join(DESIGNS)}"
        raise ConfigError(message)
    if design.name == "file":
        return _from_file(design, factors)
    if not factors:
        message = (
            "nothing varies: give at least one list such as pathway=capped,deep_cut, or an interval(low,high)"
        )
        raise ConfigError(message)
    if design.name == "grid":
        return _grid(factors)
    return _sampled(design, factors)


def count_text(design: Design, points: Points) -> str:
    """Return how many points there are and where the number comes from, in words."""
    many, samples, factors = len(points.rows), design.samples, len(points.factors)
    if design.name == "saltelli":
        each = 2 * factors + 2 if design.second_order else factors + 2
        return f"{many} points: {many // each} base samples of {each} points over {factors} settings"
    if design.name == "morris":
        return f"{many} points: {samples} trajectories of {factors + 1} points over {factors} settings"
    if design.name == "grid":
        sizes = [len(f.values) for f in points.factors.values() if isinstance(f, Choice)]
        return f"{many} points: " + " x ".join(map(str, sizes))
    return f"{many} points over {factors} settings"


def _grid(factors: Factors) -> Points:
    ranges = [key for key, factor in factors.items() if isinstance(factor, Interval)]
    if ranges:
        message = (
            f"{ranges[0]}: a grid needs lists; an interval needs a sampled design, "
            f"sweep.design={'|'.join(SAMPLED)} sweep.samples=N"
        )
        raise ConfigError(message)
    values = [factor.values for factor in factors.values() if isinstance(factor, Choice)]
    rows = [dict(zip(factors, combination, strict=True)) for combination in itertools.product(*values)]
    return Points(rows, None, factors)


def _from_file(design: Design, factors: Factors) -> Points:
    if factors:
        message = f"{next(iter(factors))}: the points stand in sweep.file, nothing else can vary"
        raise ConfigError(message)
    if not design.file or not Path(design.file).is_file():
        message = f"sweep.file={design.file}: no such file; a CSV with a column a setting and a row a point"
        raise ConfigError(message)
    with Path(design.file).open(newline="", encoding="utf-8-sig") as file:
        lines = [line for line in csv.reader(file) if any(cell.strip() for cell in line)]
    head = [cell.strip() for cell in lines[0]] if lines else []
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(head):
            message = f"{design.file}, row {number}: {len(line)} cells where the header has {len(head)}"
            raise ConfigError(message)
    if len(lines) < 2 or not all(head) or len(set(head)) < len(head):
        message = f"{design.file}: needs a header that names each setting once, and at least one point"
        raise ConfigError(message)
    rows = [
        {key: as_value(cell.strip()) for key, cell in zip(head, line, strict=True) if cell.strip()}
        for line in lines[1:]
    ]
    seen = {key: tuple(dict.fromkeys(row[key] for row in rows if key in row)) for key in head}
    return Points(rows, None, {key: Choice(values) for key, values in seen.items() if values})


def _sampled(design: Design, factors: Factors) -> Points:
    if not design.samples or design.samples < 1:
        message = f"sweep.design={design.name} needs sweep.samples=N"
        raise ConfigError(message)
    for key, factor in factors.items():
        if isinstance(factor, Interval) and (factor.high < factor.low or (factor.log and factor.low <= 0)):
            rule = "above 0 for a logarithmic scale" if factor.log else "in order"
            message = f"{key}: the ends {factor.low:g} and {factor.high:g} must be {rule}"
            raise ConfigError(message)
    notes = []
    if design.name in ("sobol", "saltelli") and design.samples & (design.samples - 1):
        more = 1 << design.samples.bit_length()
        notes.append(f"{design.name} needs a power of two: {more} samples in place of {design.samples}")
        design = Design(design.name, more, design.seed, design.second_order, design.levels, design.file)
    unit = _unit_cube(design, list(factors))
    rows = [
        {key: factor.at(share) for (key, factor), share in zip(factors.items(), row, strict=True)}
        for row in unit
    ]
    return Points(rows, unit, factors, tuple(notes))


def _unit_cube(design: Design, keys: Sequence[str]) -> list[list[float]]:
    """Return the sampled points, each coordinate 0 to 1."""
    import numpy as np

    samples, wide, sampled = design.samples or 0, len(keys), None
    if design.name == "random":
        sampled = np.random.default_rng(design.seed).random((samples, wide))
    elif design.name in ("lhs", "sobol"):
        from scipy.stats import qmc

        engine = qmc.LatinHypercube if design.name == "lhs" else qmc.Sobol
        sampled = engine(wide, rng=design.seed).random(samples)
    else:
        sampled = _for_indices(design, keys)
    found: list[list[float]] = sampled.tolist()
    return found


def _for_indices(design: Design, keys: Sequence[str]) -> Any:
    """Return the samples from which SALib tells indices."""
    try:
        from SALib.sample import morris, sobol
    except ModuleNotFoundError as error:
        message = f"sweep.design={design.name} needs SALib: pip install 'zerolane[sweeps]'"
        raise ConfigError(message) from error
    problem = {"num_vars": len(keys), "names": list(keys), "bounds": [[0.0, 1.0]] * len(keys)}
    if design.name == "morris":
        if design.levels < 2 or design.levels % 2:
            message = f"sweep.levels={design.levels}: needs an even number of levels"
            raise ConfigError(message)
        return morris.sample(problem, design.samples, num_levels=design.levels, seed=design.seed)
    return sobol.sample(problem, design.samples, calc_second_order=design.second_order, seed=design.seed)


def as_value(text: str) -> Value:
    """Return text as a number where it is written as one that reads back the same; else as it is."""
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if math.isfinite(value) and (kind is float or str(value) == text):
            return value
    return text
