"""What plans say of freight by mode and of hub operations, tank to wheel and well to tank side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.names import activity_names, called, pair_names
from reporting.reading import FloatArray, array, grouped, labels, moved_tonnes, numbers

SMALL = 1e-6


def freight(plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Gather freight by mode and by hub, per year.

    Returns
    -------
    ``modes``, largest first: tkm along the route and by great circle, tCO2e tank to wheel (``ttw``) and well
    to tank (``wtt``), mean load factor where vehicles are known, and the same of the reference. ``hubs``:
    units handled and what handling emits; plans of scenarios without tables of energy have none.
    """
    names = activity_names(plan, "mode")
    ours, theirs = _by_mode(plan), _by_mode(reference)
    order = sorted(ours, key=lambda mode: -float(ours[mode]["tonne_km"].sum()))
    modes = [
        {
            "key": mode,
            "name": called(names, mode),
            **{name: numbers(values) for name, values in ours[mode].items()},
            "reference": {name: numbers(values) for name, values in theirs[mode].items()}
            if mode in theirs
            else None,
        }
        for mode in order
    ]
    return {"modes": modes, "hubs": _hubs(plan)}


def _by_mode(dataset: xr.Dataset) -> dict[str, dict[str, FloatArray]]:
    """Return the figures of each mode in use, by period."""
    if "freight_ttw" not in dataset:  # a plan of before it was told
        return {}
    keys = labels(dataset, "arc_mode")
    tonnes = moved_tonnes(dataset)
    tonne_km = tonnes * array(dataset, "arc_distance_km", "arc")[:, None]
    direct = tonnes * array(dataset, "arc_great_circle_km", "arc")[:, None]
    parts = {"tonne_km": tonne_km, "great_circle_tonne_km": direct}
    parts |= {part: array(dataset, f"freight_{part}", "arc", "period") for part in ("ttw", "wtt")}
    if "freight_load_factor" in dataset:  # the mean over km driven: t-km over t-km by full vehicles
        load = array(dataset, "freight_load_factor", "arc", "period")
        parts["full_tonne_km"] = np.where(np.isfinite(load), tonne_km / np.where(load > 0, load, 1.0), np.nan)
    summed = {name: grouped(values, keys) for name, values in parts.items()}
    found = {}
    for mode, moved in summed["tonne_km"].items():
        if moved.max(initial=0.0) > SMALL:
            found[mode] = {name: values[mode] for name, values in summed.items() if name != "full_tonne_km"}
            if "full_tonne_km" in summed:
                capacity = summed["full_tonne_km"][mode]
                blank = np.full_like(moved, np.nan)
                found[mode]["load_factor"] = np.divide(moved, capacity, out=blank, where=capacity > SMALL)
    return found


def _hubs(plan: xr.Dataset) -> list[dict[str, Any]]:
    if "hub_handled" not in plan:
        return []
    figures = {name: array(plan, f"hub_{name}", "hub", "period") for name in ("handled", "ttw", "wtt")}
    names = pair_names(plan, labels(plan, "hub"))
    return [
        {"name": names[hub], **{name: numbers(values[h]) for name, values in figures.items()}}
        for h, hub in enumerate(labels(plan, "hub"))
        if figures["handled"][h].max(initial=0.0) > SMALL
    ]


def freight_summary(plan: xr.Dataset) -> dict[str, Any]:
    """Return what ``summary.json`` says of freight by mode in the last period, per year."""
    modes = _by_mode(plan)
    return {
        mode: {name: float(values[-1]) for name, values in figures.items() if np.isfinite(values[-1])}
        for mode, figures in modes.items()
    }
