"""How electricity is bought and matched: contracts, hours, three readings of scope 2, claims at risk."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.reading import FloatArray, array, grouped, labels, numbers
from reporting.scope2 import methods_read

SMALLEST = 1e-6  # what is less is solver dust
GREEN = ("certificate", "ppa", "onsite", "import", "storage")


def power(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset | None = None) -> dict[str, Any]:
    """Gather what the plan does about electricity.

    Returns
    -------
    ``kinds`` : MWh a year by kind. ``options`` : one row an option used: name, kind, sites, MWh and newly
    contracted MW by period, MWh and money of claims that would not count by the same hour, price of a MWh
    beyond plain grid power, NaN where it is not known or not bought. ``scope2`` :
    tCO2e a year by method, of plan and reference. ``stranded`` : MWh, tCO2e and currency a year of such
    claims, None where nothing is known of hours. ``hours`` : matched share by typical day and hour in the
    last period, None without profiles. ``premium`` : cost over share, None when it was not asked for.
    ``trials`` : what the simulated futures emit by each method, None without them.
    """
    return {
        "kinds": {
            kind: numbers(values)
            for kind, values in grouped(
                array(plan, "power", "supply", "period"), labels(plan, "supply_kind")
            ).items()
            if values.max(initial=0.0) > SMALLEST
        },
        "options": _options(plan),
        "scope2": {
            method.value: {
                "plan": numbers(_booked(plan, f"scope2_{method.value}")),
                "reference": numbers(_booked(reference, f"scope2_{method.value}")),
            }
            for method in methods_read(plan, reference)
        },
        "stranded": claims_at_risk(plan),
        "hours": _hours(plan),
        "premium": _premium(plan),
        "trials": _trials(plan, outcome) if outcome is not None and outcome.sizes["trial"] else None,
    }


def _booked(dataset: xr.Dataset, account: str) -> FloatArray:
    """Return one account by period; zeros in a run from before there was one."""
    if account not in labels(dataset, "emission_account"):
        return np.zeros(dataset.sizes["period"])
    return array(dataset.sel(emission_account=[account]), "emissions", "emission_account", "period")[0]


def _options(plan: xr.Dataset) -> list[dict[str, Any]]:
    """List the options used beyond the plain grid, the largest of the last period first."""
    used = array(plan, "power", "supply", "period")
    contract = array(plan, "contract", "supply", "period")
    option, kind = labels(plan, "supply_option"), labels(plan, "supply_kind")
    names = labels(plan, "supply_option_name") if "supply_option_name" in plan.coords else option
    lost, premium, beyond = (
        array(plan, name, "supply", "period") if name in plan else np.full_like(used, np.nan)
        for name in ("stranded", "stranded_premium", "price_beyond_grid")
    )
    found = []
    for key in dict.fromkeys(option):
        rows = np.array([i for i, name in enumerate(option) if name == key])
        if used[rows].max(initial=0.0) <= SMALLEST or kind[rows[0]] == "grid":
            continue
        found.append(
            {
                "key": key,
                "name": names[rows[0]],
                "kind": kind[rows[0]],
                "sites": int((used[rows] > SMALLEST).any(axis=1).sum()),
                "used": numbers(used[rows].sum(axis=0)),
                "contracted": numbers(contract[rows].sum(axis=0)),
                "stranded": numbers(lost[rows].sum(axis=0)),
                "premium": numbers(premium[rows].sum(axis=0)),
                "beyond_grid": numbers(_mean(beyond[rows], used[rows])),
            }
        )
    return sorted(found, key=lambda row: (-(row["used"][-1] or 0.0), row["key"]))


def _mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted mean of values (n, T) over what is known, NaN where nothing is used."""
    weights = np.where(np.isnan(values), 0.0, weights)
    total = weights.sum(axis=0)
    summed = (np.nan_to_num(values) * weights).sum(axis=0)
    return np.divide(summed, total, out=np.full(len(total), np.nan), where=total > SMALLEST)


def claims_at_risk(plan: xr.Dataset) -> dict[str, Any] | None:
    """Sum the claims that would not count by the same hour: MWh, tCO2e and currency a year, by period.

    None where nothing is known of the hours of claims.
    """
    if "stranded" not in plan:
        return None
    claims = np.isin(labels(plan, "supply_kind"), GREEN)
    names = ("stranded", "stranded_emissions", "stranded_premium")
    energy, carbon, money = (numbers(array(plan, name, "supply", "period").sum(axis=0)) for name in names)
    claimed = array(plan, "power", "supply", "period")[claims].sum(axis=0)
    return {"energy": energy, "emissions": carbon, "premium": money, "claims": numbers(claimed)}


def _hours(plan: xr.Dataset) -> dict[str, Any] | None:
    """Return the matched share of each typical hour in the last period, and of the year by period."""
    if "hour_load" not in plan:
        return None
    load, matched = (array(plan, name, "slice", "period") for name in ("hour_load", "hour_matched"))
    day, hour = (np.asarray(plan[f"slice_{name}"].values, dtype=int) for name in ("day", "hour"))
    weight = np.asarray(plan["slice_weight"].values, dtype=float)
    share = np.divide(matched, load, out=np.zeros_like(load), where=load > SMALLEST)
    whole = np.divide(
        matched.sum(axis=0), load.sum(axis=0), out=np.zeros(load.shape[1]), where=load.sum(axis=0) > SMALLEST
    )
    return {
        "days": [
            {
                "number": int(number),
                "weight": float(weight[day == number][0]),
                "share": numbers(share[day == number][np.argsort(hour[day == number]), -1]),
            }
            for number in dict.fromkeys(day.tolist())
        ],
        "matched": numbers(whole),
    }


def _premium(plan: xr.Dataset) -> list[dict[str, float]] | None:
    """Return cost and premium a MWh by matched share, in ascending order; unreachable shares are left out."""
    if "premium_share" not in plan:
        return None
    names = ("premium_share", "premium_cost_npv", "premium_per_mwh")
    points = np.stack([array(plan, name, "premium_point") for name in names], axis=1)
    known = points[np.isfinite(points).all(axis=1)]
    return [{"share": s, "cost": c, "per_mwh": m} for s, c, m in sorted(known.tolist())]


def _trials(plan: xr.Dataset, outcome: xr.Dataset) -> dict[str, Any]:
    """Return the mean and the middle 90 % over trials, by period: scope 2 by each method, matched shares."""
    found = {}
    for name in ("matched", "counts"):
        if f"power_{name}" in outcome:
            values = array(outcome, f"power_{name}", "trial", "period")
            found[name] = _spread(values)
    for method in methods_read(plan):
        account = f"scope2_{method.value}"
        if account not in labels(outcome, "emission_account"):
            continue
        values = array(
            outcome.sel(emission_account=[account]), "emissions", "trial", "emission_account", "period"
        )
        found[method.value] = _spread(values[:, 0])
    return found


def _spread(values: FloatArray) -> dict[str, list[float | None]]:
    """Return the mean and the middle 90 % over trials, (trials, T), by period."""
    low, high = np.quantile(values, (0.05, 0.95), axis=0)
    return {"mean": numbers(values.mean(axis=0)), "p5": numbers(low), "p95": numbers(high)}
