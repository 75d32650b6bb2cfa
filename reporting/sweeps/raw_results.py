"""One ``result.nc`` as plain arrays, read without xarray: thousands of them take seconds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = tuple[Any, ...]


@dataclass(frozen=True)
class RawResult:
    """The figures of one run.

    Attributes
    ----------
    labels : of each dimension, texts or years.
    figures : (dimensions, numbers) by variable. units : by variable. attrs : of the file.
    """

    labels: dict[str, Labels]
    figures: dict[str, tuple[tuple[str, ...], NDArray[np.float64]]]
    units: dict[str, str]
    attrs: dict[str, Any]


def read_raw(path: Path) -> RawResult:
    """Read the figures of one run; raises OSError or ValueError when the file is absent or damaged."""
    try:
        return _read(path)
    except (AssertionError, IndexError, KeyError, TypeError) as error:  # what scipy meets in a torn file
        message = f"{path.name} is damaged"
        raise ValueError(message) from error


def _read(path: Path) -> RawResult:
    from scipy.io import netcdf_file

    labels: dict[str, Labels] = {}
    values: dict[str, tuple[tuple[str, ...], NDArray[np.float64]]] = {}
    units: dict[str, str] = {}
    with netcdf_file(path, mmap=False) as file:
        for name, variable in file.variables.items():
            data = variable.data
            if data.dtype.kind == "S":
                labels[name] = _texts(data.tobytes(), data.shape[-1] if data.ndim > 1 else 1)
            elif variable.dimensions == (name,):
                labels[name] = tuple(data.tolist())
            else:
                values[name] = (variable.dimensions, np.asarray(data, dtype=float))
                units[name] = _text(getattr(variable, "units", b""))
        attrs = {name: _text(value) for name, value in file._attributes.items()}
    return RawResult(labels, values, units, attrs)


@lru_cache(maxsize=256)
def _texts(raw: bytes, width: int) -> Labels:
    """Return fixed-width texts; runs of one sweep mostly share theirs."""
    parts = [raw[at : at + width] for at in range(0, len(raw), max(width, 1))] if raw else []
    return tuple(part.rstrip(b"\0").decode("utf-8") for part in parts)


def _text(value: Any) -> Any:
    return value.decode("utf-8") if isinstance(value, bytes) else value
