"""Reading numbers and labels out of result Datasets in a fixed order of dimensions."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import xarray as xr

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def array(dataset: xr.Dataset, name: str, *dims: str) -> FloatArray:
    """Return variable `name` as floats with its dimensions in the order `dims`; KeyError when absent."""
    return np.asarray(dataset[name].transpose(*dims).values, dtype=float)


def labels(dataset: xr.Dataset, name: str) -> list[str]:
    """Return the text coordinate `name` as a list; KeyError when absent."""
    return [str(value) for value in dataset[name].values.tolist()]


def numbers(values: Any) -> list[float | None]:
    """Return an array as a list JSON can hold: what is not finite becomes None."""
    return [number(v) for v in np.asarray(values, dtype=float).ravel().tolist()]


def number(value: Any) -> float | None:
    """Return `value` as a finite float, None when it is missing, not finite or not a number."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        return None
    return result if math.isfinite(result) else None


def document(dataset: xr.Dataset, name: str) -> Any:
    """Return the JSON attribute `name` parsed; an empty dict when absent.

    Raises
    ------
    ValueError
        When the attribute is there but is not JSON.
    """
    text = str(dataset.attrs.get(name, "") or "{}")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"attribute {name!r} of the Dataset is not JSON: {error}"
        raise ValueError(message) from error


def moved_tonnes(dataset: xr.Dataset) -> FloatArray:
    """Return what moves on each arc, (A, T), t a year; runs that do not state the mass of a unit are in t."""
    flow = np.maximum(array(dataset, "flow", "arc", "period"), 0.0)
    if "arc_tonnes_per_unit" not in dataset.coords:
        return flow
    return flow * array(dataset, "arc_tonnes_per_unit", "arc")[:, None]


def offer_units(dataset: xr.Dataset) -> list[str]:
    """Return the unit that each offer is counted in; runs that do not state it count in t."""
    if "offer_unit" not in dataset.coords:
        return ["t"] * int(dataset.sizes["offer"])
    return labels(dataset, "offer_unit")


def site_names(dataset: xr.Dataset) -> dict[str, str]:
    """Return the name shown to people for every site label."""
    shown = labels(dataset, "site_name")
    return {label: name or label for label, name in zip(labels(dataset, "site"), shown, strict=True)}


def grouped(values: FloatArray, keys: list[str]) -> dict[str, FloatArray]:
    """Return rows of `values` (n, T) summed by key, in order of first appearance."""
    order = {key: position for position, key in enumerate(dict.fromkeys(keys))}
    sums = np.zeros((len(order), values.shape[1]))
    np.add.at(sums, [order[key] for key in keys], values)
    return {key: sums[position] for key, position in order.items()}
