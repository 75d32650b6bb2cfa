"""The points of a collected sweep as plain columns: settings, what became of each, and figures to ask for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from reporting.language import N_
from reporting.sweeps.kept import lead_dims
from scenarios.errors import ConfigError

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]

FIGURES = {
    "extra_cost": N_("Extra cost over Reference"),
    "cost_npv": N_("Present cost"),
    "emissions": N_("Emissions of the last year"),
    "cumulative": N_("Emissions over all years"),
    "capital": N_("Capital to commit"),
    "chance": N_("Chance of missing the cap"),
}
UNITS = {"emissions": "tCO2e/year", "cumulative": "tCO2e", "chance": "1"}  # of the others: the currency


@dataclass(frozen=True)
class SweepPoints:
    """Columns over the N points of a sweep, in the order of its design (a grid: the last setting fastest).

    Attributes
    ----------
    dataset : as of :func:`reporting.sweeps.collect.collect`. said : the design that made it.
    """

    dataset: xr.Dataset

    @cached_property
    def said(self) -> dict[str, Any]:
        """The design: ``design``, ``factors`` and ``fixed`` of the sweep."""
        found: dict[str, Any] = json.loads(self.dataset.attrs["design"])
        return found

    @property
    def is_grid(self) -> bool:
        """Whether every combination of lists was run."""
        return str(self.said["design"]["name"]) == "grid"

    @cached_property
    def lead(self) -> tuple[str, ...]:
        """The dimensions that number the points."""
        return lead_dims(self.dataset)

    @cached_property
    def labels(self) -> list[str]:
        """The swept settings, as the user wrote them."""
        return [str(factor["label"]) for factor in self.said["factors"]]

    def __len__(self) -> int:
        return int(self.dataset["state"].size)

    def texts(self, name: str) -> Texts:
        """Return a text of every point, (N,): ``state``, ``reason``, ``name``, ``log``, ``pathway``."""
        return np.asarray(self.dataset[name].values, object).ravel()

    def setting(self, label: str) -> Any:
        """Return the value of a swept setting at every point, (N,), numbers or texts."""
        column = self.dataset[label]
        like = self.dataset["state"]
        return np.asarray(column.broadcast_like(like).transpose(*self.lead).values).ravel()

    def is_number(self, label: str) -> bool:
        """Return whether a setting is a number, so that more and less of it mean something."""
        return bool(self.dataset[label].dtype.kind in "fiu")

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """Which points have a plan, (N,)."""
        return np.asarray(self.texts("state") == "ok")

    def figure(self, key: str) -> Floats:
        """Return a figure of every point, (N,), nan where it has none; see :data:`FIGURES`.

        Raises ConfigError when there is no such figure.
        """
        if key not in _FIGURES:
            message = f"{key}: no figure of a sweep; use one of {', '.join(_FIGURES)}"
            raise ConfigError(message)
        if "cost_npv" not in self.dataset:  # no point has a plan
            return np.full(len(self), np.nan)
        found = _FIGURES[key](self.dataset)
        return np.asarray(found.transpose(*self.lead).values, float).ravel()

    def unit(self, key: str) -> str:
        """Return the unit of a figure."""
        return UNITS.get(key, str(self.dataset.attrs.get("currency", "")))

    @cached_property
    def adopted(self) -> dict[str, NDArray[np.bool_]]:
        """Whether each intervention is decided at each point, (N,); False where there is no plan."""
        if "adopted_in" not in self.dataset:
            return {}
        decided = self.dataset["adopted_in"].transpose(*self.lead, "intervention").values
        flat = np.isfinite(decided.reshape(len(self), -1))
        return {str(label): flat[:, i] for i, label in enumerate(self.dataset["intervention"].values)}


def _chance(dataset: xr.Dataset) -> xr.DataArray:
    """Return the largest chance of missing the main cap in any year; nan when nothing was simulated."""
    chance, main = dataset["chance_of_missing"], dataset.attrs.get("main_cap", "")
    if main not in dataset["cap"].values:
        return xr.full_like(dataset["cost_npv"], np.nan)
    return chance.sel(cap=main, drop=True).max("period")


def _with_plan(total: xr.DataArray, dataset: xr.Dataset) -> xr.DataArray:
    """Return a sum that is nan, not zero, where there is no plan."""
    return total.where(np.isfinite(dataset["cost_npv"]))


_FIGURES: dict[str, Callable[[xr.Dataset], xr.DataArray]] = {
    "extra_cost": lambda d: d["cost_npv"] - d["reference_cost_npv"],
    "cost_npv": lambda d: d["cost_npv"],
    "emissions": lambda d: d["emissions"].isel(period=-1, drop=True),
    "cumulative": lambda d: _with_plan((d["emissions"] * d["years"]).sum("period"), d),
    "capital": lambda d: d["capital"],
    "chance": _chance,
}
