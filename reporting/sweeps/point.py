"""The figures of one run as a small Dataset: what a sweep gathers from thousands of runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.summary import total_emissions

if TYPE_CHECKING:
    import xarray as xr

RESULT = "result.nc"
RESULT_FORMAT = 1  # grows when a variable changes its meaning
CHANCES = {"chance_of_missing": "chance_of_missing", "chance_low": "chance_low", "chance_high": "chance_high"}


def point_figures(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset | None) -> xr.Dataset:
    """Return the figures of one run, named as in the plan and in ``summary.json``.

    Parameters
    ----------
    plan, reference : the plan and the same chain without new decisions.
    outcome : the trials; None when it was not simulated: chances are nan then.

    Returns
    -------
    Dataset with dimensions ``period, cost_account, emission_account, intervention, cap``, every variable
    with units; money discounted where the name says ``npv``, emissions in tCO2e a year, chances 0 to 1.
    """
    import xarray as xr

    attrs, currency = plan.attrs, str(plan.attrs["currency"])
    caps, shape = plan["cap"].values.astype(str), (plan.sizes["cap"], plan.sizes["period"])

    def scalar(name: str, unit: str) -> tuple[tuple[()], float, dict[str, str]]:
        value = attrs.get(name)
        return ((), float("nan") if value in (None, "") else float(value), {"units": unit})

    def by_period(values: dict[int, float], unit: str) -> tuple[str, Any, dict[str, str]]:
        return ("period", np.array(list(values.values())), {"units": unit})

    def of_caps(name: str, unit: str, source: xr.Dataset | None) -> tuple[Any, Any, dict[str, str]]:
        values = np.full(shape, np.nan)
        if source is not None and source.sizes.get("cap"):
            values = source[name].reindex(cap=caps).transpose("cap", "period").values
        return (("cap", "period"), values, {"units": unit})

    def of_costs(total: float) -> tuple[tuple[()], float, dict[str, str]]:
        return ((), total, {"units": currency})

    capex = plan["cost"].sel(cost_account="capex").sum() if "capex" in plan["cost_account"] else 0.0
    variables: dict[str, Any] = {
        "cost_npv": of_costs(float(plan["cost_npv"].sum())),
        "reference_cost_npv": of_costs(float(reference["cost_npv"].sum())),
        "capital": of_costs(float(capex)),
        "objective": scalar("objective", currency),
        "bound": scalar("bound", currency),
        "gap": scalar("gap", "1"),
        "baseline_emissions": scalar("baseline_emissions", "tCO2e"),
        "solve_seconds": scalar("solve_seconds", "s"),
        "trials": ((), 0 if outcome is None else int(outcome.attrs["trials"]), {"units": "1"}),
        "years": ("period", plan["years"].values.astype(float), {"units": "year"}),
        "emissions": by_period(total_emissions(plan), "tCO2e/year"),
        "reference_emissions": by_period(total_emissions(reference), "tCO2e/year"),
        "cost_npv_by_account": ("cost_account", plan["cost_npv"].values, {"units": currency}),
        "emissions_by_account": (
            ("emission_account", "period"),
            plan["emissions"].transpose("emission_account", "period").values,
            {"units": "tCO2e/year"},
        ),
        "cap_limit": of_caps("cap_limit", str(plan["cap_limit"].attrs.get("units", "")), plan),
        "cap_emissions": of_caps("cap_emissions", str(plan["cap_emissions"].attrs.get("units", "")), plan),
        **{name: of_caps(source, "1", outcome) for name, source in CHANCES.items()},
        "adopted_in": ("intervention", _adopted_in(plan), {"units": "calendar year"}),
    }
    labels = {
        name: (name, plan[name].values.astype(str))
        for name in ("cost_account", "emission_account", "intervention", "cap")
    }
    periods = ("period", plan["period"].values, {"units": "calendar year"})
    said = {name: str(attrs[name]) for name in ("scenario", "pathway", "status", "termination", "scope2")}
    said |= {"currency": currency, "main_cap": str(attrs.get("main_cap", "")), "title": str(attrs["title"])}
    return xr.Dataset(variables, {"period": periods, **labels}, {**said, "format": RESULT_FORMAT})


def write_figures(path: Path, figures: xr.Dataset) -> None:
    """Write the figures of one run as classic netCDF with 64-bit offsets: small and quick to read raw.

    Whole numbers have 32 bits there; texts are arrays of characters.
    """
    plain = figures.copy()
    for name, data in figures.variables.items():
        if data.dtype.kind == "i":
            plain[name] = data.astype(np.int32)
    path.write_bytes(bytes(plain.to_netcdf(None, format="NETCDF3_64BIT", engine="scipy")))


def _adopted_in(plan: xr.Dataset) -> Any:
    """Return the start of the period in which each intervention is decided, (I,), nan where it is not."""
    decided = plan["adopt"].transpose("intervention", "period").values > 0.5
    years = plan["period"].values.astype(float)
    if not decided.size:
        return np.full(len(decided), np.nan)
    return np.where(decided.any(axis=1), years[decided.argmax(axis=1)], np.nan)
